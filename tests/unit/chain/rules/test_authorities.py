"""The set of authorities changes only by two thirds of both sets, two blocks after it passed, and each at a time."""

import pytest
from msgspec.structs import replace

from node.chain.certificate import authority_set_hash
from node.chain.errors import ErrorCode
from node.chain.genesis import operator_id, seat_id
from node.chain.policy import DAY_MS
from node.chain.records.accounts import District
from node.chain.records.actors import Operator
from node.chain.records.bindings import Site, site_id
from node.chain.records.motions import Motion
from node.chain.rules.succession import ROOTS_KEPT
from node.chain.seats import current_set, epochs_of, schedule_of, set_at
from node.chain.state import View
from node.chain.tx.authorities import (
    AddAuthority,
    AuthoritySubject,
    MergeDistrict,
    ProveKeys,
    RemoveAuthority,
    RotateKeys,
    SuspendSeat,
)
from node.chain.tx.governance import ProposeMotion, Rejoin
from node.chain.types import Code, Height, Id
from tests.authority_city import EVIDENCE, PUKOU, AuthorityCity, authority
from tests.kernel_city import DISTRICTS, GULOU, JIANYE, SITE, seed_of

NEW = authority(GULOU, "/2")


def districts_of(city: AuthorityCity) -> tuple[Code, ...]:
    return tuple(m.district for m in current_set(View(city.ledger)).members)


@pytest.mark.feature("B6")
def test_a_change_that_passes_in_block_h_is_named_in_header_h_plus_1_and_signs_from_h_plus_2() -> (
    None
):
    """C16 exactly: neither the passing block nor the one after is signed by the new set."""
    city = AuthorityCity()
    city.change(RotateKeys(NEW), NEW, "/2")
    passing = city.executions[-1]
    old = passing.authorities_hash
    assert passing.next_authorities_hash == old
    naming, signing = city.wait(1_000), city.wait(1_000)
    new = authority_set_hash(city.chain_id, current_set(View(city.ledger)))
    assert (naming.authorities_hash, naming.next_authorities_hash) == (old, new)
    assert (signing.authorities_hash, signing.next_authorities_hash) == (new, new)
    assert new != old
    assert NEW in current_set(View(city.ledger)).members


@pytest.mark.feature("B6")
def test_past_sets_stay_findable_by_height() -> None:
    """Evidence of old heights is verified against the set that signed them."""
    city = AuthorityCity()
    first = current_set(View(city.ledger))
    city.change(RotateKeys(NEW), NEW, "/2")
    passed = city.ledger.height
    city.wait(1_000)
    ahead = epochs_of(city.ledger, city.ledger.height)
    city.wait(1_000)
    epochs = epochs_of(city.ledger, city.ledger.height)
    assert ahead == epochs
    assert [e.first_height for e in epochs] == [1, passed + 2]
    view = View(city.ledger)
    assert set_at(view, Height(passed + 1)) == first
    assert set_at(view, Height(passed + 2)) == current_set(view) != first


@pytest.mark.feature("B6")
def test_after_rotation_the_old_keys_say_nothing_and_the_new_ones_speak() -> None:
    """Operator and seat go on with their sequence under the new keys."""
    city = AuthorityCity()
    city.change(RotateKeys(NEW), NEW, "/2")
    city.wait(1_000)
    city.wait(1_000)
    rejoin = Rejoin(bytes(16))
    assert city.refusal(city.seat(GULOU), rejoin) is ErrorCode.BAD_SIGNATURE
    before = city.get(Operator, city.seat(GULOU)).lanes
    city.seeds[city.seat(GULOU)] = seed_of("consensus/gulou/2")
    city.do(city.seat(GULOU), rejoin)
    assert city.get(Operator, city.seat(GULOU)).lanes == (before[0] + 1,)
    body = ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE)
    assert city.refusal(city.operator(GULOU), body) is ErrorCode.BAD_SIGNATURE
    city.seeds[city.operator(GULOU)] = seed_of("operator/gulou/2")
    assert city.fault(city.operator(GULOU), body) is None


