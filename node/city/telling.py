"""From an empty directory to a verdict: found a city, play the story, collect the evidence, compare, report."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.city import evidence, processes
from node.city.books import Difference
from node.city.ceremony import REHEARSAL_RATE
from node.city.evidence import Audit, EvidenceFiles
from node.city.faults import occupied, unknown_district, unknown_step, went_otherwise
from node.city.plan import NODES_DEFAULT, CityPlan, read_plan
from node.city.stage import Stage
from node.city.story import NAMES, STEPS, Line, Story
from node.city.supervisor import LocalCity
from node.console.console import Console
from node.console.formats import duration
from node.console.language import Text, same, t
from node.console.result import Column, Facts, Result, Table

AGREED_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Interruption:
    """A node's process is killed when a step begins, and started again when it ends."""

    district: str
    step: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Where every node stands at the end."""

    height: int
    state_root: str


def tell(
    root: Path, console: Console, *, replace_old: bool, interruption: Interruption | None
) -> tuple[Result, tuple[Difference, ...]]:
    """Play the story in a city of its own.

    Args:
        root: where the city and its evidence go.
        console: hears how far it is.
        replace_old: whether an earlier story in ``root`` gives way.
        interruption: which node is killed, and when.

    Returns:
        The result, and every total that is not as the story predicted.

    Raises:
        node.console.fault.Fault: something went otherwise.
    """
    began_s = time.monotonic()
    files = EvidenceFiles(root)
    plan = read_plan().first(NODES_DEFAULT)
    if interruption is not None:
        _check(interruption, plan)
    city = fresh_city(root, plan, console.environment, replace_old=replace_old)
    try:
        start_all(city, console)
        stage = Stage(city)
        try:
            story = Story(stage, lambda line: console.progress(_told(line)))
            _play(story, interruption, console)
            ending = ending_of(city)
            console.progress(t(zh="导出归档，运行审计……", en="Exporting, auditing…"))
            proofs = evidence.collect(story, files)
            stores = {name: _store(story, name) for name in story.people}
        finally:
            stage.close()
    finally:
        city.down()
        city.close()
    audit = evidence.audit(files, console.environment)
    evidence.verify_proofs(files, proofs, console.environment)
    differences = (*story.books.compare(audit.totals()), *_store_differences(story, stores))
    seconds = round(time.monotonic() - began_s, 1)
    return _result(story, ending, audit, files, differences, seconds), differences


def _check(interruption: Interruption, plan: CityPlan) -> None:
    districts = tuple(district.code for district in plan.districts)
    if interruption.district not in districts:
        raise unknown_district(interruption.district, districts)
    if interruption.step not in STEPS:
        raise unknown_step(interruption.step, tuple(STEPS))


def fresh_city(
    root: Path,
    plan: CityPlan,
    environment: Mapping[str, str],
    *,
    replace_old: bool,
    rate: int = REHEARSAL_RATE,
) -> LocalCity:
    """A rehearsal city in ``root/city``.

    Raises:
        node.console.fault.Fault: there is one that must not give way.
    """
    place = root / "city"
    if LocalCity.exists(place):
        if not replace_old:
            raise occupied(root)
        old = LocalCity(place, environment)
        old.down()
        old.close()
        shutil.rmtree(place)
        EvidenceFiles(root).forget()
    root.mkdir(parents=True, exist_ok=True)
    return LocalCity.make(place, plan, environment, rehearsal=True, rate=rate)


def start_all(city: LocalCity, console: Console) -> None:
    """Start every node and wait until they are of one mind."""
    console.progress(
        t(zh="启动 {count} 个区节点……", en="Starting {count} nodes…").fill(
            count=len(city.districts)
        )
    )
    for district in city.districts:
        city.start(district)
    city.wait_agreed()


def _play(story: Story, interruption: Interruption | None, console: Console) -> None:
    city = story.stage.city
    for step in STEPS:
        struck = interruption is not None and interruption.step == step
        if interruption is not None and struck:
            city.kill(interruption.district)
            console.progress(
                t(zh="杀死节点 {district}", en="Killed the node of {district}").fill(
                    district=interruption.district
                )
            )
        story.play(step)
        if interruption is not None and struck:
            city.start(interruption.district)
            city.wait_ready(interruption.district)


def ending_of(city: LocalCity) -> Ending:
    """Wait until all nodes stand at one height with one state root."""
    endings: set[Ending] = set()

    def of_one_mind() -> bool:
        states = [state.status for state in city.states()]
        endings.clear()
        endings.update(Ending(s.height, s.state_root) for s in states if s is not None)
        return len(endings) == 1 and None not in states

    if not processes.wait_until(of_one_mind, AGREED_S):
        why = t(zh="各节点的状态根不一致", en="The nodes do not come to one state root")
        raise went_otherwise("end", why)
    return endings.pop()


def _store(story: Story, name: str) -> int:
    return story.person(name).available.balance


def _store_differences(story: Story, stores: Mapping[str, int]) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, "store_min", story.books.stores[name], found)
        for name, found in stores.items()
        if found != story.books.stores[name]
    )


def _told(line: Line) -> Text:
    if not line.minutes:
        return line.what
    return t(zh="{what}：{minutes}", en="{what}: {minutes}").fill(
        what=line.what, minutes=duration(line.minutes)
    )


def _result(
    story: Story,
    ending: Ending,
    audit: Audit,
    files: EvidenceFiles,
    differences: tuple[Difference, ...],
    seconds: float,
) -> Result:
    found = audit.totals()
    predicted = story.books.totals()
    data = {
        "sound": audit.exit == 0 and not differences,
        "seconds": seconds,
        "height": ending.height,
        "state_root": ending.state_root,
        "audited_height": audit.height,
        "transactions": audit.transactions,
        "signatures": audit.signatures,
        "directory": str(files.root),
        "lines": [
            {"step": line.step, "what": line.what, "minutes": line.minutes} for line in story.lines
        ],
        "stores": {name: story.books.stores[name] for name in story.people},
        "totals": [
            {"where": where, "name": name, "predicted": value, "audited": found.get((where, name))}
            for (where, name), value in sorted(predicted.items())
        ],
        "differences": differences,
    }
    return Result(data, (_happened(story), _stores(story), _facts(data, audit, files)))


def _happened(story: Story) -> Table:
    rows = [
        (line.step, line.what, duration(line.minutes) if line.minutes else "")
        for line in story.lines
    ]
    columns = (
        Column(t(zh="步骤", en="Step")),
        Column(t(zh="发生的事", en="What happened")),
        Column(t(zh="时间", en="Time"), "right"),
    )
    return Table(columns, rows, t(zh="故事", en="The story"))


def _stores(story: Story) -> Table:
    rows = [(NAMES[name], duration(story.books.stores[name])) for name in story.people]
    columns = (Column(t(zh="姓名", en="Who")), Column(t(zh="结余", en="Store"), "right"))
    return Table(columns, rows, t(zh="各人结余", en="Stores at the end"))


def _facts(data: Mapping[str, object], audit: Audit, files: EvidenceFiles) -> Facts:
    differences = data["differences"]
    assert isinstance(differences, tuple), "as _result makes it"
    as_predicted = t(zh="全部与故事自己的账一致", en="all as the story's own books predict")
    not_so = t(zh="{count} 处不一致", en="{count} differ").fill(count=len(differences))
    return Facts(
        (
            (t(zh="各节点的状态根", en="One state root"), str(data["state_root"])),
            (t(zh="审计", en="Audit"), same(f"{audit.verdict}, exit {audit.exit}")),
            (t(zh="审计高度", en="Audited height"), audit.height),
            (t(zh="交易", en="Transactions"), audit.transactions),
            (t(zh="合计", en="Totals"), not_so if differences else as_predicted),
            (t(zh="用时", en="Took"), same(f"{data['seconds']} s")),
            (t(zh="文件", en="Files"), str(files.root)),
        )
    )
