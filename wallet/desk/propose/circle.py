"""Who stands close to a person: ``bind-guardian``, ``approve-pairing``; with ``--end`` no longer."""

from node.chain.tx.circle import ApprovePairing, BindGuardian
from node.chain.types import Hash, Id
from node.console.command import argument, option
from node.console.language import t
from wallet.desk.propose.group import EVIDENCE_NEEDED, action, propose
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import ID

_END = option("--end", is_flag=True, help=t(zh="从现在起不再是。", en="It is so no longer."))


@action(
    "bind-guardian",
    t(zh="一个人只能与监护人一起行动。", en="A person acts with a guardian from now on."),
)
@argument("person", type=ID)
@argument("guardian", type=ID)
@_END
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def bind_guardian(act: Acting, *, person: Id, guardian: Id, end: bool, evidence: Hash) -> None:
    """Propose a guardian."""
    propose(act, BindGuardian(person, guardian, int(not end), evidence))


@action(
    "approve-pairing",
    t(
        zh="核准固定结对：志愿者与老人之间每月的上限放宽。",
        en="Approve a regular pair of volunteer and recipient, with wider monthly limits.",
    ),
)
@argument("volunteer", type=ID)
@argument("recipient", type=ID)
@_END
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def approve_pairing(
    act: Acting, *, volunteer: Id, recipient: Id, end: bool, evidence: Hash
) -> None:
    """Propose a pairing."""
    propose(act, ApprovePairing(volunteer, recipient, int(not end), evidence))
