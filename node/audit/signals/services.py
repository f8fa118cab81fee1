"""Signals about services: when, where, how long, for whom, and how they were confirmed.

Each function reads the facts and returns its flags. Where a bound is not plainly a matter of sense (nobody is in two
districts at once), the city itself is the measure: a share is flagged when by chance, at the city's own rate, it would
come about less than once in a million.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from math import exp, lgamma, log
from typing import Final

from node.audit.signals.facts import Facts
from node.audit.signals.findings import Flag, Signal
from node.chain.policy import CHINA_OFFSET_MS, DAY_MS, HOUR_MS, MINUTE_MS
from node.chain.records.orders import Order
from node.chain.types import Id

CHANCE_MAX: Final = 1e-6
"""A city has thousands of volunteers and months; what is rarer than this is hardly chance."""
FEW: Final = 3
"""Fewer cases show nothing."""
TRAVEL_MS: Final = 15 * MINUTE_MS
"""The policy's own gap between planned services at two sites."""
PAIR_MIN: Final = 10
PAIR_PERMILLE: Final = 800
"""Of the volunteer's services."""
PAIR_ELDER_PERMILLE: Final = 600
"""Of the elder's, who had a life before."""
NIGHT: Final = (22, 5)
"""From this hour, to before that one."""
SPIKE_MIN: Final = 10
SPIKE_TIMES: Final = 5
QUICK_MS: Final = 60_000
EXACT_MS: Final = 5_000
CYCLE_DAYS: Final = 60
CYCLE_TURNS: Final = 2
"""Services from each to the next: among a few hundred neighbours a circle closes once by chance."""
RUN_MIN: Final = 10
"""Times in a row: two callers who take turns by chance do so once in a thousand."""
STAFF_METHODS: Final = frozenset({"call-back", "witness", "card"})
_PERMILLE: Final = 1_000


def chance(count: int, of: int, rate: float) -> float:
    """Probability of at least ``count`` of ``of`` at a rate."""
    if count <= of * rate or rate >= 1:
        return 1.0
    return sum(
        exp(
            lgamma(of + 1)
            - lgamma(k + 1)
            - lgamma(of - k + 1)
            + k * log(rate)
            + (of - k) * log(1 - rate)
        )
        for k in range(count, of + 1)
    )


def travel_gaps(facts: Facts) -> Iterator[Flag]:
    """Checked out in one district and in again in another sooner than anybody travels."""
    for volunteer, orders in facts.by_volunteer().items():
        near = [
            (a, b, b.checked_in_ms - a.checked_out_ms)
            for a, b in pairwise(orders)
            if a.district != b.district and b.checked_in_ms - a.checked_out_ms < TRAVEL_MS
        ]
        if near:
            minutes = max(gap for _, _, gap in near) // MINUTE_MS + 1
            numbers = {"count": len(near), "minutes": minutes}
            ids = [order for a, b, _ in near for order in (a, b)]
            yield Flag(Signal.TRAVEL_GAP, volunteer.hex(), numbers, _ids(ids))


def pair_shares(facts: Facts) -> Iterator[Flag]:
    """A volunteer and an elder who have hardly anybody else, many times."""
    received = Counter(order.recipient for order in facts.orders)
    for volunteer, orders in facts.by_volunteer().items():
        ((recipient, count),) = Counter(o.recipient for o in orders).most_common(1)
        of_volunteer = len(orders) * PAIR_PERMILLE
        of_elder = received[recipient] * PAIR_ELDER_PERMILLE
        if count >= PAIR_MIN and count * _PERMILLE >= max(of_volunteer, of_elder):
            numbers = {"count": count, "of": len(orders)}
            ids = _ids(o for o in orders if o.recipient == recipient)
            yield Flag(Signal.PAIR_SHARE, volunteer.hex(), numbers, ids)


def short_cycles(facts: Facts) -> Iterator[Flag]:
    """Two or three who serve each other in a circle for minutes of their own."""
    edges: defaultdict[tuple[Id, Id], list[Order]] = defaultdict(list)
    for order in facts.orders:
        if order.payer_kind == "person" and order.volunteer:
            edges[Id(order.volunteer), order.recipient].append(order)
    out: defaultdict[Id, set[Id]] = defaultdict(set)
    for a, b in edges:
        out[a].add(b)
    for cycle in _cycles(out):
        orders = [
            o for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True) for o in edges[a, b]
        ]
        times = sorted(order.checked_in_ms for order in orders)
        pairs = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        if min(len(edges[a, b]) for a, b in pairs) < CYCLE_TURNS:
            continue
        if times[-1] - times[0] <= CYCLE_DAYS * DAY_MS:
            numbers = {"others": len(cycle) - 1, "days": CYCLE_DAYS, "count": len(orders)}
            yield Flag(Signal.SHORT_CYCLE, cycle[0].hex(), numbers, _ids(orders))


def _cycles(out: dict[Id, set[Id]]) -> Iterator[tuple[Id, ...]]:
    """Circles of two and three, each once, from its smallest id."""
    for a in sorted(out):
        for b in sorted(out[a]):
            if b <= a or b not in out:
                continue
            if a in out[b]:
                yield a, b
        for b in sorted(out[a]):
            for c in sorted(out.get(b, ())):
                if a < b and a < c and b != c and a in out.get(c, ()):
                    yield a, b, c


def night_shares(facts: Facts) -> Iterator[Flag]:
    """Services that begin at night, more than chance explains."""
    yield from _shares(facts, Signal.NIGHT_SHARE, is_night)


