"""One order from its request to its end, and what each end does to the books."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from node.chain.policy import MINUTE_MS, PERMILLE, ServiceClass
from node.chain.types import NO_HASH, NO_ID, Code, EpochMs, Hash, Id, Minutes
from node.sim.workload.books import Account, Books, free
from node.sim.workload.hands import Hand
from node.sim.workload.people import Resident


class Fate(Enum):
    """What will become of an order, once a volunteer has taken it."""

    SERVED = "served"
    SHORT = "short"
    GIVEN_BACK = "given-back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    NO_SHOW = "no-show"
    DISPUTED = "disputed"


SERVING: Final = frozenset({Fate.SERVED, Fate.SHORT, Fate.GIVEN_BACK, Fate.DISPUTED})
"""In these the service takes place."""


@dataclass(slots=True, eq=False)
class Errand:
    """An order as the people on it know it."""

    recipient: Resident
    requester: Hand
    on_behalf: bool
    payer_kind: str
    """``person``, ``fund`` or ``pool``."""
    payer: Resident | None
    """The paying person."""
    service: ServiceClass
    district: Code
    site: Code
    start_ms: EpochMs
    expected_min: int
    fate: Fate
    id: Id = NO_ID
    origin: Hash = NO_HASH
    events: int = 0
    first: "Errand | None" = None
    """The first order of the same job."""
    volunteer: Resident | None = None
    reviewer: Hand | None = None
    served_min: int = 0
    """What will be confirmed."""
    hold_min: int = 0
    verdict: str = ""
    counted_min: int = 0
    """Of a disputed service, by block time."""
    appealed: bool = False
    urgent: bool = False
    """Published on one signature, without review; somebody endorses it before it settles."""
    needs_endorse: bool = False
    settled_min: int = 0
    """Minutes of service that it settled for."""
    paid_min: int = 0
    """What the volunteer's own store got, when that was all that was due; 0 otherwise."""
    open: bool = False
    """Whether the people on it count it as one of theirs that is not final."""

    @property
    def people(self) -> list[Resident]:
        """Everybody who has a part in it."""
        parts = (self.recipient, self.payer, self.volunteer)
        return [one for one in parts if one is not None]

    def begin(self) -> None:
        """It counts for everybody on it."""
        self.open = True
        for person in self.people:
            person.open_orders += 1

    def end(self) -> None:
        """It is final."""
        if self.open:
            self.open = False
            for person in self.people:
                person.open_orders -= 1

    def hand_on(self, volunteer: Resident) -> None:
        """Somebody else takes it."""
        assert self.volunteer is not None, "it was given back"
        self.volunteer.open_orders -= 1
        volunteer.open_orders += 1
        self.volunteer = volunteer

    @property
    def end_ms(self) -> int:
        """When it is planned to end."""
        return self.start_ms + self.expected_min * MINUTE_MS

    @property
    def cost_min(self) -> int:
        """What the payer's hold is."""
        return self.weighted(self.expected_min)

    def weighted(self, minutes: int) -> int:
        """What so many minutes of this service pay."""
        return minutes * self.service.weight_permille // PERMILLE

    @property
    def account(self) -> Account:
        """The payer's free account."""
        home = self.recipient.home
        if self.payer is not None:
            return free(self.payer.hand.id, self.payer.home)
        return Account(self.payer_kind, home, home)

    @property
    def paid_by(self) -> Id:
        """The paying person's id; empty for fund and pool."""
        return NO_ID if self.payer is None else self.payer.hand.id


def hold(books: Books, errand: Errand) -> None:
    """Published: the payer's minutes wait."""
    errand.hold_min = errand.cost_min
    books.move(errand.account, errand.account.held(), errand.hold_min)


def release(books: Books, errand: Errand) -> None:
    """The minutes go back."""
    books.move(errand.account.held(), errand.account, errand.hold_min)
    errand.hold_min = 0
    errand.end()


def settle(books: Books, errand: Errand, minutes: int, cap_min: int) -> None:
    """The volunteer, or their team, is paid for so many minutes; the rest goes back."""
    volunteer = errand.volunteer
    assert volunteer is not None, "a service has a volunteer"
    due = errand.weighted(minutes)
    paid = min(due, errand.hold_min)
    held = errand.account.held()
    team = overflow = 0
    if volunteer.team is not None:
        team = paid
        books.move(held, Account("team", volunteer.team.id.hex(), volunteer.team.home), team)
    else:
        room = max(0, cap_min - books.store(volunteer.hand.id, volunteer.home))
        overflow = paid - min(paid, room)
        books.move(held, free(volunteer.hand.id, volunteer.home), paid - overflow)
        books.move(held, Account("pool", volunteer.home, volunteer.home), overflow)
    books.move(held, errand.account, errand.hold_min - paid)
    errand.hold_min = 0
    errand.settled_min = minutes
    errand.paid_min = paid if paid == due and not (team or overflow) else 0
    books.honour[volunteer.hand.id.hex()] += due - paid
    credited = paid - team - overflow
    books.count("city", paid_min=paid, credited_min=credited, overflow_min=overflow)
    books.count(volunteer.home, earned_min=credited)
    books.count(errand.district, settled_orders=1, on_behalf_orders=int(errand.on_behalf))
    if errand.payer is not None:
        books.count(errand.payer.home, redeemed_min=paid)
    elif errand.payer_kind == "fund":
        books.count(errand.recipient.home, funded_min=paid)
    books.done["settled"] += 1
    errand.end()


def carry_out(books: Books, errand: Errand, cap_min: int) -> None:
    """A verdict stands."""
    match errand.verdict:
        case "to-volunteer":
            settle(books, errand, errand.counted_min, cap_min)
        case "split":
            settle(books, errand, errand.served_min, cap_min)
        case _:
            release(books, errand)
            volunteer = errand.volunteer
            assert volunteer is not None, "a service has a volunteer"
            if errand.verdict == "to-payer":
                books.honour[volunteer.hand.id.hex()] += errand.counted_min
            books.done["void"] += 1


def whole(minutes: int, quantum_min: int) -> Minutes:
    """At least one quantum, rounded down."""
    return Minutes(max(quantum_min, minutes // quantum_min * quantum_min))
