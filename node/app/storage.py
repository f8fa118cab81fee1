"""Faults of storage, said so that an operator at two in the morning knows what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.console.exits import ExitCode
from node.console.fault import fault
from node.console.language import same, t
from node.store.faults import StorageFault


@contextmanager
def translated(home: Path) -> Iterator[None]:
    """Turn a fault of the stores into an error with file, offset and the command that repairs.

    Raises:
        node.console.fault.Fault: exit 5.
    """
    try:
        yield
    except StorageFault as error:
        place = same(error.file)
        if error.offset is not None:
            place = t(zh="{file} 第 {offset} 字节", en="{file} at byte {offset}").fill(
                file=error.file, offset=error.offset
            )
        raise fault(
            f"S{error.code.value:02d}",
            ExitCode.STORAGE,
            what=t(zh=f"节点停止：{error.chinese}", en=f"The node stops: {error.english}"),
            why=t(zh="{place}：{reason}", en="{place}: {reason}").fill(
                place=place, reason=error.reason
            ),
            remedy=same(error.command(str(home))),
        ) from error
