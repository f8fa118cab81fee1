"""Proofs as files: a claim about the ledger, and an anchor that ties it to the genesis hash.

A proof is ``[21, version, chain id, claim, anchor]``. Claims: a transaction stands in the log; a record became final
(the line of a passbook); the state has, or has not, a record under a key at a height. The anchor is a header with its
commit certificate and the trail of authority changes from genesis. The verifier is total: on any bytes it answers or
raises ``Malformed``, and nothing else.
"""

from dataclasses import dataclass
from typing import Annotated, Final, assert_never

from msgspec import Meta

from node.chain.block import Header, Summary, block_id
from node.chain.certificate import AuthoritySet, CommitCertificate
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.limits import LOG_PROOF_HASHES_MAX, PROOF_FILE_MAX_BYTES, TRANSACTION_SIZE_MAX_BYTES
from node.chain.merkle import leaf_hash, verify_inclusion
from node.chain.records import RECORD_SIZE_MAX_BYTES, StateRecord, decode_record, record_key
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


class Anchor(Record, frozen=True, tag=25):
    """A certified header, and how its authority set came from genesis."""

    header: Header
    certificate: CommitCertificate
    trail: Annotated[tuple[AuthorityChange, ...], Meta(max_length=1_000)]


Claim = TransactionClaim | FinalClaim | StateClaim


class Proof(Record, frozen=True, tag=21):
    """One claim and its anchor."""

    version: UintF
    chain_id: HashF
    claim: Claim
    anchor: Anchor


_decode = decoder(Proof, PROOF_FILE_MAX_BYTES)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a sound proof shows."""

    chain_id: Hash
    height: Height
    """Of the anchor; a state claim speaks of exactly this height."""
    time_ms: EpochMs
    block_id: Hash
    signers: int
    authorities: int
    subject: SignedTransaction | StateRecord | None
    """The transaction or record; None for a proven absence."""
    final_height: Height | None
    """Where the record became final, for a final claim."""


def verify_proof(genesis: Genesis, raw: bytes) -> Proven:
    """Check a proof file against genesis alone.

    Raises:
        Malformed: the bytes are no proof, or the proof does not hold; the detail says why.
    """
    proof = _decode(raw)
    chain_id = chain_id_of(genesis)
    _need(proof.version == PROOF_VERSION, f"version {proof.version}", ErrorCode.UNKNOWN_VERSION)
    _need(proof.chain_id == chain_id, "it is of another chain", ErrorCode.WRONG_CHAIN)
    authorities = _check_anchor(chain_id, genesis.authorities, proof.anchor)
    subject, final_height = _check_claim(proof.claim, proof.anchor.header)
    header = proof.anchor.header
    return Proven(
        chain_id=chain_id,
        height=header.height,
        time_ms=header.time_ms,
        block_id=block_id(chain_id, header),
        signers=len(proof.anchor.certificate.signatures),
        authorities=len(authorities.members),
        subject=subject,
        final_height=final_height,
    )


def _check_anchor(chain_id: Hash, first: AuthoritySet, anchor: Anchor) -> AuthoritySet:
    try:
        authorities = walk_trail(chain_id, first, anchor.trail)
    except Violation as fault:
        raise _bad(fault.reason) from fault
    if anchor.trail:
        _need(
            anchor.trail[-1].header.height < anchor.header.height, "the trail ends after the header"
        )
    fault_text = header_fault(chain_id, authorities, anchor.header, anchor.certificate)
    _need(fault_text is None, str(fault_text))
    return authorities


def _check_claim(
    claim: Claim, header: Header
) -> tuple[SignedTransaction | StateRecord | None, Height | None]:
    match claim:
        case TransactionClaim():
            _in_log(header, claim.index, claim.transaction, claim.path)
            return parse(claim.transaction), None
        case FinalClaim():
            return _check_final(claim, header), claim.summary.height
        case StateClaim():
            return _check_state(claim, header), None
        case _:
            assert_never(claim)


def _in_log(header: Header, index: int, entry: bytes, path: tuple[Hash, ...]) -> None:
    included = verify_inclusion(header.log_root, header.log_size, index, leaf_hash(entry), path)
    _need(included, "it is not in the log")


def _check_final(claim: FinalClaim, header: Header) -> StateRecord:
    _in_log(header, claim.summary_index, encode(claim.summary), claim.summary_path)
    root, leaf = claim.summary.finals_root, leaf_hash(claim.record)
    included = verify_inclusion(root, claim.count, claim.index, leaf, claim.path)
    _need(included, "the record did not become final there")
    return decode_record(claim.record)


def _check_state(claim: StateClaim, header: Header) -> StateRecord | None:
    key = tree_key(claim.kind, claim.id)
    proven = verify_state(header.state_root, key, claim.proof)
    if proven is None:
        _need(claim.record == b"", "the state has no such record")
        return None
    _need(proven == record_hash(claim.record), "the state has another record")
    record = decode_record(claim.record)
    own = record_key(record) == claim.kind.to_bytes(1, "big") + claim.id
    _need(own, "the record has another key")
    return record


def _bad(why: str, code: ErrorCode = ErrorCode.BAD_MERKLE_PROOF) -> Malformed:
    return Malformed(code, f"the proof does not hold: {why}")


def _need(condition: bool, why: str, code: ErrorCode = ErrorCode.BAD_MERKLE_PROOF) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise _bad(why, code)
