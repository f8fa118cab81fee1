"""A running node that was begun from a snapshot gathers the blocks below it, by the way.

A few blocks at a time are asked of one peer after the other, held against the certificate of the set that signed
them, and kept in ``data/older`` (see ``older``). It goes on after a restart, stands still while space is short, and a
disk that fails here stops the gathering and not the node. When all are here the log says so: ``timebank node repair``
on the stopped node then needs nobody.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

import structlog

from node.app.older import OLDER_NAME
from node.chain.block import Block, block_id
from node.chain.certificate import CommitCertificate, certificate_fault
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.types import Hash, Height
from node.chain.verify import Point
from node.consensus.wire import BlocksMessage, BlocksRequest, decode_peer_message, encode_message
from node.net.faults import FaultCode, PeerFault
from node.store.blocklog import BlockLog
from node.store.faults import StorageFault
from node.store.files import RealFiles
from node.store.space import Space, space_left

BLOCKS_KIND: Final = 129
STEP_S: Final = 2.0
"""Between two questions."""
COUNT: Final = 32
"""Blocks in a question: 16 a second, a year of heartbeats in nine hours."""
PATIENCE_STEPS: Final = 5
"""So long an answer may take before another peer is asked."""

Send = Callable[[str, int, bytes], object]
Later = Callable[[float, Callable[[], None]], object]


class Chain(Protocol):
    """What is asked of the executor."""

    @property
    def chain_id(self) -> Hash:
        """The genesis hash."""

    @property
    def point(self) -> Point:
        """Knows every authority set that ever signed."""

    @property
    def chain_from(self) -> Height:
        """Height of the chain's first block."""

    @property
    def blocks_from(self) -> Height:
        """Height of the oldest block here."""


class BackFill:
    """Gathers until everything is here. Used from the node's loop."""

    def __init__(
        self, data: Path, chain: Chain, send: Send, peers: Callable[[], Sequence[str]]
    ) -> None:
        """Nothing is opened before ``begin``.

        Args:
            data: the data directory.
            chain: the node's own.
            send: gives a frame to a peer.
            peers: who is connected now.
        """
        self._data = data
        self._chain = chain
        self._send = send
        self._peers = peers
        self._older: BlockLog | None = None
        self._asked: tuple[str, Height] | None = None
        self._waited = 0
        self._turn = 0
        self._log = structlog.get_logger("backfill")

    @property
    def gathered(self) -> int:
        """Blocks below the node's first that are here."""
        return 0 if self._older is None else len(self._older)

    def begin(self, later: Later) -> None:
        """Go on where the last run stopped, if anything is missing."""
        if self._chain.blocks_from == self._chain.chain_from:
            return
        try:
            self._older = BlockLog(RealFiles(self._data / OLDER_NAME), self._chain.chain_id)
        except StorageFault as fault:
            self._log.error("older blocks are not gathered", reason=str(fault))
            return

        def step() -> None:
            if self.step():
                later(STEP_S, step)

        later(STEP_S, step)

    def step(self) -> bool:
        """Ask for the next blocks if it is time; whether anything is left to do."""
        older = self._older
        if older is None:
            return False
        height = self._next(older)
        if height >= self._chain.blocks_from:
            self._log.info("all older blocks are here", command="timebank node repair")
            self.close()
            return False
        self._waited += 1
        if self._asked is None or self._waited > PATIENCE_STEPS:
            self._ask(height)
        return True

    def take(self, peer: str, payload: bytes) -> bool:
        """Keep what a peer sent, if it answers a question of ours.

        Raises:
            PeerFault: the blocks are not those that were decided; what stood before them is kept.
        """
        if self._older is None or self._asked is None or self._asked[0] != peer:
            return False
        try:
            message = decode_peer_message(BLOCKS_KIND, payload)
        except Malformed:
            return False
        assert isinstance(message, BlocksMessage), "of that kind"
        height = self._asked[1]
        if message.blocks and message.blocks[0][0].header.height != height:
            return False
        self._asked = None
        self._keep(self._older, height, message)
        return True

    def close(self) -> None:
        """Gather no more in this run."""
        if self._older is not None:
            self._older.close()
            self._older = None

    def _next(self, older: BlockLog) -> Height:
        last = older.last_height
        return self._chain.chain_from if last is None else Height(last + 1)

    def _ask(self, height: Height) -> None:
        peers = self._peers()
        if not peers or space_left(RealFiles(self._data)) not in {Space.PLENTY, Space.LITTLE}:
            return
        self._turn += 1
        peer = peers[self._turn % len(peers)]
        count = min(COUNT, self._chain.blocks_from - height)
        self._asked, self._waited = (peer, height), 0
        self._send(peer, *encode_message(BlocksRequest(height, count)))

    def _keep(self, older: BlockLog, first: Height, message: BlocksMessage) -> None:
        try:
            for number, (block, certificate) in enumerate(message.blocks, start=first):
                if number >= self._chain.blocks_from:
                    break
                self._require_decided(Height(number), block, certificate)
                older.append(Height(number), encode(block), encode(certificate))
        except StorageFault as fault:
            self._end(fault)
        finally:
            self._sync()

    def _sync(self) -> None:
        try:
            if self._older is not None:
                self._older.sync()
        except StorageFault as fault:
            self._end(fault)

    def _end(self, fault: StorageFault) -> None:
        self._log.error("older blocks are gathered no more", reason=str(fault))
        self.close()

    def _require_decided(
        self, height: Height, block: Block, certificate: CommitCertificate
    ) -> None:
        chain, header = self._chain, block.header
        name = block_id(chain.chain_id, header)
        if (header.height, certificate.height, certificate.block_id) != (height, height, name):
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, "not the block that was asked for")
        authorities = chain.point.authorities_at(height)
        reason = certificate_fault(chain.chain_id, authorities, certificate)
        if reason is not None:
            raise PeerFault(FaultCode.MESSAGE_SIGNATURE, reason)
