"""Refused registrations, kin bindings, agencies and keys."""

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, PersonPolicy, Policy
from node.chain.tx.identity import (
    AcceptKin,
    GrantAgent,
    OfferKin,
    Register,
    RevokeAgent,
    RotateKey,
    Unbind,
)
from node.chain.types import ZERO_HASH, Code, Hash, Height, Id
from tests.kernel_city import GULOU, JIANYE, SITE, KernelCity, seed_of
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, merge, refused
from tests.unit.chain.rules.scene import EVIDENCE, NOBODY, Scene, town

PARENT = Code("parent")
CONFIRM = (Code("confirm"),)


def _register(**changes: object) -> Attempt:
    city = town().city
    key = keys.public_key(seed_of("new"))
    proof = keys.sign(seed_of("new"), keys.possession_bytes(city.chain_id, key, GULOU.encode()))
    values: dict[str, object] = {
        "home": GULOU,
        "site": SITE,
        "suite": 1,
        "key": key,
        "possession": proof,
        "recovery_key": b"",
        "recovery_possession": b"",
        "commitment": ZERO_HASH,
    }
    body = Register(**(values | changes))  # type: ignore[arg-type]
    return attempt(city, city.staff("recorder", GULOU), body)


@refused(ErrorCode.ROLE_MISSING)
def registered_by_a_reviewer() -> Attempt:
    sound = _register()
    return attempt(sound.city, sound.city.staff("reviewer", GULOU), sound.signed.tx.body)


@refused(ErrorCode.ROLE_MISSING)
def registered_by_another_districts_recorder() -> Attempt:
    sound = _register()
    return attempt(sound.city, sound.city.staff("recorder", JIANYE), sound.signed.tx.body)


@refused(ErrorCode.NO_SUCH_OBJECT)
def registered_at_no_site() -> Attempt:
    return _register(site="nowhere")


@refused(ErrorCode.WRONG_STATE)
def registered_in_a_district_that_is_part_of_another() -> Attempt:
    sound = _register()
    merge(sound.city, GULOU, JIANYE)
    return sound


@refused(ErrorCode.UNKNOWN_SUITE)
def registered_with_an_unknown_suite() -> Attempt:
    return _register(suite=2)


@refused(ErrorCode.BAD_POSSESSION)
def registered_with_a_proof_of_no_key() -> Attempt:
    return _register(key=b"")


@refused(ErrorCode.BAD_POSSESSION)
def registered_without_proof() -> Attempt:
    return _register(possession=b"")


@refused(ErrorCode.BAD_POSSESSION)
def registered_with_a_proof_for_another_home() -> Attempt:
    sound = _register()
    city, key = sound.city, keys.public_key(seed_of("new"))
    proof = keys.sign(seed_of("new"), keys.possession_bytes(city.chain_id, key, JIANYE.encode()))
    return _register(possession=proof)


@refused(ErrorCode.BAD_PUBLIC_KEY)
def registered_with_a_weak_key() -> Attempt:
    return _register(key=bytes(32))


@refused(ErrorCode.BAD_POSSESSION)
def registered_with_a_recovery_key_of_nobody() -> Attempt:
    return _register(recovery_key=keys.public_key(seed_of("card")))


def _offer(scene: Scene, other: Id, relation: Code = PARENT) -> Attempt:
    return attempt(scene.city, scene.volunteer, OfferKin(other, relation))


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def kin_with_nobody() -> Attempt:
    return _offer(town(), NOBODY)


@refused(ErrorCode.NOT_APPROVED)
def kin_with_a_person_not_approved() -> Attempt:
    scene = town()
    body = Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
    receipt = scene.city.do(scene.staff("recorder"), body)
    return _offer(scene, Id(receipt.created[0][1:]))


@refused(ErrorCode.SAME_PERSON)
def kin_of_oneself() -> Attempt:
    scene = town()
    return _offer(scene, scene.volunteer)


@refused(ErrorCode.TRANSFER_TYPE_NOT_ADMITTED)
def kin_of_a_kind_the_policy_does_not_admit() -> Attempt:
    scene = town()
    return _offer(scene, scene.elder, Code("friend"))


@refused(ErrorCode.ALREADY_EXISTS)
def kin_a_second_time() -> Attempt:
    scene = town()
    scene.city.bind_kin(scene.volunteer, scene.elder)
    return _offer(scene, scene.elder)


@refused(ErrorCode.KIN_LIMIT)
def one_kin_too_many() -> Attempt:
    scene = town(Policy(1, Height(0), persons=PersonPolicy(kin_max=1)))
    scene.city.bind_kin(scene.elder, scene.stranger)
    return _offer(scene, scene.elder)


