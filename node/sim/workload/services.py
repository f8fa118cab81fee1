"""Orders from evening to evening: asked for, taken, served, confirmed, disputed."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Final

from node.chain.policy import MINUTE_MS
from node.chain.rules.orders.presence import RECIPIENT_WALLET, Meeting, ServiceMoment
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    Appeal,
    ApproveOrder,
    Cancel,
    CheckIn,
    CheckOut,
    Endorse,
    GiveBack,
    ObjectOrder,
    Presence,
    RejectOrder,
    ReportNoShow,
    Request,
    RuleOrder,
    Withdraw,
)
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Minutes
from node.sim.workload import proportions
from node.sim.workload.confirming import Confirmations
from node.sim.workload.demand import Demand
from node.sim.workload.errands import SERVING, Errand, Fate, carry_out, release, settle
from node.sim.workload.people import draw
from node.sim.workload.schedule import NO_SHOW_MS, Later
from node.sim.workload.scribe import Scribe

COMING_MS: Final = (-4 * MINUTE_MS, 5 * MINUTE_MS)
"""When volunteers come, before and after the planned start."""
LINGERING_MS: Final = (-3 * MINUTE_MS, 6 * MINUTE_MS)
"""How much longer than paid a service takes; less than the grace, and far from the next half hour."""
MOMENTS: Final = 2
"""Different ones of each at one start; a city of real nodes waits for every one."""
NOTICE: Final = 1
REASON: Final = Code("workload")
RULE: Final = Code("pool.no-source")


class Services:
    """All orders that are not final, by what is next for them."""

    def __init__(self, scribe: Scribe, demand: Demand, later: Later) -> None:
        """None yet."""
        self._scribe = scribe
        self._demand = demand
        self._later = later
        self._policy = scribe.ground.genesis.policy
        self._tomorrow: list[Errand] = []
        self._today: list[Errand] = []
        self._ended: list[Errand] = []
        self._disputed: list[Errand] = []
        self._ruled: list[Errand] = []
        self._confirmations = Confirmations(scribe)
        self._settled: list[Errand] = []

    @property
    def open(self) -> bool:
        """Whether anybody still has something to say about an order."""
        return any((self._tomorrow, self._today, self._ended, self._disputed, self._ruled))

    def ask(self, midnight_ms: int) -> None:
        """The evening before: requests, reviews, withdrawals, acceptances of the orders of a day."""
        scribe = self._scribe
        errands = list(self._demand.orders(midnight_ms))
        self._request(errands)
        published = [e for e in errands if e.fate is not Fate.REJECTED]
        for errand in errands:
            self._review(errand)
        scribe.flush()
        for errand in published:
            if errand.fate is Fate.WITHDRAWN:
                scribe.say(errand.requester, Withdraw(errand.id, REASON))
                release(scribe.books, errand)
            else:
                self._accept(errand)
        scribe.flush()
        self._tomorrow = [e for e in published if e.fate is not Fate.WITHDRAWN]

    def _request(self, errands: Sequence[Errand]) -> None:
        """The second order of a job names the first, which must stand in a block by then."""
        scribe = self._scribe
        for wave in ([e for e in errands if e.first is None], [e for e in errands if e.first]):
            for errand in wave:
                scribe.books.done[errand.fate.value] += 1
                body = _request_of(errand, scribe)
                errand.id, errand.origin = scribe.make(errand.requester, body)
                errand.events = 1
            scribe.flush()

    def _review(self, errand: Errand) -> None:
        scribe = self._scribe
        if errand.urgent:
            return
        errand.reviewer = scribe.turn(scribe.desk(errand.district).reviewers)
        if errand.fate is Fate.REJECTED:
            scribe.say(errand.reviewer, RejectOrder(errand.id, REASON))
            release(scribe.books, errand)
            return
        scribe.say(errand.reviewer, ApproveOrder(errand.id, errand.origin, errand.events))
        errand.events += 1

    def _accept(self, errand: Errand) -> None:
        volunteer = errand.volunteer
        assert volunteer is not None, "drawn with the order"
        credit = Code("self" if volunteer.team is None else "team")
        self._scribe.say(
            volunteer.hand,
            Accept(errand.id, errand.origin, errand.events, credit, NOTICE, self._scribe.paper()),
        )
        errand.events += 1

    def morning(self) -> None:
        """Orders are cancelled, or given back and taken by somebody else, or by nobody."""
        scribe = self._scribe
        self._today, self._tomorrow = self._tomorrow, []
        again: list[Errand] = []
        for errand in list(self._today):
            if errand.fate is Fate.CANCELLED:
                scribe.say(errand.requester, Cancel(errand.id, REASON))
                release(scribe.books, errand)
                self._today.remove(errand)
            elif errand.fate is Fate.GIVEN_BACK:
                assert errand.volunteer is not None, "it was accepted"
                scribe.say(errand.volunteer.hand, GiveBack(errand.id, REASON))
                errand.events += 1
                again.append(errand)
        scribe.flush()
        for errand in again:
            other = self._demand.replacement(errand)
            if other is None:
                self._today.remove(errand)
                self._later.add(errand.end_ms, partial(release, scribe.books, errand))
            else:
                errand.hand_on(other)
                self._accept(errand)
        scribe.flush()

    def serve(self, start_ms: int) -> None:
        """Everything that is planned for an instant: nobody comes, or leaves, quite on the second."""
        scribe = self._scribe
        here = [e for e in self._today if e.start_ms == start_ms]
        serving = [e for e in here if e.fate in SERVING]
        missed = [e for e in here if e.fate is Fate.NO_SHOW]
        chance = Random(f"{scribe.seed}/{start_ms}")
        lingering = [chance.randint(*LINGERING_MS) for _ in range(MOMENTS)]
        leaving: dict[int, list[Errand]] = {}
        for begun_ms, errands in self._begin(start_ms, serving, chance):
            for errand in errands:
                end_ms = begun_ms + errand.served_min * MINUTE_MS + chance.choice(lingering)
                leaving.setdefault(end_ms, []).append(errand)
        for errand in here:
            if errand.fate is Fate.LAPSED:
                due = start_ms + self._policy.orders.lapse_ms + self._policy.orders.lapsed_ms
                self._later.add(due, partial(release, scribe.books, errand))
        reported_ms = start_ms + NO_SHOW_MS
        for moment_ms in sorted({*leaving, *([reported_ms] if missed else ())}):
            scribe.reach(moment_ms)
            for errand in leaving.get(moment_ms, ()):
                self._end(errand)
            if moment_ms == reported_ms:
                self._report_missed(missed)
            scribe.flush()
        self._ended += serving
        self._today = [e for e in self._today if e.start_ms != start_ms]

    def _begin(
        self, start_ms: int, serving: Sequence[Errand], chance: Random
    ) -> Iterator[tuple[int, list[Errand]]]:
        """Some are early and some are late; yields when each group has checked in."""
        scribe = self._scribe
        groups: dict[int, list[Errand]] = {}
        moments = [start_ms + chance.randint(*COMING_MS) for _ in range(MOMENTS)]
        for errand in serving:
            groups.setdefault(chance.choice(moments), []).append(errand)
        for moment_ms, errands in sorted(groups.items()):
            scribe.reach(moment_ms)
            for errand in errands:
                now = EpochMs(scribe.now_ms)
                self._check(errand, CheckIn(errand.id, now, self._presence(errand, now)))
            scribe.flush()
            yield scribe.now_ms, errands

    def _end(self, errand: Errand) -> None:
        reason = Code("done" if errand.fate is not Fate.SHORT else "cut-short")
        now = EpochMs(self._scribe.now_ms)
        self._check(errand, CheckOut(errand.id, now, reason, NO_PRESENCE))

    def _report_missed(self, missed: Sequence[Errand]) -> None:
        for errand in missed:
            self._scribe.say(errand.requester, ReportNoShow(errand.id))
            release(self._scribe.books, errand)

    def _presence(self, errand: Errand, now: EpochMs) -> Presence:
        """Who asked with their own phone shows it to the volunteer at the door."""
        hand = errand.recipient.hand
        if errand.requester is not hand:
            return NO_PRESENCE
        assert errand.volunteer is not None, "it was accepted"
        meeting = Meeting(errand.id, errand.volunteer.hand.id, ServiceMoment.START, now)
        return meeting.signed(hand.chain_id, hand.seed, RECIPIENT_WALLET, hand.id)

    def _check(self, errand: Errand, body: CheckIn | CheckOut) -> None:
        assert errand.volunteer is not None, "it was accepted"
        self._scribe.say(errand.volunteer.hand, body)
        errand.events += 1

    def evening(self) -> None:
        """The recipients' sides confirm, or object."""
        scribe = self._scribe
        said: list[tuple[Errand, int]] = []
        for errand in self._ended:
            if errand.fate is Fate.DISPUTED:
                scribe.say(errand.requester, ObjectOrder(errand.id, REASON, scribe.paper()))
                self._disputed.append(errand)
            else:
                said.append((errand, self._confirmations.confirm(errand)))
            errand.events += 1
        self._ended = []
        scribe.flush()
        for errand, cooling_ms in said:
            self._endorse(errand)
            self._later.add(scribe.now_ms + cooling_ms, partial(self._pay, errand))
        scribe.flush()

    def _pay(self, errand: Errand) -> None:
        settle(self._scribe.books, errand, errand.served_min, self._cap_min)
        self._settled.append(errand)

    def take_settled(self) -> list[Errand]:
        """Orders that have settled since this was asked last; those that were disputed are not among them."""
        settled, self._settled = self._settled, []
        return settled

    @property
    def _cap_min(self) -> int:
        return self._policy.persons.cap_min

    def _endorse(self, errand: Errand) -> None:
        if errand.needs_endorse:
            self._scribe.books.done["endorsed"] += 1
            reviewer = self._scribe.turn(
                self._scribe.desk(errand.district).reviewers, errand.reviewer
            )
            self._scribe.say(reviewer, Endorse(errand.id, errand.origin, errand.events))

    def judge(self) -> None:
        """Verdicts on the disputes of the day before, appeals against those of the day before that."""
        ruled, self._ruled = self._ruled, []
        appealed = [errand for errand in ruled if self._appeal(errand)]
        self._scribe.flush()
        waiting, self._disputed = self._disputed, []
        verdicts = list(proportions.VERDICTS)
        shares = list(proportions.VERDICTS.values())
        for errand in (*waiting, *appealed):
            (errand.verdict,) = self._scribe.rng.choices(verdicts, shares)
            self._rule(errand)
        self._scribe.flush()
        books, cap = self._scribe.books, self._cap_min
        for errand in waiting:
            due = self._scribe.now_ms + self._policy.orders.ruled_ms
            self._later.add(due, self._unless_appealed(errand))
            self._ruled.append(errand)
        for errand in appealed:
            carry_out(books, errand, cap)

    def _unless_appealed(self, errand: Errand) -> Callable[[], None]:
        def stands() -> None:
            if not errand.appealed:
                carry_out(self._scribe.books, errand, self._cap_min)

        return stands

    def _appeal(self, errand: Errand) -> bool:
        """A volunteer who is not content asks the city's arbiters."""
        unhappy = errand.verdict in {"to-payer", "void", "split"}
        if not unhappy or not draw(self._scribe.rng, proportions.APPEALS):
            return False
        assert errand.volunteer is not None, "a service has a volunteer"
        self._scribe.say(errand.volunteer.hand, Appeal(errand.id, REASON))
        errand.events += 1
        errand.appealed = True
        self._scribe.books.done["appealed"] += 1
        return True

    def _rule(self, errand: Errand) -> None:
        scribe = self._scribe
        assert errand.volunteer is not None, "a service has a volunteer"
        if not errand.counted_min:
            errand.counted_min = scribe.world.counted_min(errand.id, errand.volunteer.hand)
        arbiters = scribe.desk(errand.district).arbiters
        arbiter = scribe.turn(scribe.ground.city_arbiters if errand.appealed else arbiters)
        minutes = Minutes(errand.served_min if errand.verdict == "split" else 0)
        verdict = Code(errand.verdict)
        paper = scribe.paper()
        body = RuleOrder(errand.id, errand.origin, errand.events, verdict, minutes, paper)
        scribe.say(arbiter, body)
        errand.events += 1
        scribe.books.done[f"ruled-{errand.verdict}"] += 1


def _request_of(errand: Errand, scribe: Scribe) -> Request:
    recipient = errand.recipient
    agent = recipient.agent is not None and errand.requester is recipient.agent.hand
    paying = errand.payer is not None and errand.requester is errand.payer.hand
    consent = "in-person" if errand.on_behalf else "agent" if agent and not paying else "own-key"
    return Request(
        recipient=recipient.hand.id,
        payer_kind=Code(errand.payer_kind),
        payer=errand.paid_by,
        service=errand.service.code,
        district=errand.district,
        site=errand.site,
        start_ms=errand.start_ms,
        expected_min=Minutes(errand.expected_min),
        invited=NO_ID,
        job=NO_ID if errand.first is None else errand.first.id,
        rule=RULE if errand.payer_kind == "pool" else Code("-"),
        consent=Code(consent),
        consent_evidence=scribe.paper() if errand.on_behalf else ZERO_HASH,
        detail=scribe.paper(),
    )
