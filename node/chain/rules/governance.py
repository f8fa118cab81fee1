"""Statements of authorities about their own seats."""

from node.chain.errors import ErrorCode
from node.chain.records.settings import AUTHORITIES_ID, AuthorityRecord
from node.chain.rules.guards import require, sending_operator
from node.chain.state import Moment, View
from node.chain.tx.envelope import GovernanceBody, Transaction
from node.chain.types import Hash


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: GovernanceBody) -> None:
    """Apply one transaction of this family.

    A rejoin changes nothing but the seat's sequence: that it stands in a block is what counts.

    Raises:
        Rejected: ``NOT_AUTHORITY`` unless the sender is a seat of the current set.
    """
    seat = sending_operator(view, tx)
    members = view.need(AuthorityRecord, AUTHORITIES_ID).authorities.members
    seated = any(m.district == seat.district and m.consensus_key == seat.key for m in members)
    require(seated, ErrorCode.NOT_AUTHORITY, seat.district)
