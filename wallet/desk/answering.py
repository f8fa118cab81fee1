"""Staff answer and state: ``answer-complaint``, ``time-statement``, ``extend``, ``finish-closing``."""

import click

from node.chain.tx.leaving import FinishClosing
from node.chain.tx.orders import AnswerComplaint, Extend, TimeStatement
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration
from node.console.language import t
from wallet.client.matters import ComplaintView
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import EVIDENCE, ID, MINUTES

OUTCOMES = ("founded", "unfounded", "correction", "cleared", "upheld")
_EVIDENCE = option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="证据文件；只有它的哈希上链。", en="A file of evidence; only its hash goes on the chain."
    ),
)


@verb("answer-complaint")
@argument("complaint", type=ID)
@argument("outcome", type=click.Choice(OUTCOMES))
@_EVIDENCE
@acting(DESK_PURPOSE)
def answer_complaint(act: Acting, *, complaint: Id, outcome: str, evidence: Hash) -> None:
    """Answer a complaint."""
    listed = act.client.listed(act.signer, ComplaintView, {}, act.flags.purpose)
    origin = next((view.origin for view in listed if view.id == complaint.hex()), None)
    if origin is None:
        raise not_listed("complaints", complaint.hex())
    body = AnswerComplaint(complaint, Hash(bytes.fromhex(origin)), Code(outcome), evidence)
    act.perform(body, t(zh="已答复。", en="Answered."))


@verb("time-statement")
@argument("order", type=ID)
@option(
    "--minutes",
    type=MINUTES,
    required=True,
    help=t(zh="服务对象说服务了多久。", en="How long it took, by the recipient's word."),
)
@_EVIDENCE
@acting(DESK_PURPOSE)
def time_statement(act: Acting, *, order: Id, minutes: Minutes, evidence: Hash) -> None:
    """State how long a service took."""
    found = act.order(order)
    body = TimeStatement(order, found.origin, found.events, minutes, evidence)
    what = t(
        zh="已说明用时 {long}；还需要另一人背书。", en="Stated: {long}; an endorsement is needed."
    ).fill(long=duration(minutes))
    act.perform(body, what)


@verb("extend")
@argument("order", type=ID)
@option("--minutes", type=MINUTES, required=True, help=t(zh="再加多少。", en="How many more."))
@acting(DESK_PURPOSE)
def extend(act: Acting, *, order: Id, minutes: Minutes) -> None:
    """Hold more minutes for a service under way."""
    found = act.order(order)
    what = t(zh="已延长 {long}。", en="Extended by {long}.").fill(long=duration(minutes))
    act.perform(Extend(order, found.origin, found.events, minutes), what)


@verb("finish-closing")
@argument("person", type=ID)
@acting(DESK_PURPOSE)
def finish_closing(act: Acting, *, person: Id) -> None:
    """Sweep and close an account."""
    what = t(zh="账户已结清并关闭。", en="The account is swept and closed.")
    act.perform(FinishClosing(person), what)