def offered(scene: Scene, other: Id | None = None) -> tuple[Id, Hash]:
    """(binding, origin) of an offer by the volunteer to the elder."""
    number = scene.city.person(scene.volunteer).lanes[0]
    receipt = scene.city.do(scene.volunteer, OfferKin(other or scene.elder, PARENT))
    return derive_id(scene.city.chain_id, scene.volunteer, 0, number, 0), receipt.tx_id


def _accept(scene: Scene, sender: Id, method: str, after_ms: int = 1_000) -> Attempt:
    binding, origin = offered(scene)
    evidence = ZERO_HASH if method == "own-key" else EVIDENCE
    body = AcceptKin(binding, origin, Code(method), evidence)
    return attempt(scene.city, sender, body, after_ms)


@refused(ErrorCode.NO_SUCH_OBJECT)
def accepted_without_an_offer() -> Attempt:
    scene = town()
    body = AcceptKin(NOBODY, ZERO_HASH, Code("own-key"), ZERO_HASH)
    return attempt(scene.city, scene.elder, body)


@refused(ErrorCode.WRONG_STATE)
def accepted_twice() -> Attempt:
    scene = town()
    binding, origin = offered(scene)
    body = AcceptKin(binding, origin, Code("own-key"), ZERO_HASH)
    scene.city.do(scene.elder, body)
    return attempt(scene.city, scene.elder, body)


@refused(ErrorCode.WRONG_STATE)
def accepted_after_the_offer_has_expired() -> Attempt:
    scene = town()
    return _accept(scene, scene.elder, "own-key", 7 * DAY_MS)


@refused(ErrorCode.STALE_OBJECT)
def accepted_from_another_origin() -> Attempt:
    scene = town()
    binding, _ = offered(scene)
    body = AcceptKin(binding, ZERO_HASH, Code("own-key"), ZERO_HASH)
    return attempt(scene.city, scene.elder, body)


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def accepted_by_a_method_of_staff() -> Attempt:
    scene = town()
    return _accept(scene, scene.elder, "in-person")


@refused(ErrorCode.SAME_PERSON)
def accepted_by_the_offering_side() -> Attempt:
    scene = town()
    return _accept(scene, scene.volunteer, "in-person")


@refused(ErrorCode.ROLE_MISSING)
def accepted_by_a_passer_by() -> Attempt:
    scene = town()
    return _accept(scene, scene.stranger, "in-person")


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def accepted_on_behalf_with_an_own_key() -> Attempt:
    scene = town()
    return _accept(scene, scene.staff("recorder"), "own-key")


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def accepted_on_behalf_of_a_person_with_a_key() -> Attempt:
    scene = town()
    return _accept(scene, scene.staff("recorder"), "in-person")


@refused(ErrorCode.RECORD_FIELD_MISSING)
def accepted_on_behalf_without_evidence() -> Attempt:
    scene = town()
    keyless = scene.city.new_person("qian", keyless=True)
    binding, origin = offered(scene, keyless)
    body = AcceptKin(binding, origin, Code("in-person"), ZERO_HASH)
    return attempt(scene.city, scene.staff("recorder"), body)


@refused(ErrorCode.NO_SUCH_OBJECT)
def unbound_from_nothing() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, Unbind(NOBODY))


@refused(ErrorCode.NOT_A_PARTY)
def unbound_by_a_passer_by() -> Attempt:
    scene = town()
    binding = scene.city.bind_kin(scene.volunteer, scene.elder)
    return attempt(scene.city, scene.stranger, Unbind(binding))


@refused(ErrorCode.WRONG_STATE)
def unbound_twice() -> Attempt:
    scene = town()
    binding = scene.city.bind_kin(scene.volunteer, scene.elder)
    scene.city.do(scene.elder, Unbind(binding))
    return attempt(scene.city, scene.volunteer, Unbind(binding))


def _rotate(city: KernelCity, sender: Id, name: str, context: bytes) -> Attempt:
    key = keys.public_key(seed_of(name))
    proof = keys.sign(seed_of(name), keys.possession_bytes(city.chain_id, key, context))
    return attempt(city, sender, RotateKey(1, key, proof))


@refused(ErrorCode.ALREADY_DONE)
def rotated_to_the_key_in_force() -> Attempt:
    scene = town()
    return _rotate(scene.city, scene.elder, "zhao", scene.elder)


