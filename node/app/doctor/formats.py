"""Which formats the data has and which this release opens; read from the first bytes of each file, nothing opened."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from node.chain.block import HEADER_VERSION, Header
from node.chain.genesis import Genesis
from node.console.language import Text, t
from node.store import segment
from node.store.blocklog import segment_names
from node.store.proposallog import NAME as PROPOSALS_NAME
from node.store.shadow import ShadowFiles
from node.store.votelog import NAME as VOTES_NAME

MAGIC_BYTES: Final = 4
EMPTY: Final = bytes(MAGIC_BYTES)
VOTE_MAGICS: Final = (b"TBv1",)
PROPOSAL_MAGICS: Final = (b"TBp1", b"TBq1")
GENESIS_VERSIONS: Final = (1,)


@dataclass(frozen=True, slots=True)
class FormatSeen:
    """One kind of data.

    Attributes:
        subject: what it is.
        file: where it was read.
        found: its format or version as it stands there.
        opens: what this release opens.
        known: whether it opens this one.
    """

    subject: Text
    file: str
    found: str
    opens: str
    known: bool


def formats_of(files: ShadowFiles, genesis: Genesis, newest: Header | None) -> Iterator[FormatSeen]:
    """All formats that stand in files of fixed beginnings, and the version of the newest block."""
    yield _seen(GENESIS, "genesis.json", genesis.version, GENESIS_VERSIONS)
    for name in segment_names(files):
        raw = files.open(name).read(0, segment.HEADER_BYTES)
        if len(raw) == segment.HEADER_BYTES and any(raw):
            (found,) = struct.unpack_from(">I", raw, MAGIC_BYTES)
            yield _seen(BLOCKS, name, found, (segment.FORMAT,))
    yield from _magic(files, VOTES, VOTES_NAME, VOTE_MAGICS)
    yield from _magic(files, PROPOSALS, PROPOSALS_NAME, PROPOSAL_MAGICS)
    if newest is not None:
        yield _seen(PROTOCOL, f"{newest.height}", newest.version, (HEADER_VERSION,))


GENESIS: Final = t(zh="创世文件", en="Genesis")
BLOCKS: Final = t(zh="区块日志", en="Block log")
VOTES: Final = t(zh="投票日志", en="Vote log")
PROPOSALS: Final = t(zh="提议日志", en="Proposal log")
PROTOCOL: Final = t(zh="最新区块的协议版本", en="Protocol of the newest block")


def _seen(subject: Text, file: str, found: int, opens: tuple[int, ...]) -> FormatSeen:
    return FormatSeen(subject, file, str(found), " ".join(map(str, opens)), found in opens)


def _magic(
    files: ShadowFiles, subject: Text, name: str, opens: tuple[bytes, ...]
) -> Iterator[FormatSeen]:
    if name not in files.names():
        return
    found = files.open(name).read(0, MAGIC_BYTES)
    if found in {b"", EMPTY}:
        return
    shown = found.decode("ascii", "backslashreplace")
    yield FormatSeen(subject, name, shown, " ".join(m.decode() for m in opens), found in opens)
