"""Refused agents of persons without a key, whom two staff bind."""

from msgspec import structs

from node.chain.errors import ErrorCode
from node.chain.tx.identity import GrantAgent
from node.chain.tx.organisation import BindAgent
from node.chain.types import ZERO_HASH, Code
from tests.unit.chain.rules.refusals.cases import Attempt, refused
from tests.unit.chain.rules.refusals.identity import CONFIRM
from tests.unit.chain.rules.refusals.organisation import propose
from tests.unit.chain.rules.scene import EVIDENCE, NOBODY, Scene, town


def _agent(scene: Scene, **changes: object) -> BindAgent:
    keyless = scene.city.new_person("qian", keyless=True)
    sound = BindAgent(keyless, scene.stranger, CONFIRM, EVIDENCE)
    return structs.replace(sound, **changes)


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def an_agent_of_nobody() -> Attempt:
    scene = town()
    return propose(scene, "recorder", _agent(scene, person=NOBODY))


@refused(ErrorCode.SAME_PERSON)
def an_agent_of_oneself() -> Attempt:
    scene = town()
    action = _agent(scene)
    return propose(scene, "recorder", structs.replace(action, agent=action.person))


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def an_agent_bound_for_a_person_with_a_key() -> Attempt:
    scene = town()
    return propose(scene, "recorder", _agent(scene, person=scene.elder))


@refused(ErrorCode.VERB_NOT_GRANTED)
def an_agent_bound_who_gives() -> Attempt:
    scene = town()
    return propose(scene, "recorder", _agent(scene, verbs=(Code("give"),)))


@refused(ErrorCode.AGENT_LIMIT)
def an_agent_bound_for_too_many() -> Attempt:
    scene = town()
    for name in ("a", "b", "c"):
        scene.city.do(scene.city.new_person(name), GrantAgent(scene.stranger, CONFIRM))
    return propose(scene, "recorder", _agent(scene))


@refused(ErrorCode.AGENT_LIMIT)
def too_many_agents_bound_for_one() -> Attempt:
    scene = town()
    action = _agent(scene)
    for name in ("a", "b", "c"):
        one = structs.replace(action, agent=scene.city.new_person(name))
        scene.city.two(scene.staff("recorder"), scene.staff("reviewer"), one)
    return propose(scene, "recorder", action)


@refused(ErrorCode.SAME_PERSON)
def an_agency_put_forward_by_the_agent() -> Attempt:
    scene = town()
    clerk = scene.staff("clerk")
    return propose(scene, clerk, _agent(scene, agent=clerk))


@refused(ErrorCode.RECORD_FIELD_MISSING)
def an_agent_bound_without_evidence() -> Attempt:
    scene = town()
    return propose(scene, "recorder", _agent(scene, evidence=ZERO_HASH))
