"""Evidence in a block: one entry for each authority and height, and a motion that only operators can pass."""

import pytest
from msgspec.structs import replace

from node.chain.certificate import NO_SIGNATURE, Precommit, Prevote, Proposal, make_evidence
from node.chain.codec import encode
from node.chain.errors import ErrorCode
from node.chain.hashing import digest
from node.chain.policy import DAY_MS
from node.chain.records.authorities import Offence, offence_id
from node.chain.records.motions import Motion
from node.chain.seats import current_set, schedule_of
from node.chain.state import View
from node.chain.tx.authorities import RotateKeys, SuspendSeat
from node.chain.types import Height
from tests.authority_city import AuthorityCity, authority, message
from tests.kernel_city import DISTRICTS, GULOU, JIANYE, seed_of


def offence(city: AuthorityCity, height: int = 1) -> Offence:
    return city.get(Offence, offence_id(Height(height), GULOU))


@pytest.mark.feature("B5")
def test_evidence_in_a_block_becomes_an_offence_and_opens_a_suspension_that_removes_nobody() -> (
    None
):
    """Height, round, culprit, kind and the pair's hash stand in the state; the set is as before."""
    city = AuthorityCity()
    pair = city.double(Prevote)
    city.wait(1_000)
    before = city.ledger.state_root
    done = city.convict(pair)
    found = offence(city)
    assert (found.round, found.kind, found.block_height) == (0, "prevote", done.height)
    assert found.evidence == digest("evidence", city.chain_id, encode(pair))
    motion = city.get(Motion, found.motion)
    assert (motion.state, motion.voters) == ("open", ())
    assert motion.subject == SuspendSeat(GULOU, Height(1))
    assert done.staged.root != before
    assert done.timers == ()
    city.wait(1_000)
    city.wait(1_000)
    assert [m.district for m in current_set(View(city.ledger)).members] == list(DISTRICTS)


@pytest.mark.feature("B5")
def test_the_other_operators_suspend_the_seat_two_blocks_after_the_last_voice() -> None:
    """Three of four, which are all of the three that stay."""
    city = AuthorityCity()
    city.convict(city.double(Proposal))
    motion = offence(city).motion
    assert motion
    city.vote(motion, *DISTRICTS[1:])  # type: ignore[arg-type]
    assert city.get(Motion, motion).state == "passed"
    city.wait(1_000)
    city.wait(1_000)
    assert [m.district for m in current_set(View(city.ledger)).members] == list(DISTRICTS[1:])


@pytest.mark.feature("B5")
def test_a_suspension_that_nobody_votes_for_runs_out() -> None:
    """And the next offence opens another."""
    city = AuthorityCity()
    city.convict(city.double())
    city.convict(city.double(height=2))
    assert offence(city, 2).motion == b"", "one is open"
    city.wait(14 * DAY_MS)
    assert city.get(Motion, offence(city).motion).state == "expired"
    assert schedule_of(View(city.ledger)).open == ()
    city.convict(city.double(height=3))
    assert offence(city, 3).motion


def test_the_same_authority_and_height_is_entered_once() -> None:
    """Another pair of the same height proves nothing new, in the same block or later."""
    city = AuthorityCity()
    city.convict(city.double(Prevote))
    for again in (city.double(Prevote), city.double(Precommit)):
        assert city.innocent(again) is ErrorCode.ALREADY_EXISTS
    city.convict(city.double(height=2), city.double(district=JIANYE))


@pytest.mark.feature("K5")
def test_amnesia_is_named_as_such() -> None:
    """A precommit, and a later prevote for another block that nothing allows."""
    city = AuthorityCity()
    said = {"chain_id": city.chain_id}
    pair = make_evidence(
        message(Precommit, 1, **said),  # type: ignore[arg-type]
        message(Prevote, 2, round_=1, **said),  # type: ignore[arg-type]
    )
    city.convict(pair)
    assert offence(city).kind == "amnesia"


def test_what_convicts_nobody_is_refused() -> None:
    """A vote of each type, a forged signature, a height that has not come, a stranger."""
    city = AuthorityCity()
    said = {"chain_id": city.chain_id}
    prevote, precommit = message(Prevote, 1, **said), message(Precommit, 1, **said)  # type: ignore[arg-type]
    forged = replace(message(Prevote, 2, **said), signature=NO_SIGNATURE)  # type: ignore[arg-type]
    stranger = [message(Prevote, n, signer=9, **said) for n in (1, 2)]  # type: ignore[arg-type]
    cases = (
        (make_evidence(prevote, precommit), ErrorCode.BAD_FIELD),
        (make_evidence(prevote, forged), ErrorCode.BAD_SIGNATURE),
        (city.double(height=9), ErrorCode.BAD_FIELD),
        (city.double(height=0), ErrorCode.BAD_FIELD),
        (make_evidence(*stranger), ErrorCode.BAD_SIGNATURE),
    )
    for pair, code in cases:
        assert city.innocent(pair) is code


@pytest.mark.feature("B5")
@pytest.mark.feature("B6")
def test_evidence_of_an_old_height_counts_against_the_keys_of_that_height() -> None:
    """After a rotation the old pair still convicts the district, and the new key convicts nobody of old heights."""
    city = AuthorityCity()
    new = authority(GULOU, "/2")
    city.change(RotateKeys(new), new, "/2")
    city.wait(1_000)
    city.wait(1_000)
    fresh = seed_of("consensus/gulou/2")
    said = {"chain_id": city.chain_id, "seed": fresh}
    young = make_evidence(message(Prevote, 1, **said), message(Prevote, 2, **said))  # type: ignore[arg-type]
    assert city.innocent(young) is ErrorCode.BAD_SIGNATURE
    city.convict(city.double())
    assert offence(city).motion
