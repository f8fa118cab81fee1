"""Persons who leave, move or are here twice: ``close-account``, ``change-home``, ``merge-persons``."""

import click

from node.chain.tx.leaving import ChangeHome, CloseAccount, MergePersons
from node.chain.types import Code, Hash, Id
from node.console.command import argument, option
from node.console.language import t
from wallet.desk.propose.group import EVIDENCE_NEEDED, action, propose
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import CODE, ID


@action(
    "close-account",
    t(
        zh="通知销户，由外区审核员复核；公示期内本人的任何操作都会取消它。之后用 desk finish-closing 结清。",
        en="Notice that an account will be closed; a reviewer of another district seconds, and any act of the person "
        "ends it. Afterwards desk finish-closing.",
    ),
)
@argument("person", type=ID)
@option(
    "--why",
    type=click.Choice(("leave", "death", "moved")),
    required=True,
    help=t(zh="退出、去世或迁走。", en="They leave, died, or moved away."),
)
@option(
    "--heir",
    "heirs",
    type=ID,
    multiple=True,
    help=t(
        zh="继承时间的亲属，按顺序；其余进入公益池。",
        en="Bound kin who get the minutes, repeatable, in this order; the rest goes to the pool.",
    ),
)
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def close_account(
    act: Acting, *, person: Id, why: str, heirs: tuple[Id, ...], evidence: Hash
) -> None:
    """Propose to close an account."""
    propose(act, CloseAccount(person, Code(why), heirs, evidence))


@action(
    "change-home",
    t(
        zh="一个人连同所有时间迁到另一区；由那个区复核。",
        en="A person moves to another district with everything they have; that district seconds.",
    ),
)
@argument("person", type=ID)
@option("--district", type=CODE, required=True, help=t(zh="迁到哪个区。", en="The new home."))
@option("--site", type=CODE, required=True, help=t(zh="那里的服务站点。", en="Its service point."))
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def change_home(act: Acting, *, person: Id, district: Code, site: Code, evidence: Hash) -> None:
    """Propose a move."""
    propose(act, ChangeHome(person, district, site, evidence))


@action(
    "merge-persons",
    t(
        zh="两个账户属于同一个人：重复的并入保留的；由外区审核员复核。",
        en="Two accounts are one person's: the duplicate goes over to the survivor. A reviewer of another district "
        "seconds.",
    ),
)
@argument("duplicate", type=ID)
@argument("survivor", type=ID)
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def merge_persons(act: Acting, *, duplicate: Id, survivor: Id, evidence: Hash) -> None:
    """Propose a merger."""
    propose(act, MergePersons(duplicate, survivor, evidence))
