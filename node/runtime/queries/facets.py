"""By what records are listed: the facets that a list can be asked for, and the rank that orders it.

A facet is something that a record says of itself, so that a shelf changes with the record and with nothing else. The
district of a person's matter is therefore no facet: who moves home takes their matters along.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from node.chain.codec import Record
from node.chain.ledger import Ledger
from node.chain.records import key_of
from node.chain.records.accounts import Position
from node.chain.records.actors import Person
from node.chain.records.bindings import KinBinding, Mint, Proposal
from node.chain.records.corrections import Claim, Correction, Donation
from node.chain.records.entries import HonourEntry
from node.chain.records.events import Event, Team
from node.chain.records.leaving import Closing
from node.chain.records.motions import Motion
from node.chain.records.orders import Order
from node.chain.records.recovery import Recovery
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.records.remarks import Complaint
from node.chain.records.safety import Suspension
from node.chain.records.settlement import SettlementRun
from node.chain.rules.orders.parties import paying_person

Offer = Event | Team | Provider | Capacity | Redemption
"""What persons may ask for, and what is open of theirs."""
Matter = Suspension | Closing | Recovery | Complaint | Claim | Correction | Donation | HonourEntry
"""What waits for staff, or what they need at hand to act."""
Decision = Mint | Motion | SettlementRun | Position
"""What authorities decide."""
Plain = Offer | Matter | Decision | KinBinding
"""Records whose facets are fields of theirs."""
Listed = Order | Proposal | Person | Plain
Facet = tuple[str, str | bytes]
FACETS: Final[Mapping[type[Plain], tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        Capacity: (("provider", "provider"), ("district", "district")),
        Claim: (("person", "person"),),
        Closing: (("state", "state"), ("person", "person")),
        Complaint: (("state", "state"), ("order", "order")),
        Correction: (("order", "order"),),
        Donation: (("person", "person"),),
        Event: (("state", "state"), ("district", "district")),
        HonourEntry: (("person", "person"),),
        KinBinding: (("person", "first"), ("person", "second")),
        Mint: (("state", "state"),),
        Motion: (("state", "state"),),
        Position: (),
        Provider: (("district", "district"),),
        Recovery: (("state", "state"), ("person", "person")),
        Redemption: (("state", "state"), ("person", "person"), ("provider", "provider")),
        SettlementRun: (("state", "state"),),
        Suspension: (("state", "state"), ("person", "subject")),
        Team: (("district", "district"),),
    }
)
"""Kind to the names of its facets and the fields they are read from."""
_RANKS: Final = ("start_ms", "due_ms", "entered_ms")


def facets_of(record: Listed, ledger: Ledger) -> tuple[Facet, ...]:
    """The facets of a record, name and value."""
    match record:
        case Order():
            return _order_facets(record)
        case Proposal():
            return (("state", record.state), ("district", _district(record.action, ledger)))
        case Person():
            return (("district", record.home), ("status", record.status))
        case _:
            return tuple((name, getattr(record, field)) for name, field in FACETS[type(record)])


def _order_facets(record: Order) -> tuple[Facet, ...]:
    parties: tuple[Facet, ...] = (
        ("recipient", record.recipient),
        ("volunteer", record.volunteer),
        ("payer", paying_person(record)),
    )
    named = tuple(party for party in parties if party[1])
    return (("state", record.state.value), ("district", record.district), *named)


def _district(action: Record, ledger: Ledger) -> str:
    """The district that a proposed action concerns: its own, or that of the person or kin binding it names."""
    named = getattr(action, "district", None)
    if isinstance(named, str):
        return named
    binding = ledger.read(key_of(KinBinding, getattr(action, "binding", b"")))
    subject = binding.first if isinstance(binding, KinBinding) else getattr(action, "person", b"")
    person = ledger.read(key_of(Person, subject))
    return person.home if isinstance(person, Person) else ""


def rank_of(record: Listed) -> int:
    """What a list is sorted by, highest first: the planned start, else the next deadline, else the time of entry."""
    rank: int = next((getattr(record, name) for name in _RANKS if hasattr(record, name)), 0)
    return rank
