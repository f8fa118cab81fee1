"""What an audit says in the end: verdict, finding, exit code, each in both languages."""

from typing import Final

from node.audit.sentences import EXPLANATIONS
from node.chain.violations import Incomplete, Violation
from node.console.exits import ExitCode
from node.console.fault import Report
from node.console.language import Text, t
from node.console.result import Json

PAGE: Final = "docs/audit.md"

EXIT_WORDS: Final = {
    ExitCode.OK: t(
        zh="退出码 0：完好。从创世到末块的每个字节、签名、规则和账目都核对无误。",
        en="Exit code 0: sound. Every byte, signature, rule and account from genesis to the last block was checked.",
    ),
    ExitCode.REFUSED: t(
        zh="退出码 1：违规。归档里有不该有的内容；下面是最早的一处。",
        en="Exit code 1: violation. Something in the archive cannot be right; the first such place is named.",
    ),
    ExitCode.INCOMPLETE: t(
        zh="退出码 2：不完整。没有发现错误，但没有核对完。",
        en="Exit code 2: incomplete. Nothing wrong was found, but not everything could be checked.",
    ),
}
"""The auditor's exit codes in words; 3 and above are the command line's."""

Fault = Violation | Incomplete | None


def exit_code(fault: Fault) -> ExitCode:
    """0 sound, 1 violation, 2 incomplete."""
    match fault:
        case None:
            return ExitCode.OK
        case Violation():
            return ExitCode.REFUSED
        case Incomplete():
            return ExitCode.INCOMPLETE


def verdict(fault: Fault) -> str:
    """The verdict as one word for machines."""
    return {
        ExitCode.OK: "sound",
        ExitCode.REFUSED: "violation",
        ExitCode.INCOMPLETE: "incomplete",
    }[exit_code(fault)]


def place(violation: Violation) -> Text:
    """The first bad height, and the transaction where there is one."""
    height = t(zh="第 {height} 块", en="height {height}").fill(height=violation.height)
    if violation.index is None:
        return height
    return t(zh="{height}第 {index} 笔交易", en="{height}, transaction {index}").fill(
        height=height, index=violation.index
    )


def finding_data(fault: Fault) -> Json:
    """The finding for machines; None for a sound archive."""
    match fault:
        case None:
            return None
        case Violation():
            sentence = EXPLANATIONS[fault.code]
            return {
                "code": f"V{fault.code.value}",
                "name": fault.code.name.lower(),
                "height": fault.height,
                "transaction": fault.index,
                "sentence": {"zh": sentence.zh, "en": sentence.en},
                "reason": fault.reason,
            }
        case Incomplete():
            return {"code": "incomplete", "height": fault.height, "reason": fault.reason}


def report_of(fault: Violation | Incomplete) -> Report:
    """The finding as an error message."""
    if isinstance(fault, Incomplete):
        return Report(
            code="incomplete",
            status=ExitCode.INCOMPLETE,
            what=t(
                zh="没有核对完：到第 {height} 块为止", en="Incomplete after height {height}"
            ).fill(height=fault.height),
            why=t(zh="{reason}", en="{reason}").fill(reason=fault.reason),
            remedy=t(zh="重新取得完整的文件。", en="Fetch the whole file again."),
            page=f"{PAGE}#incomplete",
        )
    sentence = EXPLANATIONS[fault.code]
    return Report(
        code=f"V{fault.code.value}",
        status=ExitCode.REFUSED,
        what=t(zh="核验不通过：{place}", en="Verification failed at {place}").fill(
            place=place(fault)
        ),
        why=t(zh="{sentence}（{reason}）", en="{sentence} ({reason})").fill(
            sentence=sentence, reason=fault.reason
        ),
        remedy=t(
            zh="换一个来源重新取得，再核验；如果仍然不通过，请保留文件并报告市主管部门。",
            en="Fetch it from another source and verify again; if it fails again, keep the file and report it.",
        ),
        page=f"{PAGE}#v{fault.code.value}",
    )
