"""Errors that are not about the command line, as reports: the ledger's, the auditor's, the system's and our own."""

import os
import traceback
from errno import EADDRINUSE, EADDRNOTAVAIL
from pathlib import Path
from typing import Final

from node.chain.errors import Rejected
from node.chain.explanations import EXPLANATIONS
from node.chain.violations import Incomplete, Violation
from node.console.exits import ExitCode
from node.console.fault import CLI_PAGE, Fault, Report, fault, incomplete, unreachable
from node.console.language import Text, same, t

ERRORS_PAGE: Final = "docs/spec/errors.md"
_HUNDRED: Final = 100
_ADDRESS_FAULTS: Final = frozenset({EADDRINUSE, EADDRNOTAVAIL})
_VIOLATED: Final = {
    1: t(zh="文件", en="the file"),
    2: t(zh="区块", en="the chain of blocks"),
    3: t(zh="交易", en="a transaction"),
    4: t(zh="账目", en="the books"),
    5: t(zh="对照", en="what was compared with"),
}
"""Class of a violation code to what it is about."""


def report_of(error: Exception) -> Report:
    """The report of whatever a command raised; a fault of the program itself also prints its traceback on stderr."""
    match error:
        case Fault():
            return error.report
        case Rejected():
            return refused(error)
        case Violation():
            return violated(error)
        case Incomplete():
            return _stopped_short(error)
        case OSError():
            return _system(error)
        case _:
            traceback.print_exception(error)
            return _own(error)


def refused(rejection: Rejected) -> Report:
    """The ledger's answer to a transaction (exit 1)."""
    explanation, detail = EXPLANATIONS[rejection.code], rejection.detail
    return Report(
        code=f"E{rejection.code.value}",
        status=ExitCode.REFUSED,
        what=t(zh="账本没有接受", en="The ledger refuses this"),
        why=Text(
            explanation.zh + (f"（{detail}）" if detail else ""),
            explanation.en + (f" ({detail})" if detail else ""),
        ),
        remedy=Text(explanation.remedy_zh, explanation.remedy_en),
        page=f"{ERRORS_PAGE}#e{rejection.code.value}-{rejection.code.name.lower()}",
    )


def violated(violation: Violation) -> Report:
    """An archive or a proof that does not hold (exit 1), with the first bad height."""
    place = t(zh="第 {height} 块", en="height {height}").fill(height=violation.height)
    if violation.index is not None:
        place = t(zh="{place}第 {index} 笔", en="{place}, transaction {index}").fill(
            place=place, index=violation.index
        )
    return Report(
        code=f"V{violation.code.value}",
        status=ExitCode.REFUSED,
        what=t(zh="核验不通过：{place}", en="Verification failed at {place}").fill(place=place),
        why=t(zh="{about}有问题：{name}，{reason}", en="{about}: {name}, {reason}").fill(
            about=_VIOLATED[violation.code.value // _HUNDRED],
            name=violation.code.name.lower(),
            reason=violation.reason,
        ),
        remedy=t(
            zh="换一个来源重新取得，再核验；如果仍然不通过，请保留文件并报告市主管部门。",
            en="Fetch it from another source and verify again; if it fails again, keep the file and report it.",
        ),
        page=f"{CLI_PAGE}#violation",
    )


def _stopped_short(error: Incomplete) -> Report:
    return incomplete(
        t(zh="只到第 {height} 块：{reason}", en="Ends after height {height}: {reason}").fill(
            height=error.height, reason=error.reason
        ),
        t(zh="重新取得完整的文件。", en="Fetch the whole file again."),
    ).report


def _system(error: OSError) -> Report:
    reason = same(error.strerror or type(error).__name__)
    name = os.fspath(error.filename) if isinstance(error.filename, str | Path) else "?"
    if isinstance(error, ConnectionError | TimeoutError):
        return unreachable(name, reason).report
    if error.errno in _ADDRESS_FAULTS:
        return _taken(name, reason)
    return fault(
        "storage",
        ExitCode.STORAGE,
        what=t(zh="读写失败：{name}", en="Cannot read or write {name}").fill(name=name),
        why=reason,
        remedy=t(
            zh="检查路径、权限和剩余空间后重试。",
            en="Check the path, its permissions and the free space, then try again.",
        ),
    ).report


def _taken(name: str, reason: Text) -> Report:
    return fault(
        "address-taken",
        ExitCode.USAGE,
        what=t(zh="不能监听 {name}", en="Cannot listen at {name}").fill(name=name),
        why=reason,
        remedy=t(
            zh="看是谁在用这个端口：ss -ltnp；停下它，或在 node.toml 里换一个地址。",
            en="See who has the port: ss -ltnp; stop it, or set another address in node.toml.",
        ),
    ).report


def _own(error: Exception) -> Report:
    return fault(
        "internal",
        ExitCode.OTHER,
        what=t(zh="程序自身出错", en="A fault of the program itself"),
        why=same(type(error).__name__),
        remedy=t(
            zh="请把上面的调用栈和执行的命令报告给开发者。",
            en="Please report the traceback above and the command that was run.",
        ),
    ).report
