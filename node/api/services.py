"""What the doors need of a node, as narrow protocols.

Everything is called from the node's own event loop and answers from memory or with a bounded number of reads. A
``View`` is a frozen dataclass of plain values whose fields are the members of the JSON answer (``docs/spec/http.md``);
where a door looks into a value itself, a protocol names what it looks at.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from node.chain.errors import Rejected
from node.chain.policy import Policy, ServiceClass
from node.chain.records import StateRecord
from node.chain.records.accounts import City, District
from node.chain.records.orders import Order
from node.chain.types import Code, EpochMs, Hash, Height, Id

View = object
"""A frozen dataclass; ``node.api.views.render`` shows it, and refuses what cannot be shown."""


class Clock(Protocol):
    """The node's clock, which a rehearsal runs faster."""

    def now_ms(self) -> EpochMs:
        """The later of the clock and the newest block's time."""

    @property
    def rate(self) -> int:
        """Rehearsal milliseconds in a real one; 1 in a real city."""


class Submission(Protocol):
    """A transaction that was taken."""

    @property
    def id(self) -> Hash:
        """Its id."""

    @property
    def status(self) -> str:
        """``PENDING``, or ``COMMITTED`` when it was final already."""

    @property
    def height(self) -> Height | None:
        """Where it is final."""


class Transactions(Protocol):
    """Submission and status."""

    def submit(self, raw: bytes) -> Submission:
        """Admit one transaction and share it with the other districts.

        Raises:
            Rejected: this node's answer now.
        """

    def submit_many(self, raws: Sequence[bytes]) -> Sequence[Submission | Rejected]:
        """Admit several, in order; one refusal does not touch the others."""

    def status(self, tx_id: Hash) -> View:
        """What is known of a transaction; fields that are None are left out of the answer."""

    def concerned(self, tx_id: Hash) -> tuple[Id, ...] | None:
        """Sender and persons whose records a final transaction changed; None when it is not final here."""

    def next_number(self, actor: Id, lane: int) -> int:
        """The next free sequence number of a lane, counting pending transactions.

        Raises:
            Rejected: ``UNKNOWN_SENDER``.
        """


class Records(Protocol):
    """The state at the tip."""

    @property
    def chain_id(self) -> Hash:
        """The genesis hash."""

    @property
    def height(self) -> Height:
        """Height of the newest block."""

    @property
    def time_ms(self) -> EpochMs:
        """Its time."""

    def read(self, key: bytes) -> StateRecord | None:
        """The record under a key (kind byte and id), or None."""

    def final_order(self, order: Id) -> Order | None:
        """A final order, also after it has left the state."""


class HistoryPage(Protocol):
    """Lines of a history, newest first."""

    @property
    def items(self) -> Sequence[View]:
        """The lines."""

    @property
    def next(self) -> bytes | None:
        """Where the following page begins; None at the end."""


class Histories(Protocol):
    """What happened to an account."""

    def of(self, account: Id, after: bytes | None, limit: int) -> HistoryPage:
        """A page.

        Args:
            account: a person or an operator.
            after: ``next`` of the page before; None for the newest.
            limit: lines at most.

        Raises:
            ValueError: ``after`` is none of ours.
        """


class RecordPage(Protocol):
    """Records of a list."""

    @property
    def records(self) -> Sequence[StateRecord]:
        """The records."""

    @property
    def next(self) -> bytes | None:
        """Where the following page begins; None at the end."""


class Lists(Protocol):
    """Records by what they say of themselves, through indexes."""

    def find(
        self,
        kind: type[StateRecord],
        facets: Mapping[str, str | bytes],
        visible: Callable[[StateRecord], bool],
        after: bytes | None,
        limit: int,
    ) -> RecordPage:
        """Records of a kind that have all facets and that the reader may see.

        Args:
            kind: one that has facets (``node.runtime.queries.facets``).
            facets: such as ``{"state": "published", "district": "gulou"}``.
            visible: asked of each candidate.
            after: ``next`` of the page before.
            limit: records in the page; a page may be shorter and still not be the last.

        Raises:
            ValueError: ``after`` is none of ours.
        """


class HeaderBytes(Protocol):
    """A final header."""

    @property
    def header_raw(self) -> bytes:
        """Canonical bytes."""

    @property
    def id(self) -> Hash:
        """The block's id."""


class BlockBytes(HeaderBytes, Protocol):
    """A final block."""

    @property
    def certificate(self) -> bytes:
        """Canonical bytes of the commit certificate."""

    @property
    def transaction_ids(self) -> Sequence[Hash]:
        """In order."""

    @property
    def summary(self) -> bytes:
        """Canonical bytes of the log leaf that closes the block."""


class Blocks(Protocol):
    """Final blocks."""

    def block(self, height: Height) -> BlockBytes | None:
        """One block with its certificate."""

    def headers(self, first: Height, count: int) -> Sequence[HeaderBytes]:
        """Consecutive headers, as many as there are."""


