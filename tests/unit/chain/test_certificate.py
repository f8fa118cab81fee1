"""Messages of authorities, certificates and evidence."""

import msgspec
import pytest

from node.chain import keys
from node.chain.certificate import (
    NO_SIGNATURE,
    Authority,
    AuthoritySet,
    Evidence,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    authority_set_hash,
    certificate_fault,
    certificate_hash,
    check_evidence,
    convicts,
    decode_certificate,
    decode_message,
    make_certificate,
    make_evidence,
    sign_bytes,
    signed_by,
)
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import domain
from node.chain.types import NO_HASH, Code, Hash, Height, Round

CHAIN_ID, OTHER_CHAIN_ID = Hash(bytes([1]) * 32), Hash(bytes([2]) * 32)
BLOCK, OTHER_BLOCK = Hash(bytes([3]) * 32), Hash(bytes([4]) * 32)
SEEDS = tuple(bytes([number]) * 32 for number in range(1, 8))
replace = msgspec.structs.replace


def authorities(count: int) -> AuthoritySet:
    members = (
        Authority(Code(f"district-{number}"), 1, *[keys.public_key(SEEDS[number])] * 4)
        for number in range(count)
    )
    return AuthoritySet(tuple(members))


FOUR = authorities(4)


def sealed(message: SignedMessage) -> SignedMessage:
    signature = keys.sign(SEEDS[message.signer], sign_bytes(CHAIN_ID, message))
    return replace(message, signature=signature)


def precommit(signer: int, block: Hash = BLOCK, round_: int = 0) -> Precommit:
    vote = sealed(Precommit(1, Height(5), Round(round_), block, signer, NO_SIGNATURE))
    assert isinstance(vote, Precommit)
    return vote


def prevote(signer: int, block: Hash = BLOCK, round_: int = 0, justification: int = 0) -> Prevote:
    vote = Prevote(1, Height(5), Round(round_), block, justification, signer, NO_SIGNATURE)
    signed = sealed(vote)
    assert isinstance(signed, Prevote)
    return signed


def proposal(block: Hash = BLOCK) -> Proposal:
    message = sealed(Proposal(1, Height(5), Round(0), 0, block, 1, NO_SIGNATURE))
    assert isinstance(message, Proposal)
    return message


@pytest.mark.parametrize(
    ("count", "quorum", "faults"),
    [(1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 3, 1), (6, 5, 1), (7, 5, 2)],
)
def test_quorum_and_tolerated_faults_follow_the_size(count: int, quorum: int, faults: int) -> None:
    """Two quorums share more than the liars that are tolerated."""
    members = authorities(count)
    assert (members.quorum, members.faults) == (quorum, faults)
    assert 2 * quorum - count > faults


def test_proposers_take_turns_by_height_and_round() -> None:
    """Nobody is left out."""
    assert [FOUR.proposer(5, round_) for round_ in range(5)] == [1, 2, 3, 0, 1]


@pytest.mark.parametrize("message", [proposal(), prevote(2), precommit(3), precommit(0, NO_HASH)])
def test_sign_bytes_are_the_message_without_its_signature(message: SignedMessage) -> None:
    """Domain, then everything but the last 66 bytes."""
    name = type(message).__name__.lower()
    assert sign_bytes(CHAIN_ID, message) == domain(name, CHAIN_ID) + encode(message)[:-66]
    assert signed_by(CHAIN_ID, FOUR, message)
    assert decode_message(encode(message)) == message


def test_a_message_is_void_under_another_chain_signer_suite_or_set() -> None:
    """Signatures are not portable."""
    vote = precommit(3)
    assert not signed_by(OTHER_CHAIN_ID, FOUR, vote)
    assert not signed_by(CHAIN_ID, FOUR, replace(vote, signer=2))
    assert not signed_by(CHAIN_ID, FOUR, replace(vote, signer=4))
    assert not signed_by(CHAIN_ID, FOUR, sealed(replace(vote, suite=2)))
    assert not signed_by(CHAIN_ID, authorities(3), vote)


@pytest.mark.feature("K1")
def test_a_quorum_of_precommits_is_a_certificate() -> None:
    """In whatever order the votes came."""
    certificate = make_certificate([precommit(2), precommit(0), precommit(3)])
    assert [signer for signer, _ in certificate.signatures] == [0, 2, 3]
    assert certificate_fault(CHAIN_ID, FOUR, certificate) is None
    assert decode_certificate(encode(certificate)) == certificate


