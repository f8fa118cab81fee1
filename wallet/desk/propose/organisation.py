"""Persons, roles, sites, kin and agents: ``desk propose approve-person`` and its like."""

from pathlib import Path
from typing import Final

import click

from node.chain.policy import quarter_end_ms
from node.chain.tx.organisation import (
    ApproveKin,
    ApprovePerson,
    Attest,
    AttestGate,
    BindAgent,
    GrantRole,
    OpenSite,
    RevokeRole,
)
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Id
from node.console.command import argument, command, option
from node.console.language import t
from wallet.desk.propose.group import propose, propose_group
from wallet.desk.receipts import read_receipt
from wallet.verbs.acting import Acting
from wallet.verbs.faults import does_not_hold
from wallet.verbs.finding import find_binding
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import CODE, EVIDENCE, ID, UNTIL, When, codes

WHOLE_DISTRICT: Final = Code("-")
_NEVER: Final = EpochMs(0)
_COMMITMENT: Final = option(
    "--commitment",
    type=EVIDENCE,
    help=t(zh="理由和证据的承诺值。", en="Commitment to reasons and evidence."),
)
_SERVE: Final = option(
    "--serve-until",
    type=UNTIL,
    help=t(
        zh="可以服务到哪天，算到那个季度末；不写为不可以。",
        en="May serve until the end of that day's quarter; may not when left out.",
    ),
)
_RECEIVE: Final = option(
    "--receive-until",
    type=UNTIL,
    help=t(
        zh="可以接受服务到哪天，算到那个季度末。",
        en="May receive until the end of that day's quarter.",
    ),
)
_FUNDED: Final = option(
    "--funded-until",
    type=UNTIL,
    help=t(
        zh="可以由基金支付到哪天，算到那个季度末。",
        en="May be paid for by the fund until the end of that day's quarter.",
    ),
)


@command(
    propose_group,
    "approve-person",
    help=t(zh="审核通过一个登记的人。", en="Admit a registered person."),
)
@argument("person", type=ID)
@option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(zh="首次登记回执文件。", en="The receipt of first registration."),
)
@_SERVE
@_RECEIVE
@_FUNDED
@_COMMITMENT
@acting(DESK_PURPOSE)
def approve_person(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    person: Id,
    receipt: Path,
    serve_until: When | None,
    receive_until: When | None,
    funded_until: When | None,
    commitment: Hash | None,
) -> None:
    """Propose to admit a person."""
    file = read_receipt(receipt)
    if file.person != person.hex() or file.chain_id != act.chain_id.hex():
        raise does_not_hold(
            "other-receipt",
            t(zh="回执是别人的或别的城市的", en="The receipt is of another person or city"),
            t(zh="核对回执文件和编号。", en="Compare the receipt's file with the id."),
        )
    found = act.person(person)
    action = ApprovePerson(
        person=person,
        origin=found.origin,
        may_serve_until_ms=_flag(act, serve_until),
        may_receive_until_ms=_flag(act, receive_until),
        may_be_funded_until_ms=_flag(act, funded_until),
        commitment=commitment or ZERO_HASH,
        receipt=file.receipt(),
    )
    propose(act, action)


@command(
    propose_group,
    "attest",
    help=t(zh="更新一个人的三项资格。", en="Renew or change a person's three flags."),
)
@argument("person", type=ID)
@_SERVE
@_RECEIVE
@_FUNDED
@_COMMITMENT
@acting(DESK_PURPOSE)
def attest(
    act: Acting,
    *,
    person: Id,
    serve_until: When | None,
    receive_until: When | None,
    funded_until: When | None,
    commitment: Hash | None,
) -> None:
    """Propose to change the flags."""
    action = Attest(
        person,
        _flag(act, serve_until),
        _flag(act, receive_until),
        _flag(act, funded_until),
        commitment or ZERO_HASH,
    )
    propose(act, action)


