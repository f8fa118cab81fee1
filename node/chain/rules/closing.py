"""A person who acts is not gone: what every authenticated act does to the notice of closing."""

from msgspec.structs import replace

from node.chain.records.actors import ACTIVE, CLOSING, Person
from node.chain.records.leaving import STOPPED, Closing
from node.chain.state import View
from node.chain.types import EpochMs, Id


def wake(view: View, id_: Id) -> None:
    """The person has acted: the notice ends and the account is open again. A merge of duplicates goes on."""
    closing = view.get(Closing, id_)
    if closing is None or not closing.is_live or closing.survivor:
        return
    view.put(replace(closing, state=STOPPED, due_ms=EpochMs(0)))
    person = view.need(Person, id_)
    if person.status == CLOSING:
        view.put(replace(person, status=ACTIVE))
