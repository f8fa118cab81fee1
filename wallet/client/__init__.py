"""How a wallet speaks with nodes: questions, signed reads, submission, waiting for finality.

Who may import it: the wallet's commands, ``node.city`` for its story. It knows HTTP and the answers of ``/v1``, and
trusts no node: ids are computed here, records come in canonical bytes, proofs are checked by ``wallet.proofs``. Never
here: keys (a ``Signer`` signs), terminals, files.

``NodeClient`` is the real thing; whoever only needs a part of it takes one of the protocols of ``wallet.client.ports``.
"""

from wallet.client.answers import Submitted, TransactionStatus, TxState
from wallet.client.http import NodeClient
from wallet.client.ports import Node, Postbox, Reader

__all__ = [
    "Node",
    "NodeClient",
    "Postbox",
    "Reader",
    "Submitted",
    "TransactionStatus",
    "TxState",
]
