"""The signer: one content for one place, durable before it is used, and nothing against the lock."""

import pytest
from msgspec.structs import replace

from node.chain.certificate import (
    NO_SIGNATURE,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    signed_by,
)
from node.chain.errors import Bug
from node.chain.types import NO_HASH, Hash, Height, Round
from node.runtime.signer import Signer
from node.store.memoryfiles import MemoryFiles
from node.store.votelog import NAME, Condition, VoteLog
from tests.unit.runtime.desk import AUTHORITIES, CHAIN, SEEDS

V, W = Hash(b"v" * 32), Hash(b"w" * 32)


def prevote(round_: int, block: Hash, jr: int = -1, height: int = 1) -> Prevote:
    return Prevote(1, Height(height), Round(round_), block, jr + 1, 2, NO_SIGNATURE)


def precommit(round_: int, block: Hash) -> Precommit:
    return Precommit(1, Height(1), Round(round_), block, 2, NO_SIGNATURE)


@pytest.fixture
def files() -> MemoryFiles:
    made = MemoryFiles()
    VoteLog.create(made, CHAIN)
    return made


def signer_on(files: MemoryFiles, tip: int = 0) -> Signer:
    return Signer(CHAIN, SEEDS[2], VoteLog(files, CHAIN, Height(tip)))


def test_what_it_signs_verifies_and_is_durable_after_flush(files: MemoryFiles) -> None:
    """Not before."""
    signer = signer_on(files)
    message = signer.sign(prevote(0, V))
    assert signed_by(CHAIN, AUTHORITIES, message)
    assert signer_on(files).signed(Height(1)) == ()
    signer.flush()
    assert signer_on(files).signed(Height(1)) == (message,)


def test_the_same_place_gives_the_stored_message_also_after_a_restart(files: MemoryFiles) -> None:
    """Never a second signature."""
    signer = signer_on(files)
    message = signer.sign(prevote(0, V))
    signer.flush()
    again = signer_on(files)
    assert again.sign(prevote(0, V)) == message
    again.flush()
    assert again.signed(Height(1)) == (message,)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (prevote(0, V), prevote(0, W)),
        (prevote(0, V), prevote(0, NO_HASH)),
        (prevote(3, V, 1), prevote(3, V, 2)),
        (precommit(0, V), precommit(0, NO_HASH)),
        (precommit(1, NO_HASH), prevote(0, V)),
        (precommit(1, NO_HASH), prevote(1, V)),
        (precommit(2, V), prevote(3, W, 1)),
        (
            Proposal(1, Height(1), Round(0), 0, V, 2, NO_SIGNATURE),
            Proposal(1, Height(1), Round(0), 0, W, 2, NO_SIGNATURE),
        ),
    ],
)
def test_what_would_convict_it_is_refused(
    files: MemoryFiles, first: SignedMessage, second: SignedMessage
) -> None:
    """A second content, a place before the newest, a vote against the lock; also after a restart."""
    signer = signer_on(files)
    signer.sign(first)
    with pytest.raises(Bug):
        signer.sign(second)
    signer.flush()
    again = signer_on(files)
    with pytest.raises(Bug):
        again.sign(second)


def test_a_justified_vote_for_another_block_is_signed(files: MemoryFiles) -> None:
    """The lock gives way to a polka that is not below it."""
    signer = signer_on(files)
    signer.sign(precommit(2, V))
    assert signer.sign(prevote(3, W, 2)).justification == 3


def test_a_waiting_precommit_for_a_block_asks_for_its_block_to_be_kept(files: MemoryFiles) -> None:
    """Nil does not."""
    signer = signer_on(files)
    signer.sign(precommit(0, NO_HASH))
    assert not signer.must_keep_block_first
    signer.sign(precommit(1, V))
    assert signer.must_keep_block_first


def test_it_abstains_without_a_log_and_signs_again_above_the_rejoin(files: MemoryFiles) -> None:
    """Not at the height of the rejoin."""
    files.remove(NAME)
    log = VoteLog(files, CHAIN, Height(7))
    signer = Signer(CHAIN, SEEDS[2], log)
    assert signer.abstains
    with pytest.raises(Bug):
        signer.sign(prevote(0, V, height=8))
    log.rejoin(Height(8))
    assert not signer.abstains
    assert not signer.may_sign(Height(8))
    assert signer.sign(prevote(0, V, height=9)).height == 9


@pytest.mark.feature("K4")
def test_it_abstains_over_a_log_that_another_key_has_signed(files: MemoryFiles) -> None:
    """A neighbour's log, whole and recent, remembers nothing of what this key has sent."""
    neighbour = Signer(CHAIN, SEEDS[1], VoteLog(files, CHAIN, Height(0)))
    neighbour.sign(prevote(0, V))
    neighbour.flush()
    log = VoteLog(files, CHAIN, Height(0))
    assert log.condition is Condition.WHOLE
    signer = Signer(CHAIN, SEEDS[2], log)
    assert signer.abstains
    assert log.reason
    assert VoteLog(files, CHAIN, Height(0)).condition is Condition.WHOLE, (
        "the file is kept as it is"
    )
    log.rejoin(Height(4))
    assert signer.sign(prevote(0, V, height=5)).height == 5


def test_a_stopped_signer_signs_nothing(files: MemoryFiles) -> None:
    """Another copy of the node has been seen."""
    signer = signer_on(files)
    signer.stop()
    assert not signer.may_sign(Height(1))
    with pytest.raises(Bug):
        signer.sign(replace(prevote(0, V), height=Height(1)))