class Proofs(Protocol):
    """Proof files (``node.chain.proof``); None where there is nothing to prove or no block yet."""

    def transaction(self, tx_id: Hash) -> bytes | None:
        """That a transaction stands in the log."""

    def final_order(self, order: Id) -> bytes | None:
        """That an order became final as it is."""

    @property
    def oldest_state(self) -> Height:
        """The oldest height whose state can be proven here."""

    def state(self, kind: int, id_: bytes, height: Height | None = None) -> bytes | None:
        """That the state has a record under a key, or has none; None before the first block and beyond the tip.

        Args:
            kind: the record's kind number.
            id_: its id.
            height: the state after this block, from ``oldest_state`` on; None for the tip.
        """


class Log(Protocol):
    """The log in pieces, as C2SP tools read it."""

    def hashes(self, level: int, first: int, count: int) -> Sequence[Hash] | None:
        """Complete subtrees of a level of the tree, from one on; None if not all are complete."""

    def entries(self, first: int, count: int) -> Sequence[bytes] | None:
        """Entries from one on; None if the log has not as many."""

    def consistency(self, old: int, new: int) -> Sequence[Hash] | None:
        """Why the log of the old size is a prefix of that of the new; None beyond the tip."""


class Offences(Protocol):
    """Who broke the protocol."""

    def offences(self) -> Sequence[View]:
        """Every offence on the chain, by height and district."""

    def conviction(self, height: Height, district: Code | None = None) -> bytes | None:
        """A file that convicts; None when nothing here convicts anybody of that height."""


class CityFacts(Protocol):
    """What is public of the whole city."""

    def genesis(self) -> Mapping[str, object]:
        """The genesis document."""

    def city(self) -> City:
        """The city's totals."""

    def district_totals(self) -> Sequence[District]:
        """The districts' totals, by code."""

    def districts(self) -> Sequence[View]:
        """Code, names and service points of each district, by code."""

    def catalogue(self) -> Sequence[ServiceClass]:
        """Every service class, by code."""

    def policy(self) -> Policy:
        """The active policy."""

    def checkpoint(self) -> str | None:
        """The newest signed C2SP note, or None while there is none."""


class StatusView(Protocol):
    """Where the node stands; the door shows every field."""

    @property
    def ready(self) -> bool:
        """Whether the node takes part."""

    @property
    def reasons(self) -> Sequence[str]:
        """Why it does not."""

    @property
    def chain_from(self) -> Height:
        """The chain's first height."""

    @property
    def blocks_from(self) -> Height:
        """Height of the oldest block here."""


class Status(Protocol):
    """Where the node stands."""

    def status(self) -> StatusView:
        """Now."""


class BlockEvent(Protocol):
    """A block became final; the door shows every field."""

    @property
    def height(self) -> Height:
        """Its height, which is the event's id."""


class Events(Protocol):
    """Blocks as they become final."""

    @property
    def height(self) -> Height:
        """The newest one's height."""

    def event(self, height: Height) -> BlockEvent | None:
        """The event of a final block."""

    async def wait_above(self, height: Height) -> bool:
        """Wait for a block above ``height``; False when the node stops."""


class AccessLog(Protocol):
    """Who read whose data for what purpose, but for the persons themselves and their agents; and what was refused."""

    @property
    def refusals(self) -> Mapping[str, int]:
        """Requests that the public door refused, by code, such as ``A13``."""

    def refused(self, code: str) -> None:
        """Count a request that the public door refuses."""

    def note(self, reader: Id, subject: Id, purpose: str, time_ms: EpochMs) -> None:
        """Keep one reading before it is answered.

        Args:
            reader: a member of staff or an operator.
            subject: the person, order or binding.
            purpose: why.
            time_ms: the node's time.
        """


@dataclass(frozen=True, slots=True)
class PublicServices:
    """Everything behind the public door."""

    clock: Clock
    transactions: Transactions
    records: Records
    histories: Histories
    lists: Lists
    blocks: Blocks
    proofs: Proofs
    log: Log
    offences: Offences
    city: CityFacts
    status: Status
    events: Events
    accesses: AccessLog


class RehearsalClock(Protocol):
    """The clock of a rehearsal."""

    def now_ms(self) -> EpochMs:
        """The node's clock."""

    @property
    def rate(self) -> int:
        """Rehearsal milliseconds in a real one; 1 in a real city."""

    @property
    def leap_ms(self) -> int:
        """Sum of all leaps."""

    def leap_to(self, leap_ms: int) -> bool:
        """Make the sum of leaps at least this; False in a real city, where time is nobody's."""


class Exports(Protocol):
    """The whole chain."""

    def archive(self) -> AsyncIterator[bytes]:
        """The archive up to the present tip, in pieces; lets the node work between them."""


@dataclass(frozen=True, slots=True)
class OperationsServices:
    """Everything behind the operations door."""

    status: Status
    metrics: Callable[[], bytes]
    """The Prometheus text format."""
    exports: Exports
    rehearsal: RehearsalClock
