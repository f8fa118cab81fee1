"""What a node answers, as values.

Unknown members are ignored, so that a newer node can say more. Records that decide anything are decoded from their
canonical bytes and not from a node's rendering of them.
"""

from enum import Enum
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from node.chain.records import decode_record
from node.chain.records.actors import Actor, Operator, Person
from node.chain.records.orders import Order
from node.chain.types import UINT_MAX
from wallet.client.faults import strange_answer

HASH_HEX = r"\A[0-9a-f]{64}\Z"
ID_HEX = r"\A[0-9a-f]{32}\Z"
RECORD_HEX_MAX = 131_072
V = TypeVar("V")
Uint = Annotated[int, Meta(ge=0, le=UINT_MAX)]
HashHex = Annotated[str, Meta(pattern=HASH_HEX)]
IdHex = Annotated[str, Meta(pattern=ID_HEX)]
RecordHex = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{2})+\Z", max_length=RECORD_HEX_MAX)]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every JSON answer."""


class TxState(Enum):
    """Where a transaction is."""

    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    COMMITTED = "COMMITTED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    REFUSED = "REFUSED"

    @property
    def decided(self) -> bool:
        """Whether it can no longer change."""
        return self not in {TxState.UNKNOWN, TxState.PENDING}


class Submitted(Answer, frozen=True):
    """The answer to one submitted transaction; in a batch a refusal has ``code`` and ``detail``."""

    id: HashHex
    status: TxState
    height: Uint | None = None
    code: str | None = None
    detail: str | None = None


class SubmittedMany(Answer, frozen=True):
    """The answers to a batch, in its order."""

    results: tuple[Submitted, ...]


class TransactionStatus(Answer, frozen=True):
    """Where a transaction is and what it made."""

    id: HashHex
    status: TxState
    height: Uint | None = None
    index: Uint | None = None
    kind: str | None = None
    created: tuple[str, ...] | None = None
    code: str | None = None
    """Why the node refused it last, where it remembers."""


class Peer(Answer, frozen=True):
    """One connection of a node."""

    district: str
    connected: bool


class NodeStatus(Answer, frozen=True):
    """A node's view of itself.

    Attributes:
        now_ms: the node's clock, which may be a rehearsal's; the wallet's "now".
        validity_ms: how long a signature should be valid.
        policy_version: the active policy.
    """

    chain_id: HashHex
    district: str
    height: Uint
    time_ms: Uint
    now_ms: Uint
    validity_ms: Uint
    policy_version: Uint
    city: str = ""
    version: str = ""
    rehearsal_rate: Uint = 1
    ready: bool = False
    reasons: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    peers: tuple[Peer, ...] = ()
    pending: Uint = 0


class NextNumber(Answer, frozen=True):
    """The next free number of a lane, pending transactions counted."""

    lane: Uint
    next: Uint


class Account(Answer, frozen=True):
    """One actor's record at a height."""

    height: Uint
    record: RecordHex

    def actor(self) -> Actor:
        """The decoded record.

        Raises:
            node.console.fault.Fault: it is not the record of an actor.
            node.chain.errors.Malformed: it is no record.
        """
        record = decode_record(bytes.fromhex(self.record))
        if not isinstance(record, Person | Operator):
            raise strange_answer("account", type(record).__name__)
        return record


class OrderAnswer(Answer, frozen=True):
    """One order's record at a height."""

    height: Uint
    record: RecordHex

    def order(self) -> Order:
        """The decoded record.

        Raises:
            node.console.fault.Fault: it is not the record of an order.
            node.chain.errors.Malformed: it is no record.
        """
        record = decode_record(bytes.fromhex(self.record))
        if not isinstance(record, Order):
            raise strange_answer("order", type(record).__name__)
        return record


class HistoryItem(Answer, frozen=True):
    """One thing that happened to an account: a transaction, or a timer (``tx_id`` null)."""

    height: Uint
    time_ms: Uint
    kind: str
    index: Uint | None = None
    tx_id: HashHex | None = None
    orders: tuple[IdHex, ...] = ()
    minutes: Uint = 0
    """What the transaction itself names; 0 where it names none."""
    gained_min: Uint = 0
    """What came into the store, available and held together, by the node's word."""
    lost_min: Uint = 0
    """What went out of it, by the node's word."""
    action: str | None = None
    """What two staff let happen."""


