"""A successor's genesis: which links hold, and what state the successor begins with."""

import pytest
from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed, Rejected
from node.chain.genesis import (
    Genesis,
    SuccessorGenesis,
    base_height,
    chain_id_of,
    check_genesis,
    city_id_of,
    decode_genesis,
    new_ledger,
)
from node.chain.genesis_document import from_document, to_document
from node.chain.link import LinkCode, LinkRefused, follows, verify_link
from node.chain.policy import HOUR_MS
from node.chain.records.actors import Operator, Person
from node.chain.records.authorities import AuthoritySchedule, PastSet
from node.chain.records.motions import Motion
from node.chain.records.settings import AuthorityRecord, CitySettings
from node.chain.reopening import opening_records, reopened
from node.chain.seats import epochs_of, first_signed
from node.chain.state import View
from node.chain.transition import BlockRun
from node.chain.tx.authorities import RemoveAuthority
from node.chain.tx.governance import ProposeMotion
from node.chain.tx.transfers import Donate
from node.chain.types import Code, EpochMs, Hash, Height, Minutes
from node.chain.verify import start
from tests.authority_city import succession_story
from tests.full_sums import check_full_sums
from tests.kernel_city import DISTRICTS, GULOU, seed_of
from tests.regenesis_city import (
    RefoundedCity,
    draft,
    lost_city,
    recoverable,
    seal_all,
    signed,
    wrong_links,
)

CITY, SEALED = lost_city()
OLD = CITY.genesis
DRAFT = draft(CITY, SEALED)
NEW = signed(DRAFT)
OTHERS = Hash(bytes([9]) * 32)


def refusal(old: Genesis, new: Genesis) -> LinkCode:
    """Why a link does not hold."""
    with pytest.raises(LinkRefused) as caught:
        verify_link(old, new)
    return caught.value.code


def test_a_successor_that_enough_holders_signed_follows() -> None:
    """It makes sense, survives its bytes and its document, and has another chain id in the same city."""
    check_genesis(NEW)
    assert verify_link(OLD, NEW) == NEW
    assert decode_genesis(encode(NEW)) == NEW
    assert from_document(to_document(NEW)) == NEW
    assert chain_id_of(NEW) != chain_id_of(OLD) == city_id_of(NEW)
    assert base_height(NEW) == CITY.ledger.height


def test_whoever_signs_it_is_the_same_chain() -> None:
    """The chain id is known before anybody signs; two of three, whichever, found the same city."""
    other = signed(DRAFT, (1, 2))
    assert chain_id_of(DRAFT) == chain_id_of(NEW) == chain_id_of(other)
    assert verify_link(OLD, other) == other


WRONG = wrong_links(CITY, SEALED)


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_link_has_its_number(name: str) -> None:
    """Everything else about it is right, the signatures of what it says included."""
    new, code = WRONG[name]
    assert refusal(OLD, new) is code


def test_a_genesis_without_recovery_keys_has_no_successor() -> None:
    """Nobody can begin such a city anew, however many sign."""
    assert (
        refusal(replace(OLD, recovery_threshold=0, recovery_keys=()), NEW) is LinkCode.NO_RECOVERY
    )


def test_a_successor_can_be_looked_at_before_it_is_signed() -> None:
    """What a holder's program checks first does not ask for signatures."""
    assert follows(OLD, DRAFT) == DRAFT


NAMES = OLD.recovery_keys
SENSELESS: dict[str, Genesis] = {
    "keys without a threshold": replace(OLD, recovery_threshold=0),
    "a threshold without keys": replace(OLD, recovery_keys=()),
    "more than there are": replace(OLD, recovery_threshold=4),
    "one key twice": replace(OLD, recovery_keys=(NAMES[0], NAMES[0], NAMES[1])),
    "no point of the curve": replace(OLD, recovery_keys=(bytes([2]) * 32, *NAMES)),
    "a successor with first persons": replace(DRAFT, persons=OLD.persons),
    "a successor begun too early": replace(DRAFT, created_ms=EpochMs(1)),
}


@pytest.mark.parametrize("name", SENSELESS)
def test_a_genesis_that_makes_no_sense_is_refused(name: str) -> None:
    """By itself, whatever came before it."""
    with pytest.raises(Malformed):
        check_genesis(SENSELESS[name])


def test_a_successor_opens_no_ledger_without_the_state_before_it() -> None:
    """From its document alone there would be a city without people."""
    with pytest.raises(Malformed, match="state before it"):
        new_ledger(NEW)


def test_everything_of_the_people_goes_on() -> None:
    """Every person, order and sum is byte for byte what it was; only what belongs to the set is another."""
    city = RefoundedCity(NEW, CITY)
    check_full_sums(city.ledger)
    for key, record in CITY.ledger.records.items():
        if not isinstance(record, Operator | AuthorityRecord | CitySettings):
            assert city.ledger.records[key] == record
    assert city.ledger.height == CITY.ledger.height
    assert city.ledger.time_ms == CITY.ledger.time_ms


