"""The volunteer's side: accept, give back, check in, check out, reduce."""

from typing import Final

import click

from node.chain.rules.orders.presence import ServiceMoment
from node.chain.tx.orders import Accept, CheckIn, CheckOut, GiveBack, Reduce
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration, instant
from node.console.language import t
from wallet.commands.presence import PRESENCE_OPTION
from wallet.commands.table import verb
from wallet.session.presence import met
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import CODE, EVIDENCE, ID, MINUTES

CREDIT_SELF: Final = Code("self")
CREDIT_TEAM: Final = Code("team")


@verb("accept")
@argument("order", type=ID)
@option(
    "--notice",
    type=click.IntRange(0, 1_000_000),
    default=1,
    show_default=True,
    help=t(zh="读过的风险告知的版本。", en="Version of the risk notice that was read."),
)
@option(
    "--insurance",
    type=EVIDENCE,
    help=t(
        zh="保险凭证的承诺值；上门服务需要。",
        en="Commitment to the insurance; needed for home visits.",
    ),
)
@option(
    "--team",
    is_flag=True,
    help=t(
        zh="时间归自己所在的团队；服务小时仍记在自己名下。",
        en="The minutes go to one's team; the hours served stay one's own.",
    ),
)
@acting()
def accept(act: Acting, *, order: Id, notice: int, insurance: Hash | None, team: bool) -> None:
    """Take an order."""
    found = act.order(order)
    credit = CREDIT_TEAM if team else CREDIT_SELF
    body = Accept(order, found.origin, found.events, credit, notice, insurance or ZERO_HASH)
    what = t(
        zh="已接单：{service}，{start}，{long}。", en="Accepted: {service}, {start}, {long}."
    ).fill(
        service=found.service,
        start=instant(found.start_ms),
        long=duration(found.expected_min),
    )
    act.perform(body, what)


@verb("give-back")
@argument("order", type=ID)
@REASON_OPTION
@acting()
def give_back(act: Acting, *, order: Id, reason: Code) -> None:
    """Give an order back."""
    act.perform(GiveBack(order, reason), t(zh="已退单。", en="Given back."))


@verb("check-in")
@argument("order", type=ID)
@PRESENCE_OPTION
@acting()
def check_in(act: Acting, *, order: Id, presence: str | None) -> None:
    """The service begins."""
    now, proof = met(presence, order, ServiceMoment.START, EpochMs(act.now_ms()))
    body = CheckIn(order, now, proof)
    act.perform(body, t(zh="已签到：{now}。", en="Checked in: {now}.").fill(now=instant(now)))


@verb("check-out")
@argument("order", type=ID)
@option(
    "--reason",
    type=CODE,
    default="done",
    show_default=True,
    help=t(zh="做完，或提前结束的原因。", en="Done, or why it was cut short."),
)
@PRESENCE_OPTION
@acting()
def check_out(act: Acting, *, order: Id, reason: Code, presence: str | None) -> None:
    """The service ends."""
    now, proof = met(presence, order, ServiceMoment.END, EpochMs(act.now_ms()))
    body = CheckOut(order, now, reason, proof)
    act.perform(body, t(zh="已签退：{now}。", en="Checked out: {now}.").fill(now=instant(now)))


@verb("reduce")
@argument("order", type=ID)
@argument("minutes", type=MINUTES)
@acting()
def reduce(act: Acting, *, order: Id, minutes: Minutes) -> None:
    """Lower the counted minutes."""
    what = t(zh="已减为 {long}。", en="Reduced to {long}.").fill(long=duration(minutes))
    act.perform(Reduce(order, minutes), what)
