"""Stops, sheets and lost keys that two staff decide: ``renew-suspension``, ``bind-sheet``, ``recover``."""

from pathlib import Path

import click

from node.chain.tx.recovery import RecoverAtDesk
from node.chain.tx.safety import RenewSuspension
from node.chain.tx.sheets import BindSheet
from node.chain.types import UINT_MAX, Code, Hash, Id
from node.console.command import argument
from node.console.language import t
from wallet.desk.propose.group import EVIDENCE_NEEDED, UNTIL_NEEDED, action, propose
from wallet.session.recovering import read_wish
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import ID, When

SCOPES = ("accept", "outgoing")


@action(
    "renew-suspension",
    t(
        zh="延长或重新开始一个人的暂停；审核员提议，另一审核员复核。",
        en="Let a suspension go on or begin again; one reviewer proposes, another seconds.",
    ),
)
@argument("person", type=ID)
@argument("scope", type=click.Choice(SCOPES))
@UNTIL_NEEDED
@REASON_OPTION
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def renew_suspension(
    act: Acting, *, person: Id, scope: str, until: When, reason: Code, evidence: Hash
) -> None:
    """Propose that a suspension goes on."""
    until_ms = until.at(act.now_ms())
    propose(act, RenewSuspension(person, Code(scope), reason, until_ms, evidence))


@action(
    "bind-sheet",
    t(
        zh="把密封的验证码纸交给一个人；证据是本人签收单。",
        en="Hand a sealed code sheet to a person; the evidence is the receipt they signed.",
    ),
)
@argument("sheet", type=click.IntRange(0, UINT_MAX))
@argument("person", type=ID)
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def bind_sheet(act: Acting, *, sheet: int, person: Id, evidence: Hash) -> None:
    """Propose to hand out a sheet."""
    propose(act, BindSheet(sheet, person, evidence))


@action(
    "recover",
    t(
        zh="为丢了密钥的人登记新密钥（wallet recovery 写出的文件），由不同站点的两人当面核实；"
        "到期生效，之前原密钥或仲裁员可否决。",
        en="A new key, in the file of wallet recovery, for a person whom staff of two sites have seen. It comes into "
        "force after a delay, in which the old key or an arbiter may veto it.",
    ),
)
@argument("file", type=click.Path(dir_okay=False, path_type=Path))
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def recover(act: Acting, *, file: Path, evidence: Hash) -> None:
    """Propose a new key."""
    wish = read_wish(file, act.chain_id)
    propose(act, RecoverAtDesk(wish.id, wish.suite, wish.public_key, wish.proof, evidence))
