"""The chains before on the command line: named in pairs, audited first, shown first."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from node.audit.auditor import Origin
from node.audit.findings import report_of
from node.audit.group import BUFFER_BYTES, FILE, processes_for, progress_bar
from node.audit.inputs import read_genesis
from node.audit.linked import Earlier, Passed, follow
from node.chain.genesis import Genesis
from node.chain.violations import Incomplete, Violation
from node.console.command import option
from node.console.console import Console
from node.console.fault import Fault, usage
from node.console.language import t
from node.console.result import Facts, Json

F = TypeVar("F", bound=Callable[..., Any])
_NAMED: Final = "timebank.audit"
"""Where the options' values wait in the command's context."""


def _keep(ctx: click.Context, parameter: click.Parameter, value: tuple[Path, ...]) -> None:
    ctx.meta[f"{_NAMED}.{parameter.name}"] = value


_ARCHIVES: Final = option(
    "--previous",
    multiple=True,
    type=FILE,
    expose_value=False,
    callback=_keep,
    help=t(
        zh="城市重新创立过：前一条链的归档；更早的也给，最早的在前。",
        en="The city was founded anew: the archive of the chain before; those before it, too, oldest first.",
    ),
)
_DOCUMENTS: Final = option(
    "--previous-genesis",
    "previous_genesis",
    multiple=True,
    type=FILE,
    expose_value=False,
    callback=_keep,
    help=t(
        zh="每个 --previous 的创世文件，同样次序；要信任的是最早的那一份。",
        en="The genesis document of each --previous, in the same order; the oldest is the one you trust.",
    ),
)


def previous_options(verb: F) -> F:
    """``--previous`` and ``--previous-genesis`` for a verb that executes an archive; ``before`` reads them."""
    return _ARCHIVES(_DOCUMENTS(verb))


def before(
    console: Console, genesis: Genesis, jobs: int | None = None
) -> tuple[Origin | None, tuple[Passed, ...]]:
    """Audit the chains before a genesis, as the command line names them; nothing where it names none.

    Raises:
        Fault: one is not sound or does not lead to the next (exit 1), ends too early (exit 2); an archive without its
            genesis (exit 3).
        OSError: a file cannot be read.
        Violation: ``BAD_GENESIS``, a genesis document contradicts itself.
    """
    meta = click.get_current_context().meta
    archives: tuple[Path, ...] = meta.get(f"{_NAMED}.previous", ())
    documents: tuple[Path, ...] = meta.get(f"{_NAMED}.previous_genesis", ())
    if not archives and not documents:
        return None, ()
    if len(archives) != len(documents):
        raise usage(
            t(
                zh="--previous 有 {archives} 个，--previous-genesis 有 {documents} 个",
                en="{archives} of --previous, {documents} of --previous-genesis",
            ).fill(archives=len(archives), documents=len(documents)),
            t(
                zh="每份归档配一份创世文件，最早的在前。",
                en="Give each archive its genesis, oldest first.",
            ),
        )
    earlier = tuple(_earlier(*pair) for pair in zip(archives, documents, strict=True))
    largest = max(archives, key=lambda path: path.stat().st_size)
    with progress_bar(console, largest.stat().st_size) as progress:
        try:
            return follow(earlier, genesis, processes_for(largest, jobs), progress)
        except (Violation, Incomplete) as fault:
            raise Fault(report_of(fault)) from fault


def passed_data(passed: tuple[Passed, ...]) -> dict[str, Json]:
    """For machines."""
    return {
        "previous": [
            {
                "archive": str(one.path),
                "chain_id": one.chain_id.hex(),
                "height": one.height,
                "state_root": one.state_root.hex(),
                "reason": one.reason,
            }
            for one in passed
        ]
    }


def passed_facts(passed: tuple[Passed, ...]) -> Iterator[Facts]:
    """For people, one for each chain before."""
    for one in passed:
        yield Facts(
            (
                (t(zh="归档", en="Archive"), str(one.path)),
                (t(zh="创世散列", en="Genesis hash"), one.chain_id.hex()),
                (t(zh="完好，末块高度", en="Sound, up to height"), one.height),
                (t(zh="末块状态根", en="State root there"), one.state_root.hex()),
                (
                    t(zh="接续", en="Link"),
                    t(
                        zh="由恢复密钥签署，末态即下一条链的起点",
                        en="signed by the recovery keys; the next chain begins with this state",
                    ),
                ),
                (t(zh="重新创立的原因", en="Why the city was founded anew"), one.reason),
            ),
            t(zh="前一条链", en="The chain before"),
        )


def _earlier(archive: Path, document: Path) -> Earlier:
    return Earlier(archive, read_genesis(document), lambda: archive.open("rb", BUFFER_BYTES))
