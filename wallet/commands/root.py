"""The noun ``wallet``."""

from node.console.command import group
from node.console.language import t


@group(
    "wallet",
    help=t(
        zh="个人钱包：密钥、余额、订单、赠送、证明。",
        en="A person's wallet: keys, balance, orders, gifts, proofs.",
    ),
)
def wallet_group() -> None:
    """A person's wallet."""
