"""Who asks for what: the next day's orders, with payers who have the minutes and volunteers who have the time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from node.chain.policy import ServiceClass, month_of, week_of
from node.chain.types import Code, EpochMs
from node.sim.workload import proportions
from node.sim.workload.books import Account, free
from node.sim.workload.errands import Errand, Fate, hold, release, whole
from node.sim.workload.hands import Hand
from node.sim.workload.people import Kind, Resident, draw
from node.sim.workload.schedule import SLOTS_MS
from node.sim.workload.scribe import Scribe

ASKERS: Final = 6
"""People who come forward before a wish stays unmet for lack of minutes or volunteers."""
TRIES: Final = 30
PAIR_ORDERS_MAX: Final = 12
"""Of one volunteer and one elder in a month: below the policy's limit by orders and by minutes."""


class Demand:
    """Draws orders; the minutes of each are held in the books at once."""

    def __init__(self, scribe: Scribe, residents: Sequence[Resident]) -> None:
        """Everybody who may be served, and everybody who serves."""
        self._scribe = scribe
        self._policy = scribe.ground.genesis.policy
        self._by_code: Mapping[str, ServiceClass] = {
            s.code: s for s in scribe.ground.genesis.catalogue if s.parent == s.code
        }
        self._codes = [code for code in proportions.SERVICES if code in self._by_code]
        self._shares = [proportions.SERVICES[code] for code in self._codes]
        self._elders = [r for r in residents if r.kind is not Kind.VOLUNTEER]
        self._older = [r for r in residents if r.kind is Kind.VOLUNTEER and r.receives and r.active]
        self._active: dict[Code, list[Resident]] = {}
        for resident in residents:
            if resident.active:
                self._active.setdefault(resident.home, []).append(resident)
        self._homes = list(self._active)
        self._allowances: Counter[tuple[bytes, int]] = Counter()
        self._urgent: Counter[tuple[str, str, int]] = Counter()
        self._people = len(residents)

    def orders(self, midnight_ms: int) -> Iterator[Errand]:
        """The orders of the day that begins at this midnight; a job for two comes as two in a row."""
        rng = self._scribe.rng
        wanted, rest = divmod(self._people * proportions.ORDERS_A_DAY, 1_000)
        count = wanted + draw(rng, rest)
        for _ in range(count):
            start = EpochMs(midnight_ms + rng.choice(SLOTS_MS))
            yield from self._somebody(start)

    def _somebody(self, start_ms: EpochMs) -> list[Errand]:
        """The order of somebody who can pay for it, among the few who come first."""
        for _ in range(ASKERS):
            recipient = self._recipient()
            errands = [] if recipient is None else self._job(recipient, start_ms)
            if errands:
                return errands
        self._scribe.books.done["unmet"] += 1
        return []

    def _recipient(self) -> Resident | None:
        rng = self._scribe.rng
        groups = [group for group in (self._elders, self._elders, self._older) if group]
        found = rng.choice(rng.choice(groups)) if groups else None
        return None if found is None or found.unsettled else found

    def _job(self, recipient: Resident, start_ms: EpochMs) -> list[Errand]:
        rng = self._scribe.rng
        (code,) = rng.choices(self._codes, self._shares)
        service = self._by_code[code]
        lengths = proportions.LENGTHS
        ((minutes, _),) = rng.choices(lengths, [share for _, share in lengths])
        hands = max(1, service.siblings)
        found: list[Resident] = []
        for _ in range(hands):
            volunteer = self._volunteer(recipient, service, start_ms, found)
            if volunteer is None:
                return []
            found.append(volunteer)
        errands: list[Errand] = []
        for volunteer in found:
            errand = self._errand(recipient, service, start_ms, minutes, single=hands == 1)
            if errand is None:
                for other in errands:
                    release(self._scribe.books, other)
                return []
            errand.volunteer = volunteer
            errand.first = errands[0] if errands else None
            errands.append(errand)
        for errand, volunteer in zip(errands, found, strict=True):
            self._reserve(errand, volunteer)
            errand.begin()
        return errands

    def replacement(self, errand: Errand) -> Resident | None:
        """Somebody else who could take an order that was given back."""
        assert errand.volunteer is not None, "somebody gave it back"
        found = self._volunteer(
            errand.recipient, errand.service, errand.start_ms, [errand.volunteer]
        )
        if found is not None:
            self._reserve(errand, found)
        return found

    def _volunteer(
        self,
        recipient: Resident,
        service: ServiceClass,
        start_ms: EpochMs,
        taken: Sequence[Resident],
    ) -> Resident | None:
        rng = self._scribe.rng
        home = recipient.home
        if draw(rng, proportions.OTHER_DISTRICT) or home not in self._active:
            home = rng.choice(self._homes)
        for _ in range(TRIES):
            one = rng.choice(self._active[home])
            apart = one not in taken and not self._is_related(one, recipient)
            fit = one.trained or not service.training
            rested = one.pairs.get(recipient.hand.id, 0) < PAIR_ORDERS_MAX
            if apart and fit and rested and start_ms not in one.busy and not one.unsettled:
                return one
        return None

    @staticmethod
    def _is_related(volunteer: Resident, recipient: Resident) -> bool:
        """To the recipient, or to kin of the recipient, who may be the payer."""
        circle = (recipient, *recipient.kin)
        return any(volunteer.related(one) for one in circle)

    def _reserve(self, errand: Errand, volunteer: Resident) -> None:
        volunteer.busy.add(errand.start_ms)
        pairs = volunteer.pairs
        pairs[errand.recipient.hand.id] = pairs.get(errand.recipient.hand.id, 0) + 1

    def _errand(
        self,
        recipient: Resident,
        service: ServiceClass,
        start_ms: EpochMs,
        minutes: int,
        *,
        single: bool,
    ) -> Errand | None:
        """An order with somebody who can pay for it; None when nobody can."""
        rng = self._scribe.rng
        fates = list(proportions.FATES)
        (fate,) = rng.choices(fates, list(proportions.FATES.values()))
        errand = Errand(
            recipient=recipient,
            requester=recipient.hand,
            on_behalf=False,
            payer_kind="fund",
            payer=None,
            service=service,
            district=recipient.home,
            site=recipient.site,
            start_ms=start_ms,
            expected_min=minutes,
            fate=Fate(fate) if single else Fate.SERVED,
            served_min=minutes,
        )
        if not self._find_payer(errand):
            return None
        if self._is_urgent(errand) and not self._mark_urgent(errand):
            return None
        hold(self._scribe.books, errand)
        errand.requester, errand.on_behalf = self._requester(errand)
        if errand.fate is Fate.SHORT:
            errand.served_min = whole(minutes // 2, self._policy.service.quantum_min)
        return errand

    def _is_urgent(self, errand: Errand) -> bool:
        """Short, of an urgent class, and not paid by the fund."""
        short = errand.expected_min <= self._policy.orders.urgent_max_min
        return bool(errand.service.urgent) and short and errand.payer_kind != "fund"

    def _mark_urgent(self, errand: Errand) -> bool:
        """Few of a site and week are published without review; nobody asks for more, whose way would depend on luck."""
        key = errand.district, errand.site, week_of(self._scribe.now_ms)
        if self._urgent[key] >= self._policy.orders.urgent_week_max:
            return False
        self._urgent[key] += 1
        errand.urgent = errand.needs_endorse = True
        if errand.fate is Fate.REJECTED:
            errand.fate = Fate.WITHDRAWN
        return True

    def _find_payer(self, errand: Errand) -> bool:
        """Fund, own store, kin's store, pool, in this order."""
        books, recipient, cost = self._scribe.books, errand.recipient, errand.cost_min
        if recipient.funded and self._use_allowance(errand):
            return True
        people = (recipient, *(k for k in recipient.kin if k.serves and not k.unsettled))
        for payer in people:
            if books.balance(free(payer.hand.id, payer.home)) >= cost:
                errand.payer_kind, errand.payer = "person", payer
                return True
        errand.payer_kind = "pool"
        return books.balance(Account("pool", recipient.home, recipient.home)) >= cost

    def _use_allowance(self, errand: Errand) -> bool:
        """A month's allowance of the fund; what comes back is not used again here."""
        key = errand.recipient.hand.id, month_of(errand.start_ms)
        fund = Account("fund", errand.recipient.home, errand.recipient.home)
        used = self._allowances[key] + errand.cost_min
        within = used <= self._policy.issuance.allowance_month_min
        if within and self._scribe.books.balance(fund) >= errand.cost_min:
            self._allowances[key] = used
            return True
        return False

    def _requester(self, errand: Errand) -> tuple[Hand, bool]:
        """(who signs the request, whether a recorder does it on behalf); kin pay by their own key."""
        recipient = errand.recipient
        if errand.payer is not None and errand.payer is not recipient:
            return errand.payer.hand, False
        if recipient.agent is not None and errand.payer_kind == "fund":
            return recipient.agent.hand, False
        if recipient.has_key and not draw(self._scribe.rng, proportions.ON_BEHALF):
            return recipient.hand, False
        recorders = self._scribe.desk(errand.district).recorders
        return self._scribe.turn(recorders), True


def forget_month(residents: Sequence[Resident], oldest_ms: int) -> None:
    """A new month: pairs begin anew; times long past are forgotten."""
    for resident in residents:
        resident.pairs.clear()
        resident.busy = {start for start in resident.busy if start >= oldest_ms}
