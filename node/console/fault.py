"""What goes wrong, said completely: what failed, why, what to do, a code and a page.

Commands raise a ``Fault``; ``node.console.run`` catches it at the root, prints it and exits with its status. Errors of
the kernel and of the operating system need no catching: ``node.console.translate`` makes reports of them.
"""

from dataclasses import dataclass
from pathlib import Path

from node.console.exits import ExitCode
from node.console.language import Text, t
from node.console.result import Json

CLI_PAGE = "docs/cli.md"


@dataclass(frozen=True, slots=True)
class Report:
    """The five parts of an error message, and the exit code.

    Attributes:
        code: stable name that scripts and the manual use: ``E309`` for the ledger's, words for the rest.
        status: the exit code.
        what: what failed.
        why: the reason, with the offending values; never a secret.
        remedy: what to do next.
        page: where it is explained, relative to the project.
    """

    code: str
    status: ExitCode
    what: Text
    why: Text
    remedy: Text
    page: str

    def said(self, lang: str) -> dict[str, Json]:
        """The error object of ``--json``, in one language."""
        chosen = [
            text.zh if lang == "zh" else text.en for text in (self.what, self.why, self.remedy)
        ]
        return {
            "code": self.code,
            "exit": int(self.status),
            "what": chosen[0],
            "why": chosen[1],
            "remedy": chosen[2],
            "page": self.page,
        }


class Fault(Exception):  # noqa: N818 - an answer to the user; errors of the program are Bug
    """A command cannot do what was asked."""

    def __init__(self, report: Report) -> None:
        """Keep the report; its English reason is the message."""
        super().__init__(f"{report.code}: {report.why.en}")
        self.report = report


def fault(code: str, status: ExitCode, *, what: Text, why: Text, remedy: Text) -> Fault:
    """A fault explained on the command line's page under its own code.

    Args:
        code: words joined by hyphens, such as ``wrong-password``.
        status: the exit code.
        what: what failed.
        why: the reason, without secrets.
        remedy: what to do next.
    """
    return Fault(Report(code, status, what, why, remedy, f"{CLI_PAGE}#{code}"))


def usage(why: Text, remedy: Text | None = None, *, code: str = "usage") -> Fault:
    """The command line or the configuration is wrong (exit 3)."""
    return fault(
        code,
        ExitCode.USAGE,
        what=t(zh="命令没有执行", en="The command was not run"),
        why=why,
        remedy=remedy or t(zh="加上 --help 查看用法。", en="Add --help to see how it is used."),
    )


def unreachable(address: str, why: Text) -> Fault:
    """No node answers at ``address`` (exit 4)."""
    return fault(
        "unreachable",
        ExitCode.UNREACHABLE,
        what=t(zh="连不上节点 {address}", en="Cannot reach the node at {address}").fill(
            address=address
        ),
        why=why,
        remedy=t(
            zh="查看节点是否在运行：timebank city status；或用 --node 换一个节点。",
            en="See whether it runs: timebank city status; or name another with --node.",
        ),
    )


def incomplete(why: Text, remedy: Text) -> Fault:
    """Something could not be checked or finished (exit 2)."""
    return fault(
        "incomplete",
        ExitCode.INCOMPLETE,
        what=t(zh="没有全部完成", en="Not everything was done"),
        why=why,
        remedy=remedy,
    )


def damaged(path: Path, why: Text, remedy: Text) -> Fault:
    """A file is there but cannot be what it should be (exit 5)."""
    return fault(
        "damaged",
        ExitCode.STORAGE,
        what=t(zh="文件已损坏：{path}", en="Damaged file: {path}").fill(path=str(path)),
        why=why,
        remedy=remedy,
    )


def violation(code: str, why: Text, remedy: Text) -> Fault:
    """A proof, a credential or an archive does not hold (exit 1)."""
    return fault(
        code,
        ExitCode.REFUSED,
        what=t(zh="核验不通过", en="Verification failed"),
        why=why,
        remedy=remedy,
    )