@command(
    propose_group,
    "attest-gate",
    help=t(
        zh="一个人在某时之前具备某项条件，如 training。",
        en="A person meets a condition, as training, until a time.",
    ),
)
@argument("person", type=ID)
@argument("gate", type=CODE)
@option("--until", type=UNTIL, required=True, help=t(zh="到哪天。", en="Until."))
@_COMMITMENT
@acting(DESK_PURPOSE)
def attest_gate(
    act: Acting, *, person: Id, gate: Code, until: When, commitment: Hash | None
) -> None:
    """Propose to attest a condition."""
    action = AttestGate(person, gate, _until(act, until), commitment or ZERO_HASH)
    propose(act, action)


@command(
    propose_group,
    "grant-role",
    help=t(zh="授予职务。", en="Give a person a staff role."),
)
@argument("person", type=ID)
@argument("role", type=CODE)
@option("--district", type=CODE, required=True, help=t(zh="在哪个区。", en="In which district."))
@option(
    "--site",
    type=CODE,
    default=WHOLE_DISTRICT,
    help=t(zh="在哪个站点；不写为全区。", en="At which site; else the whole district."),
)
@option("--until", type=UNTIL, required=True, help=t(zh="到哪天。", en="Until."))
@acting(DESK_PURPOSE)
def grant_role(
    act: Acting, *, person: Id, role: Code, district: Code, site: Code, until: When
) -> None:
    """Propose to give a role."""
    action = GrantRole(person, role, district, site, _until(act, until))
    propose(act, action)


@command(propose_group, "revoke-role", help=t(zh="收回职务。", en="End a staff role."))
@argument("person", type=ID)
@argument("role", type=CODE)
@option("--district", type=CODE, required=True, help=t(zh="在哪个区。", en="In which district."))
@acting(DESK_PURPOSE)
def revoke_role(act: Acting, *, person: Id, role: Code, district: Code) -> None:
    """Propose to end a role."""
    propose(act, RevokeRole(person, role, district))


@command(propose_group, "open-site", help=t(zh="新开服务站点。", en="Open a service point."))
@argument("district", type=CODE)
@argument("site", type=CODE)
@acting(DESK_PURPOSE)
def open_site(act: Acting, *, district: Code, site: Code) -> None:
    """Propose a new site."""
    propose(act, OpenSite(district, site))


@command(
    propose_group,
    "approve-kin",
    help=t(
        zh="核实双方已同意的亲属绑定。", en="Confirm a kin binding to which both have consented."
    ),
)
@argument("binding", type=ID)
@option("--person", type=ID, required=True, help=t(zh="绑定的一方。", en="One of the two."))
@acting(DESK_PURPOSE)
def approve_kin(act: Acting, *, binding: Id, person: Id) -> None:
    """Propose to confirm a binding."""
    found = find_binding(act, person, binding)
    propose(act, ApproveKin(binding, Hash(bytes.fromhex(found.origin))))


@command(
    propose_group,
    "bind-agent",
    help=t(zh="为没有密钥的人设代理人。", en="Bind an agent for a person without a key."),
)
@argument("person", type=ID)
@argument("agent", type=ID)
@option(
    "--verbs",
    required=True,
    metavar="VERB,...",
    help=t(zh="可以代办的事，用逗号隔开。", en="What the agent may do, with commas."),
)
@option("--evidence", type=EVIDENCE, required=True, help=t(zh="证据。", en="Evidence."))
@acting(DESK_PURPOSE)
def bind_agent(act: Acting, *, person: Id, agent: Id, verbs: str, evidence: Hash) -> None:
    """Propose an agent."""
    propose(act, BindAgent(person, agent, codes(verbs), evidence))


def _until(act: Acting, when: When) -> EpochMs:
    return when.at(act.now_ms())


def _flag(act: Acting, when: When | None) -> EpochMs:
    """When a flag ends: with the quarter in which the last day lies."""
    return _NEVER if when is None else EpochMs(quarter_end_ms(when.at(act.now_ms()) - 1))
