"""Which formats the data has and which this release opens; read from the first bytes of each file, nothing opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from node.chain.block import HEADER_VERSION, Header
from node.chain.genesis import Genesis
from node.console.language import Text, t
from node.store.formats import Kind, survey
from node.store.migration import STEPS
from node.store.shadow import ShadowFiles

GENESIS_VERSION: Final = 1


class Fit(Enum):
    """What this release does with a format."""

    OPENS = "opens"
    MIGRATES = "migrates"
    """The next start makes it into the newest, and keeps the file as it was."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FormatSeen:
    """One kind of data.

    Attributes:
        subject: what it is.
        file: where it was read.
        found: its format or version as it stands there.
        opens: what this release opens as it is.
        fit: what this release does with it.
    """

    subject: Text
    file: str
    found: int
    opens: int
    fit: Fit


def formats_of(files: ShadowFiles, genesis: Genesis, newest: Header | None) -> Iterator[FormatSeen]:
    """Genesis, every file that says its format, and the version of the newest block."""
    yield _seen(GENESIS, "genesis.json", genesis.version, GENESIS_VERSION)
    for one in survey(files):
        subject, steps = SUBJECTS[one.kind], range(one.version, one.newest)
        migrates = bool(steps) and all((one.kind, version) in STEPS for version in steps)
        yield _seen(subject, one.name, one.version, one.newest, migrates=migrates)
    if newest is not None:
        yield _seen(PROTOCOL, f"{newest.height}", newest.version, HEADER_VERSION)


GENESIS: Final = t(zh="创世文件", en="Genesis")
PROTOCOL: Final = t(zh="最新区块的协议版本", en="Protocol of the newest block")
SUBJECTS: Final = {
    Kind.BLOCK_LOG: t(zh="区块日志", en="Block log"),
    Kind.VOTE_LOG: t(zh="投票日志", en="Vote log"),
    Kind.PROPOSAL_LOG: t(zh="提议日志", en="Proposal log"),
    Kind.STATEMENTS: t(zh="发言记录", en="Statements"),
    Kind.NUMBER: t(zh="记数文件", en="Number"),
}


def _seen(
    subject: Text, file: str, found: int, opens: int, *, migrates: bool = False
) -> FormatSeen:
    fit = Fit.OPENS if found == opens else Fit.MIGRATES if migrates else Fit.UNKNOWN
    return FormatSeen(subject, file, found, opens, fit)