@pytest.mark.feature("B6")
def test_a_new_district_begins_with_its_seat_its_voices_and_its_sites() -> None:
    """Five seats, four of which are a quorum of both sets; the new node needs no vote of its own here."""
    city = AuthorityCity()
    seat = authority(PUKOU)
    motion = city.propose(AddAuthority(seat, (SITE,)))
    city.prove(motion, seat)
    city.vote(motion, *DISTRICTS[1:3])
    assert city.get(Motion, motion).state == "open", "three of five are no two thirds"
    city.vote(motion, DISTRICTS[3])
    assert city.get(Motion, motion).state == "passed"
    city.wait(1_000)
    assert PUKOU not in districts_of(city)
    city.wait(1_000)
    assert districts_of(city) == tuple(sorted((*DISTRICTS, PUKOU)))
    assert city.ledger.districts == districts_of(city)
    assert city.get(District, PUKOU.encode()).next_number == 1
    assert city.get(Site, site_id(PUKOU, SITE))
    for id_, use in ((operator_id, "operator"), (seat_id, "consensus")):
        city.seeds[id_(city.chain_id, PUKOU)] = seed_of(f"{use}/{PUKOU}")
    city.do(city.seat(PUKOU), Rejoin(bytes(16)))
    body = ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE)
    assert city.fault(city.operator(PUKOU), body) is None


@pytest.mark.feature("B6")
def test_the_candidate_votes_on_its_own_motion_and_on_nothing_else() -> None:
    """Three of four and the candidate: two thirds of both sets; after that its voice is gone."""
    city = AuthorityCity()
    seat = authority(PUKOU)
    motion = city.propose(AddAuthority(seat, (SITE,)))
    other = city.propose(RemoveAuthority(DISTRICTS[3]), by=JIANYE)
    candidate = _candidate(city, motion)
    city.seeds[candidate] = seed_of(f"operator/{PUKOU}")
    city.do(candidate, city.proofs(motion, seat, ""))
    refused = city.refusal(candidate, city.ballot(other))
    assert refused is ErrorCode.NOT_AUTHORITY
    moved = ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE)
    assert city.refusal(candidate, moved) is ErrorCode.NOT_AUTHORITY
    city.vote(motion, *DISTRICTS[1:3])
    city.do(candidate, city.ballot(motion))
    assert city.get(Motion, motion).state == "passed"
    assert View(city.ledger).get(Operator, candidate) is None


def _candidate(city: AuthorityCity, motion: Id) -> Id:
    entry = next(e for e in schedule_of(View(city.ledger)).open if e.motion == motion)
    return Id(entry.candidate)


@pytest.mark.feature("B6")
def test_a_district_that_left_says_nothing_and_goes_on_where_it_stopped_when_it_comes_back() -> (
    None
):
    """Its old statements cannot be used again: the sequence survives its absence."""
    city = AuthorityCity()
    leaver = DISTRICTS[3]
    city.do(city.operator(leaver), ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE))
    used = city.get(Operator, city.operator(leaver)).lanes
    city.change(RemoveAuthority(leaver))
    city.wait(1_000)
    city.wait(1_000)
    assert leaver not in districts_of(city)
    body = ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE)
    assert city.refusal(city.operator(leaver), body) is ErrorCode.SENDER_HAS_NO_KEY
    assert city.refusal(city.seat(leaver), Rejoin(bytes(16))) is ErrorCode.SENDER_HAS_NO_KEY
    seat = authority(leaver)
    city.change(AddAuthority(seat, ()), seat)
    city.wait(1_000)
    city.wait(1_000)
    assert city.get(Operator, city.operator(leaver)).lanes == used
    assert districts_of(city) == DISTRICTS


