"""What the state remembers: one immutable record a key, each ending in its ``touch``.

``touch = digest("touch", chain_id, previous touch ‖ cause)[:16]``, where the cause is the signature of the touching
transaction, or height ‖ due_ms ‖ id (8, 8 bytes big endian, then the id) for a timer; what a block's start does by
itself (a new policy, a queue that moves) counts as a timer due at the block's time. Signatures of persons are not
public, so a record's hash tells an outsider nothing about its guessed content.

A record's key in the state is its kind (one byte) and its id.
"""

from collections.abc import Callable

import msgspec

from node.chain.codec import decoder, encode
from node.chain.hashing import digest
from node.chain.records.accounts import Budget, City, District, Fund, Position
from node.chain.records.actors import Operator, Person
from node.chain.records.authorities import (
    AuthoritySchedule,
    Merger,
    Offence,
    PastSet,
    RootMark,
)
from node.chain.records.bindings import KinBinding, Mint, Proposal, Site
from node.chain.records.corrections import Claim, Correction, Donation
from node.chain.records.entries import HonourEntry, RecorderMonth, SiteMonth
from node.chain.records.events import Event, Membership, Team
from node.chain.records.leaving import Closing
from node.chain.records.marks import TimeMark
from node.chain.records.motions import Motion
from node.chain.records.orders import Order, Pair
from node.chain.records.recovery import Recovery
from node.chain.records.redemption import (
    Capacity,
    Provider,
    QueueSlot,
    Redemption,
    RedemptionQueue,
)
from node.chain.records.remarks import Complaint, Rating
from node.chain.records.safety import Suspension
from node.chain.records.sampling import SampleQueue
from node.chain.records.service_certificates import ServiceCertificate
from node.chain.records.service_hours import ServiceYear
from node.chain.records.settings import (
    AuthorityRecord,
    CatalogueEntry,
    CitySettings,
    PolicyRecord,
    ProtocolRecord,
)
from node.chain.records.settlement import SettlementRun
from node.chain.records.sheets import CodeSheet
from node.chain.records.tallies import Tally
from node.chain.types import Hash

StateRecord = (
    Person
    | Operator
    | District
    | City
    | Fund
    | Budget
    | Position
    | Order
    | Pair
    | Proposal
    | Mint
    | KinBinding
    | Site
    | PolicyRecord
    | CatalogueEntry
    | AuthorityRecord
    | CitySettings
    | Correction
    | Claim
    | Donation
    | Provider
    | Capacity
    | Redemption
    | RedemptionQueue
    | QueueSlot
    | SettlementRun
    | Event
    | Team
    | Membership
    | SiteMonth
    | RecorderMonth
    | HonourEntry
    | ServiceYear
    | ServiceCertificate
    | Motion
    | Recovery
    | Suspension
    | TimeMark
    | SampleQueue
    | CodeSheet
    | Tally
    | Rating
    | Closing
    | Complaint
    | AuthoritySchedule
    | PastSet
    | Offence
    | RootMark
    | Merger
    | ProtocolRecord
)
RECORD_SIZE_MAX_BYTES = 65_536
TOUCH_BYTES = 16

decode_record: Callable[[bytes], StateRecord] = decoder(
    StateRecord,  # type: ignore[arg-type]
    RECORD_SIZE_MAX_BYTES,
)

KINDS: dict[type[StateRecord], int] = {
    Person: 64,
    Operator: 65,
    District: 66,
    City: 67,
    Fund: 68,
    Budget: 69,
    Position: 70,
    Order: 71,
    Pair: 72,
    Proposal: 73,
    Mint: 74,
    KinBinding: 75,
    Site: 76,
    PolicyRecord: 77,
    CatalogueEntry: 78,
    AuthorityRecord: 79,
    CitySettings: 80,
    Recovery: 81,
    Suspension: 82,
    Closing: 83,
    TimeMark: 84,
    CodeSheet: 85,
    Rating: 86,
    Complaint: 87,
    SampleQueue: 88,
    Tally: 89,
    Correction: 90,
    Claim: 91,
    Donation: 92,
    Provider: 93,
    Capacity: 94,
    Redemption: 95,
    RedemptionQueue: 96,
    QueueSlot: 97,
    SettlementRun: 98,
    Event: 99,
    Team: 100,
    Membership: 101,
    SiteMonth: 102,
    RecorderMonth: 103,
    HonourEntry: 104,
    Motion: 105,
    ServiceYear: 106,
    ServiceCertificate: 107,
    AuthoritySchedule: 110,
    PastSet: 111,
    Offence: 112,
    RootMark: 113,
    Merger: 114,
    ProtocolRecord: 115,
}
"""Kind number of each record, as in its first element."""


def record_key(record: StateRecord) -> bytes:
    """Kind byte and id: the key of a record in state and storage."""
    return key_of(type(record), record.key_id)


def key_of(kind: type[msgspec.Struct], id_: bytes) -> bytes:
    """Kind byte and id."""
    return _PREFIXES[kind] + id_


def due_of(record: StateRecord) -> int:
    """When the record's timer is due, in milliseconds of block time; 0 for none."""
    return getattr(record, "due_ms", 0)


def touch_after(chain_id: Hash, previous: bytes, cause: bytes) -> bytes:
    """A record's touch after one more cause; the previous one is empty for a new record."""
    return digest("touch", chain_id, previous + cause)[:TOUCH_BYTES]


def encode_record(record: StateRecord) -> bytes:
    """Canonical bytes of a record."""
    return encode(record)


_PREFIXES: dict[type[msgspec.Struct], bytes] = {
    kind: number.to_bytes(1, "big") for kind, number in KINDS.items()
}
