"""What people may count on: nobody is found by a number, gates hold, kin and agents stop when told to stop."""

import hashlib
import hmac
import re
from io import BytesIO
from typing import Final

import msgspec
import pytest

from node.chain.archive import KIND_BLOCK, read_frames
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS
from node.chain.tx.envelope import parse
from node.chain.tx.identity import GrantAgent, RevokeAgent, Unbind
from node.chain.tx.orders import NO_PRESENCE, Accept, CheckIn, Confirm, Withdraw
from node.chain.tx.organisation import AttestGate
from node.chain.tx.transfers import Give
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Minutes
from tests.archives import archive_of, long_story
from tests.kernel_city import FAR_MS, GULOU, KernelCity

NUMBER: Final = "320106195003071234"
PHONE: Final = "13805171234"
HAN: Final = re.compile("[一-鿿]")
MINUTES: Final = Minutes(30)


@pytest.mark.feature("C2")
def test_an_identity_number_leads_to_nobody_on_the_chain():
    """Ids derive from the registering transaction alone, and nothing derived from a number is in any byte."""
    city = KernelCity()
    recorder = city.staff("recorder", GULOU)
    first_number = city.person(recorder).lanes[0]
    first, again = city.new_person(NUMBER, GULOU), city.new_person(f"{NUMBER}-again", GULOU)
    assert first == derive_id(city.chain_id, recorder, 0, first_number, 0)
    assert first != again
    assert city.person(first).number + 1 == city.person(again).number
    archive = archive_of(city)
    guesses = [
        NUMBER.encode(),
        hashlib.sha256(NUMBER.encode()).digest(),
        hashlib.sha256(NUMBER.encode()).digest()[:16],
        hmac.new(city.chain_id, NUMBER.encode(), "sha256").digest(),
        hashlib.md5(NUMBER.encode(), usedforsecurity=False).digest(),
    ]
    assert not any(guess in archive for guess in guesses)


@pytest.mark.feature("G1")
def test_no_block_holds_a_name_a_phone_number_or_free_text():
    """Every text of every block is an ASCII code of the grammar; digits in it are too few for a number of a person."""
    texts = _texts_of_blocks()
    assert len(texts) > 40
    for text in texts:
        assert re.fullmatch(r"[a-z0-9._-]{1,32}", text)
        assert not re.search(r"\d{11}", text)
        assert not HAN.search(text)


@pytest.mark.feature("G1")
def test_a_transaction_with_one_field_more_is_refused():
    """There is no place for a note."""
    city = KernelCity()
    person = city.new_person("li")
    raw = city.sign(person, Give(NO_ID or city.new_person("wang"), MINUTES)).raw
    fields = msgspec.msgpack.decode(raw)
    for place in (fields, fields[7]):
        place.append(PHONE)
        with pytest.raises(Malformed) as fault:
            parse(msgspec.msgpack.encode(fields))
        assert fault.value.code is ErrorCode.NOT_CANONICAL
        place.pop()


def _texts_of_blocks() -> list[str]:
    """Every text of every transaction and every header of an archive."""
    city = long_story()
    found: list[str] = []
    for framed in read_frames(BytesIO(archive_of(city)), city.chain_id):
        if framed.kind == KIND_BLOCK:
            block = msgspec.msgpack.decode(framed.body)
            found += _texts(block)
            found += [t for raw in block[1][3] for t in _texts(msgspec.msgpack.decode(raw))]
    return found


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []


