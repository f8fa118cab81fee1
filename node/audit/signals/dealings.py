"""Signals about staff, kin, agents and allowances."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from node.audit.signals import services
from node.audit.signals.facts import Asked, Facts
from node.audit.signals.findings import Flag, Signal
from node.chain.policy import DAY_MS, MINUTE_MS, month_of
from node.chain.records.entries import HonourEntry
from node.chain.records.orders import Order
from node.chain.types import Id

BATCH_MS: Final = 10 * MINUTE_MS
BATCH_MIN: Final = 8
BATCH_TIMES: Final = 2
"""Of what is usual: the median of all recorders' largest batches."""
GIFT_MS: Final = 10 * DAY_MS
"""Three days after the default waiting time has passed."""
ELDERS_MAX: Final = 3
MONTH_END_MS: Final = 3 * DAY_MS
MONTH_END_MIN: Final = 900
"""Half of the default allowance of a month."""
MONTH_END_PERMILLE: Final = 800
HONOUR_MIN: Final = 600
HONOUR_TIMES: Final = 3
_PERMILLE: Final = 1_000


def recorder_batches(facts: Facts) -> Iterator[Flag]:
    """Many orders on behalf by one recorder within minutes."""
    by_recorder: defaultdict[Id, list[Asked]] = defaultdict(list)
    for asked in facts.asked:
        by_recorder[asked.by].append(asked)
    largest = {recorder: _largest(asked) for recorder, asked in by_recorder.items()}
    sizes = sorted(map(len, largest.values()))
    usual = sizes[len(sizes) // 2] if sizes else 0
    for recorder, batch in largest.items():
        if len(batch) >= max(BATCH_MIN, BATCH_TIMES * usual):
            numbers = {"count": len(batch), "minutes": BATCH_MS // MINUTE_MS}
            ids = tuple(asked.tx for asked in batch)
            yield Flag(Signal.RECORDER_BATCH, recorder.hex(), numbers, ids)


def _largest(asked: list[Asked]) -> list[Asked]:
    """The most orders of a recorder within the window."""
    best: list[Asked] = []
    first = 0
    for last, one in enumerate(asked):
        while one.time_ms - asked[first].time_ms > BATCH_MS:
            first += 1
        if last - first + 1 > len(best):
            best = asked[first : last + 1]
    return best


def kin_gifts(facts: Facts) -> Iterator[Flag]:
    """A gift soon after the binding that allows it."""
    for gift in facts.gifts:
        age_ms = gift.time_ms - gift.bound_ms
        if age_ms < GIFT_MS:
            numbers = {"minutes": gift.minutes, "days": age_ms // DAY_MS}
            yield Flag(Signal.KIN_GIFT, gift.giver.hex(), numbers, (gift.tx,))


def many_elders(facts: Facts) -> Iterator[Flag]:
    """One agent of many elders, one after the other."""
    elders: defaultdict[Id, dict[Id, str]] = defaultdict(dict)
    for granted in facts.granted:
        elders[granted.agent].setdefault(granted.elder, granted.tx)
    for agent, found in elders.items():
        if len(found) > ELDERS_MAX:
            yield Flag(
                Signal.MANY_ELDERS, agent.hex(), {"count": len(found)}, tuple(found.values())
            )


def month_ends(facts: Facts) -> Iterator[Flag]:
    """A month's allowance that goes in its last three days."""
    months: defaultdict[tuple[Id, int], list[Order]] = defaultdict(list)
    for order in facts.orders:
        if order.payer_kind == "fund":
            months[order.recipient, month_of(order.checked_in_ms)].append(order)
    for (elder, month), orders in months.items():
        late = [o for o in orders if month_of(o.checked_in_ms + MONTH_END_MS) != month]
        paid, whole = sum(o.paid_min for o in late), sum(o.paid_min for o in orders)
        if paid >= MONTH_END_MIN and paid * _PERMILLE >= whole * MONTH_END_PERMILLE:
            ids = tuple(order.id.hex() for order in late)
            yield Flag(Signal.MONTH_END, elder.hex(), {"minutes": paid}, ids)


def recorder_honours(facts: Facts) -> Iterator[Flag]:
    """Manual entries by one recorder in one month, many times what colleagues enter."""
    months: defaultdict[int, defaultdict[Id, list[HonourEntry]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entry in facts.entries.values():
        months[month_of(entry.entered_ms)][entry.recorder].append(entry)
    for by_recorder in months.values():
        minutes = Counter({r: sum(e.minutes for e in found) for r, found in by_recorder.items()})
        usual = sorted(minutes.values())[(len(minutes) - 1) // 2]
        for recorder, total in minutes.items():
            others = usual if len(minutes) > 1 else 0
            if total >= max(HONOUR_MIN, HONOUR_TIMES * others):
                ids = tuple(entry.id.hex() for entry in by_recorder[recorder])
                yield Flag(Signal.RECORDER_HONOUR, recorder.hex(), {"minutes": total}, ids)


SIGNALS: Final[tuple[Callable[[Facts], Iterator[Flag]], ...]] = (
    services.travel_gaps,
    services.pair_shares,
    services.short_cycles,
    services.night_shares,
    services.site_spikes,
    services.same_lengths,
    services.exact_holds,
    services.quick_confirms,
    recorder_batches,
    services.same_confirmers,
    services.site_methods,
    services.late_reports,
    month_ends,
    kin_gifts,
    many_elders,
    recorder_honours,
)


def all_flags(facts: Facts) -> list[Flag]:
    """Everything that any signal finds, by kind."""
    return [flag for signal in SIGNALS for flag in signal(facts)]