def test_no_change_passes_without_proof_of_every_new_key() -> None:
    """Four voices do not replace a node that holds its keys; the last proof lets the motion pass."""
    city = AuthorityCity()
    motion = city.propose(RotateKeys(NEW))
    city.vote(motion, *DISTRICTS[1:])
    assert city.get(Motion, motion).state == "open"
    city.do(city.operator(GULOU), city.proofs(motion, NEW, "/2", ("consensus",)))
    assert city.get(Motion, motion).state == "open"
    city.do(city.operator(GULOU), city.proofs(motion, NEW, "/2", ("operator",)))
    assert city.get(Motion, motion).state == "passed"


def test_a_proof_is_of_this_motion_this_chain_and_a_recent_height() -> None:
    """Another key, another root, a root that the state has forgotten: each is refused."""
    city = AuthorityCity()
    motion = city.propose(RotateKeys(NEW))
    operator = city.operator(GULOU)
    early = city.proofs(motion, NEW, "/2")
    city.wait(1_000)
    good = city.proofs(motion, NEW, "/2")
    wrong = ProveKeys(motion, good.origin, early.height, good.proofs)
    assert city.refusal(operator, wrong) is ErrorCode.BAD_POSSESSION
    stranger = city.proofs(motion, NEW, "/3")
    assert city.refusal(operator, stranger) is ErrorCode.ALREADY_DONE
    ahead = ProveKeys(motion, good.origin, Height(city.ledger.height + 5), good.proofs)
    assert city.refusal(operator, ahead) is ErrorCode.NO_SUCH_OBJECT
    origin = ProveKeys(motion, EVIDENCE, good.height, good.proofs)
    assert city.refusal(operator, origin) is ErrorCode.STALE_OBJECT
    plain = city.propose(RemoveAuthority(DISTRICTS[3]), by=JIANYE)
    keyless = ProveKeys(plain, city.get(Motion, plain).origin, good.height, good.proofs)
    assert city.refusal(operator, keyless) is ErrorCode.BAD_FIELD
    assert city.refusal(city.staff("reviewer", GULOU), good) is ErrorCode.NOT_AUTHORITY
    city.do(operator, good)
    assert city.refusal(operator, good) is ErrorCode.ALREADY_DONE
    city.vote(motion, *DISTRICTS[1:3])
    assert city.refusal(operator, good) is ErrorCode.WRONG_STATE


@pytest.mark.slow
def test_roots_are_kept_for_a_thousand_heights_and_only_while_keys_are_to_be_proven() -> None:
    """Nothing is written in a city that changes nothing; what was written goes again."""
    city = AuthorityCity()
    city.wait(1_000)
    assert not city.known_root(1)
    motion = city.propose(RotateKeys(NEW))
    first = city.ledger.height
    for _ in range(ROOTS_KEPT):
        city.wait(100)
    early = city.proofs(motion, NEW, "/2")
    assert city.known_root(first)
    city.wait(100)
    assert not city.known_root(first)
    assert city.known_root(first + 1)
    city.do(city.operator(GULOU), early, after_ms=100)
    newest = city.ledger.height
    city.wait(100)
    assert not city.known_root(newest)


@pytest.mark.feature("B6")
def test_one_change_at_a_time_is_on_its_way() -> None:
    """The deciding voice on a second motion is refused in the block between, and counts after."""
    city = AuthorityCity()
    second = city.propose(RemoveAuthority(DISTRICTS[3]), by=JIANYE)
    city.vote(second, GULOU)
    city.change(RotateKeys(NEW), NEW, "/2")
    last = city.operator(DISTRICTS[2])
    assert city.refusal(last, city.ballot(second)) is ErrorCode.WRONG_STATE
    city.wait(1_000)
    city.do(last, city.ballot(second))
    city.wait(1_000)
    city.wait(1_000)
    assert districts_of(city) == DISTRICTS[:3]


def test_each_proposer_has_one_open_motion_and_it_runs_out_after_14_days() -> None:
    """A hostile district can delay nobody: its motion takes no one else's place."""
    city = AuthorityCity()
    motion = city.propose(AddAuthority(authority(PUKOU), (SITE,)))
    body = ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE)
    assert city.refusal(city.operator(GULOU), body) is ErrorCode.ALREADY_EXISTS
    assert city.fault(city.operator(JIANYE), body) is None
    city.wait(14 * DAY_MS)
    assert city.get(Motion, motion).state == "expired"
    assert schedule_of(View(city.ledger)).open == ()
    assert city.fault(city.operator(GULOU), body) is None


