"""How often one volunteer serves one recipient in a month, and whether the two are a reviewed pair."""

from msgspec.structs import replace

from node.chain.hashing import ID_BYTES, digest
from node.chain.records.orders import Pair
from node.chain.state import Moment, View
from node.chain.types import Id, Minutes


def pair_of(view: View, at: Moment, volunteer: Id, recipient: Id, month: int) -> Pair:
    """The pair's counts of a month.

    Months only go forward: an order of the month before, taken after one of the next, counts with the next.
    """
    id_ = Id(digest("pair", at.city_id, volunteer + recipient)[:ID_BYTES])
    pair = view.get(Pair, id_) or Pair(id_, month, 0, Minutes(0), 0, b"")
    if month > pair.month:
        return replace(pair, month=month, orders=0, minutes=Minutes(0))
    return pair
