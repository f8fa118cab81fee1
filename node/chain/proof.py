"""Proofs as files: a claim about the ledger, and an anchor that ties it to the genesis hash.

A proof is ``[21, version, chain id, claim, anchor]``. Claims: a transaction stands in the log; a record became final
(the line of a passbook); the state has, or has not, a record under a key at a height; the totals of the city and of its
districts are these. The anchor is a header with its commit certificate, or a checkpoint note of a quorum with the
summary of a block in its log; and either way the trail of authority changes from genesis. The verifier is total: on any
bytes it answers or raises ``Malformed``, and nothing else.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final, assert_never

from msgspec import Meta

from node.chain.block import Header, Summary, block_id
from node.chain.certificate import AuthoritySet, CommitCertificate
from node.chain.checkpoint import NOTE_SIZE_MAX_BYTES, certified, origin_of, parse_note, signers
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.limits import (
    AUTHORITIES_MAX,
    LOG_PROOF_HASHES_MAX,
    PROOF_FILE_MAX_BYTES,
    TRANSACTION_SIZE_MAX_BYTES,
)
from node.chain.merkle import leaf_hash, verify_inclusion
from node.chain.records import RECORD_SIZE_MAX_BYTES, StateRecord, decode_record, record_key
from node.chain.records.accounts import City, District
from node.chain.statetree import StateProof, record_hash, tree_key
from node.chain.statetree import verify as verify_state
from node.chain.tx.envelope import SignedTransaction, parse
from node.chain.types import EpochMs, Hash, HashF, Height, UintF
from node.chain.verify import AuthorityChange, header_fault, walk_trail
from node.chain.violations import Violation

PROOF_VERSION: Final = 1
PathF = Annotated[tuple[HashF, ...], Meta(max_length=LOG_PROOF_HASHES_MAX)]
RecordBytesF = Annotated[bytes, Meta(max_length=RECORD_SIZE_MAX_BYTES)]


class TransactionClaim(Record, frozen=True, tag=22):
    """This signed transaction is leaf ``index`` of the log."""

    transaction: Annotated[bytes, Meta(min_length=1, max_length=TRANSACTION_SIZE_MAX_BYTES)]
    index: UintF
    path: PathF


class FinalClaim(Record, frozen=True, tag=23):
    """This record became final in the block whose summary is leaf ``summary_index`` of the log."""

    record: RecordBytesF
    index: UintF
    """Position among the records that became final in that block."""
    count: UintF
    path: PathF
    """From the record to the summary's finals root."""
    summary: Summary
    summary_index: UintF
    summary_path: PathF


class StateClaim(Record, frozen=True, tag=24):
    """The state after the anchor's block has this record under a key, or (empty record) has none."""

    kind: Annotated[int, Meta(ge=0, le=255)]
    id: Annotated[bytes, Meta(max_length=128)]
    record: RecordBytesF
    proof: StateProof


class SupplyClaim(Record, frozen=True, tag=27):
    """The totals of the city and of districts, all of one state."""

    city: StateClaim
    districts: Annotated[tuple[StateClaim, ...], Meta(max_length=AUTHORITIES_MAX)]
    """Sorted by code; a district whose totals are withheld is missing."""


TrailF = Annotated[tuple[AuthorityChange, ...], Meta(max_length=1_000)]


class Anchor(Record, frozen=True, tag=25):
    """A certified header, and how its authority set came from genesis."""

    header: Header
    certificate: CommitCertificate
    trail: TrailF


class NoteAnchor(Record, frozen=True, tag=26):
    """A checkpoint that a quorum signed, and the summary of a block in its log."""

    summary: Summary
    """State claims speak of this block's state."""
    summary_index: UintF
    summary_path: PathF
    """From the summary to the note's root."""
    note: Annotated[bytes, Meta(max_length=NOTE_SIZE_MAX_BYTES)]
    trail: TrailF


Claim = TransactionClaim | FinalClaim | StateClaim | SupplyClaim
AnyAnchor = Anchor | NoteAnchor


class Proof(Record, frozen=True, tag=21):
    """One claim and its anchor."""

    version: UintF
    chain_id: HashF
    claim: Claim
    anchor: AnyAnchor


decode_proof = decoder(Proof, PROOF_FILE_MAX_BYTES)


@dataclass(frozen=True, slots=True)
class Supply:
    """Proven totals of one state."""

    city: City
    districts: tuple[District, ...]
    """Sorted by code; those whose totals are withheld are missing."""


Subject = SignedTransaction | StateRecord | Supply | None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a sound proof shows."""

    chain_id: Hash
    height: Height
    """Of the anchor; a state claim speaks of exactly this height."""
    time_ms: EpochMs
    block_id: Hash | None
    """None where a checkpoint is the anchor: it names no block."""
    log_size: int
    """Leaves of the log that the anchor speaks of."""
    log_root: Hash
    signers: int
    authorities: int
    subject: Subject
    """The transaction, record or totals; None for a proven absence."""
    final_height: Height | None
    """Where the record became final, for a final claim."""


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What an anchor makes certain."""

    height: Height
    time_ms: EpochMs
    block_id: Hash | None
    log_size: int
    log_root: Hash
    state_root: Hash
    signers: int
    authorities: int


