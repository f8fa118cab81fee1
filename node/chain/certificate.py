"""Authorities, the messages they sign in consensus, and the certificates and evidence made of them.

Sign bytes of a message: ``domain(name, chain_id) ‖ encode(message)`` without the last 66 bytes, which are the
signature field (``0xc4 0x40`` and 64 bytes). Names: ``proposal``, ``prevote``, ``precommit``.

Optional rounds are encoded plus one with 0 for none; a nil block id is empty bytes. The quorum of n authorities is
⌊2n/3⌋+1 (Tendermint, arXiv 1807.04938); ⌊(n-1)/3⌋ of them may lie.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta

from node.chain import keys
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import digest, domain
from node.chain.limits import AUTHORITIES_MAX, BLOCK_EVIDENCE_MAX_BYTES, FRAME_MAX_BYTES
from node.chain.types import (
    NO_HASH,
    CodeF,
    Hash,
    HashF,
    HeightF,
    OptionalHashF,
    RoundF,
    SignatureF,
    UintF,
)

SIGNATURE_FIELD_BYTES: Final = 66
_KeyF = Annotated[bytes, Meta(min_length=32, max_length=32)]


class Authority(Record, frozen=True):
    """One district's seat: its four public keys, each with its own use."""

    district: CodeF
    suite: UintF
    consensus_key: _KeyF
    """Signs proposals and votes."""
    operator_key: _KeyF
    """Signs governance transactions."""
    checkpoint_key: _KeyF
    """Signs checkpoint notes."""
    tls_key: _KeyF
    """Identifies the node to its peers."""


class AuthoritySet(Record, frozen=True, tag=11):
    """Who decides blocks. The authority index is the rank by district code."""

    members: Annotated[tuple[Authority, ...], Meta(min_length=1, max_length=AUTHORITIES_MAX)]

    @property
    def quorum(self) -> int:
        """⌊2n/3⌋+1 authorities."""
        return 2 * len(self.members) // 3 + 1

    @property
    def faults(self) -> int:
        """⌊(n-1)/3⌋: how many may lie without harm; one more of them is a voice of at least one honest node."""
        return (len(self.members) - 1) // 3

    def proposer(self, height: int, round_: int) -> int:
        """Index of the proposer: round robin by height + round."""
        return (height + round_) % len(self.members)


def authority_set_hash(chain_id: Hash, authorities: AuthoritySet) -> Hash:
    """The hash that headers name the set by."""
    return digest("authorities", chain_id, encode(authorities))


class Proposal(Record, frozen=True, tag=5):
    """The proposer of (height, round) puts a block forward.

    ``valid_round`` (plus one, 0 for none) says that the block had an accepted polka in that earlier round.
    """

    suite: UintF
    height: HeightF
    round: RoundF
    valid_round: UintF
    block_id: HashF
    signer: UintF
    signature: SignatureF


class Prevote(Record, frozen=True, tag=6):
    """First vote. ``justification`` (``jr``, plus one, 0 for none) is the round whose polka allows this vote."""

    suite: UintF
    height: HeightF
    round: RoundF
    block_id: OptionalHashF
    justification: UintF
    signer: UintF
    signature: SignatureF


class Precommit(Record, frozen=True, tag=7):
    """Second vote; a quorum of them for one block id is its commit certificate."""

    suite: UintF
    height: HeightF
    round: RoundF
    block_id: OptionalHashF
    signer: UintF
    signature: SignatureF


Vote = Prevote | Precommit
SignedMessage = Proposal | Prevote | Precommit

_NAMES: Final[dict[type[SignedMessage], str]] = {
    Proposal: "proposal",
    Prevote: "prevote",
    Precommit: "precommit",
}
NO_SIGNATURE: Final = bytes(64)


def sign_bytes(chain_id: Hash, message: SignedMessage) -> bytes:
    """The bytes an authority signs: domain, then the message without its signature field."""
    return domain(_NAMES[type(message)], chain_id) + encode(message)[:-SIGNATURE_FIELD_BYTES]


def signed_by(
    chain_id: Hash,
    authorities: AuthoritySet,
    message: SignedMessage,
    verify: keys.Verify = keys.verify,
) -> bool:
    """Whether the signer is in the set and its consensus key signed this message."""
    if message.signer >= len(authorities.members):
        return False
    authority = authorities.members[message.signer]
    if message.suite != authority.suite:
        return False
    return verify(
        authority.suite, authority.consensus_key, sign_bytes(chain_id, message), message.signature
    )


class Polka(Record, frozen=True, tag=9):
    """A quorum of prevotes for one block in one round, sorted by signer."""

    height: HeightF
    round: RoundF
    block_id: HashF
    prevotes: Annotated[
        tuple[tuple[UintF, UintF, SignatureF], ...], Meta(max_length=AUTHORITIES_MAX)
    ]
    """(signer, justification, signature) of each prevote."""

    def votes(self, suite: int) -> tuple[Prevote, ...]:
        """The prevotes in full."""
        return tuple(
            Prevote(suite, self.height, self.round, self.block_id, justification, signer, signature)
            for signer, justification, signature in self.prevotes
        )


