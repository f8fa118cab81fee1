"""What a look at a node finds: each thing that was looked at, how it is, and what to type next."""

from dataclasses import dataclass
from enum import Enum

from node.console.fault import Fault
from node.console.language import Text, same, t
from node.store.faults import StorageFault


class Verdict(Enum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    """The node runs, or will by itself; somebody should know."""
    FAULT = "fault"
    """The node does not start, does not sign, or will soon do neither."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: what was looked at.
        verdict: how it is.
        code: ``D01`` to ``D14`` of ``docs/operations.md``, or a storage code; empty when all is well.
        said: what was seen.
        remedy: the command to run next; a dash when there is nothing to do.
    """

    subject: Text
    verdict: Verdict
    code: str
    said: Text
    remedy: Text


_NOTHING = same("-")


def well(subject: Text, said: Text) -> Finding:
    """All is as it should be."""
    return Finding(subject, Verdict.OK, "", said, _NOTHING)


def ill(subject: Text, code: str, said: Text, remedy: Text) -> Finding:
    """A fault."""
    return Finding(subject, Verdict.FAULT, code, said, remedy)


def doubtful(subject: Text, code: str, said: Text, remedy: Text = _NOTHING) -> Finding:
    """Something that somebody should know."""
    return Finding(subject, Verdict.WARN, code, said, remedy)


def of_storage(subject: Text, fault: StorageFault, home: str) -> Finding:
    """A fault of a store, with its own code and command."""
    place = fault.file if fault.offset is None else f"{fault.file} @{fault.offset}"
    said = t(zh="{place}：{reason}。{text}", en="{place}: {reason}. {text}")
    chosen = Text(
        said.fill(place=place, reason=fault.reason, text=fault.chinese).zh,
        said.fill(place=place, reason=fault.reason, text=fault.english).en,
    )
    return ill(subject, f"S{fault.code.value:02d}", chosen, same(fault.command(home)))


def of_fault(subject: Text, code: str, fault: Fault) -> Finding:
    """A fault of the console, with its own remedy."""
    return ill(subject, code, fault.report.why, fault.report.remedy)
