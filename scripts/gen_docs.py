"""Writes the documents that are made from the code, or with ``--check`` says which differ.

Each page is a function that returns its text; ``PAGES`` names them. A page whose source does not
exist yet is left out and named on stderr.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol, cast

import click

from node.chain.errors import ErrorCode
from node.chain.lifecycle import FINALS, HOLDING, TABLE, State
from scripts.doc_pages import commands, invariants, policy, records

ROOT: Final = Path(__file__).resolve().parent.parent
CLASSES: Final = {
    1: ("Malformed", "the bytes alone are wrong; no state can make them right"),
    2: ("Unauthorised", "who signed may not do this"),
    3: ("Conflict", "the ledger stands otherwise than the transaction assumes"),
    4: ("Limit", "a bound of the protocol or of the policy is reached"),
    5: ("Policy", "a rule of the time bank forbids it"),
}
CLASS_SIZE: Final = 100
TEMPLATE: Final = "0000"


class Unavailable(Exception):  # noqa: N818 - not a fault: the page's source is not there yet
    """The module that a page is made from does not exist."""


class _Explanation(Protocol):
    """What a page needs of ``node.chain.explanations.Explanation``."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def remedy_zh(self) -> str: ...
    @property
    def remedy_en(self) -> str: ...


def _explanations() -> Mapping[ErrorCode, _Explanation]:
    try:
        module = importlib.import_module("node.chain.explanations")
    except ModuleNotFoundError as missing:
        raise Unavailable("node.chain.explanations") from missing
    return cast("Mapping[ErrorCode, _Explanation]", module.EXPLANATIONS)


def errors_page() -> str:
    """Every error code with its sentence in both languages and what to do."""
    explanations = _explanations()
    lines = [
        "# Error codes",
        "",
        "Written by `make docs` from `node/chain/errors.py` and `node/chain/explanations.py`. The",
        "number is what the wire and the command line carry; it is never changed or used again.",
    ]
    for number, (name, meaning) in CLASSES.items():
        lines += ["", f"## {number}xx {name}: {meaning}"]
        for code in ErrorCode:
            if code // CLASS_SIZE == number:
                lines += _error_entry(code, explanations[code])
    return "\n".join(lines) + "\n"


def _error_entry(code: ErrorCode, explanation: _Explanation) -> list[str]:
    lines = [f"### E{code.value} `{code.name}`"]
    lines += [explanation.zh, f"→ {explanation.remedy_zh}"]
    lines += [explanation.en, f"→ {explanation.remedy_en}"]
    return [part for line in lines for part in ("", line)]


def decisions_page() -> str:
    """The list of decisions, from the first line and the status line of each."""
    lines = [
        "# Decisions",
        "",
        "One page each: problem, options, decision, consequences. Written by `make docs` from the pages.",
        "",
        "| decision | status |",
        "|---|---|",
    ]
    for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")):
        if path.name.startswith(TEMPLATE):
            continue
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        status = next((line for line in text.splitlines() if line.startswith("Status: ")), "")
        status = status.removeprefix("Status: ").split(". ", 1)[0]
        lines.append(f"| [{title}]({path.name}) | {status} |")
    lines += ["", "A new one starts from the [template](0000-template.md)."]
    return "\n".join(lines) + "\n"


def lifecycle_page() -> str:
    """The order machine: a diagram and the whole table, from the table that runs."""
    lines = [
        "# The life of an order",
        "",
        "Written by `make docs` from `node/chain/lifecycle.py`. **Every pair of state and event that is not",
        "in the table is refused** (`WRONG_STATE`). Which of several outcomes happens, who may cause it and",
        "when is decided by the guards in `node/chain/rules/`, which may choose only among these. `timer` is",
        "the order's one live timer; it fires by block time.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    for (before, event), after in TABLE.items():
        start = "[*]" if before is State.NONE else before.value
        lines += [f"  {start} --> {state.value}: {event.value}" for state in after]
    lines += [f"  {state.value} --> [*]" for state in State if state in FINALS]
    lines += ["```", "", "| state | event | next |", "|---|---|---|"]
    for (before, event), after in TABLE.items():
        following = ", ".join(f"`{state.value}`" for state in after)
        lines.append(f"| `{before.value}` | `{event.value}` | {following} |")
    finals = ", ".join(f"`{state.value}`" for state in State if state in FINALS)
    holding = ", ".join(f"`{state.value}`" for state in State if state in HOLDING)
    lines += [
        "",
        f"Finals accept no event: {finals}.",
        "",
        f"The payer's minutes are held in: {holding}.",
    ]
    return "\n".join(lines) + "\n"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/spec/errors.md": errors_page,
    "docs/spec/lifecycle.md": lifecycle_page,
    "docs/spec/transaction-kinds.md": records.transaction_kinds_page,
    "docs/spec/record-kinds.md": records.record_kinds_page,
    "docs/spec/policy.md": policy.policy_page,
    "docs/adr/README.md": decisions_page,
    "docs/cli.md": commands.cli_page,
    "docs/invariants.md": invariants.invariants_page,
}


def differing(root: Path = ROOT) -> tuple[tuple[Path, str], ...]:
    """(path, right text) of each page that is missing or not what the code makes now."""
    wrong = []
    for name, make in PAGES.items():
        path = root / name
        try:
            text = make()
        except Unavailable as missing:
            click.echo(f"left out: {name}, because {missing} does not exist", err=True)
            continue
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            wrong.append((path, text))
    return tuple(wrong)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a page differs.")
def main(check: bool) -> None:  # noqa: FBT001 - click passes a flag
    """Write the pages that are made from the code."""
    wrong = differing()
    for path, text in wrong:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        click.echo(f"{'differs' if check else 'written'}: {path.relative_to(ROOT)}")
    if check and wrong:
        click.echo("run `make docs` and commit the result", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
