"""Storage faults: numbered, in Chinese and English, each with the command that repairs it.

A fault is final for the process: whoever sees one stops signing and then stops. Numbers are never
changed or reused.
"""

from dataclasses import dataclass
from enum import IntEnum
from errno import EDQUOT, ENOSPC
from typing import Final


class StorageCode(IntEnum):
    """What is wrong with a file of ours; printed as ``S01`` and so on."""

    WRITE_FAILED = 1
    DISK_FULL = 2
    READ_FAILED = 3
    BLOCK_LOG_DAMAGED = 4
    BLOCK_LOG_INCOMPLETE = 5
    VOTE_LOG_UNUSABLE = 6
    DATABASE_DAMAGED = 7
    WRONG_CHAIN = 8
    UNKNOWN_FORMAT = 9
    IN_USE = 10
    FILE_MISSING = 11
    FILE_EXISTS = 12
    UPDATE_NEEDED = 13
    NUMBER_DAMAGED = 14
    BASE_DAMAGED = 15
    PREVIOUS_MISSING = 16


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person is told about one code, and the command that helps."""

    chinese: str
    english: str
    command: str
    """Without the home directory, which only the caller knows."""


EXPLANATIONS: Final[dict[StorageCode, Explanation]] = {
    StorageCode.WRITE_FAILED: Explanation(
        "写入磁盘失败。节点已停止签名；请检查磁盘后再启动。",
        "Writing to the disk failed. The node has stopped signing; check the disk before you "
        "start it again.",
        "timebank node doctor",
    ),
    StorageCode.DISK_FULL: Explanation(
        "磁盘已满。节点已停止签名，已确认的数据没有丢失；请腾出空间后再启动。",
        "The disk is full. The node has stopped signing and lost nothing that was final; free "
        "space, then start it.",
        "timebank node doctor",
    ),
    StorageCode.READ_FAILED: Explanation(
        "读取磁盘失败。请检查磁盘；区块可以从其他区重新取回。",
        "Reading from the disk failed. Check the disk; blocks can be fetched again from the other "
        "districts.",
        "timebank node repair",
    ),
    StorageCode.BLOCK_LOG_DAMAGED: Explanation(
        "区块日志中有一条记录已损坏。修复命令会从其他区取回并核对。",
        "A record of the block log is damaged. The repair fetches it from the other districts and "
        "verifies it.",
        "timebank node repair",
    ),
    StorageCode.BLOCK_LOG_INCOMPLETE: Explanation(
        "区块日志缺少一段。修复命令会从其他区取回并核对。",
        "A part of the block log is missing. The repair fetches it from the other districts and "
        "verifies it.",
        "timebank node repair",
    ),
    StorageCode.VOTE_LOG_UNUSABLE: Explanation(
        "投票日志缺失、过旧或损坏。节点只跟随、不签名，直到重新加入的交易写入区块。",
        "The vote log is missing, old or damaged. The node follows without signing until its "
        "rejoin is in a block.",
        "timebank node rejoin",
    ),
    StorageCode.DATABASE_DAMAGED: Explanation(
        "索引数据库已损坏。它可以由区块日志完整重建。",
        "The index database is damaged. It can be rebuilt completely from the block log.",
        "timebank node rebuild",
    ),
    StorageCode.WRONG_CHAIN: Explanation(
        "数据目录属于另一条链。请检查目录和创世文件是否匹配。",
        "The data belongs to another chain. Check that the home directory and the genesis file "
        "match.",
        "timebank node config-check",
    ),
    StorageCode.UNKNOWN_FORMAT: Explanation(
        "数据由更新或未知版本的程序写成。请使用相应版本。",
        "The data was written by a newer or unknown version of the program. Use that version.",
        "timebank node upgrade-check",
    ),
    StorageCode.IN_USE: Explanation(
        "另一个进程正在使用这个数据目录。同一数据目录只能有一个节点。",
        "Another process uses this data directory. Only one node may run on it.",
        "timebank node status",
    ),
    StorageCode.FILE_MISSING: Explanation(
        "缺少一个数据文件。",
        "A data file is missing.",
        "timebank node repair",
    ),
    StorageCode.FILE_EXISTS: Explanation(
        "文件已经存在，不会被覆盖。",
        "The file exists already and will not be overwritten.",
        "timebank node doctor",
    ),
    StorageCode.UPDATE_NEEDED: Explanation(
        "各区已表决启用新的协议版本，这个版本的程序不认识它。节点在启用高度之前停下，没有丢失数据；请更新程序后再启动。",
        "The districts have voted for a protocol version that this release does not know. The node stops before its "
        "height and has lost nothing; update the program, then start it.",
        "timebank node upgrade-check",
    ),
    StorageCode.NUMBER_DAMAGED: Explanation(
        "记数的小文件已损坏。检查点的会自行重写；演练城市的时钟，由 timebank city up 重写。",
        "A small file that holds a number is damaged. That of the checkpoints mends itself; that of a rehearsal's "
        "clock is written again by timebank city up.",
        "timebank node doctor",
    ),
    StorageCode.BASE_DAMAGED: Explanation(
        "节点由快照开始，它留着的那份快照已损坏。修复命令会从其他区取回全部区块并重新执行，之后不再需要快照。",
        "The snapshot that the node was begun from is damaged. The repair fetches all blocks from the other districts "
        "and executes them; no snapshot is needed then.",
        "timebank node repair",
    ),
    StorageCode.PREVIOUS_MISSING: Explanation(
        "这座城市重新创立过；前一条链的创世文件或末态快照缺失或不符，没有它就没有人和分钟。请再次安装。",
        "This city was founded anew, and the genesis or the last state of the chain before is missing or another. "
        "Without it there are no people and no minutes; install it again.",
        "timebank node regenesis install",
    ),
}


class StorageFault(Exception):  # noqa: N818 - the field's word
    """A file cannot be written, read or believed.

    Attributes:
        code: what kind of fault.
        file: name of the file inside the data directory.
        offset: where in it, in bytes; None when the fault is not at one place.
        reason: what was seen, in English, without personal data.
    """

    def __init__(
        self, code: StorageCode, file: str, reason: str, offset: int | None = None
    ) -> None:
        """Keep what was seen, and say it with the command that repairs."""
        self.code = code
        self.file = file
        self.offset = offset
        self.reason = reason
        place = file if offset is None else f"{file} at byte {offset}"
        super().__init__(f"S{code.value:02d} {place}: {reason} ({self.command('HOME')})")

    def command(self, home: str) -> str:
        """The command line that repairs, for the node whose home directory is ``home``."""
        return f"{EXPLANATIONS[self.code].command} --home {home}"

    @property
    def chinese(self) -> str:
        """The sentence for a Chinese reader."""
        return EXPLANATIONS[self.code].chinese

    @property
    def english(self) -> str:
        """The sentence for an English reader."""
        return EXPLANATIONS[self.code].english


def from_os_error(error: OSError, name: str, otherwise: StorageCode) -> StorageFault:
    """The fault for an error of the operating system: ``DISK_FULL`` or else ``otherwise``."""
    code = StorageCode.DISK_FULL if error.errno in {ENOSPC, EDQUOT} else otherwise
    return StorageFault(code, name, error.strerror or str(error))
