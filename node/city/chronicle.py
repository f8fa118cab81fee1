"""A life of many people in a city of real nodes: played, exported, audited, compared with its own books."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node.city import evidence
from node.city.evidence import Audit, EvidenceFiles
from node.city.nodeworld import NodeWorld, ground_of
from node.city.plan import NODES_DEFAULT, read_plan
from node.city.telling import Ending, ending_of, fresh_city, start_all
from node.console.console import Console
from node.console.formats import duration
from node.console.language import same, t
from node.console.result import Column, Facts, Result, Table
from node.sim.workload.books import Books, Difference, compare
from node.sim.workload.life import Life
from node.sim.workload.proportions import ORDERS_A_DAY

LIFE_RATE: Final = 60
"""A minute a second: an hour's window is a minute for a slow machine, and days pass by leaps."""
TOLD_S: Final = 5.0
FOUNDING_EACH: Final = 4
"""About so many transactions for each person before the first order."""
ORDER_EACH: Final = 8
"""About so many for each order and what happens beside it."""


@dataclass(slots=True)
class Pace:
    """Says how far a life is and how long it may still take, now and then."""

    console: Console
    expected: int
    """Transactions, about."""
    day: int = 0
    _began_s: float = field(default_factory=time.monotonic)
    _told_s: float = 0.0

    def told(self, said: int) -> None:
        """So many transactions stand in blocks."""
        now_s = time.monotonic()
        if now_s - self._told_s < TOLD_S:
            return
        self._told_s = now_s
        spent_s = now_s - self._began_s
        rate = said / max(spent_s, 0.001)
        left_s = max(0, self.expected - said) / max(rate, 0.001)
        self.console.progress(
            t(
                zh="第 {day} 天：{said} 笔交易，每秒 {rate} 笔，约还要 {left} 秒",
                en="Day {day}: {said} transactions, {rate}/s, about {left} s to go",
            ).fill(day=self.day, said=said, rate=round(rate), left=round(left_s))
        )


@dataclass(frozen=True, slots=True)
class Chronicle:
    """What a life left behind."""

    days: int
    people: int
    seed: int
    seconds: float
    life: Life
    ending: Ending
    audit: Audit
    differences: tuple[Difference, ...]

    @property
    def books(self) -> Books:
        """The life's own."""
        return self.life.books


def live(
    root: Path, console: Console, *, days: int, people: int, seed: int, replace_old: bool
) -> tuple[Result, tuple[Difference, ...]]:
    """Play a life in a city of its own.

    Args:
        root: where the city and its evidence go.
        console: hears how far it is.
        days: with orders; some more follow on which everything comes to its end.
        people: who register.
        seed: of all chance.
        replace_old: whether an earlier story in ``root`` gives way.

    Returns:
        The result, and every total that is not as the books predict.

    Raises:
        node.console.fault.Fault: something went otherwise.
    """
    began_s = time.monotonic()
    files = EvidenceFiles(root)
    plan = read_plan().first(NODES_DEFAULT)
    city = fresh_city(root, plan, console.environment, replace_old=replace_old, rate=LIFE_RATE)
    orders = days * people * ORDERS_A_DAY // 1_000
    pace = Pace(console, people * FOUNDING_EACH + orders * ORDER_EACH)
    try:
        start_all(city, console)
        ground = ground_of(city)
        world = NodeWorld(city, ground.genesis, pace.told)
        try:
            life = Life(ground, world, people, seed)
            for progress in life.play(days):
                pace.day = progress.day
            ending = ending_of(city)
            console.progress(t(zh="导出归档，运行审计……", en="Exporting, auditing…"))
            evidence.collect_chain(city, files)
            reader = ground.desks[city.districts[0]].operator
            stores = world.stores(reader, [r.hand.id for r in life.residents])
        finally:
            world.close()
    finally:
        city.down()
        city.close()
    audit = evidence.audit(files, console.environment, life.said)
    differences = _differences(life, audit, stores)
    seconds = round(time.monotonic() - began_s, 1)
    chronicle = Chronicle(days, people, seed, seconds, life, ending, audit, differences)
    return _result(chronicle, files), differences


