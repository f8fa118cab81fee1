"""Services that somebody plans to cheat with, played through real, signed transactions in front of a world."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.chain.ledger import Ledger
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS
from node.chain.records.marks import TimeMark
from node.chain.tx.envelope import Body
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    ApproveOrder,
    CheckIn,
    CheckOut,
    Confirm,
    Endorse,
    LateReport,
    Request,
)
from node.chain.types import NO_HASH, NO_ID, ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from node.sim.workload.hands import Hand
from node.sim.workload.people import Resident
from node.sim.workload.scribe import Scribe

COMPANY: Final = Code("company")
BEFORE_MS: Final = 90 * MINUTE_MS
"""From the request to the planned start."""
AFTER_MS: Final = 5 * HOUR_MS
"""From check-out to an unhurried confirmation."""
OFFLINE_MS: Final = 20 * MINUTE_MS
"""From the end of a service without network to its report."""
REST_MS: Final = 10 * DAY_MS
"""After which everything has settled."""


@dataclass(slots=True)
class Service:
    """One order to be played."""

    volunteer: Resident
    recipient: Resident
    start_ms: int
    minutes: int = 0
    """How long it takes; 0 for some minutes more than was booked, as services do."""
    expected_min: int = 60
    district: Code | None = None
    site: Code | None = None
    recorder: Hand | None = None
    """Who asks on behalf."""
    asked_ms: int = 0
    """When the request is made; 0 for shortly before the start."""
    approver: Hand | None = None
    caller: Hand | None = None
    """Who confirms by a recorded call."""
    offline: bool = False
    """Reported when it is over."""
    own: bool = False
    """Paid by the recipient's own minutes."""
    confirm_after_ms: int = AFTER_MS
    id: Id = NO_ID
    origin: Hash = NO_HASH


class Stage:
    """Plays services and other acts, each in its time."""

    def __init__(self, scribe: Scribe, ledger: Ledger) -> None:
        """Nothing to play yet.

        Args:
            scribe: of the life that was played before.
            ledger: of its world, as anybody's phone may see it.
        """
        self._scribe = scribe
        self._ledger = ledger
        self._acts: list[tuple[int, int, Callable[[], None]]] = []

    def serve(self, service: Service) -> None:
        """Plan everything that happens to an order."""
        if not service.minutes:
            service.minutes = service.expected_min + self._scribe.rng.randrange(1, 15)
        end_ms = service.start_ms + service.minutes * MINUTE_MS
        self.at(service.asked_ms or service.start_ms - BEFORE_MS, lambda: self._ask(service))
        if service.offline:
            self.at(end_ms + OFFLINE_MS, lambda: self._report(service, end_ms))
        else:
            self.at(service.start_ms, lambda: self._check_in(service))
            self.at(end_ms, lambda: self._check_out(service))
        self.at(end_ms + service.confirm_after_ms, lambda: self._confirm(service))

    def _ask(self, service: Service) -> None:
        scribe, recipient = self._scribe, service.recipient
        district = service.district or recipient.home
        on_behalf = service.recorder is not None
        body = Request(
            recipient=recipient.hand.id,
            payer_kind=Code("person" if service.own else "fund"),
            payer=recipient.hand.id if service.own else NO_ID,
            service=COMPANY,
            district=district,
            site=service.site or Code(f"{district}-1"),
            start_ms=EpochMs(service.start_ms),
            expected_min=Minutes(service.expected_min),
            invited=NO_ID,
            job=NO_ID,
            rule=Code("-"),
            consent=Code("in-person" if on_behalf else "own-key"),
            consent_evidence=scribe.paper() if on_behalf else ZERO_HASH,
            detail=scribe.paper(),
        )
        service.id, service.origin = scribe.make(service.recorder or recipient.hand, body)
        scribe.flush()
        service.approver = scribe.turn(scribe.desk(district).reviewers)
        scribe.say(service.approver, ApproveOrder(service.id, service.origin, 1))
        scribe.flush()
        accept = Accept(service.id, service.origin, 2, Code("self"), 1, scribe.paper())
        scribe.say(service.volunteer.hand, accept)

    def _check_in(self, service: Service) -> None:
        now = EpochMs(self._scribe.now_ms)
        self._scribe.say(service.volunteer.hand, CheckIn(service.id, now, NO_PRESENCE))

    def _check_out(self, service: Service) -> None:
        now = EpochMs(self._scribe.now_ms)
        body = CheckOut(service.id, now, Code("done"), NO_PRESENCE)
        self._scribe.say(service.volunteer.hand, body)

    def _report(self, service: Service, end_ms: int) -> None:
        """Say afterwards when it was, by the last header that the phone had seen before."""
        marks = (one for one in self._ledger.records.values() if isinstance(one, TimeMark))
        seen = max(mark.height for mark in marks if mark.time_ms <= service.start_ms)
        began, ended = EpochMs(service.start_ms), EpochMs(end_ms)
        body = LateReport(service.id, began, ended, seen, Height(0), NO_PRESENCE)
        self._scribe.say(service.volunteer.hand, body)

    def _confirm(self, service: Service) -> None:
        scribe, events = self._scribe, 4 if service.offline else 5
        method, proof = ("own-key", b"")
        if service.caller is not None:
            method, proof = "call-back", scribe.paper()
        minutes = Minutes(service.expected_min)
        body = Confirm(service.id, service.origin, events, minutes, Code(method), proof)
        scribe.say(service.caller or service.recipient.hand, body)
        if service.offline:
            scribe.flush()
            reviewers = scribe.desk(service.district or service.recipient.home).reviewers
            other = scribe.turn(reviewers, service.approver)
            scribe.say(other, Endorse(service.id, service.origin, events + 1))

    def saying(self, hand: Hand, body: Body) -> Callable[[], None]:
        """The act of saying something."""
        return lambda: (self._scribe.say(hand, body), None)[1]

    def at(self, time_ms: int, act: Callable[[], None]) -> None:
        """Plan an act; of acts at one time the one that was planned first comes first."""
        heapq.heappush(self._acts, (time_ms, len(self._acts), act))

    def play(self) -> None:
        """Everything in its time, then rest until all of it has settled."""
        last_ms = self._scribe.now_ms
        while self._acts:
            last_ms, _, act = heapq.heappop(self._acts)
            self._scribe.reach(last_ms)
            act()
            self._scribe.flush()
        self._scribe.reach(last_ms + REST_MS)
