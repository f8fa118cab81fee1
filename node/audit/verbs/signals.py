"""``audit signals``: what a human should look at, each with its sentence and its records."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from node.audit.group import archive_argument, audit_group, audited, genesis_option, jobs_option
from node.audit.inputs import read_genesis
from node.audit.previous import before, previous_options
from node.audit.signals.dealings import all_flags
from node.audit.signals.facts import Facts
from node.audit.signals.findings import SENTENCES, Flag, Signal
from node.console.command import command
from node.console.console import Console, pass_console
from node.console.language import t
from node.console.result import Column, Json, Result, Table, View

FORMAT: Final = "timebank-signals/1"


@command(
    audit_group,
    "signals",
    help=t(
        zh="从归档里找可疑之处，逐条说明并列出记录，供指定的人核查；系统不据此处置任何人。",
        en="Find what a named human should look at, each in a sentence with its records. Nothing acts by itself.",
    ),
)
@archive_argument
@genesis_option
@previous_options
@jobs_option
@pass_console
def signals(console: Console, archive: Path, genesis: Path, jobs: int | None) -> None:
    """Audit the archive, then ask every signal."""
    facts = Facts()
    trusted = read_genesis(genesis)
    origin, _ = before(console, trusted, jobs)
    audited(console, trusted, archive, (facts,), jobs=jobs, origin=origin)
    flags = all_flags(facts)
    console.emit(Result(signals_data(facts, flags), signals_view(flags)))


def signals_data(facts: Facts, flags: Sequence[Flag]) -> dict[str, Json]:
    """The machine's form."""
    return {
        "format": FORMAT,
        "settled_orders": len(facts.orders),
        "counts": {kind.value: sum(f.signal is kind for f in flags) for kind in Signal},
        "flags": [
            {
                "signal": flag.signal.value,
                "subject": flag.subject,
                "numbers": dict(flag.numbers),
                "sentence": {"zh": flag.sentence().zh, "en": flag.sentence().en},
                "records": flag.records,
            }
            for flag in flags
        ],
    }


def signals_view(flags: Sequence[Flag]) -> View:
    """The people's form: sentences with how many records stand behind them."""
    assert set(SENTENCES) == set(Signal), "every signal explains itself"
    table = Table(
        (
            Column(t(zh="信号", en="Signal")),
            Column(t(zh="说明", en="Explanation")),
            Column(t(zh="记录", en="Records"), "right"),
        ),
        [(flag.signal.value, flag.sentence(), len(flag.records)) for flag in flags],
        t(zh="待人核查", en="For a human to look at"),
        t(zh="没有可疑之处。", en="Nothing stands out."),
    )
    note = t(
        zh="信号不是结论：由指定的人核查后决定；--json 列出全部记录。",
        en="A signal is no verdict: a named human looks and decides. --json lists every record.",
    )
    return [table, note]