def verify_proof(genesis: Genesis, raw: bytes) -> Proven:
    """Check a proof file against genesis alone.

    Raises:
        Malformed: the bytes are no proof, or the proof does not hold; the detail says why.
    """
    proof = decode_proof(raw)
    chain_id = chain_id_of(genesis)
    _need(proof.version == PROOF_VERSION, f"version {proof.version}", ErrorCode.UNKNOWN_VERSION)
    _need(proof.chain_id == chain_id, "it is of another chain", ErrorCode.WRONG_CHAIN)
    match proof.anchor:
        case Anchor():
            fixed = _check_anchor(genesis, proof.anchor)
        case NoteAnchor():
            fixed = _check_note(genesis, proof.anchor)
        case _:
            assert_never(proof.anchor)
    subject, final_height = _check_claim(proof.claim, fixed)
    return Proven(
        chain_id=chain_id,
        height=fixed.height,
        time_ms=fixed.time_ms,
        block_id=fixed.block_id,
        log_size=fixed.log_size,
        log_root=fixed.log_root,
        signers=fixed.signers,
        authorities=fixed.authorities,
        subject=subject,
        final_height=final_height,
    )


def _walked(genesis: Genesis, trail: tuple[AuthorityChange, ...]) -> AuthoritySet:
    try:
        return walk_trail(chain_id_of(genesis), genesis.authorities, trail)
    except Violation as fault:
        raise _bad(fault.reason) from fault


def _check_anchor(genesis: Genesis, anchor: Anchor) -> _Fixed:
    header, chain_id = anchor.header, chain_id_of(genesis)
    authorities = _walked(genesis, anchor.trail)
    if anchor.trail:
        in_order = anchor.trail[-1].header.height < header.height
        _need(in_order, "the trail ends after the header")
    fault_text = header_fault(chain_id, authorities, header, anchor.certificate)
    _need(fault_text is None, str(fault_text))
    return _Fixed(
        height=header.height,
        time_ms=header.time_ms,
        block_id=block_id(chain_id, header),
        log_size=header.log_size,
        log_root=header.log_root,
        state_root=header.state_root,
        signers=len(anchor.certificate.signatures),
        authorities=len(authorities.members),
    )


def _check_note(genesis: Genesis, anchor: NoteAnchor) -> _Fixed:
    authorities = _walked(genesis, anchor.trail)
    note = parse_note(anchor.note)
    origin = origin_of(genesis.city, chain_id_of(genesis))
    _need(certified(note, origin, authorities), "no quorum has signed the checkpoint")
    signed = len(signers(note, origin, authorities))
    _need(signed == len(note.lines), "a line under the checkpoint is no authority's")
    summary, log = anchor.summary, note.checkpoint
    leaf = leaf_hash(encode(summary))
    included = verify_inclusion(log.root, log.size, anchor.summary_index, leaf, anchor.summary_path)
    _need(included, "the summary is not in the checkpoint's log")
    return _Fixed(
        height=summary.height,
        time_ms=summary.time_ms,
        block_id=None,
        log_size=log.size,
        log_root=log.root,
        state_root=summary.state_root,
        signers=signed,
        authorities=len(authorities.members),
    )


def _check_claim(claim: Claim, fixed: _Fixed) -> tuple[Subject, Height | None]:
    match claim:
        case TransactionClaim():
            _in_log(fixed, claim.index, claim.transaction, claim.path)
            return parse(claim.transaction), None
        case FinalClaim():
            return _check_final(claim, fixed), claim.summary.height
        case StateClaim():
            return _check_state(claim, fixed), None
        case SupplyClaim():
            return _check_supply(claim, fixed), None
        case _:
            assert_never(claim)


def _in_log(fixed: _Fixed, index: int, entry: bytes, path: tuple[Hash, ...]) -> None:
    included = verify_inclusion(fixed.log_root, fixed.log_size, index, leaf_hash(entry), path)
    _need(included, "it is not in the log")


def _check_final(claim: FinalClaim, fixed: _Fixed) -> StateRecord:
    _in_log(fixed, claim.summary_index, encode(claim.summary), claim.summary_path)
    root, leaf = claim.summary.finals_root, leaf_hash(claim.record)
    included = verify_inclusion(root, claim.count, claim.index, leaf, claim.path)
    _need(included, "the record did not become final there")
    return decode_record(claim.record)


def _check_state(claim: StateClaim, fixed: _Fixed) -> StateRecord | None:
    key = tree_key(claim.kind, claim.id)
    proven = verify_state(fixed.state_root, key, claim.proof)
    if proven is None:
        _need(claim.record == b"", "the state has no such record")
        return None
    _need(proven == record_hash(claim.record), "the state has another record")
    record = decode_record(claim.record)
    own = record_key(record) == claim.kind.to_bytes(1, "big") + claim.id
    _need(own, "the record has another key")
    return record


def _check_supply(claim: SupplyClaim, fixed: _Fixed) -> Supply:
    city = _check_state(claim.city, fixed)
    districts = [_check_state(one, fixed) for one in claim.districts]
    if not isinstance(city, City):
        raise _bad("the first record is not the city's")
    found = tuple(one for one in districts if isinstance(one, District))
    _need(len(found) == len(districts), "a record is not a district's")
    _need(all(a.code < b.code for a, b in pairwise(found)), "districts not sorted")
    return Supply(city, found)


def _bad(why: str, code: ErrorCode = ErrorCode.BAD_MERKLE_PROOF) -> Malformed:
    return Malformed(code, f"the proof does not hold: {why}")


def _need(condition: bool, why: str, code: ErrorCode = ErrorCode.BAD_MERKLE_PROOF) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise _bad(why, code)