class OrderView(Answer, frozen=True):
    """An order in a list."""

    id: IdHex
    state: str
    service: str = ""
    district: str = ""
    site: str = ""
    start_ms: Uint = 0
    expected_min: Uint = 0
    due_ms: Uint = 0
    recipient: str = ""
    volunteer: str = ""
    payer_kind: str = ""
    counted_min: Uint = 0
    agreed_min: Uint = 0
    paid_min: Uint = 0
    overflow_min: Uint = 0


class ProposalView(Answer, frozen=True):
    """A proposal of two staff in a list; ``action`` is its content by name."""

    id: IdHex
    origin: HashHex
    proposer: str
    state: str
    action: object = None
    due_ms: Uint = 0


class OffenceView(Answer, frozen=True):
    """An authority broke the protocol."""

    district: str
    height: Uint
    round: Uint
    kind: str
    block_height: Uint
    evidence: HashHex


class OffenceList(Answer, frozen=True):
    """All that stand on the chain."""

    items: tuple[OffenceView, ...]


class MintView(Answer, frozen=True):
    """A proposed mint in a list."""

    id: IdHex
    origin: HashHex
    district: str
    year: Uint
    purpose: str
    minutes: Uint
    state: str
    voters: tuple[str, ...] = ()
    opponents: tuple[str, ...] = ()
    due_ms: Uint = 0


class BindingView(Answer, frozen=True):
    """A kin binding in a list; ``relation`` is what the second is to the first."""

    id: IdHex
    origin: HashHex
    first: IdHex
    second: IdHex
    relation: str
    state: str
    due_ms: Uint = 0


class PersonView(Answer, frozen=True):
    """A person in a list of staff."""

    id: IdHex
    status: str
    home: str = ""
    site: str = ""
    number: Uint = 0
    origin: str = ""


class Sums(Answer, frozen=True):
    """An account's totals."""

    balance_min: Uint


class AttendanceView(Answer, frozen=True):
    """One person at an event; of others than the reader only staff see them."""

    person: IdHex
    begun_ms: Uint = 0
    ended_ms: Uint = 0
    counted_min: Uint = 0
    credited_min: Uint = 0


class EventView(Answer, frozen=True):
    """A group event in a list."""

    id: IdHex
    state: str
    district: str
    site: str
    service: str
    start_ms: Uint
    minutes: Uint
    places: Uint
    payer_kind: str = ""
    attendances: tuple[AttendanceView, ...] = ()


class TeamView(Answer, frozen=True):
    """A team in a list."""

    id: IdHex
    district: str
    steward: IdHex
    free: Sums | None = None


class ProviderView(Answer, frozen=True):
    """A provider of limited services in a list."""

    id: IdHex
    district: str
    staff: tuple[IdHex, ...] = ()


class CapacityView(Answer, frozen=True):
    """Contracted minutes of a provider."""

    id: IdHex
    provider: IdHex
    district: str
    left_min: Uint
    due_ms: Uint = 0


class RedemptionView(Answer, frozen=True):
    """Minutes held for a provider, or what became of them."""

    id: IdHex
    origin: HashHex
    person: IdHex
    provider: IdHex
    state: str
    hold_min: Uint = 0
    captured_min: Uint = 0
    ticket: Uint = 0
    due_ms: Uint = 0


class ClaimView(Answer, frozen=True):
    """Minutes that a person should give back."""

    id: IdHex
    person: IdHex
    opened_min: Uint
    repaid_min: Uint = 0
    written_off_min: Uint = 0

    @property
    def left_min(self) -> int:
        """Minutes neither repaid nor written off."""
        return self.opened_min - self.repaid_min - self.written_off_min


class HeaderTime(Answer, frozen=True):
    """What a late report needs of a header."""

    time_ms: Uint


class BlockView(Answer, frozen=True):
    """A final block."""

    header: HeaderTime


class DistrictView(Answer, frozen=True):
    """A district of the city."""

    code: str
    name_zh: str = ""
    name_en: str = ""


class Page(Answer, Generic[V], frozen=True):
    """Part of a list.

    Attributes:
        next: cursor of the following part, or None at the end.
    """

    items: tuple[V, ...]
    next: str | None = None


class DistrictPage(Answer, frozen=True):
    """The districts."""

    items: tuple[DistrictView, ...]


class Problem(Answer, frozen=True):
    """An error of RFC 9457 as nodes send it."""

    title: str = ""
    detail: str = ""
    code: str = ""
    name: str = ""
    title_zh: str = ""
    status: int = 0
