"""Blocks, headers and the summaries that close each block's part of the log.

A block is ``[3, header, last commit, transactions, evidence]``. The consensus round is not in it, so its id,
``digest("header", chain_id, encode(header))``, is the same in every round.
"""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.certificate import CommitCertificate, Evidence
from node.chain.codec import Record, decoder, encode
from node.chain.hashing import digest
from node.chain.limits import (
    ARCHIVE_RECORD_MAX_BYTES,
    BLOCK_EVIDENCE_MAX,
    BLOCK_TRANSACTIONS_MAX,
    TRANSACTION_SIZE_MAX_BYTES,
)
from node.chain.types import EpochMsF, Hash, HashF, HeightF, OptionalHashF, UintF

HEADER_VERSION: Final = 1


class Header(Record, frozen=True, tag=2):
    """What a commit certificate makes final."""

    version: UintF
    suite: UintF
    height: HeightF
    time_ms: EpochMsF
    """The maker's clock, strictly increasing from block to block."""
    previous_id: HashF
    """Id of the block before; for block 1 the genesis hash."""
    last_commit_hash: OptionalHashF
    """Hash of the certificate in this block's ``last commit``; empty in block 1."""
    maker: UintF
    """Authority index of who made the block; who proposes it again may differ."""
    transaction_count: UintF
    log_number: UintF
    """0 for the first log; a change of the chain suite starts the next."""
    log_size: UintF
    """Leaves of the log after this block's transactions and summary."""
    log_root: HashF
    state_root: HashF
    """Root of the state tree after this block."""
    evidence_root: HashF
    authorities_hash: HashF
    """The set that signs this block."""
    next_authorities_hash: HashF
    """The set that signs the next block."""
    policy_hash: HashF


class Summary(Record, frozen=True, tag=4):
    """The last leaf of each block in the log: with it a checkpoint of the log commits to every state root."""

    height: HeightF
    time_ms: EpochMsF
    transaction_count: UintF
    timer_count: UintF
    state_root: HashF
    finals_root: HashF
    """RFC 6962 root over the records that became final in this block, in order of becoming so."""
    next_authorities_hash: HashF
    policy_hash: HashF


RawTransactionF = Annotated[bytes, Meta(min_length=1, max_length=TRANSACTION_SIZE_MAX_BYTES)]


class Block(Record, frozen=True, tag=3):
    """Header and body."""

    header: Header
    last_commit: Annotated[tuple[CommitCertificate, ...], Meta(max_length=1)]
    """The maker's certificate for the block before; none in block 1."""
    transactions: Annotated[tuple[RawTransactionF, ...], Meta(max_length=BLOCK_TRANSACTIONS_MAX)]
    """Canonical bytes of each signed transaction."""
    evidence: Annotated[tuple[Evidence, ...], Meta(max_length=BLOCK_EVIDENCE_MAX)]


decode_block = decoder(Block, ARCHIVE_RECORD_MAX_BYTES)
decode_header = decoder(Header, 1_024)
decode_summary = decoder(Summary, 512)


def block_id(chain_id: Hash, header: Header) -> Hash:
    """Id of the block with this header."""
    return digest("header", chain_id, encode(header))


def evidence_root(chain_id: Hash, evidence: tuple[Evidence, ...]) -> Hash:
    """digest("evidence", chain_id, encode(evidence)); of an empty array when there is none."""
    return digest("evidence", chain_id, encode(evidence))
