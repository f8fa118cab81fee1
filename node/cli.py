"""The root of ``timebank``: a table from noun to module.

Nothing below is imported before its noun is called, so that ``timebank audit`` never loads a web server and ``--help``
answers at once. What every command has in common is ``node.console``.
"""

import platform
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click
from click.shell_completion import get_completion_class

from node.console.command import argument, command
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.help import NativeOption
from node.console.language import same, t
from node.console.lazy import LazyGroup, Target
from node.console.result import Result

PROGRAM: Final = "timebank"
COMPLETION_VARIABLE: Final = "_TIMEBANK_COMPLETE"
SHELLS: Final = ("bash", "zsh", "fish")

TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        "node": Target(
            "node.app.commands:node_group",
            t(
                zh="区节点：建立、运行、备份、检查。",
                en="A district's node: set up, run, back up, check.",
            ),
            extra="node",
        ),
        "city": Target(
            "node.city.commands:city_group",
            t(
                zh="本机上的一座城市：多个区节点。",
                en="A city on this machine: the nodes of several districts.",
            ),
            extra="node",
        ),
        "wallet": Target(
            "wallet.commands:wallet_group",
            t(
                zh="个人钱包：余额、接单、签到、赠送、核验。",
                en="A person's wallet: balance, orders, check-in, gifts, proofs.",
            ),
        ),
        "desk": Target(
            "wallet.desk:desk_group",
            t(
                zh="服务站：登记、代办、复核、仲裁。",
                en="The service desk: register, act for others, review, rule.",
            ),
        ),
        "govern": Target(
            "wallet.govern:govern_group",
            t(
                zh="各区共治：提议、表决、举证。",
                en="Government by the districts: propose, vote, evidence.",
            ),
        ),
        "audit": Target(
            "node.audit.commands:audit_group",
            t(
                zh="审计：不靠节点，离线核验整条链。",
                en="The auditor: verify the whole chain offline, without a node.",
            ),
        ),
    }
)
"""Noun to the place of its group."""


def version() -> str:
    """The version of the installed package, or ``0`` when run from a bare checkout."""
    from importlib import metadata  # noqa: PLC0415 - 20 ms that only --version spends

    try:
        return metadata.version(PROGRAM)
    except metadata.PackageNotFoundError:
        return "0"


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's callback
    console = ctx.find_object(Console)
    if not value or console is None or ctx.resilient_parsing:
        return
    python = platform.python_version()
    console.emit(
        Result(
            {"version": version(), "python": python},
            same(f"{PROGRAM} {version()} (Python {python})"),
        )
    )
    ctx.exit(ExitCode.OK)


root: Final = LazyGroup(
    PROGRAM,
    targets=TARGETS,
    help_text=t(
        zh="城市养老时间银行的联盟账本。先名词后动词，例如：timebank wallet balance。",
        en="The permissioned ledger of a city's elder-care time bank. Noun, then verb: timebank wallet balance.",
    ),
    params=[
        NativeOption(
            ["--version"],
            text=t(zh="显示版本。", en="Show the version."),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
        )
    ],
)
"""The command ``timebank``."""


@command(
    root,
    "completion",
    help=t(
        zh='输出命令补全脚本。例如在 ~/.bashrc 里写：eval "$(timebank completion bash)"。',
        en='Print a completion script. In ~/.bashrc, for example: eval "$(timebank completion bash)".',
    ),
)
@argument("shell", type=click.Choice(SHELLS))
@pass_console
def completion(console: Console, shell: str) -> None:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None, "click completes all of SHELLS"
    script = kind(root, {}, PROGRAM, COMPLETION_VARIABLE).source()
    console.emit(Result({"shell": shell, "script": script}, same(script)))


def main() -> None:
    """Run ``timebank`` on the command line of this process and exit with its code."""
    if not __debug__:
        sys.stderr.write(
            "错误：本程序靠断言守住账本，不能用 python -O 运行。\n"
            "Error: assertions guard the ledger; this program does not run under python -O.\n"
        )
        sys.exit(ExitCode.USAGE)
    root.main(prog_name=PROGRAM)
