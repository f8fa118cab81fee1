"""Catching up: which decided blocks others have and this node has not, and whom to ask.

Whoever speaks of a height has, by its own word, decided the one before. A claim costs nothing, so it is worth one
question: a peer that does not answer in time, or answers with something else, is asked last.
"""

from dataclasses import dataclass

from node.chain.types import EpochMs, Height
from node.consensus.wire import BLOCKS_MAX, BlocksRequest
from node.runtime.timeouts import SYNC_ANSWER_MS


@dataclass(frozen=True, slots=True)
class _Question:
    peer: str
    asked_ms: EpochMs


class Sync:
    """Claims of peers, and at most one open question."""

    def __init__(self) -> None:
        """Nobody has claimed anything."""
        self._claims: dict[str, Height] = {}
        self._failures: dict[str, int] = {}
        self._question: _Question | None = None

    def claim(self, peer: str, tip: Height) -> None:
        """A peer says or shows that it has decided this height."""
        self._claims[peer] = max(tip, self._claims.get(peer, Height(0)))

    def forget(self, peer: str) -> None:
        """A peer is gone, and with it its claim and its answer."""
        self._claims.pop(peer, None)
        if self._question is not None and self._question.peer == peer:
            self._question = None

    def behind(self, tip: Height) -> int:
        """How many blocks are missing here, if the peers' claims are true."""
        return max(0, max(self._claims.values(), default=Height(0)) - tip)

    def request(self, tip: Height, now_ms: EpochMs) -> tuple[str, BlocksRequest] | None:
        """The question to ask now, if blocks are missing and none is open."""
        if self._question is not None:
            if now_ms - self._question.asked_ms < SYNC_ANSWER_MS:
                return None
            self.failed(self._question.peer)
        ahead = [peer for peer, claimed in self._claims.items() if claimed > tip]
        if not ahead:
            return None
        peer = min(ahead, key=lambda p: (self._failures.get(p, 0), -self._claims[p], p))
        self._question = _Question(peer, now_ms)
        count = min(BLOCKS_MAX, self._claims[peer] - tip)
        return peer, BlocksRequest(Height(tip + 1), count)

    def expects(self, peer: str) -> bool:
        """Whether an answer of this peer is awaited."""
        return self._question is not None and self._question.peer == peer

    def answered(self, peer: str) -> None:
        """The open question is settled and the answer was good."""
        self._question = None
        self._failures.pop(peer, None)

    def failed(self, peer: str) -> None:
        """No answer, or one of no use: believe the peer less until it speaks again."""
        self._question = None
        self._failures[peer] = self._failures.get(peer, 0) + 1
        self._claims.pop(peer, None)
