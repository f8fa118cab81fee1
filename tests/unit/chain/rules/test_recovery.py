"""A lost key comes back, and nobody's but its owner's."""

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.records.recovery import Recovery
from node.chain.tx.identity import AcceptKin, GrantAgent, OfferKin, RotateKey
from node.chain.tx.organisation import GrantRole, Propose, Second
from node.chain.tx.recovery import (
    Recover,
    RecoverAtDesk,
    SetContacts,
    SupportRecovery,
    VetoRecovery,
)
from node.chain.tx.transfers import Donate, Give
from node.chain.types import ZERO_HASH, Code, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, KernelCity, seed_of
from tests.unit.chain.rules.scene import EVIDENCE

DELAY_MS = 72 * HOUR_MS


def town() -> tuple[KernelCity, Id]:
    """A person with a recovery card."""
    city = KernelCity()
    return city, city.new_person("mei", card=True)


def recover_body(city: KernelCity, person: Id, name: str = "mei/new") -> Recover:
    """The card asks for a new key."""
    return Recover(1, *city.new_key(name, person))


def recover(city: KernelCity, person: Id, name: str = "mei/new") -> None:
    """Signed by the card."""
    city.block(city.sign(person, recover_body(city, person, name), seed=seed_of("mei/card")))


def support(city: KernelCity, person: Id, name: str = "mei/new") -> SupportRecovery:
    """A contact's word for a new key."""
    return SupportRecovery(person, 1, *city.new_key(name, person))


def at_desk(city: KernelCity, person: Id, name: str = "mei/new") -> RecoverAtDesk:
    """Staff have seen the person."""
    return RecoverAtDesk(person, 1, *city.new_key(name, person), EVIDENCE)


def give_role(city: KernelCity, person: Id, role: str, site: str) -> None:
    """A staff role at a site."""
    action = GrantRole(person, Code(role), GULOU, Code(site), FAR_MS)
    city.two(city.staff("recorder", GULOU), city.staff("reviewer", GULOU), action)


def through_desk(city: KernelCity, person: Id, name: str = "mei/new") -> None:
    """Proposed at the duty desk, seconded by a reviewer of a site."""
    colleague = city.new_person(f"colleague-{city.ledger.height}")
    give_role(city, colleague, "reviewer", "site-2")
    city.two(city.staff("recorder", GULOU), colleague, at_desk(city, person, name))


def refused(city: KernelCity, sender: Id, body: object, seed: str) -> ErrorCode:
    """Why a statement signed with a key by name is refused."""
    fault = city.attempt(city.sign(sender, body, seed=seed_of(seed)))  # type: ignore[arg-type]
    assert fault is not None
    return fault.code


def test_the_card_brings_a_new_key_after_three_days() -> None:
    """Until then the old key speaks, afterwards only the new one; the sequence goes on."""
    city, mei = town()
    recover(city, mei)
    assert city.get(Recovery, mei).due_ms == city.now_ms + DELAY_MS
    assert refused(city, mei, Donate(Code("city"), Minutes(1)), "mei/new") == (
        ErrorCode.BAD_SIGNATURE
    )
    city.wait(DELAY_MS)
    assert refused(city, mei, Donate(Code("city"), Minutes(1)), "mei") == ErrorCode.BAD_SIGNATURE
    city.seeds[mei] = seed_of("mei/new")
    city.do(mei, SetContacts(()))
    assert city.person(mei).lanes[0] == 2


def test_the_card_can_only_recover() -> None:
    """Whoever finds the card spends nothing."""
    city, mei = town()
    code = refused(city, mei, Donate(Code("city"), Minutes(1)), "mei/card")
    assert code == ErrorCode.KEY_VERB_NOT_ALLOWED
    assert refused(city, mei, recover_body(city, mei), "mei") == ErrorCode.BAD_SIGNATURE


def test_without_a_card_there_is_no_recovery_by_card() -> None:
    """The everyday key is no recovery key."""
    city, _ = town()
    li = city.new_person("li")
    assert city.refusal(li, recover_body(city, li)) == ErrorCode.SENDER_HAS_NO_KEY


def test_a_person_without_a_phone_gets_one_by_card() -> None:
    """The card alone is enough to ask."""
    city = KernelCity()
    mei = city.new_person("mei", card=True, keyless=True)
    assert city.refusal(mei, SetContacts(())) == ErrorCode.SENDER_HAS_NO_KEY
    recover(city, mei)
    city.wait(DELAY_MS)
    city.seeds[mei] = seed_of("mei/new")
    city.do(mei, SetContacts(()))


def test_two_of_three_contacts_bring_a_new_key() -> None:
    """Both must name the same key; a stranger is not heard."""
    city, mei = town()
    friends = tuple(city.new_person(name) for name in ("an", "bo", "cai"))
    stranger = city.new_person("stranger")
    city.do(mei, SetContacts(friends))
    assert city.refusal(stranger, support(city, mei)) == ErrorCode.NOT_A_PARTY
    city.do(friends[0], support(city, mei))
    city.do(friends[0], support(city, mei))
    city.do(friends[1], support(city, mei, "thief"))
    assert city.get(Recovery, mei).state == "idle"
    city.do(friends[2], support(city, mei))
    assert (city.get(Recovery, mei).state, city.get(Recovery, mei).route) == ("pending", "contacts")
    assert city.refusal(friends[1], support(city, mei)) == ErrorCode.RECOVERY_PENDING
    city.wait(DELAY_MS)
    assert city.person(mei).key == city.new_key("mei/new", mei)[0]


