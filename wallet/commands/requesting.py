"""The requesting side: ask for care, take it back, extend, confirm, object, appeal, report that nobody came."""

import click

from node.chain.tx.orders import (
    Appeal,
    Cancel,
    Confirm,
    Extend,
    ObjectOrder,
    ReportNoShow,
    Request,
    Withdraw,
)
from node.chain.types import NO_ID, ZERO_HASH, Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration
from node.console.language import t
from wallet.commands.table import verb
from wallet.verbs.acting import Acting, nobody
from wallet.verbs.making import acting
from wallet.verbs.options import PAYERS, REASON_OPTION
from wallet.verbs.parameters import CODE, EVIDENCE, ID, MINUTES, WHEN, When


@verb("request")
@option("--service", type=CODE, required=True, help=t(zh="服务代码。", en="The service's code."))
@option("--district", type=CODE, required=True, help=t(zh="在哪个区。", en="In which district."))
@option("--site", type=CODE, required=True, help=t(zh="由哪个站点办理。", en="By which site."))
@option(
    "--start",
    type=WHEN,
    required=True,
    help=t(zh="何时开始，如 2026-11-24T14:00 或 +2h。", en="When, as 2026-11-24T14:00 or +2h."),
)
@option(
    "--minutes",
    type=MINUTES,
    required=True,
    help=t(zh="预计多久，如 1小时30分。", en="How long, as 1h30m."),
)
@option(
    "--for",
    "recipient",
    type=ID,
    help=t(zh="服务对象；默认自己。", en="The recipient; else oneself."),
)
@option(
    "--payer",
    type=click.Choice(PAYERS),
    default="person",
    show_default=True,
    help=t(zh="由谁支付。", en="Who pays."),
)
@option(
    "--paid-by",
    type=ID,
    help=t(zh="付款人；默认服务对象。", en="The paying person; else the recipient."),
)
@option(
    "--rule",
    type=CODE,
    default="-",
    help=t(zh="公益池按哪条规则支付。", en="By which rule a pool pays."),
)
@option("--invite", type=ID, help=t(zh="只请这位志愿者。", en="Only this volunteer may accept."))
@option(
    "--job",
    type=ID,
    help=t(zh="多人同去时，第一个订单的编号。", en="The first order of a job for several."),
)
@option(
    "--detail",
    type=EVIDENCE,
    help=t(zh="地址和说明的承诺值。", en="Commitment to address and note."),
)
@acting()
def request(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    service: Code,
    district: Code,
    site: Code,
    start: When,
    minutes: Minutes,
    recipient: Id | None,
    payer: str,
    paid_by: Id | None,
    rule: Code,
    invite: Id | None,
    job: Id | None,
    detail: Hash | None,
) -> None:
    """Ask for a service."""
    served = recipient or act.account
    paying = (paid_by or served) if payer == "person" else NO_ID
    own = act.account in {served, paying}
    body = Request(
        recipient=served,
        payer_kind=Code(payer),
        payer=paying,
        service=service,
        district=district,
        site=site,
        start_ms=start.at(act.now_ms()),
        expected_min=minutes,
        invited=nobody(invite),
        job=nobody(job),
        rule=rule,
        consent=Code("own-key" if own else "agent"),
        consent_evidence=ZERO_HASH,
        detail=detail or ZERO_HASH,
    )
    what = t(zh="已请求服务：{service}，{long}。", en="Requested: {service}, {long}.")
    act.perform(body, what.fill(service=service, long=duration(minutes)))


@verb("withdraw")
@argument("order", type=ID)
@REASON_OPTION
@acting()
def withdraw(act: Acting, *, order: Id, reason: Code) -> None:
    """Take an order back."""
    act.perform(Withdraw(order, reason), t(zh="已撤回。", en="Withdrawn."))


@verb("cancel")
@argument("order", type=ID)
@REASON_OPTION
@acting()
def cancel(act: Acting, *, order: Id, reason: Code) -> None:
    """Cancel an order."""
    act.perform(Cancel(order, reason), t(zh="已取消。", en="Cancelled."))


@verb("no-show")
@argument("order", type=ID)
@acting()
def no_show(act: Acting, *, order: Id) -> None:
    """Report that nobody came."""
    act.perform(ReportNoShow(order), t(zh="已报告爽约。", en="The no-show is reported."))


@verb("extend")
@argument("order", type=ID)
@argument("minutes", type=MINUTES)
@acting()
def extend(act: Acting, *, order: Id, minutes: Minutes) -> None:
    """Hold more minutes."""
    found = act.order(order)
    what = t(zh="已延长 {long}。", en="Extended by {long}.").fill(long=duration(minutes))
    act.perform(Extend(order, found.origin, found.events, minutes), what)


@verb("confirm")
@argument("order", type=ID)
@option("--minutes", type=MINUTES, help=t(zh="少于计时则写明。", en="Fewer than were counted."))
@acting()
def confirm(act: Acting, *, order: Id, minutes: Minutes | None) -> None:
    """Confirm a service."""
    found = act.order(order)
    own = act.account in {found.recipient, found.payer}
    agreed = found.counted_min if minutes is None else minutes
    method = Code("own-key" if own else "agent")
    body = Confirm(order, found.origin, found.events, agreed, method, b"")
    what = t(zh="已确认 {long}，冷静期过后结算。", en="Confirmed {long}; it settles after cooling.")
    act.perform(body, what.fill(long=duration(agreed)))


@verb("object")
@argument("order", type=ID)
@REASON_OPTION
@option("--evidence", type=EVIDENCE, help=t(zh="证据文件。", en="A file of evidence."))
@acting()
def object_(act: Acting, *, order: Id, reason: Code, evidence: Hash | None) -> None:
    """Object to an order."""
    body = ObjectOrder(order, reason, evidence or ZERO_HASH)
    act.perform(body, t(zh="已提出异议。", en="The objection is made."))


@verb("appeal")
@argument("order", type=ID)
@REASON_OPTION
@acting()
def appeal(act: Acting, *, order: Id, reason: Code) -> None:
    """Appeal a verdict."""
    act.perform(Appeal(order, reason), t(zh="已申诉，由市级裁决。", en="Appealed; the city rules."))