@pytest.mark.feature("K1")
def test_a_certificate_with_any_flaw_proves_nothing() -> None:
    """Each signature counts, one bad one above the quorum too."""
    sound = make_certificate([precommit(number) for number in range(4)])
    first, second, third, fourth = sound.signatures
    flawed = [
        replace(sound, signatures=(first, second)),
        replace(sound, signatures=(second, first, third)),
        replace(sound, signatures=(first, first, second)),
        replace(sound, signatures=(first, second, third, (3, bytes(64)))),
        replace(sound, signatures=(first, second, (4, fourth[1]))),
        replace(sound, block_id=OTHER_BLOCK),
        replace(sound, height=Height(6)),
        replace(sound, round=Round(1)),
        replace(sound, suite=2),
    ]
    assert all(certificate_fault(CHAIN_ID, FOUR, one) for one in flawed)
    assert certificate_fault(OTHER_CHAIN_ID, FOUR, sound)


def test_hashes_of_sets_and_certificates_name_chain_and_content() -> None:
    """A header can mean only one."""
    one, other = make_certificate([precommit(0)]), make_certificate([precommit(1)])
    assert certificate_hash(CHAIN_ID, one) != certificate_hash(CHAIN_ID, other)
    assert certificate_hash(CHAIN_ID, one) != certificate_hash(OTHER_CHAIN_ID, one)
    assert authority_set_hash(CHAIN_ID, FOUR) != authority_set_hash(CHAIN_ID, authorities(3))


Pair = tuple[SignedMessage, SignedMessage]

GUILTY: list[Pair] = [
    (precommit(1), precommit(1, OTHER_BLOCK)),
    (precommit(1), precommit(1, NO_HASH)),
    (prevote(1), prevote(1, OTHER_BLOCK)),
    (prevote(1, round_=3, justification=1), prevote(1, round_=3, justification=2)),
    (proposal(), proposal(OTHER_BLOCK)),
    (precommit(1, round_=1), prevote(1, OTHER_BLOCK, round_=2, justification=0)),
    (precommit(1, round_=1), prevote(1, OTHER_BLOCK, round_=2, justification=1)),
]
INNOCENT: list[Pair] = [
    (precommit(1), precommit(1)),
    (precommit(1), precommit(2, OTHER_BLOCK)),
    (precommit(1), precommit(1, OTHER_BLOCK, round_=1)),
    (prevote(1), precommit(1)),
    (proposal(), prevote(1, OTHER_BLOCK)),
    (precommit(1, round_=1), prevote(1, OTHER_BLOCK, round_=2, justification=2)),
    (precommit(1, round_=1), prevote(1, round_=2)),
    (precommit(1, round_=1), prevote(1, NO_HASH, round_=2)),
    (precommit(1, NO_HASH, round_=1), prevote(1, OTHER_BLOCK, round_=2)),
    (precommit(1, round_=2), prevote(1, OTHER_BLOCK, round_=1)),
    (precommit(1, round_=2), prevote(1, OTHER_BLOCK, round_=2)),
]


@pytest.mark.feature("B5")
@pytest.mark.parametrize(("one", "other"), GUILTY)
def test_a_broken_promise_is_convicted_from_both_sides(
    one: SignedMessage, other: SignedMessage
) -> None:
    """Two signatures of one authority are the whole proof."""
    assert convicts(one, other)
    assert convicts(other, one)
    assert make_evidence(one, other) == make_evidence(other, one)
    assert check_evidence(CHAIN_ID, FOUR, make_evidence(one, other)).signer == one.signer


@pytest.mark.feature("K5")
@pytest.mark.parametrize(("one", "other"), INNOCENT)
def test_no_honest_pair_is_convicted(one: SignedMessage, other: SignedMessage) -> None:
    """Other rounds, a justified change of mind, nil votes: all allowed."""
    assert not convicts(one, other)
    assert not convicts(other, one)
    with pytest.raises(Malformed) as caught:
        check_evidence(CHAIN_ID, FOUR, make_evidence(one, other))
    assert caught.value.code == ErrorCode.BAD_FIELD


def test_signing_the_same_words_twice_is_no_offence() -> None:
    """Another valid-looking signature of the same content changes nothing."""
    vote = precommit(1)
    assert not convicts(vote, replace(vote, signature=bytes(64)))


def test_evidence_has_one_form() -> None:
    """Canonical order, sound signatures, whole messages."""
    sound = make_evidence(*GUILTY[0])
    with pytest.raises(Malformed):
        check_evidence(CHAIN_ID, FOUR, Evidence(sound.second, sound.first))
    with pytest.raises(Malformed) as caught:
        check_evidence(OTHER_CHAIN_ID, FOUR, sound)
    assert caught.value.code == ErrorCode.BAD_SIGNATURE
    with pytest.raises(Malformed):
        check_evidence(CHAIN_ID, FOUR, Evidence(sound.first, sound.second[:-1]))
