"""The method table: who may confirm how, what it proves, and up to which limit.

| method | by | strength | limit |
|---|---|---|---|
| own-key | recipient, or the paying person | strong | |
| agent | bound agent or guardian | medium | three elders an agent; no other part in the order |
| code | anyone but the order's recorder | medium | one code, one order, in checked_out |
| card | staff at a site reader | weak | endorsed |
| call-back | caller of another site | weak | endorsed above thirty a day |
| witness | staff present | weak | endorsed; a fifth of a site's minutes in a month |

The strength decides how long the minutes cool. Silence, the weakest, is no statement: see ``timers``.
"""

from enum import IntEnum
from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from node.chain import keys
from node.chain.errors import ErrorCode, Rejected
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.lifecycle import State
from node.chain.policy import PERMILLE, OrderPolicy, day_of, month_of
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.sheets import BOUND, CodeSheet, sheet_id
from node.chain.rules.closing import wake
from node.chain.rules.guards import require, require_role
from node.chain.rules.orders.guardians import require_guardian
from node.chain.rules.orders.parties import is_agent, judges_of, paying_person, people_of
from node.chain.rules.tallies import count, tally_of
from node.chain.state import CITY_HOME, Moment, View
from node.chain.tx.orders import Confirm
from node.chain.tx.sheets import opening_bytes, parse_opened
from node.chain.types import Id

EVIDENCE_BYTES: Final = 32


class Strength(IntEnum):
    """How much a method of confirmation proves."""

    WEAK = 1
    MEDIUM = 2
    STRONG = 3


class Proof(NamedTuple):
    """What a confirmation is worth."""

    strength: Strength
    endorse: bool
    """Whether it needs an endorsement of its own."""


def cooling_ms(policy: OrderPolicy, strength: Strength) -> int:
    """How long the minutes stay in the payer's hold after a confirmation."""
    match strength:
        case Strength.STRONG:
            return policy.cooling_strong_ms
        case Strength.MEDIUM:
            return policy.cooling_medium_ms
        case Strength.WEAK:
            return policy.cooling_weak_ms
        case _:
            assert_never(strength)


def prove(view: View, at: Moment, sender: Person, order: Order, body: Confirm) -> Proof:
    """What the method proves, if this sender may use it on this order; its limits count this use.

    Raises:
        Rejected: ``METHOD_NOT_ALLOWED``, ``METHOD_LIMIT``, or why the sender may not.
    """
    by_code = body.method == "code"
    apart = sender.id != order.volunteer or by_code
    require(apart, ErrorCode.SAME_PERSON, "the volunteer cannot confirm")
    site = f"site/{order.district}/{order.site}".encode()
    match body.method:
        case "own-key":
            own = sender.id in {order.recipient, paying_person(order)}
            require(own, ErrorCode.NOT_A_PARTY, "neither recipient nor payer")
            if sender.id == order.recipient:
                require_guardian(sender, sender)
            proof = Proof(Strength.STRONG, endorse=False)
        case "agent":
            _require_agent(view, order, sender)
            proof = Proof(Strength.MEDIUM, endorse=False)
        case "code":
            _use_code(view, at, sender, order, body)
            proof = Proof(Strength.MEDIUM, endorse=False)
        case "card" | "witness":
            require_role(sender, "recorder", order.district, at.time_ms)
            _require_staff_evidence(order, sender, body)
            if body.method == "witness":
                _count_witness(view, at, site, body.minutes)
            proof = Proof(Strength.WEAK, endorse=True)
        case "call-back":
            _require_caller(at, order, sender)
            _require_staff_evidence(order, sender, body)
            calls = count(view, b"call-back/" + sender.id, day_of(at.time_ms)).count
            proof = Proof(Strength.WEAK, endorse=calls > at.policy.orders.call_back_day_max)
        case _:
            raise Rejected(ErrorCode.METHOD_NOT_ALLOWED, body.method)
    count(view, site, month_of(at.time_ms), body.minutes)
    return proof


def recorders_of(order: Order) -> frozenset[Id]:
    """Who wrote on the order for somebody else."""
    requester = order.requester if order.requester_role == "recorder" else b""
    parts = (requester, order.starter, order.timekeeper)
    return frozenset(Id(part) for part in parts if part)


def _require_agent(view: View, order: Order, sender: Person) -> None:
    recipient = view.need(Person, order.recipient)
    allowed = is_agent(recipient, sender.id, "confirm")
    require(allowed, ErrorCode.VERB_NOT_GRANTED, "confirm")
    other_part = sender.id in judges_of(order) | recorders_of(order)
    require(not other_part, ErrorCode.SAME_PERSON, "has another part in the order")


def _use_code(view: View, at: Moment, sender: Person, order: Order, body: Confirm) -> None:
    """One code of the recipient's own sheet, for one order whose service has just ended."""
    recorder = sender.id in recorders_of(order)
    require(not recorder, ErrorCode.SAME_PERSON, "the order's recorder cannot submit a code")
    ended = order.state == State.CHECKED_OUT
    require(ended, ErrorCode.WRONG_STATE, f"a code confirms no order that is {order.state}")
    slip = parse_opened(body.proof)
    sheet = view.need(CodeSheet, sheet_id(slip.sheet))
    theirs = sheet.state == BOUND and sheet.person == order.recipient
    require(theirs, ErrorCode.METHOD_NOT_ALLOWED, "not a sheet of the recipient's")
    said = opening_bytes(at.chain_id, order.id, sender.id)
    sound = keys.verify(SUITE_ED25519_SHA256, sheet.keys[slip.place], said, slip.signature)
    require(sound, ErrorCode.RECEIPT_INVALID, "not a code of this sheet for this order and sender")
    require(slip.place not in sheet.used, ErrorCode.CODE_USED, f"code {slip.place}")

    wake(view, order.recipient)
    view.put(replace(sheet, used=tuple(sorted((*sheet.used, slip.place)))))


def _require_caller(at: Moment, order: Order, sender: Person) -> None:
    """A caller of the order's district or the city's hotline, of another site than the order's."""
    roles = [
        r
        for r in sender.roles
        if r.role == "caller"
        and r.district in {order.district, CITY_HOME}
        and at.time_ms < r.until_ms
    ]
    require(bool(roles), ErrorCode.ROLE_MISSING, f"caller in {order.district}")
    elsewhere = any(r.district == CITY_HOME or r.site != order.site for r in roles)
    require(elsewhere, ErrorCode.METHOD_NOT_ALLOWED, "a caller of the order's own site")


def _require_staff_evidence(order: Order, sender: Person, body: Confirm) -> None:
    """Staff confirm only as outsiders to the order, and with evidence."""
    require(sender.id not in people_of(order), ErrorCode.SAME_PERSON, "has a part in the order")
    shown = len(body.proof) == EVIDENCE_BYTES
    require(shown, ErrorCode.RECORD_FIELD_MISSING, "hash of the evidence")


def _count_witness(view: View, at: Moment, site: bytes, minutes: int) -> None:
    """Staff witness at most a share of what is confirmed at a site in a month."""
    policy, month = at.policy.orders, month_of(at.time_ms)
    total = tally_of(view, site, month).minutes + minutes
    witnessed = count(view, b"witness/" + site, month, minutes).minutes
    share = total * policy.witness_permille // PERMILLE
    within = witnessed <= max(share, policy.witness_free_min)
    require(within, ErrorCode.METHOD_LIMIT, f"{witnessed} minutes witnessed at the site")
