"""Services reported when the network is back."""

from typing import Final

import click

from node.chain.policy import HOUR_MS
from node.chain.rules.orders.presence import ServiceMoment
from node.chain.tx.orders import LateReport
from node.chain.types import EpochMs, Height, Id
from node.console.command import argument, option
from node.console.fault import usage
from node.console.formats import instant
from node.console.language import t
from wallet.commands.presence import PRESENCE_OPTION
from wallet.commands.table import verb
from wallet.session.presence import met
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.parameters import ID, WHEN, When

_HEIGHTS: Final = click.IntRange(min=0)


@verb("late-report")
@argument("order", type=ID)
@option(
    "--start",
    "started",
    type=WHEN,
    help=t(zh="何时开始；已签到的不用写。", en="When it began; not needed after a check-in."),
)
@option(
    "--end",
    "ended",
    type=WHEN,
    help=t(zh="何时结束；有到场凭证的不用写。", en="When it ended; not needed with --presence."),
)
@option(
    "--seen",
    type=_HEIGHTS,
    help=t(
        zh="手机断网前见过的整点区块的高度；默认查找服务前的最后一个。",
        en="Height of the hour's first block that the phone had seen; else the last before the service.",
    ),
)
@option(
    "--resumed",
    type=_HEIGHTS,
    default=0,
    help=t(
        zh="全城停顿时：恢复后第一个区块的高度。",
        en="After a stop of the whole city: height of the first block after it.",
    ),
)
@PRESENCE_OPTION
@acting()
def late_report(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    order: Id,
    started: When | None,
    ended: When | None,
    seen: int | None,
    resumed: int,
    presence: str | None,
) -> None:
    """Report a service after a time without network."""
    found, now_ms = act.order(order), act.now_ms()
    if started is None and not found.checked_in_ms:
        raise usage(t(zh="没有签到，要写 --start", en="There was no check-in: give --start"))
    start = EpochMs(found.checked_in_ms if started is None else started.at(now_ms))
    if ended is None and presence is None:
        raise usage(t(zh="要写 --end 或 --presence", en="Give --end or --presence"))
    typed = EpochMs(now_ms if ended is None else ended.at(now_ms))
    end, proof = met(presence, order, ServiceMoment.END, typed)
    known = seen if seen is not None else last_mark(act, end if found.checked_in_ms else start)
    body = LateReport(order, start, end, Height(known), Height(resumed), proof)
    what = t(
        zh="已补报：{start} 到 {end}。还需要服务对象确认和站点背书。",
        en="Reported: {start} to {end}. The recipient confirms it and the site endorses it.",
    )
    act.perform(body, what.fill(start=instant(start), end=instant(end)))


def last_mark(act: Acting, before_ms: int) -> int:
    """Height of the last first block of an hour that is not after a time: what a phone may have seen last."""
    height = _last(act, before_ms)
    if height < 1:
        return 0
    hour_ms = act.client.block_time(height) // HOUR_MS * HOUR_MS
    return _last(act, hour_ms - 1) + 1


def _last(act: Acting, until_ms: int) -> int:
    """The highest block whose time is not after ``until_ms``; 0 for none."""
    low, high = 0, act.client.status().height
    while low < high:
        middle = (low + high + 1) // 2
        if act.client.block_time(middle) <= until_ms:
            low = middle
        else:
            high = middle - 1
    return low
