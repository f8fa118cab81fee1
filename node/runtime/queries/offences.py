"""Who broke the protocol: the offences of the chain, and for a height the file that convicts before any stranger.

A pair of messages comes from the block that holds it, or, before a block does or if none ever will, from what this
node heard when the height was decided (``node.runtime.statements``, the last thousand heights).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from node.chain.certificate import Evidence, decode_message
from node.chain.codec import encode
from node.chain.conviction import CertifiedHeader, make_conviction, verify_conviction
from node.chain.errors import Malformed
from node.chain.hashing import digest
from node.chain.records.authorities import Offence
from node.chain.types import Code, Hash, Height, Round
from node.runtime.executor import CommittedBlock, Executor
from node.runtime.statements import StatementLog, evidence_among
from node.runtime.trail import trail_below


@dataclass(frozen=True, slots=True)
class OffenceLine:
    """One offence, as anybody may see it."""

    district: Code
    height: Height
    """Of the messages."""
    round: Round
    kind: Code
    """``proposal``, ``prevote``, ``precommit`` or ``amnesia``."""
    block_height: Height
    """Of the block that holds them."""
    evidence: Hash


class OffenceFiles:
    """The offences of one node's chain, kept as blocks come."""

    def __init__(self, executor: Executor, statements: StatementLog) -> None:
        """Look once through the state, then at each block.

        Args:
            executor: the chain.
            statements: what the node heard.
        """
        self._executor = executor
        self._statements = statements
        self._found = {
            record.key_id: record
            for record in executor.ledger.records.values()
            if isinstance(record, Offence)
        }
        executor.watch(self._on_block)

    def offences(self) -> tuple[OffenceLine, ...]:
        """All, by height and district."""
        return tuple(
            OffenceLine(o.district, o.height, o.round, o.kind, o.block_height, o.evidence)
            for _, o in sorted(self._found.items())
        )

    def conviction(self, height: Height, district: Code | None = None) -> bytes | None:
        """The file of a pair of messages of a height; of one district's, if one is named.

        Returns:
            Canonical bytes that ``verify_conviction`` accepts, or None when nothing here convicts anybody.

        Raises:
            StorageFault: a block of the log does not read.
        """
        for pair in self._pairs(height):
            raw = self._file(height, pair)
            if raw is None:
                continue
            culprit = verify_conviction(self._executor.genesis, raw).district
            if district in {None, culprit}:
                return raw
        return None

    def _pairs(self, height: Height) -> Iterator[Evidence]:
        chain_id = self._executor.chain_id
        for offence in self._found.values():
            decided = (
                self._executor.decided(offence.block_height) if offence.height == height else None
            )
            for pair in () if decided is None else decided.block.evidence:
                if digest("evidence", chain_id, encode(pair)) == offence.evidence:
                    yield pair
        yield from evidence_among(self._statements.of(height)).values()

    def _file(self, height: Height, pair: Evidence) -> bytes | None:
        """None when the pair is of another height, or its signatures do not stand."""
        if decode_message(pair.first).height != height or height > self._executor.point.height + 1:
            return None
        anchor: CertifiedHeader | None = None
        if height > 1:
            before = self._executor.decided(Height(height - 1))
            if before is None:
                return None
            anchor = CertifiedHeader(before.block.header, before.certificate)
        trail = trail_below(self._executor, height)
        raw = encode(make_conviction(self._executor.chain_id, pair, anchor, trail))
        try:
            verify_conviction(self._executor.genesis, raw)
        except Malformed:
            return None
        return raw

    def _on_block(self, final: CommittedBlock) -> None:
        for record in final.execution.staged.changes.values():
            if isinstance(record, Offence):
                self._found[record.key_id] = record