def test_the_state_must_be_the_one_that_the_last_block_names() -> None:
    """One person with a minute more is another state."""
    records = list(CITY.ledger.records.values())
    place = next(i for i, r in enumerate(records) if isinstance(r, Person))
    person = records[place]
    assert isinstance(person, Person)
    records[place] = replace(person, earned_min=Minutes(person.earned_min + 1))
    with pytest.raises(LinkRefused) as caught:
        opening_records(records, NEW)
    assert caught.value.code is LinkCode.STATE_ROOT


NOT_CARRIED: dict[str, SuccessorGenesis] = {
    "another policy": replace(DRAFT, policy=replace(DRAFT.policy, version=2)),
    "a class less": replace(DRAFT, catalogue=DRAFT.catalogue[1:]),
    "a district less": replace(DRAFT, districts=DRAFT.districts[1:]),
}


@pytest.mark.parametrize("name", NOT_CARRIED)
def test_a_successor_repeats_what_the_state_says(name: str) -> None:
    """Recovery keys begin the city anew; they do not govern it."""
    with pytest.raises(LinkRefused) as caught:
        opening_records(CITY.ledger.records.values(), NOT_CARRIED[name])
    assert caught.value.code is LinkCode.NOT_CARRIED


def test_the_new_set_speaks_and_the_lost_one_does_not() -> None:
    """Operators keep id and sequence and have the new key; a statement of the lost chain counts no more."""
    city = RefoundedCity(NEW, CITY)
    operator = city.get(Operator, city.operator(GULOU))
    before = CITY.get(Operator, CITY.operator(GULOU))
    assert (operator.id, operator.lanes) == (before.id, before.lanes)
    assert operator.key == NEW.authorities.members[0].operator_key != before.key
    giver = next(i for i, s in city.seeds.items() if s == seed_of("li after the loss"))
    until = EpochMs(city.now_ms + HOUR_MS)
    late = CITY.sign(giver, Donate(Code("district"), Minutes(30)), valid_until_ms=until)
    said_before = city.attempt(late)
    assert isinstance(said_before, Rejected)
    again = city.attempt(city.sign(giver, Donate(Code("district"), Minutes(30))))
    assert said_before.code is ErrorCode.BAD_SIGNATURE
    assert again is None


def test_the_first_block_shows_how_long_the_city_stood_still() -> None:
    """Services of that time can be reported late, under a mark that everybody sees."""
    city = RefoundedCity(NEW, CITY)
    run = BlockRun(city.ledger, Height(city.ledger.height + 1), EpochMs(NEW.created_ms + 1))
    assert run.at.chain_was_stopped
    assert run.at.previous_time_ms == CITY.ledger.time_ms


def test_heights_go_on_and_the_log_begins() -> None:
    """The point before the first block knows every policy that the state knows."""
    point = start(NEW, opening_records(CITY.ledger.records.values(), NEW))
    assert (point.height, point.begun, point.frontier.size) == (CITY.ledger.height, False, 0)
    assert point.time_ms == NEW.created_ms
    assert [e.first_height for e in point.epochs] == [CITY.ledger.height + 1]


def test_a_city_with_a_long_trail_and_an_open_motion_begins_clean() -> None:
    """Past sets and open motions do not follow; the trail is in the link, and the new set may move again."""
    city = succession_story(recoverable())
    new = signed(draft(city, seal_all(city)))
    assert len(new.link.trail) == len(epochs_of(city.ledger, city.ledger.height)) - 1 > 1
    assert verify_link(city.genesis, new)
    again = RefoundedCity(new, city)
    kinds = {type(record) for record in again.ledger.records.values()}
    assert not kinds & {PastSet, AuthoritySchedule}
    motions = [r for r in again.ledger.records.values() if isinstance(r, Motion)]
    assert all(m.state != "open" and m.due_ms == 0 for m in motions)
    assert first_signed(View(again.ledger)) == city.ledger.height + 1
    again.block()


def test_a_successor_of_a_successor_keeps_the_first_id() -> None:
    """The city can be lost more than once; ids made from its first genesis stay."""
    city = RefoundedCity(NEW, CITY)
    city.block()
    city.do(city.operator(GULOU), _motion())
    third = signed(draft(city, seal_all(city)))
    assert verify_link(NEW, third) == third
    assert third.link.chain_id == chain_id_of(NEW)
    assert city_id_of(third) == chain_id_of(OLD)
    last = reopened(city.ledger.records.values(), third)
    assert last.height == CITY.ledger.height + 2
    assert city.operator(GULOU) == CITY.operator(GULOU)


def _motion() -> ProposeMotion:
    return ProposeMotion(RemoveAuthority(DISTRICTS[1]), OTHERS)


@pytest.mark.parametrize("start", range(4))
def test_a_flipped_bit_of_a_successor_is_noticed(start: int) -> None:
    """Malformed, senseless or refused: whatever the bytes, no fourth thing."""
    raw = encode(NEW)
    for place in range(start * 61, len(raw), 241):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        with pytest.raises((Malformed, LinkRefused)):
            _trusted(bytes(flipped))


def _trusted(raw: bytes) -> SuccessorGenesis:
    """What a reader does with a successor's bytes."""
    found = decode_genesis(raw)
    check_genesis(found)
    return verify_link(OLD, found)
