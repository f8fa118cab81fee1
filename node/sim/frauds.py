"""Frauds among honest people: each through real, signed transactions that every node accepts.

A rule stops what can be told from one transaction; these break none. They show in the pattern of many, which is what
an auditor's signals look for. ``Frauds`` plays after a ``workload.Life`` in front of the same world: it takes residents
who have nothing to do and lets them cheat, all kinds side by side, over some weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from node.chain.ledger import Ledger
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, month_of
from node.chain.tx.entries import EnterHonour
from node.chain.tx.identity import AcceptKin, GrantAgent, OfferKin, RevokeAgent
from node.chain.tx.organisation import ApproveKin
from node.chain.tx.transfers import Give
from node.chain.types import ZERO_HASH, Code, EpochMs, Minutes
from node.sim.fraudstage import BEFORE_MS, COMPANY, Service, Stage
from node.sim.workload.people import Resident
from node.sim.workload.schedule import day_start_ms
from node.sim.workload.scribe import Scribe

QUICK_MS: Final = 20_000
NIGHT_HOUR: Final = 2
DAY_HOUR: Final = 10
KIN_REST_MS: Final = 8 * DAY_MS
ENTRY_MIN: Final = 120
REPEATS: Final = 12
"""Services of a pattern."""
LAST_DAYS_MS: Final = 3 * DAY_MS
OFFLINE_PEOPLE: Final = 12
"""Honest volunteers of whose services one was reported afterwards."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One fraud.

    Attributes:
        signal: the kind of signal that should find it.
        subjects: ids in hexadecimal of the persons, or codes of the site; a finding about any of them has found it.
    """

    signal: str
    subjects: tuple[str, ...]


class Frauds:
    """Plants frauds in front of a world where a life has been."""

    def __init__(self, scribe: Scribe, residents: list[Resident], ledger: Ledger) -> None:
        """Nothing planted yet.

        Args:
            scribe: of the life.
            residents: everybody.
            ledger: of its world.
        """
        self._scribe = scribe
        self._stage = Stage(scribe, ledger)
        self._day_ms = day_start_ms(scribe.now_ms) + 2 * DAY_MS
        self._idle = [r for r in residents if r.serves and not r.active and not r.kin]
        self._funded = [r for r in residents if r.funded and r.has_key and not r.kin]
        self._keyless = [
            r for r in residents if r.funded and not r.has_key and r.agent is None and not r.kin
        ]
        self._earners = sorted(
            (r for r in residents if r.serves and r.receives and r.team is None and not r.kin),
            key=lambda r: -scribe.books.store(r.hand.id, r.home),
        )
        self.planted: list[Planted] = []

    def plant(self) -> list[Planted]:
        """Play all of them; returns what was planted."""
        for make in (
            *[self._month_end] * 2,
            *[self._batch] * 2,
            *[self._travel] * 4,
            *[self._pair] * 4,
            *[self._night] * 4,
            *[self._length] * 4,
            *[self._quick] * 4,
            *[self._cycle] * 3,
            *[self._caller] * 3,
            *[self._spike] * 2,
            *[self._agent] * 2,
            *[self._kin] * 2,
            *[self._honour] * 2,
            *[self._staffed] * 2,
            *[self._exact] * 2,
            *[self._late] * 2,
        ):
            self.planted.append(make())
        self._offline()
        self._stage.play()
        return self.planted

    def _volunteer(self) -> Resident:
        return self._idle.pop()

    def _elder(self) -> Resident:
        """A funded elder, each in turn."""
        elder = self._funded.pop(0)
        self._funded.append(elder)
        return elder

    def _days(self, count: int, hour: int) -> Iterator[int]:
        """Starts on days that follow one another, at slightly other minutes."""
        for day in range(count):
            shift = self._scribe.rng.randrange(50) * MINUTE_MS
            yield self._day_ms + day * DAY_MS + hour * HOUR_MS + shift

    def _travel(self) -> Planted:
        """Two services in two districts within a quarter of an hour of each other."""
        volunteer = self._volunteer()
        codes = [d.code for d in self._scribe.ground.genesis.districts]
        other = next(code for code in codes if code != volunteer.home)
        for start in self._days(2, DAY_HOUR):
            first = Service(volunteer, self._elder(), start, minutes=76, district=volunteer.home)
            second = Service(volunteer, self._elder(), start + 80 * MINUTE_MS, district=other)
            second.site = Code(f"{other}-0")
            self._stage.serve(first)
            self._stage.serve(second)
        return Planted("travel-gap", (volunteer.hand.id.hex(),))

    def _pair(self) -> Planted:
        """A volunteer and an elder who have only each other."""
        volunteer, elder = self._volunteer(), self._funded.pop()
        for start in self._days(REPEATS + 2, DAY_HOUR + 3):
            self._stage.serve(Service(volunteer, elder, start))
        return Planted("pair-share", (volunteer.hand.id.hex(), elder.hand.id.hex()))

    def _night(self) -> Planted:
        """Services at two in the morning."""
        volunteer = self._volunteer()
        for start in self._days(REPEATS // 2, NIGHT_HOUR):
            self._stage.serve(Service(volunteer, self._elder(), start))
        return Planted("night-share", (volunteer.hand.id.hex(),))

    def _length(self) -> Planted:
        """Always the same odd length."""
        volunteer = self._volunteer()
        odd = 64 + self._scribe.rng.randrange(20)
        for start in self._days(REPEATS, DAY_HOUR + 5):
            self._stage.serve(Service(volunteer, self._elder(), start, minutes=odd))
        return Planted("same-length", (volunteer.hand.id.hex(),))

    def _quick(self) -> Planted:
        """Confirmed as soon as checked out: one person holds both telephones."""
        volunteer = self._volunteer()
        for start in self._days(REPEATS // 2, DAY_HOUR - 2):
            self._stage.serve(Service(volunteer, self._elder(), start, confirm_after_ms=QUICK_MS))
        return Planted("quick-confirm", (volunteer.hand.id.hex(),))

    def _cycle(self) -> Planted:
        """Two who serve each other for their own minutes."""
        one, other = self._earners.pop(0), self._earners.pop(0)
        for turn, start in enumerate(self._days(4, DAY_HOUR + 7)):
            volunteer, recipient = (one, other) if turn % 2 else (other, one)
            self._stage.serve(
                Service(volunteer, recipient, start, minutes=30, expected_min=30, own=True)
            )
        return Planted("short-cycle", (one.hand.id.hex(), other.hand.id.hex()))

    def _caller(self) -> Planted:
        """One caller for one elder, every time."""
        elder = self._keyless.pop()
        desk = self._scribe.desk(elder.home)
        caller, recorder = desk.callers[0], desk.recorders[0]
        volunteers = self._volunteer(), self._volunteer()
        for turn, start in enumerate(self._days(REPEATS, DAY_HOUR + 1)):
            volunteer = volunteers[turn % 2]
            self._stage.serve(Service(volunteer, elder, start, recorder=recorder, caller=caller))
        return Planted("same-confirmer", (caller.id.hex(),))

    def _batch(self) -> Planted:
        """A recorder invents a dozen orders at once."""
        home = next(r.home for r in self._funded if r.home not in self._batched())
        recorder = self._scribe.desk(home).recorders[1]
        (start,) = self._days(1, DAY_HOUR + 2)
        elders = [r for r in self._funded if r.home == home][: REPEATS // 2]
        while len(elders) < REPEATS:
            elders += elders[: REPEATS - len(elders)]
        helpers = [self._volunteer() for _ in range(REPEATS // 2)] * 2
        for number, (helper, elder) in enumerate(zip(helpers, elders, strict=True)):
            later = start + number // 2 * DAY_MS
            service = Service(helper, elder, later, recorder=recorder)
            service.asked_ms = start - BEFORE_MS
            self._stage.serve(service)
        return Planted("recorder-batch", (recorder.id.hex(),))

    def _batched(self) -> set[Code]:
        done = {s for p in self.planted if p.signal == "recorder-batch" for s in p.subjects}
        desks = self._scribe.ground.desks.items()
        return {code for code, desk in desks if desk.recorders[1].id.hex() in done}

    def _spike(self) -> Planted:
        """A site that has a hundred visitors on one day."""
        count = sum(p.signal == "site-spike" for p in self.planted)
        home = self._scribe.ground.genesis.districts[count].code
        site = Code(f"{home}-3")
        (start,) = self._days(1, DAY_HOUR + 4)
        for helper in [self._volunteer() for _ in range(8)]:
            for at_ms in (start, start + 3 * HOUR_MS, start + 6 * HOUR_MS):
                self._stage.serve(Service(helper, self._elder(), at_ms, district=home, site=site))
        return Planted("site-spike", (site,))

    def _agent(self) -> Planted:
        """An agent of one elder after the other."""
        agent = self._volunteer()
        elders = [self._funded.pop(0) for _ in range(5)]
        for start, elder in zip(self._days(len(elders), DAY_HOUR), elders, strict=True):
            self._stage.at(
                start, self._stage.saying(elder.hand, GrantAgent(agent.hand.id, (Code("request"),)))
            )
            revoke = RevokeAgent(elder.hand.id, agent.hand.id)
            self._stage.at(start + HOUR_MS, self._stage.saying(elder.hand, revoke))
        self._funded += elders
        return Planted("many-elders", (agent.hand.id.hex(),))

    def _kin(self) -> Planted:
        """Kin for the sake of a gift."""
        giver, taker = self._earners.pop(0), self._funded.pop()
        (start,) = self._days(1, DAY_HOUR)
        self._stage.at(start, lambda: self._bind(giver, taker))
        gift = Give(taker.hand.id, Minutes(30))
        self._stage.at(start + KIN_REST_MS, self._stage.saying(giver.hand, gift))
        return Planted("kin-gift", (giver.hand.id.hex(),))

    def _bind(self, giver: Resident, taker: Resident) -> None:
        scribe = self._scribe
        binding, origin = scribe.make(giver.hand, OfferKin(taker.hand.id, Code("parent")))
        scribe.flush()
        scribe.say(taker.hand, AcceptKin(binding, origin, Code("own-key"), ZERO_HASH))
        scribe.flush()
        scribe.agree([(*scribe.reviewers(giver.home), ApproveKin(binding, origin))])

    def _honour(self) -> Planted:
        """A recorder who enters hours for a friend every day."""
        person = self._volunteer()
        desk = self._scribe.desk(person.home)
        recorder = desk.recorders[0]

        def enter() -> None:
            self._scribe.agree([(recorder, desk.reviewers[0], self._entry(person))])

        for start in self._days(REPEATS, DAY_HOUR + 8):
            self._stage.at(start, enter)
        return Planted("recorder-honour", (recorder.id.hex(),))

    def _entry(self, person: Resident) -> EnterHonour:
        served = EpochMs(self._scribe.now_ms - 2 * ENTRY_MIN * MINUTE_MS)
        return EnterHonour(
            person.hand.id,
            person.home,
            person.site,
            COMPANY,
            served,
            Minutes(ENTRY_MIN),
            self._scribe.paper(),
        )

    def _month_end(self) -> Planted:
        """What is left of an elder's allowance goes in the last days of the month, to friends."""
        elder, day_ms = self._funded.pop(), self._day_ms
        helpers = [self._volunteer() for _ in range(3)]
        while month_of(day_ms) == month_of(day_ms + LAST_DAYS_MS):
            day_ms += DAY_MS
        for day in range(2):
            for turn in range(3):
                start = day_ms + day * DAY_MS + (7 + 4 * turn) * HOUR_MS
                self._stage.serve(
                    Service(helpers[turn], elder, start, 215 + turn, expected_min=210)
                )
        return Planted("month-end", (elder.hand.id.hex(),))

    def _staffed(self) -> Planted:
        """A site where hardly any elder confirms and staff always do."""
        count = sum(p.signal == "site-method" for p in self.planted)
        home = self._scribe.ground.genesis.districts[-1 - count].code
        site, desk = Code(f"{home}-2"), self._scribe.desk(home)
        elders = [r for r in self._keyless if r.home == home] or self._keyless
        helpers = [self._volunteer() for _ in range(REPEATS // 2)]
        for number, start in enumerate(self._days(REPEATS + 6, DAY_HOUR - 1)):
            for turn in range(2):
                elder = elders[(2 * number + turn) % len(elders)]
                recorder, caller = (
                    desk.recorders[turn],
                    desk.callers[(number + turn) % len(desk.callers)],
                )
                at_ms = start + 4 * turn * HOUR_MS
                helper = helpers[(2 * number + turn) % len(helpers)]
                service = Service(helper, elder, at_ms, district=home, site=site)
                service.recorder, service.caller = recorder, caller
                self._stage.serve(service)
        return Planted("site-method", (site,))

    def _exact(self) -> Planted:
        """Always to the second what is held: nobody looked at a clock, the program did."""
        volunteer = self._volunteer()
        for start in self._days(REPEATS, DAY_HOUR + 6):
            self._stage.serve(Service(volunteer, self._elder(), start, minutes=60))
        return Planted("exact-hold", (volunteer.hand.id.hex(),))

    def _late(self) -> Planted:
        """Never seen at work: every service is reported when it is over."""
        volunteer = self._volunteer()
        for start in self._days(REPEATS, DAY_HOUR + 2):
            self._stage.serve(Service(volunteer, self._elder(), start, offline=True))
        return Planted("late-reports", (volunteer.hand.id.hex(),))

    def _offline(self) -> None:
        """No fraud: where the network is bad, honest people report some services afterwards as well."""
        for _ in range(OFFLINE_PEOPLE):
            volunteer = self._volunteer()
            for number, start in enumerate(self._days(3, DAY_HOUR + 3)):
                self._stage.serve(Service(volunteer, self._elder(), start, offline=number == 1))
