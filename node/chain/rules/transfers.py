"""Gifts to bound kin and donations to pools. There is no other transfer, no cash and no market."""

from typing import assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.records.actors import Person
from node.chain.records.corrections import Donation
from node.chain.rules.guards import active_person, created_id, creates, require, sending_person
from node.chain.state import Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.envelope import Transaction, TransferBody
from node.chain.tx.transfers import Donate, Give
from node.chain.types import EpochMs, Hash, Minutes


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: TransferBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case Give():
            _give(view, at, tx, body)
        case Donate():
            _donate(view, at, tx, tx_id, body)
        case _:
            assert_never(body)


def giftable_min(person: Person) -> Minutes:
    """min(available, earned - given): received minutes cannot be given on."""
    return Minutes(min(person.available.balance, person.earned_min - person.given_min))


def _give(view: View, at: Moment, tx: Transaction, body: Give) -> None:
    giver = sending_person(view, tx)
    recipient = active_person(view, body.recipient)
    policy = at.policy.persons
    require(body.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    kin = next((k for k in giver.kin if k.other == recipient.id), None)
    require(kin is not None, ErrorCode.NOT_KIN, recipient.id.hex())
    assert kin is not None
    admitted = kin.relation in policy.kin_types
    require(admitted, ErrorCode.TRANSFER_TYPE_NOT_ADMITTED, kin.relation)
    rested = at.time_ms >= kin.bound_ms + policy.kin_rest_ms
    require(rested, ErrorCode.RESTING_PERIOD, f"from {kin.bound_ms + policy.kin_rest_ms}")
    free = giver.available.balance
    require(body.minutes <= free, ErrorCode.INSUFFICIENT_MINUTES, f"{free} available")
    giftable = giftable_min(giver)
    require(body.minutes <= giftable, ErrorCode.GIFT_LIMIT, f"{giftable} may be given")
    room = policy.cap_min - recipient.store_min
    require(policy.cap_min == 0 or body.minutes <= room, ErrorCode.CAP_REACHED, f"room for {room}")

    source, target = Account(Book.AVAILABLE, giver.id), Account(Book.AVAILABLE, recipient.id)
    post(view, (Leg(source, target, body.minutes),))
    giver = view.need(Person, giver.id)
    view.put(replace(giver, given_min=giver.given_min + body.minutes))
    home = district_of(view, giver.home)
    view.put(replace(home, gifted_min=home.gifted_min + body.minutes))


def _donate(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: Donate) -> None:
    giver = sending_person(view, tx)
    require(body.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    require(body.pool in {"district", "city"}, ErrorCode.BAD_FIELD, body.pool)
    free = giver.available.balance
    require(body.minutes <= free, ErrorCode.INSUFFICIENT_MINUTES, f"{free} available")

    district_pool = Account(Book.POOL_FREE, giver.home.encode())
    target = district_pool if body.pool == "district" else Account(Book.CITY_FREE, b"")
    post(view, (Leg(Account(Book.AVAILABLE, giver.id), target, body.minutes),))
    home = district_of(view, giver.home)
    view.put(replace(home, donated_min=home.donated_min + body.minutes))
    if creates(body, at.policy):
        view.create(
            Donation(
                id=created_id(at, tx),
                origin=tx_id,
                person=giver.id,
                pool=giver.home if body.pool == "district" else body.pool,
                minutes=body.minutes,
                due_ms=EpochMs(at.time_ms + at.policy.persons.donation_undo_ms),
                touch=b"",
            )
        )