def test_contacts_are_others_each_once_and_few() -> None:
    """Nobody recovers their own account as their own friend."""
    city, mei = town()
    friends = tuple(city.new_person(name) for name in ("an", "bo", "cai", "dong"))
    assert city.refusal(mei, SetContacts((mei,))) == ErrorCode.SAME_PERSON
    assert city.refusal(mei, SetContacts(friends[:1] * 2)) == ErrorCode.ALREADY_EXISTS
    assert city.refusal(mei, SetContacts(friends)) == ErrorCode.AGENT_LIMIT


def test_the_desk_needs_two_staff_of_two_sites() -> None:
    """And evidence, and staff who are not the person's own contacts."""
    city, mei = town()
    recorder, reviewer = city.staff("recorder", GULOU), city.staff("reviewer", GULOU)
    bare = RecoverAtDesk(mei, 1, *city.new_key("mei/new", mei), ZERO_HASH)
    assert city.refusal(recorder, Propose(bare)) == ErrorCode.RECORD_FIELD_MISSING
    receipt = city.do(recorder, Propose(at_desk(city, mei)))
    proposal = Id(receipt.created[0][1:])
    code = city.refusal(reviewer, Second(proposal, receipt.tx_id))
    assert code == ErrorCode.WRONG_DISTRICT
    colleague = city.new_person("colleague")
    give_role(city, colleague, "reviewer", "site-2")
    city.do(colleague, Second(proposal, receipt.tx_id))
    city.wait(DELAY_MS)
    assert city.person(mei).key == city.new_key("mei/new", mei)[0]


def test_nothing_goes_out_during_the_delay_and_service_goes_on() -> None:
    """A thief with the phone does not empty the account while the owner waits."""
    city, mei = town()
    li = city.new_person("li")
    offer = city.do(li, OfferKin(mei, Code("sibling")))
    binding = Id(offer.created[0][1:])
    recover(city, mei)
    key, proof = city.new_key("mei/other", mei)
    for body in (
        Give(li, Minutes(1)),
        Donate(Code("city"), Minutes(1)),
        OfferKin(li, Code("spouse")),
        AcceptKin(binding, offer.tx_id, Code("own-key"), ZERO_HASH),
        GrantAgent(li, (Code("request"),)),
        SetContacts((li,)),
        RotateKey(1, key, proof),
    ):
        assert city.refusal(mei, body) == ErrorCode.RECOVERY_PENDING, type(body)
    city.do(mei, VetoRecovery(mei))
    assert city.get(Recovery, mei).state == "vetoed"


def test_an_order_on_own_minutes_waits_and_one_by_the_fund_does_not() -> None:
    """Whoever asks for it, agent or the account itself."""
    city = KernelCity()
    mei = city.new_person("mei", card=True, funded=True)
    city.mint(GULOU, 6_000)
    recover(city, mei)
    order = city.request(mei, mei, payer_kind="fund", payer=b"")
    assert city.order(order).state == "requested"
    with pytest.raises(Rejected, match="E212"):
        city.request(mei, mei)


def test_after_the_owners_veto_the_next_attempt_begins_at_the_desk() -> None:
    """The old key ends one attempt; it cannot end the one made in person."""
    city, mei = town()
    recover(city, mei)
    city.do(mei, VetoRecovery(mei))
    code = refused(city, mei, recover_body(city, mei, "again"), "mei/card")
    assert code == ErrorCode.METHOD_NOT_ALLOWED
    through_desk(city, mei)
    assert city.refusal(mei, VetoRecovery(mei)) == ErrorCode.METHOD_NOT_ALLOWED
    reviewer = city.staff("reviewer", GULOU)
    assert city.refusal(reviewer, VetoRecovery(mei)) == ErrorCode.ROLE_MISSING
    city.do(city.staff("arbiter", GULOU), VetoRecovery(mei))
    city.wait(DELAY_MS)
    assert city.person(mei).key == city.new_key("mei", mei)[0]


def test_who_brought_an_attempt_does_not_end_it_as_arbiter() -> None:
    """One natural person, one part."""
    city, mei = town()
    colleague = city.new_person("colleague")
    give_role(city, colleague, "reviewer", "site-2")
    give_role(city, colleague, "arbiter", "site-2")
    city.two(city.staff("recorder", GULOU), colleague, at_desk(city, mei))
    assert city.refusal(colleague, VetoRecovery(mei)) == ErrorCode.SAME_PERSON


def test_there_are_two_attempts_in_thirty_days() -> None:
    """Nobody keeps an account in delay for ever."""
    city, mei = town()
    for name in ("one", "two"):
        recover(city, mei, name)
        city.wait(DELAY_MS)
        city.seeds[mei] = seed_of(name)
    code = refused(city, mei, recover_body(city, mei, "three"), "mei/card")
    assert code == ErrorCode.RESTING_PERIOD
    city.wait(30 * DAY_MS)
    recover(city, mei, "three")


def test_a_key_in_force_is_not_recovered_to() -> None:
    """Nor does the card's key become the everyday one."""
    city, mei = town()
    code = refused(city, mei, recover_body(city, mei, "mei"), "mei/card")
    assert code == ErrorCode.ALREADY_DONE
    key, proof = city.new_key("mei/card", mei)
    assert city.refusal(mei, RotateKey(1, key, proof)) == ErrorCode.ALREADY_DONE


def test_there_is_nothing_to_veto_without_an_attempt() -> None:
    """The state says so."""
    city, mei = town()
    assert city.refusal(mei, VetoRecovery(mei)) == ErrorCode.WRONG_STATE


def test_a_new_key_is_proven_to_be_held() -> None:
    """A contact cannot name a key of somebody else's."""
    city, mei = town()
    an = city.new_person("an")
    city.do(mei, SetContacts((an,)))
    key, _ = city.new_key("mei/new", mei)
    _, wrong = city.new_key("other", mei)
    body = SupportRecovery(mei, 1, key, wrong)
    assert city.refusal(an, body) == ErrorCode.BAD_POSSESSION