@pytest.mark.feature("C5")
def test_a_class_that_needs_training_takes_only_who_holds_an_unexpired_record_of_it():
    """Asked at acceptance and again at check-in, under the policy then in force."""
    city = KernelCity()
    elder, helper = city.new_person("elder", serve=False, funded=True), city.new_person("helper")
    city.mint(GULOU, 6_000)
    order = city.request(elder, elder, service="medical", payer_kind="fund", payer=b"")
    city.publish(order)
    found = city.order(order)
    accept = Accept(order, found.origin, found.events, Code("self"), 1, ZERO_HASH)
    assert city.refusal(helper, accept) is ErrorCode.GATE_MISSING

    staff = city.staff("reviewer", GULOU), city.staff("second", GULOU)
    ends_ms = EpochMs(found.start_ms + 60_000)
    city.two(*staff, AttestGate(helper, Code("training"), ends_ms, ZERO_HASH))
    city.do(helper, accept)
    city.wait(ends_ms - city.now_ms)
    late = CheckIn(order, EpochMs(city.now_ms), NO_PRESENCE)
    assert city.refusal(helper, late) is ErrorCode.GATE_MISSING
    city.two(*staff, AttestGate(helper, Code("training"), FAR_MS, ZERO_HASH))
    city.do(helper, CheckIn(order, EpochMs(city.now_ms), NO_PRESENCE))


@pytest.mark.feature("C5")
def test_a_home_visit_is_not_accepted_without_an_insurance_reference():
    """Bathing is a home visit; the reference is a commitment, its content is in the vault."""
    city = KernelCity()
    elder, helper = city.new_person("elder", serve=False, funded=True), city.new_person("helper")
    city.mint(GULOU, 6_000)
    order = city.request(elder, elder, service="bathing", payer_kind="fund", payer=b"")
    city.publish(order)
    found = city.order(order)
    bare = Accept(order, found.origin, found.events, Code("self"), 1, ZERO_HASH)
    assert city.refusal(helper, bare) is ErrorCode.GATE_MISSING
    city.do(helper, msgspec.structs.replace(bare, insurance=bytes([7]) * 32))


@pytest.mark.feature("C6")
def test_gifts_go_to_bound_kin_after_the_waiting_days_and_no_further():
    """Unbound: refused; just bound: refused; rested: given; received minutes: not given on; unbound again: refused."""
    city, giver, mother = _giver_and_mother()
    gift = Give(mother, MINUTES)
    assert city.refusal(giver, gift) is ErrorCode.NOT_KIN
    binding = city.bind_kin(giver, mother)
    assert city.refusal(giver, gift) is ErrorCode.RESTING_PERIOD
    city.wait(city.genesis.policy.persons.kin_rest_ms)
    city.do(giver, gift)
    assert city.person(mother).available.balance == MINUTES

    back = Give(giver, MINUTES)
    assert city.refusal(mother, back) is ErrorCode.GIFT_LIMIT
    city.do(mother, Unbind(binding))
    assert city.refusal(giver, gift) is ErrorCode.NOT_KIN


def _giver_and_mother() -> tuple[KernelCity, bytes, bytes]:
    city = KernelCity()
    elder = city.new_person("elder", serve=False, funded=True)
    giver, mother = city.new_person("giver"), city.new_person("mother")
    city.mint(GULOU, 6_000)
    order = city.request(elder, elder, payer_kind="fund", payer=b"")
    city.publish(order)
    city.accept(order, giver)
    city.serve(order, 60)
    city.confirm(order, elder)
    city.wait(2 * DAY_MS)
    assert city.person(giver).available.balance == 60
    return city, giver, mother


@pytest.mark.feature("I2")
def test_an_agent_does_what_was_granted_and_stops_in_the_next_block():
    """A child may ask for and withdraw orders, not confirm; after revocation nothing."""
    city, child, mother = _giver_and_mother()
    city.do(mother, GrantAgent(child, (Code("request"), Code("withdraw"))))
    order = city.request(child, mother, payer_kind="pool", payer=b"", rule="care", consent="agent")
    assert city.order(order).requester_role == "agent"
    confirm = Confirm(order, city.order(order).origin, 1, MINUTES, Code("agent"), b"")
    assert city.refusal(child, confirm) is ErrorCode.WRONG_STATE
    city.do(child, Withdraw(order, Code("changed")))

    second = city.request(child, mother, payer_kind="pool", payer=b"", rule="care", consent="agent")
    city.do(mother, RevokeAgent(mother, child))
    assert city.refusal(child, Withdraw(second, Code("changed"))) is ErrorCode.NOT_A_PARTY
