"""Stops, sheets and lost keys that two staff decide: ``renew-suspension``, ``bind-sheet``, ``recover``."""

from pathlib import Path

import click

from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.tx.recovery import RecoverAtDesk
from node.chain.tx.safety import RenewSuspension
from node.chain.tx.sheets import BindSheet
from node.chain.types import UINT_MAX, Code, Hash, Id
from node.console.command import argument, option
from node.console.language import t
from wallet.desk.newkeys import read_new_key
from wallet.desk.propose.group import EVIDENCE_NEEDED, UNTIL_NEEDED, action, propose
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
        zh="为丢了钥匙的人登记新密钥；两个不同站点的人当面核实。到期生效，之前原密钥或仲裁员可否决。",
        en="A new key for a person who lost theirs, seen by staff of two sites. It comes into force after a delay, in "
        "which the old key or an arbiter may veto it.",
    ),
)
@argument("person", type=ID)
@option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(
        zh="本人新钱包给出的新密钥文件：{key, possession}。",
        en="The new key's file from the person's new wallet: {key, possession}.",
    ),
)
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def recover(act: Acting, *, person: Id, key_file: Path, evidence: Hash) -> None:
    """Propose a new key."""
    new = read_new_key(key_file, act.chain_id, person)
    propose(act, RecoverAtDesk(person, SUITE_ED25519_SHA256, new.key, new.possession, evidence))
