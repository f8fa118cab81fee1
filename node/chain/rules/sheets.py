"""Sealed code sheets: confirmation on paper that neither volunteer nor site can forge.

The city's issuer registers and prints, two staff hand a sealed sheet to a person, the person scratches one code when a
service ends, and anybody but the order's recorder submits it, bound to that order and to who submits. A lost sheet ends
within a block and costs no minute. It does not prove that the elder understood, and the printer could collude: hence
cooling, statements and call-backs.
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.keys import check_public_key
from node.chain.records.actors import Person
from node.chain.records.sheets import BOUND, CANCELLED, REGISTERED, CodeSheet, sheet_id
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import (
    active_person,
    require,
    require_evidence,
    require_role,
    sending_person,
)
from node.chain.state import CITY_HOME, Moment, View
from node.chain.tx.envelope import SheetBody, Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.sheets import BindSheet, CancelSheet, RegisterSheet
from node.chain.types import NO_ID, Id


def apply(view: View, at: Moment, tx: Transaction, body: SheetBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    match body:
        case RegisterSheet():
            require_role(sender, "issuer", CITY_HOME, at.time_ms)
            distinct = len(set(body.keys)) == len(body.keys)
            require(distinct, ErrorCode.ALREADY_EXISTS, "a code twice")
            for key in body.keys:
                check_public_key(SUITE_ED25519_SHA256, key)
            view.create(CodeSheet(body.sheet, sender.id, body.keys, NO_ID, (), REGISTERED, b""))
        case CancelSheet():
            _cancel(view, at, sender, body)
        case _:
            assert_never(body)


def _cancel(view: View, at: Moment, sender: Person, body: CancelSheet) -> None:
    sheet = view.need(CodeSheet, sheet_id(body.sheet))
    require(sheet.state != CANCELLED, ErrorCode.ALREADY_DONE, "cancelled")
    owner = view.get(Person, sheet.person) if sheet.person else None
    own = owner is not None and sender.id == owner.id
    desk = owner is not None and sender.has_role("recorder", owner.home, at.time_ms)
    if not own and not desk:
        require_role(sender, "issuer", CITY_HOME, at.time_ms)

    view.put(replace(sheet, state=CANCELLED))


def _check(view: View, _at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case BindSheet():
            sheet = view.need(CodeSheet, sheet_id(action.sheet))
            require(sheet.state == REGISTERED, ErrorCode.WRONG_STATE, sheet.state)
            person = active_person(view, action.person)
            require_evidence(action.evidence)
            return Scope(person.home, frozenset({person.id, sheet.issuer}))
        case _:
            raise Bug(f"{type(action).__name__} is no action of sheets")


def _perform(view: View, _at: Moment, action: MoneyAction, _seconded: Seconded) -> None:
    match action:
        case BindSheet():
            sheet = view.need(CodeSheet, sheet_id(action.sheet))
            view.put(replace(sheet, state=BOUND, person=action.person))
        case _:
            raise Bug(f"{type(action).__name__} is no action of sheets")


ACTIONS: Final = ActionFamily(
    {BindSheet: (("recorder", "reviewer"), ("reviewer",))}, _check, _perform
)
