"""Proposed blocks of the height in progress, assembled from transactions that arrive apart from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.chain.block import Block, block_id
from node.chain.merkle import leaf_hash
from node.chain.types import Hash
from node.consensus.wire import ProposalMessage

CANDIDATES_MAX: Final = 32
"""Blocks held at once, 1 MiB each at most; the oldest that no lock or valid value names gives way."""


@dataclass(slots=True)
class _Candidate:
    message: ProposalMessage
    source: str
    bodies: dict[Hash, bytes] = field(default_factory=dict)

    def missing(self) -> tuple[Hash, ...]:
        return tuple(i for i in self.message.transaction_ids if i not in self.bodies)

    def assembled(self) -> Block:
        message = self.message
        transactions = tuple(self.bodies[i] for i in message.transaction_ids)
        return Block(message.header, message.last_commit, transactions, message.evidence)


class Candidates:
    """Blocks by id: whole ones, and those whose bodies are on their way."""

    def __init__(self, chain_id: Hash) -> None:
        """Hold blocks of one chain."""
        self._chain_id = chain_id
        self._parts: dict[Hash, _Candidate] = {}
        self._whole: dict[Hash, Block] = {}

    def clear(self) -> None:
        """Forget everything: the height is decided."""
        self._parts.clear()
        self._whole.clear()

    def offer(self, message: ProposalMessage, source: str) -> None:
        """Note what a proposer says its block consists of, unless the block is here already.

        A header does not say which transactions it stands for before they are executed, so the list of the latest
        proposer replaces that of an earlier one: a liar that garbles an honest block spoils its own round only.
        """
        name = message.proposal.block_id
        if name in self._whole:
            return
        known = self._parts.get(name)
        self._parts[name] = _Candidate(message, source, {} if known is None else known.bodies)

    def hold(self, block: Block) -> Hash:
        """Take in a whole block; its id."""
        name = block_id(self._chain_id, block.header)
        self._parts.pop(name, None)
        self._whole[name] = block
        return name

    def drop(self, name: Hash) -> None:
        """Forget a block that is not what its header says, so that another proposer may bring it right."""
        self._parts.pop(name, None)
        self._whole.pop(name, None)

    def whole(self, name: Hash) -> Block | None:
        """A block with all its bodies."""
        candidate = self._parts.get(name)
        if candidate is not None and not candidate.missing():
            self.hold(candidate.assembled())
        return self._whole.get(name)

    def missing(self, name: Hash) -> tuple[str, tuple[Hash, ...]] | None:
        """Who proposed a block and which of its transactions are not here; None when nobody did or none are."""
        candidate = self._parts.get(name)
        if candidate is None or not (ids := candidate.missing()):
            return None
        return candidate.source, ids

    def fill(self, name: Hash, bodies: Mapping[Hash, bytes]) -> None:
        """Put in transactions that were found here."""
        candidate = self._parts.get(name)
        if candidate is not None:
            wanted = set(candidate.missing())
            candidate.bodies.update((i, raw) for i, raw in bodies.items() if i in wanted)

    def fill_raw(self, name: Hash, transactions: Iterable[bytes]) -> None:
        """Put in transactions that a peer sent; what nobody waits for is left out."""
        self.fill(name, {leaf_hash(raw): raw for raw in transactions})

    def bodies(self, name: Hash, ids: Sequence[Hash]) -> tuple[bytes, ...]:
        """Those of the transactions of a block that are here."""
        block = self.whole(name)
        if block is None:
            return ()
        by_id = {leaf_hash(raw): raw for raw in block.transactions}
        return tuple(by_id[i] for i in ids if i in by_id)

    def bound(self, needed: Iterable[Hash]) -> None:
        """Let the oldest blocks go that nothing needs, down to the limit."""
        keep = set(needed)
        for held in (self._parts, self._whole):
            spare = [name for name in held if name not in keep]
            for name in spare[: max(0, len(held) - CANDIDATES_MAX)]:
                del held[name]
