"""What went wrong is put right: ``correct``, ``write-off``, ``compensate``, ``undo-donation``.

An arbiter proposes, a treasurer seconds. A record is never changed; what is said here stands beside it and names it.
"""

import click

from node.chain.tx.corrections import Compensate, Correct, UndoDonation, WriteOff
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.language import t
from wallet.client.matters import CorrectionView, DebtView, DonationView
from wallet.desk.propose.group import EVIDENCE_NEEDED, action, propose
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import CODE, ID, MINUTES

_PERSON = option("--person", type=ID, required=True, help=t(zh="谁的。", en="Whose it is."))


@action(
    "correct",
    t(
        zh="更正已结算订单的分钟数；再更正一次就更正上一次更正。仲裁员提议，司库复核。",
        en="The right minutes of a settled order; once more corrects the last correction. An arbiter proposes, a "
        "treasurer seconds.",
    ),
)
@argument("order", type=ID)
@option(
    "--minutes",
    type=MINUTES,
    required=True,
    help=t(zh="正确的服务时长；0 为没有服务。", en="The right minutes of service; 0 for none."),
)
@option(
    "--source",
    type=click.Choice(("payer", "fund")),
    default="payer",
    show_default=True,
    help=t(zh="少付的由谁补。", en="Who pays for minutes that were too few."),
)
@REASON_OPTION
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def correct(
    act: Acting, *, order: Id, minutes: Minutes, source: str, reason: Code, evidence: Hash
) -> None:
    """Propose a correction."""
    target, origin = _last_said(act, order)
    propose(act, Correct(order, target, origin, minutes, Code(source), reason, evidence))


def _last_said(act: Acting, order: Id) -> tuple[Id, Hash]:
    """What is corrected and where it comes from: the order, or the last correction of it."""
    found = act.order(order)
    target, origin = order, found.origin
    why = act.flags.purpose
    listed = act.client.listed(act.signer, CorrectionView, {"order": order.hex()}, why)
    following = {view.target: view for view in listed}
    while target.hex() in following:
        view = following.pop(target.hex())
        target, origin = Id(bytes.fromhex(view.id)), Hash(bytes.fromhex(view.origin))
    return target, origin


@action(
    "write-off",
    t(
        zh="核销不会再归还的分钟；不动用任何时间。",
        en="Minutes of a claim that nobody will pay any more; no coin moves.",
    ),
)
@argument("claim", type=ID)
@_PERSON
@option("--minutes", type=MINUTES, required=True, help=t(zh="多少。", en="How many."))
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def write_off(act: Acting, *, claim: Id, person: Id, minutes: Minutes, evidence: Hash) -> None:
    """Propose to write off a claim."""
    listed = act.client.listed(act.signer, DebtView, {"person": person.hex()}, act.flags.purpose)
    origin = next((view.origin for view in listed if view.id == claim.hex()), None)
    if origin is None:
        raise not_listed("claims", claim.hex())
    propose(act, WriteOff(claim, Hash(bytes.fromhex(origin)), minutes, evidence))


@action(
    "compensate",
    t(
        zh="按某条规则从本区公益池补偿一个人。",
        en="Compensate a person from the pool of their home, by a named rule.",
    ),
)
@argument("person", type=ID)
@option("--minutes", type=MINUTES, required=True, help=t(zh="多少。", en="How many."))
@option("--rule", type=CODE, required=True, help=t(zh="按哪条规则。", en="By which rule."))
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def compensate(act: Acting, *, person: Id, minutes: Minutes, rule: Code, evidence: Hash) -> None:
    """Propose a compensation."""
    propose(act, Compensate(person, minutes, rule, evidence))


@action(
    "undo-donation",
    t(
        zh="把大额捐赠退回捐赠人；证据是本人的申请。",
        en="Give a large donation back; the evidence is the giver's request.",
    ),
)
@argument("donation", type=ID)
@_PERSON
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def undo_donation(act: Acting, *, donation: Id, person: Id, evidence: Hash) -> None:
    """Propose to undo a donation."""
    listed = act.client.listed(
        act.signer, DonationView, {"person": person.hex()}, act.flags.purpose
    )
    origin = next((view.origin for view in listed if view.id == donation.hex()), None)
    if origin is None:
        raise not_listed("donations", donation.hex())
    propose(act, UndoDonation(donation, Hash(bytes.fromhex(origin)), evidence))
