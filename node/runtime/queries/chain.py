"""Final blocks, proofs about them, and the archive of all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from node.chain.archive import ArchiveWriter
from node.chain.block import block_id
from node.chain.codec import encode
from node.chain.genesis import base_height
from node.chain.merkle import Frontier, inclusion_proof, leaf_hash
from node.chain.proof import (
    PROOF_VERSION,
    Anchor,
    Claim,
    FinalClaim,
    Proof,
    StateClaim,
    TransactionClaim,
)
from node.chain.records import encode_record
from node.chain.tx.envelope import transaction_id
from node.chain.types import Hash, Height, Id
from node.runtime.executor import Executor
from node.runtime.opening import KeptHeader
from node.runtime.queries.journal import Journal
from node.runtime.queries.past import PastStates
from node.runtime.trail import trail_below
from node.store.chainstore import ChainStore

PIECE_BYTES: Final = 262_144
"""Of an archive on its way out."""


@dataclass(frozen=True, slots=True)
class HeaderBytes:
    """A final header."""

    header_raw: bytes
    id: Hash


@dataclass(frozen=True, slots=True)
class BlockBytes:
    """A final block."""

    header_raw: bytes
    id: Hash
    certificate: bytes
    transaction_ids: tuple[Hash, ...]
    summary: bytes


class FinalBlocks:
    """The blocks of one node."""

    def __init__(self, executor: Executor) -> None:
        """Read the executor's logs."""
        self._executor = executor

    def block(self, height: Height) -> BlockBytes | None:
        """One block with its certificate."""
        kept = self._header(height)
        decided = self._executor.decided(height) if kept is not None else None
        if kept is None or decided is None:
            return None
        return BlockBytes(
            header_raw=encode(kept.header),
            id=block_id(self._executor.chain_id, kept.header),
            certificate=encode(decided.certificate),
            transaction_ids=tuple(transaction_id(raw) for raw in decided.block.transactions),
            summary=encode(kept.summary),
        )

    def headers(self, first: Height, count: int) -> tuple[HeaderBytes, ...]:
        """Consecutive headers, as many as there are."""
        tip = self._executor.point.height
        kept = (self._header(Height(h)) for h in range(first, min(first + count, tip + 1)))
        return tuple(
            HeaderBytes(encode(k.header), block_id(self._executor.chain_id, k.header))
            for k in kept
            if k is not None
        )

    def _header(self, height: Height) -> KeptHeader | None:
        return self._executor.kept_header(height) if height <= self._executor.point.height else None


class ProofFiles:
    """Proofs of one node, anchored in its newest block or, of earlier states, in theirs."""

    def __init__(self, executor: Executor, store: ChainStore, journal: Journal) -> None:
        """Read state, store and journal; remember from now on what blocks replace."""
        self._executor = executor
        self._store = store
        self._journal = journal
        self._past = PastStates(executor)

    @property
    def oldest_state(self) -> Height:
        """The oldest height whose state can be proven here."""
        return max(self._past.oldest, Height(1))

    def transaction(self, tx_id: Hash) -> bytes | None:
        """That a transaction stands in the log; None when it does not, here and now."""
        place = self._store.place_of(tx_id)
        anchor = self._anchor()
        if place is None or anchor is None:
            return None
        kept, decided = (
            self._executor.kept_header(place.height),
            self._executor.decided(place.height),
        )
        if kept is None or decided is None:
            return None
        header = kept.header
        index = header.log_size - 1 - header.transaction_count + place.index
        raw = decided.block.transactions[place.index]
        return self._file(TransactionClaim(raw, index, self._path(index, anchor)), anchor)

    def final_order(self, order: Id) -> bytes | None:
        """That an order became final as it is; None when it is not final."""
        place, anchor = self._journal.final_place(order), self._anchor()
        kept = None if place is None else self._executor.kept_header(place.height)
        if place is None or anchor is None or kept is None:
            return None
        finals = self._journal.finals(place.height)
        leaves = [leaf_hash(record) for record in finals]
        summary_index = kept.header.log_size - 1
        claim = FinalClaim(
            record=finals[place.index],
            index=place.index,
            count=len(finals),
            path=_path_among(leaves, place.index),
            summary=kept.summary,
            summary_index=summary_index,
            summary_path=self._path(summary_index, anchor),
        )
        return self._file(claim, anchor)

    def state(self, kind: int, id_: bytes, height: Height | None = None) -> bytes | None:
        """That the state after a block has a record under a key, or has none.

        Args:
            kind: the record's kind number.
            id_: its id.
            height: from ``oldest_state`` on; None for the tip.

        Returns:
            None beyond the tip, before the first block too.
        """
        anchor = self._anchor() if height is None else self._anchor_at(height)
        if anchor is None:
            return None
        found = self._past.read(anchor.header.height, kind, id_)
        raw = b"" if found.record is None else encode_record(found.record)
        return self._file(StateClaim(kind, id_, raw, found.proof), anchor)

    def _anchor(self) -> Anchor | None:
        """The newest block, with the trail of authority changes before it."""
        tip = self._executor.tip
        kept = self._executor.kept_header(tip.height)
        if tip.certificate is None or kept is None:
            return None
        return Anchor(kept.header, tip.certificate, trail_below(self._executor, tip.height))

    def _anchor_at(self, height: Height) -> Anchor | None:
        """A block, with the trail of authority changes before it."""
        decided = self._executor.decided(height) if height <= self._executor.point.height else None
        if decided is None:
            return None
        trail = trail_below(self._executor, height)
        return Anchor(decided.block.header, decided.certificate, trail)

    def _path(self, index: int, anchor: Anchor) -> tuple[Hash, ...]:
        return inclusion_proof(self._store.log_node, index, anchor.header.log_size)

    def _file(self, claim: Claim, anchor: Anchor) -> bytes:
        return encode(Proof(PROOF_VERSION, self._executor.chain_id, claim, anchor))


def _path_among(leaves: list[Hash], index: int) -> tuple[Hash, ...]:
    """The inclusion proof of one of these leaves in the log of all of them."""
    _, nodes = Frontier().extend(leaves)
    by_place = {(level, position): node for level, position, node in nodes}
    return inclusion_proof(lambda level, position: by_place[level, position], index, len(leaves))


class _Pieces:
    """Where an archive is written to, to be taken in pieces."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Take all bytes."""
        self._waiting += data

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self) -> bytes:
        """What waits, once."""
        piece, self._waiting = bytes(self._waiting), bytearray()
        return piece


class ArchiveExport:
    """The whole chain, as a stream."""

    def __init__(self, executor: Executor) -> None:
        """Read the executor's logs."""
        self._executor = executor

    async def archive(self) -> AsyncIterator[bytes]:
        """The archive up to the present tip, in pieces; lets the node work between two blocks."""
        executor = self._executor
        tip = executor.tip
        pieces = _Pieces()
        writer = ArchiveWriter(pieces, executor.genesis, executor.chain_id)
        for change in trail_below(executor, Height(tip.height + 1)):
            writer.change(change)
        for number in range(base_height(executor.genesis) + 1, tip.height + 1):
            height = Height(number)
            kept, decided = executor.kept_header(height), executor.decided(height)
            assert kept is not None
            assert decided is not None
            writer.block(decided.block, kept.summary, block_id(executor.chain_id, kept.header))
            if len(pieces) >= PIECE_BYTES:
                yield pieces.take()
            await asyncio.sleep(0)
        writer.finish(tip.certificate)
        yield pieces.take()