def test_a_motion_that_two_thirds_can_no_longer_reach_is_refused() -> None:
    """Two of four against: it closes, and its proposer may move again."""
    city = AuthorityCity()
    motion = city.propose(RotateKeys(NEW))
    city.vote(motion, JIANYE, approve=0)
    assert city.get(Motion, motion).state == "open"
    city.vote(motion, DISTRICTS[2], approve=0)
    assert city.get(Motion, motion).state == "refused"
    assert city.propose(RemoveAuthority(DISTRICTS[3]))


def test_all_who_stay_must_agree_when_three_are_left() -> None:
    """More than two thirds of the set that will be: of three, that is all of them."""
    city = AuthorityCity()
    motion = city.propose(RemoveAuthority(DISTRICTS[3]))
    city.vote(motion, JIANYE, approve=0)
    assert city.get(Motion, motion).state == "refused"


REFUSED: dict[str, tuple[AuthoritySubject, ErrorCode]] = {
    "a seat that is there": (AddAuthority(authority(JIANYE, "/2"), ()), ErrorCode.ALREADY_EXISTS),
    "a seat for the city": (AddAuthority(authority(Code("city")), (SITE,)), ErrorCode.BAD_FIELD),
    "a new district without a site": (AddAuthority(authority(PUKOU), ()), ErrorCode.BAD_FIELD),
    "sites out of order": (
        AddAuthority(authority(PUKOU), (Code("b"), Code("a"))),
        ErrorCode.BAD_FIELD,
    ),
    "a key of somebody else": (
        RotateKeys(replace(authority(GULOU), tls_key=authority(JIANYE).tls_key)),
        ErrorCode.ALREADY_EXISTS,
    ),
    "one key for two uses": (
        RotateKeys(replace(authority(GULOU), tls_key=authority(GULOU).consensus_key)),
        ErrorCode.ALREADY_EXISTS,
    ),
    "no key at all": (
        RotateKeys(replace(authority(GULOU), checkpoint_key=bytes(32))),
        ErrorCode.BAD_PUBLIC_KEY,
    ),
    "keys of an unknown suite": (
        RotateKeys(replace(authority(GULOU, "/2"), suite=2)),
        ErrorCode.UNKNOWN_SUITE,
    ),
    "keys for no seat": (RotateKeys(authority(PUKOU)), ErrorCode.NO_SUCH_OBJECT),
    "the same keys": (RotateKeys(authority(GULOU)), ErrorCode.ALREADY_DONE),
    "a seat that is not there": (RemoveAuthority(PUKOU), ErrorCode.NO_SUCH_OBJECT),
    "an offence that is not there": (SuspendSeat(GULOU, Height(1)), ErrorCode.NO_SUCH_OBJECT),
    "its own successor": (MergeDistrict(GULOU, GULOU), ErrorCode.BAD_FIELD),
    "an unknown successor": (MergeDistrict(GULOU, PUKOU), ErrorCode.NO_SUCH_OBJECT),
    "an unknown district": (MergeDistrict(PUKOU, GULOU), ErrorCode.NO_SUCH_OBJECT),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_change_that_makes_no_sense_is_refused(name: str) -> None:
    """Each with its code, and without a trace."""
    subject, code = REFUSED[name]
    city = AuthorityCity()
    assert city.refusal(city.operator(GULOU), ProposeMotion(subject, EVIDENCE)) is code


def test_only_seated_operators_move_changes() -> None:
    """Neither the seat's own key nor a person."""
    city = AuthorityCity()
    body = ProposeMotion(RemoveAuthority(JIANYE), EVIDENCE)
    for sender in (city.seat(GULOU), city.staff("reviewer", GULOU)):
        assert city.refusal(sender, body) is ErrorCode.NOT_AUTHORITY