class CommitCertificate(Record, frozen=True, tag=8):
    """At least a quorum of distinct precommits for one block: its proof of finality."""

    suite: UintF
    height: HeightF
    round: RoundF
    block_id: HashF
    signatures: Annotated[tuple[tuple[UintF, SignatureF], ...], Meta(max_length=AUTHORITIES_MAX)]
    """(authority index, signature), sorted by index without repeats."""

    def votes(self) -> tuple[Precommit, ...]:
        """The precommits in full."""
        return tuple(
            Precommit(self.suite, self.height, self.round, self.block_id, signer, signature)
            for signer, signature in self.signatures
        )


def certificate_hash(chain_id: Hash, certificate: CommitCertificate) -> Hash:
    """The hash that the next header names the certificate by."""
    return digest("commit", chain_id, encode(certificate))


def certificate_fault(
    chain_id: Hash,
    authorities: AuthoritySet,
    certificate: CommitCertificate,
    verify: keys.Verify = keys.verify,
) -> str | None:
    """Why a certificate does not prove its block, or None. Every signature must verify, not only a quorum."""
    signers = [signer for signer, _ in certificate.signatures]
    if len(signers) < authorities.quorum:
        return f"{len(signers)} signatures, a quorum is {authorities.quorum}"
    if any(a >= b for a, b in pairwise(signers)):
        return "signers not sorted or repeated"
    for vote in certificate.votes():
        if not signed_by(chain_id, authorities, vote, verify):
            return f"signature of authority {vote.signer} does not verify"
    return None


def make_certificate(votes: Sequence[Precommit]) -> CommitCertificate:
    """The certificate of precommits for one (height, round, block id)."""
    first = votes[0]
    assert all(
        (v.height, v.round, v.block_id) == (first.height, first.round, first.block_id)
        for v in votes
    )
    signatures = tuple(sorted((v.signer, v.signature) for v in votes))
    return CommitCertificate(first.suite, first.height, first.round, first.block_id, signatures)


class Evidence(Record, frozen=True, tag=10):
    """Two signed messages of one authority that no honest node signs both of; stored in canonical order.

    Pairs: the same type, height and round with different content (a different justification included); or
    PRECOMMIT(r1, v') and PREVOTE(r2, v, jr) with r1 < r2, v != v', neither nil, and jr - 1 < r1 (amnesia).
    """

    first: Annotated[bytes, Meta(max_length=256)]
    second: Annotated[bytes, Meta(max_length=256)]


decode_message: Callable[[bytes], SignedMessage] = decoder(
    SignedMessage,  # type: ignore[arg-type]
    512,
)
decode_certificate = decoder(CommitCertificate, 65_536)
decode_polka = decoder(Polka, FRAME_MAX_BYTES)
decode_evidence = decoder(Evidence, BLOCK_EVIDENCE_MAX_BYTES)
decode_authorities = decoder(AuthoritySet, 65_536)


def make_evidence(one: SignedMessage, other: SignedMessage) -> Evidence:
    """The pair in canonical order (by its bytes)."""
    first, second = sorted((encode(one), encode(other)))
    return Evidence(first, second)


def convicts(one: SignedMessage, other: SignedMessage) -> bool:
    """Whether the two messages, both signed by one authority, prove that it broke the protocol."""
    if (one.height, one.signer) != (other.height, other.signer) or one == other:
        return False
    if type(one) is type(other):
        same_content = (
            encode(one)[:-SIGNATURE_FIELD_BYTES] == encode(other)[:-SIGNATURE_FIELD_BYTES]
        )
        return one.round == other.round and not same_content
    match (one, other):
        case (Precommit(), Prevote()):
            return _amnesia(one, other)
        case (Prevote(), Precommit()):
            return _amnesia(other, one)
        case _:
            return False


def _amnesia(precommit: Precommit, prevote: Prevote) -> bool:
    return (
        precommit.round < prevote.round
        and precommit.block_id != NO_HASH
        and prevote.block_id not in {NO_HASH, precommit.block_id}
        and prevote.justification - 1 < precommit.round
    )


def check_evidence(chain_id: Hash, authorities: AuthoritySet, evidence: Evidence) -> SignedMessage:
    """The first message of sound evidence, which names height, round and culprit.

    Raises:
        Malformed: not two messages in canonical order, not a conviction, or a signature that does not verify.
    """
    one, other = decode_message(evidence.first), decode_message(evidence.second)
    if evidence.first >= evidence.second or not convicts(one, other):
        raise Malformed(ErrorCode.BAD_FIELD, "the two messages convict nobody")
    for message in (one, other):
        if not signed_by(chain_id, authorities, message):
            raise Malformed(ErrorCode.BAD_SIGNATURE, f"authority {message.signer}")
    return one
