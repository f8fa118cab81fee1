"""Refused proofs of presence: forged, borrowed, or by who may not give them."""

from node.chain.errors import ErrorCode
from node.chain.policy import MINUTE_MS
from node.chain.rules.orders.presence import Meeting, ServiceMoment
from node.chain.tx.orders import CheckIn, CheckOut, Presence
from node.chain.types import NO_ID, Code, EpochMs, Id
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import NOBODY, Scene, town


def accepted() -> Scene:
    """Taken by Li."""
    return town().request().publish().accept()


def _begin_with(scene: Scene, presence: Presence) -> Attempt:
    body = CheckIn(scene.order, EpochMs(scene.city.now_ms), presence)
    return attempt(scene.city, scene.volunteer, body)


def _signed(scene: Scene, method: str, witness: Id, signer: Id, **changes: object) -> Presence:
    """A proof of the start just now in the witness's name, signed by a key, with what is signed changed."""
    meeting = Meeting(scene.order, scene.volunteer, ServiceMoment.START, EpochMs(scene.city.now_ms))
    said = meeting._replace(**changes)  # type: ignore[arg-type]
    return said.signed(scene.city.chain_id, scene.city.seeds[signer], Code(method), witness)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_a_signature_for_no_presence() -> Attempt:
    scene = accepted()
    return _begin_with(scene, Presence(Code("none"), NO_ID, bytes(64)))


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_a_presence_that_the_volunteer_signed() -> Attempt:
    scene = accepted()
    forged = _signed(scene, "recipient-wallet", scene.elder, scene.volunteer)
    return _begin_with(scene, forged)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_the_presence_of_another_elder() -> Attempt:
    scene = accepted()
    other = _signed(scene, "recipient-wallet", scene.stranger, scene.stranger)
    return _begin_with(scene, other)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_the_presence_of_another_order() -> Attempt:
    scene = accepted()
    other = _signed(scene, "recipient-wallet", scene.elder, scene.elder, order=NOBODY)
    return _begin_with(scene, other)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_the_presence_of_another_volunteer() -> Attempt:
    scene = accepted()
    other = _signed(scene, "recipient-wallet", scene.elder, scene.elder, volunteer=scene.stranger)
    return _begin_with(scene, other)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_the_presence_of_another_time() -> Attempt:
    scene = accepted()
    earlier = EpochMs(scene.city.now_ms - MINUTE_MS)
    other = _signed(scene, "recipient-wallet", scene.elder, scene.elder, claimed_ms=earlier)
    return _begin_with(scene, other)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_the_presence_of_the_end() -> Attempt:
    scene = accepted()
    other = _signed(scene, "recipient-wallet", scene.elder, scene.elder, moment=ServiceMoment.END)
    return _begin_with(scene, other)


@refused(ErrorCode.RECEIPT_INVALID)
def begun_with_a_presence_signed_by_another_reader() -> Attempt:
    scene = accepted()
    return _begin_with(
        scene, _signed(scene, "site-reader", scene.staff("clerk"), scene.staff("recorder"))
    )


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def begun_with_the_presence_of_an_unknown_reader() -> Attempt:
    scene = accepted()
    return _begin_with(scene, _signed(scene, "site-reader", NOBODY, scene.elder))


@refused(ErrorCode.ROLE_MISSING)
def begun_with_the_presence_of_somebody_who_is_no_reader() -> Attempt:
    scene = accepted()
    return _begin_with(scene, _signed(scene, "site-reader", scene.stranger, scene.stranger))


@refused(ErrorCode.SAME_PERSON)
def begun_with_the_presence_of_a_volunteer_who_is_a_recorder() -> Attempt:
    scene = accepted()
    scene.give_role(scene.volunteer, "recorder")
    return _begin_with(scene, _signed(scene, "site-reader", scene.volunteer, scene.volunteer))


@refused(ErrorCode.RELATED_PERSONS)
def begun_with_the_presence_of_a_reader_who_is_the_volunteers_kin() -> Attempt:
    scene = accepted()
    scene.city.bind_kin(scene.volunteer, scene.staff("clerk"), "spouse")
    clerk = scene.staff("clerk")
    return _begin_with(scene, _signed(scene, "site-reader", clerk, clerk))


@refused(ErrorCode.RECEIPT_INVALID)
def ended_with_the_presence_of_the_start() -> Attempt:
    scene = accepted().check_in()
    proof = _signed(scene, "recipient-wallet", scene.elder, scene.elder)
    now = EpochMs(scene.city.now_ms)
    body = CheckOut(scene.order, now, Code("done"), proof)
    return attempt(scene.city, scene.volunteer, body)