def _differences(life: Life, audit: Audit, stores: Mapping[str, int]) -> tuple[Difference, ...]:
    """Totals, net positions, every person's store, the sums that must be equal."""
    books = life.books
    districts = [str(d["district"]) for d in audit.districts]
    positions = {(p.low, p.high): p.net_min for p in audit.positions}
    predicted = {(f"{low}/{high}", "net_min"): net for (low, high), net in books.positions.items()}
    found = {
        (f"{low}/{high}", "net_min"): positions.get((low, high), 0) for low, high in books.positions
    }
    own = books.stores()
    wanted = {(person, "store_min"): own.get(person, 0) for person in stores}
    return (
        *compare(books.totals(districts), audit.totals()),
        *compare(predicted, found),
        *compare(wanted, {(person, "store_min"): minutes for person, minutes in stores.items()}),
        *(
            Difference("books", name, right, left)
            for name, (left, right) in books.identities().items()
            if left != right
        ),
        *(
            Difference("audit", one.name, one.right, one.left)
            for one in audit.identities
            if not one.holds
        ),
    )


def _result(one: Chronicle, files: EvidenceFiles) -> Result:
    found = one.audit.totals()
    districts = [str(d["district"]) for d in one.audit.districts]
    predicted = one.books.totals(districts)
    data = {
        "sound": one.audit.exit == 0 and not one.differences,
        "days": one.days,
        "people": one.people,
        "seed": one.seed,
        "seconds": one.seconds,
        "height": one.ending.height,
        "state_root": one.ending.state_root,
        "audited_height": one.audit.height,
        "transactions": one.audit.transactions,
        "signatures": one.audit.signatures,
        "directory": str(files.root),
        "happened": dict(sorted(one.books.done.items())),
        "identities": one.audit.identities,
        "positions": one.audit.positions,
        "totals": [
            {"where": where, "name": name, "predicted": value, "audited": found.get((where, name))}
            for (where, name), value in sorted(predicted.items())
        ],
        "differences": [difference._asdict() for difference in one.differences],
    }
    return Result(data, (_happened(one), _identities(one), _positions(one), _facts(one, files)))


def _happened(one: Chronicle) -> Table:
    columns = (
        Column(t(zh="发生的事", en="What happened")),
        Column(t(zh="次数", en="How often"), "right"),
    )
    rows = [(name, count) for name, count in sorted(one.books.done.items())]
    return Table(columns, rows, t(zh="城市的生活", en="The life of the city"))


def _identities(one: Chronicle) -> Table:
    columns = (
        Column(t(zh="恒等式", en="Identity")),
        Column(t(zh="左", en="Left"), "right"),
        Column(t(zh="右", en="Right"), "right"),
    )
    rows = [(i.name, i.left, i.right) for i in one.audit.identities]
    rows += [(name, left, right) for name, (left, right) in one.books.identities().items()]
    return Table(columns, rows, t(zh="零和恒等式", en="Zero-sum identities"))


def _positions(one: Chronicle) -> Table:
    columns = (
        Column(t(zh="区", en="District")),
        Column(t(zh="净流入（审计）", en="Net position, audited"), "right"),
        Column(t(zh="净流入（自己的账）", en="Net position, own books"), "right"),
    )
    found = one.audit.totals()
    rows = []
    for district in one.audit.districts:
        code = str(district["district"])
        audited = found[code, "net_position_min"]
        rows.append((code, duration(audited), duration(one.books.net(code))))
    return Table(columns, rows, t(zh="各区净头寸", en="Net positions"))


def _facts(one: Chronicle, files: EvidenceFiles) -> Facts:
    agreed = t(zh="全部与自己的账一致", en="all as its own books say")
    not_so = t(zh="{count} 处不一致", en="{count} differ").fill(count=len(one.differences))
    return Facts(
        (
            (t(zh="人数", en="People"), one.people),
            (t(zh="天数", en="Days"), one.days),
            (t(zh="种子", en="Seed"), one.seed),
            (t(zh="交易", en="Transactions"), one.audit.transactions),
            (t(zh="各节点的状态根", en="One state root"), one.ending.state_root),
            (t(zh="审计", en="Audit"), same(f"{one.audit.verdict}, exit {one.audit.exit}")),
            (t(zh="合计", en="Totals"), not_so if one.differences else agreed),
            (t(zh="用时", en="Took"), same(f"{one.seconds} s")),
            (t(zh="文件", en="Files"), str(files.root)),
        )
    )