@refused(ErrorCode.BAD_POSSESSION)
def rotated_with_somebody_elses_proof() -> Attempt:
    scene = town()
    return _rotate(scene.city, scene.elder, "zhao-2", scene.volunteer)


@refused(ErrorCode.BAD_SIGNATURE)
def signed_by_a_key_that_was_rotated_away() -> Attempt:
    scene = town()
    rotation = _rotate(scene.city, scene.elder, "zhao-2", scene.elder)
    scene.city.block(rotation.signed)
    return attempt(scene.city, scene.elder, RevokeAgent(scene.elder, NOBODY))


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def an_agent_nobody_knows() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, GrantAgent(NOBODY, CONFIRM))


@refused(ErrorCode.SAME_PERSON)
def an_agent_for_oneself() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, GrantAgent(scene.elder, CONFIRM))


@refused(ErrorCode.VERB_NOT_GRANTED)
def an_agent_who_gives() -> Attempt:
    scene = town()
    body = GrantAgent(scene.stranger, (Code("confirm"), Code("give")))
    return attempt(scene.city, scene.elder, body)


@refused(ErrorCode.AGENT_LIMIT)
def an_agent_of_too_many() -> Attempt:
    scene = town()
    for name in ("a", "b", "c"):
        scene.city.do(scene.city.new_person(name), GrantAgent(scene.stranger, CONFIRM))
    return attempt(scene.city, scene.elder, GrantAgent(scene.stranger, CONFIRM))


@refused(ErrorCode.AGENT_LIMIT)
def too_many_agents_for_one() -> Attempt:
    scene = town()
    for name in ("a", "b", "c"):
        scene.city.do(scene.elder, GrantAgent(scene.city.new_person(name), CONFIRM))
    return attempt(scene.city, scene.elder, GrantAgent(scene.stranger, CONFIRM))


@refused(ErrorCode.NOT_A_PARTY)
def revoked_by_a_passer_by() -> Attempt:
    scene = town()
    scene.city.do(scene.elder, GrantAgent(scene.stranger, CONFIRM))
    return attempt(scene.city, scene.volunteer, RevokeAgent(scene.elder, scene.stranger))


@refused(ErrorCode.NO_SUCH_OBJECT)
def revoked_without_an_agency() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, RevokeAgent(scene.elder, scene.stranger))


def _with_card(scene: Scene) -> Id:
    """An active person whose printed card holds a recovery key."""
    city = scene.city
    pairs = {}
    for name in ("tang", "card"):
        key = keys.public_key(seed_of(name))
        context = keys.possession_bytes(city.chain_id, key, GULOU.encode())
        pairs[name] = (key, keys.sign(seed_of(name), context))
    body = Register(GULOU, SITE, 1, *pairs["tang"], *pairs["card"], ZERO_HASH)
    receipt = city.do(city.staff("recorder", GULOU), body)
    return city.approve(Id(receipt.created[0][1:]), receipt.tx_id)


@refused(ErrorCode.KEY_VERB_NOT_ALLOWED)
def said_with_the_recovery_card() -> Attempt:
    scene = town()
    person = _with_card(scene)
    body = GrantAgent(scene.stranger, CONFIRM)
    return attempt(scene.city, person, body, seed=seed_of("card"))


@refused(ErrorCode.ALREADY_DONE)
def rotated_to_the_recovery_cards_key() -> Attempt:
    scene = town()
    person = _with_card(scene)
    scene.city.seeds[person] = seed_of("tang")
    return _rotate(scene.city, person, "card", person)


@refused(ErrorCode.BAD_FIELD)
def registered_with_one_key_for_phone_and_card() -> Attempt:
    city = town().city
    key = keys.public_key(seed_of("new"))
    proof = keys.sign(seed_of("new"), keys.possession_bytes(city.chain_id, key, GULOU.encode()))
    return _register(recovery_key=key, recovery_possession=proof)


@refused(ErrorCode.KIN_LIMIT)
def a_relative_more_than_the_year_admits() -> Attempt:
    scene = town(Policy(1, Height(0), persons=PersonPolicy(kin_year_max=0)))
    return attempt(scene.city, scene.volunteer, OfferKin(scene.elder, PARENT))


@refused(ErrorCode.KIN_LIMIT)
def a_relative_who_has_had_all_of_the_year() -> Attempt:
    scene = town(Policy(1, Height(0), persons=PersonPolicy(kin_year_max=1)))
    scene.city.bind_kin(scene.volunteer, scene.elder)
    return attempt(scene.city, scene.stranger, OfferKin(scene.elder, PARENT))
