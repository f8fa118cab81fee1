"""What this node gives to peers that lack something: decided headers, decided blocks, bodies of transactions."""

from typing import Final

from node.chain.block import Block
from node.chain.certificate import CommitCertificate
from node.chain.codec import encode
from node.chain.limits import FRAME_MAX_BYTES
from node.chain.types import EpochMs, Height, Round
from node.consensus.wire import (
    BlocksMessage,
    BlocksRequest,
    BodiesMessage,
    BodiesRequest,
    DecidedHeader,
    PeerMessage,
    StatusMessage,
    encode_message,
)
from node.runtime.candidates import Candidates
from node.runtime.ports import Ports
from node.runtime.timeouts import OLD_HEIGHT_ANSWER_MS

ANSWER_MAX_BYTES: Final = FRAME_MAX_BYTES - 1_024
"""Payload of one answer; the rest is for the record around it."""


class Serving:
    """Answers, bounded in size and in time."""

    def __init__(self, ports: Ports, candidates: Candidates) -> None:
        """Serve from the decided blocks, the pool and the candidates of this height."""
        self._ports = ports
        self._candidates = candidates
        self._answered_ms: dict[str, EpochMs] = {}

    def old_height(self, peer: str, height: Height) -> None:
        """A peer speaks of a height that is decided: show it the decision, at most once a second."""
        now_ms = self._ports.clock.now_ms()
        last_ms = self._answered_ms.get(peer)
        if last_ms is not None and 0 <= now_ms - last_ms < OLD_HEIGHT_ANSWER_MS:
            return
        self._answered_ms[peer] = now_ms
        decided = self._ports.blocks.decided(height)
        if decided is not None:
            self._send(peer, DecidedHeader(decided.block.header, decided.certificate))
        self._send(peer, StatusMessage(self._ports.blocks.tip.height, Round(0)))

    def forget(self, peer: str) -> None:
        """A peer is gone."""
        self._answered_ms.pop(peer, None)

    def bodies(self, peer: str, request: BodiesRequest) -> None:
        """Give the transactions of a proposed block that are here."""
        found = self._candidates.bodies(request.block_id, request.transaction_ids)
        if not found:
            here = self._ports.pool.find(request.transaction_ids)
            found = tuple(here[i] for i in request.transaction_ids if i in here)
        if found:
            self._send(peer, BodiesMessage(request.block_id, _fitting(found)))

    def blocks(self, peer: str, request: BlocksRequest) -> None:
        """Give consecutive decided blocks, as many as fit into a frame; none is an answer too."""
        found: list[tuple[Block, CommitCertificate]] = []
        room = ANSWER_MAX_BYTES
        for height in range(request.first, request.first + request.count):
            decided = self._ports.blocks.decided(Height(height))
            if decided is None:
                break
            room -= len(encode((decided.block, decided.certificate)))
            if room < 0 and found:
                break
            found.append((decided.block, decided.certificate))
        self._send(peer, BlocksMessage(tuple(found)))

    def _send(self, peer: str, message: PeerMessage) -> None:
        self._ports.outbox.send(peer, *encode_message(message))


def _fitting(transactions: tuple[bytes, ...]) -> tuple[bytes, ...]:
    size = 0
    for count, raw in enumerate(transactions):
        size += len(raw) + 8
        if size > ANSWER_MAX_BYTES:
            return transactions[:count]
    return transactions
