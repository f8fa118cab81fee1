"""What is said of a run when its troubles are over: every promise is checked, or the run is broken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scripts.chaos.checks import require_kept, require_one_word, require_total
from scripts.chaos.linearizable import require_linearizable
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig
from scripts.chaos.run import Done
from scripts.chaos.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything holds, and so much was looked at."""

    blocks: int
    transactions: int
    gifts: int
    answers: int
    """Of nodes, each compared with what one node had said."""
    events: int
    """Writes and reads, linearizable together."""
    balances: int
    """Reads among them that told a balance or the sum of all."""
    fenced: int
    """Reads among them that had to show everything known before."""
    total_min: int
    """Minutes of the bank, the same at every height and on every node."""
    messages: int
    """Different signed messages, none against another."""
    refusals: int


def judge(rig: Rig, load: Load) -> Verdict:
    """Check a settled city whose load has ended.

    Raises:
        Trouble: something is lost, differs, or was signed against itself.
        NotLinearizable: no order of events explains what the nodes said.
    """
    history, bank = load.history, load.bank
    rig.settle()
    if history.lost:
        raise Trouble(f"{len(history.lost)} transactions never became final")
    answers = require_kept(rig, history.told)
    total_min = 0 if bank is None else require_total(rig, bank, history)
    opening = (lambda _: 0) if bank is None else bank.opening
    return Verdict(
        blocks=rig.height(rig.districts[0]),
        transactions=len(history.told),
        gifts=sum(1 for told in history.told if told.said.changes),
        answers=answers,
        events=require_linearizable(history.writes(), history.reads, opening),
        balances=sum(1 for read in history.reads if read.account),
        fenced=sum(1 for read in history.reads if read.fence_s is not None),
        total_min=total_min,
        messages=require_one_word(rig, rig.copies()),
        refusals=len(history.refused),
    )


def told_of(verdict: Verdict, done: Iterable[Done], spent_s: float) -> Iterator[str]:
    """The table of a run: each trouble with its number and how long the city took to be of one mind again."""
    times: dict[str, list[float]] = {}
    for one in done:
        times.setdefault(one.kind, []).append(one.seconds)
    for kind, all_s in sorted(times.items()):
        middle = sorted(all_s)[len(all_s) // 2]
        yield f"{kind:16} {len(all_s):5}   back after {middle:.1f} s, at most {max(all_s):.1f} s"
    yield ""
    yield f"{verdict.blocks} blocks, {verdict.transactions} transactions, {spent_s:.0f} s"
    yield f"{verdict.answers} answers compared, none lost; {verdict.refusals} refusals"
    yield (
        f"{verdict.events} events linearizable: {verdict.gifts} gifts, {verdict.balances} balances read, "
        f"{verdict.fenced} reads fenced; the bank's {verdict.total_min} minutes on every node"
    )
    yield f"{verdict.messages} signed messages, no contradiction"