def is_night(order: Order) -> bool:
    """Whether a service began between ten at night and five in the morning."""
    hour = (order.checked_in_ms + CHINA_OFFSET_MS) % DAY_MS // HOUR_MS
    return hour >= NIGHT[0] or hour < NIGHT[1]


def quick_confirms(facts: Facts) -> Iterator[Flag]:
    """Confirmed within a minute of check-out, more than chance explains."""
    yield from _shares(
        facts,
        Signal.QUICK_CONFIRM,
        lambda o: 0 <= o.confirmed_ms - o.checked_out_ms < QUICK_MS,
    )


def exact_holds(facts: Facts) -> Iterator[Flag]:
    """As long as booked, to seconds, more than chance explains."""
    yield from _shares(
        facts,
        Signal.EXACT_HOLD,
        lambda o: abs(o.checked_out_ms - o.checked_in_ms - o.expected_min * MINUTE_MS) < EXACT_MS,
    )


def late_reports(facts: Facts) -> Iterator[Flag]:
    """Reported afterwards, more than chance explains."""
    yield from _shares(facts, Signal.LATE_REPORTS, lambda order: order.report == "late")


def _shares(facts: Facts, signal: Signal, is_case: Callable[[Order], bool]) -> Iterator[Flag]:
    """Volunteers with more cases than the rest of the city's rate explains."""
    cases = sum(map(is_case, facts.orders))
    for volunteer, orders in facts.by_volunteer().items():
        found = [order for order in orders if is_case(order)]
        others = len(facts.orders) - len(orders)
        # One more of each, so that a city without a case has a rate all the same.
        rate = min(1.0, (cases - len(found) + 1) / (others + 2))
        if len(found) >= FEW and chance(len(found), len(orders), rate) < CHANCE_MAX:
            numbers = {"count": len(found), "of": len(orders)}
            yield Flag(signal, volunteer.hex(), numbers, _ids(found))


def same_lengths(facts: Facts) -> Iterator[Flag]:
    """One volunteer's services all of one length that others seldom have."""
    everywhere = Counter(map(_minutes, facts.orders))
    for volunteer, orders in facts.by_volunteer().items():
        ((minutes, count),) = Counter(map(_minutes, orders)).most_common(1)
        others = len(facts.orders) - len(orders)
        rate = min(1.0, (everywhere[minutes] - count + 1) / (others + 2))
        if count > FEW and chance(count, len(orders), rate) < CHANCE_MAX:
            numbers = {"count": count, "of": len(orders), "minutes": minutes}
            ids = _ids(order for order in orders if _minutes(order) == minutes)
            yield Flag(Signal.SAME_LENGTH, volunteer.hex(), numbers, ids)


def _minutes(order: Order) -> int:
    """Length by block time, to the minute."""
    return (order.checked_out_ms - order.checked_in_ms) // MINUTE_MS


def site_spikes(facts: Facts) -> Iterator[Flag]:
    """A day on which a site had many times what it has on its other days."""
    days: defaultdict[str, defaultdict[int, list[Order]]] = defaultdict(lambda: defaultdict(list))
    seen: set[int] = set()
    for order in facts.orders:
        day = (order.checked_in_ms + CHINA_OFFSET_MS) // DAY_MS
        days[order.site][day].append(order)
        seen.add(day)
    for site, by_day in sorted(days.items()):
        total = sum(map(len, by_day.values()))
        for _, orders in sorted(by_day.items()):
            usual = (total - len(orders)) // max(1, len(seen) - 1) + 1
            if len(orders) >= SPIKE_MIN and len(orders) >= SPIKE_TIMES * usual:
                numbers = {"count": len(orders), "usual": usual}
                yield Flag(Signal.SITE_SPIKE, site, numbers, _ids(orders))


def same_confirmers(facts: Facts) -> Iterator[Flag]:
    """One member of staff confirms for one elder many times in a row, where colleagues would take turns."""
    by_elder: defaultdict[Id, list[Order]] = defaultdict(list)
    for order in facts.orders:
        if order.method in STAFF_METHODS:
            by_elder[order.recipient].append(order)
    for orders in by_elder.values():
        orders.sort(key=lambda order: order.confirmed_ms)
        runs = [list(run) for _, run in groupby(orders, key=lambda order: order.confirmer)]
        longest = max(runs, key=len)
        if len(longest) >= RUN_MIN:
            numbers = {"count": len(longest), "of": len(orders)}
            yield Flag(Signal.SAME_CONFIRMER, longest[0].confirmer.hex(), numbers, _ids(longest))


def site_methods(facts: Facts) -> Iterator[Flag]:
    """A site whose services are confirmed by staff far more than elsewhere."""
    by_site: defaultdict[str, list[Order]] = defaultdict(list)
    for order in facts.orders:
        by_site[order.site].append(order)
    cases = sum(order.method in STAFF_METHODS for order in facts.orders)
    for site, orders in sorted(by_site.items()):
        found = [order for order in orders if order.method in STAFF_METHODS]
        others = len(facts.orders) - len(orders)
        rate = min(1.0, (cases - len(found) + 1) / (others + 2))
        if len(found) > FEW and chance(len(found), len(orders), rate) < CHANCE_MAX:
            numbers = {"count": len(found), "of": len(orders)}
            yield Flag(Signal.SITE_METHOD, site, numbers, _ids(found))


def _ids(orders: Iterable[Order] | Sequence[Order]) -> tuple[str, ...]:
    return tuple(order.id.hex() for order in orders)
