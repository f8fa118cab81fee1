"""The options that every verb of its kind has.

``reading`` gives a verb ``--as``, ``--node`` and, for staff, ``--purpose``; ``acting`` adds how to wait and ``--out``.
"""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from node.console.command import option
from node.console.console import Console, pass_console
from node.console.language import t
from wallet.home import DEFAULT_NAME
from wallet.session.session import WAIT_S
from wallet.verbs.acting import Acting, Flags

WAIT_MAX_S: Final = 3_600
DESK_PURPOSE: Final = "service"
"""What staff read personal data for, unless they say otherwise."""


def reading(why: str = "") -> Callable[[Callable[..., object]], Callable[..., object]]:
    """A verb that asks nodes: its first argument is an ``Acting``.

    Args:
        why: the default of ``--purpose``; empty for a person's own verbs.
    """

    def decorate(verb: Callable[..., object]) -> Callable[..., object]:
        @pass_console
        @functools.wraps(verb)
        def run(
            console: Console,
            /,
            *,
            node: tuple[str, ...],
            name: str,
            purpose: str = "",
            **values: Any,  # noqa: ANN401 - the verb's own parameters
        ) -> object:
            return _run(verb, console, Flags(node, name, purpose), values)

        return _asking_options(why)(run)

    return decorate


def acting(why: str = "") -> Callable[[Callable[..., object]], Callable[..., object]]:
    """A verb that tells the ledger something: its first argument is an ``Acting``.

    Args:
        why: the default of ``--purpose``; empty for a person's own verbs.
    """

    def decorate(verb: Callable[..., object]) -> Callable[..., object]:
        @pass_console
        @functools.wraps(verb)
        def run(  # noqa: PLR0913 - one for each shared option
            console: Console,
            /,
            *,
            node: tuple[str, ...],
            name: str,
            no_wait: bool,
            timeout: float,
            out: Path | None,
            purpose: str = "",
            **values: Any,  # noqa: ANN401 - the verb's own parameters
        ) -> object:
            flags = Flags(node, name, purpose, not no_wait, timeout, out)
            return _run(verb, console, flags, values)

        return _asking_options(why)(_telling_options(run))

    return decorate


def _run(
    verb: Callable[..., object], console: Console, flags: Flags, values: Mapping[str, object]
) -> object:
    act = Acting(console, flags)
    with act.client:
        return verb(act, **values)


def _asking_options(why: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    def add(run: Callable[..., object]) -> Callable[..., object]:
        if why:
            run = option(
                "--purpose",
                default=why,
                show_default=True,
                metavar="CODE",
                help=t(
                    zh="查阅个人信息的目的，会被记录。",
                    en="Why personal data is read; it is recorded.",
                ),
            )(run)
        run = option(
            "--node",
            multiple=True,
            metavar="URL",
            help=t(
                zh="节点地址，可以给多个；否则看 TIMEBANK_NODE，再默认本机。",
                en="A node's address, repeatable; else TIMEBANK_NODE, else this machine's.",
            ),
        )(run)
        return option(
            "--as",
            "name",
            default=DEFAULT_NAME,
            show_default=True,
            metavar="NAME",
            help=t(zh="用哪个钱包。", en="The wallet that acts."),
        )(run)

    return add


def _telling_options(run: Callable[..., object]) -> Callable[..., object]:
    run = option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help=t(
            zh="只签名并写入文件，不提交；以后用 wallet submit 提交。",
            en="Only sign and write to this file; hand it in later with wallet submit.",
        ),
    )(run)
    run = option(
        "--timeout",
        type=click.FloatRange(0, WAIT_MAX_S),
        default=WAIT_S,
        show_default=True,
        metavar="SECONDS",
        help=t(zh="最多等多少秒。", en="Seconds to wait at most."),
    )(run)
    return option(
        "--no-wait",
        is_flag=True,
        help=t(zh="提交后不等入账。", en="Do not wait for the block."),
    )(run)
