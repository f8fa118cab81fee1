"""Staff decide and vouch on orders: ``approve``, ``reject``, ``witness``, ``call-back``, ``endorse``, ``no-show``."""

from node.chain.tx.orders import ApproveOrder, Confirm, Endorse, RejectOrder, ReportNoShow
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration
from node.console.language import t
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import EVIDENCE, ID, MINUTES

WITNESS = Code("witness")
CALL_BACK = Code("call-back")
_MINUTES_OPTION = option(
    "--minutes", type=MINUTES, help=t(zh="少于计时则写明。", en="Fewer than were counted.")
)
_EVIDENCE_OPTION = option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="证据文件；只有它的哈希上链。", en="A file of evidence; only its hash goes on the chain."
    ),
)


@verb("approve")
@argument("order", type=ID)
@acting(DESK_PURPOSE)
def approve(act: Acting, *, order: Id) -> None:
    """Publish an order."""
    found = act.order(order)
    what = t(zh="已发布，等人接单。", en="Published; volunteers may accept.")
    act.perform(ApproveOrder(order, found.origin, found.events), what)


@verb("reject")
@argument("order", type=ID)
@REASON_OPTION
@acting(DESK_PURPOSE)
def reject(act: Acting, *, order: Id, reason: Code) -> None:
    """Refuse an order."""
    act.perform(RejectOrder(order, reason), t(zh="未通过。", en="Refused."))


@verb("witness")
@argument("order", type=ID)
@_EVIDENCE_OPTION
@_MINUTES_OPTION
@acting(DESK_PURPOSE)
def witness(act: Acting, *, order: Id, evidence: Hash, minutes: Minutes | None) -> None:
    """Confirm as a witness."""
    _confirm(act, order, WITNESS, evidence, minutes)


@verb("call-back")
@argument("order", type=ID)
@_EVIDENCE_OPTION
@_MINUTES_OPTION
@acting(DESK_PURPOSE)
def call_back(act: Acting, *, order: Id, evidence: Hash, minutes: Minutes | None) -> None:
    """Confirm after a call."""
    _confirm(act, order, CALL_BACK, evidence, minutes)


def _confirm(act: Acting, order: Id, method: Code, evidence: Hash, minutes: Minutes | None) -> None:
    found = act.order(order)
    agreed = found.counted_min if minutes is None else minutes
    what = t(
        zh="已确认 {long}；还需要另一人背书。", en="Confirmed {long}; an endorsement is needed."
    ).fill(long=duration(agreed))
    act.perform(Confirm(order, found.origin, found.events, agreed, method, evidence), what)


@verb("endorse")
@argument("order", type=ID)
@acting(DESK_PURPOSE)
def endorse(act: Acting, *, order: Id) -> None:
    """Endorse an order."""
    found = act.order(order)
    act.perform(Endorse(order, found.origin, found.events), t(zh="已背书。", en="Endorsed."))


@verb("no-show")
@argument("order", type=ID)
@acting(DESK_PURPOSE)
def no_show(act: Acting, *, order: Id) -> None:
    """Report a no-show."""
    act.perform(ReportNoShow(order), t(zh="已报告爽约。", en="The no-show is reported."))
