"""The gate before every height: a release that does not know the protocol in force stops and says what to do."""

from node.chain.ledger import Ledger
from node.chain.protocol import protocol_at
from node.chain.types import Height
from node.store.faults import StorageCode, StorageFault


def need_known(ledger: Ledger, known: int) -> None:
    """Whether this release knows the rules of the height after the ledger's.

    Args:
        ledger: the state at the tip.
        known: the newest protocol version that this release knows.

    Raises:
        StorageFault: ``UPDATE_NEEDED``.
    """
    height = Height(ledger.height + 1)
    version = protocol_at(ledger, height)
    if version > known:
        reason = f"update before height {height}: protocol {version}, this release knows {known}"
        raise StorageFault(StorageCode.UPDATE_NEEDED, "protocol", reason)
