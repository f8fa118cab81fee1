"""Catching up: decided blocks from others, each verified before it becomes final here."""

from typing import Final

from node.chain.block import Block, block_id
from node.chain.certificate import CommitCertificate
from node.chain.types import Hash, Height
from node.consensus.wire import BlocksMessage, DecidedHeader, encode_message
from node.net.faults import FaultCode, PeerFault
from node.runtime.engine import Engine
from node.runtime.ports import Ports, SyncTimer
from node.runtime.sync import Sync
from node.runtime.timeouts import SYNC_ANSWER_MS, SYNC_PATIENCE_MS

_NOT_WATCHED: Final = Height(-1)


class CatchUp:
    """Asks whoever claims to have decided more, one peer at a time, and takes in what proves itself."""

    def __init__(self, chain_id: Hash, ports: Ports, engine: Engine) -> None:
        """Catch up for one engine."""
        self._chain_id = chain_id
        self._ports = ports
        self._engine = engine
        self._sync = Sync()
        self._watched = _NOT_WATCHED

    def claim(self, peer: str, tip: Height) -> None:
        """A peer says or shows that it has decided this height."""
        self._sync.claim(peer, tip)

    def forget(self, peer: str) -> None:
        """A peer is gone."""
        self._sync.forget(peer)

    def look(self, *, at_once: bool = False) -> None:
        """Ask for what is missing; for a single block only if consensus has not brought it after a moment."""
        tip = self._engine.tip.height
        missing = self._sync.behind(tip)
        if missing == 0:
            return
        if missing == 1 and not at_once:
            self._watch(tip, SYNC_PATIENCE_MS)
            return
        question = self._sync.request(tip, self._ports.clock.now_ms())
        if question is not None:
            self._ports.outbox.send(question[0], *encode_message(question[1]))
        self._watch(tip, SYNC_ANSWER_MS)

    def on_timer(self, timer: SyncTimer) -> None:
        """If nothing has come since, ask, or ask another."""
        if timer.tip == self._watched:
            self._watched = _NOT_WATCHED
        if timer.tip == self._engine.tip.height:
            self.look(at_once=True)

    def on_decided(self, peer: str, message: DecidedHeader) -> None:
        """A peer shows a decision: with the block at hand the height is over, else the block is asked for."""
        header, certificate = message.header, message.certificate
        if header.height < self._engine.height:
            return
        self._sync.claim(peer, header.height)
        block = self._engine.candidates.whole(certificate.block_id)
        if header.height == self._engine.height and block is not None:
            self._verify(block, certificate)
            self._engine.finish(block, certificate)
        self.look(at_once=True)

    def on_blocks(self, peer: str, message: BlocksMessage) -> None:
        """The answer to a question of ours; one that comes too late is left aside.

        Raises:
            PeerFault: what came does not prove itself; what came before it stands.
        """
        if not self._sync.expects(peer):
            return
        good = False
        try:
            good = self._take(message)
        finally:
            if good:
                self._sync.answered(peer)
            else:
                self._sync.failed(peer)
        self.look()

    def _take(self, message: BlocksMessage) -> bool:
        for block, certificate in message.blocks:
            if block.header.height >= self._engine.height:
                self._verify(block, certificate)
                if self._engine.finish(block, certificate) is not None:
                    return False
        return bool(message.blocks)

    def _verify(self, block: Block, certificate: CommitCertificate) -> None:
        header, tip = block.header, self._engine.tip
        if (header.height, header.previous_id) != (tip.height + 1, tip.block_id):
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, "a block that does not follow the tip")
        name = block_id(self._chain_id, header)
        if (certificate.height, certificate.block_id) != (header.height, name):
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, "a certificate of another block")
        reason = self._engine.verifier.certificate(certificate)
        if reason is not None:
            raise PeerFault(FaultCode.MESSAGE_SIGNATURE, reason)

    def _watch(self, tip: Height, delay_ms: int) -> None:
        if self._watched != tip:
            self._watched = tip
            self._ports.timers.schedule(delay_ms, SyncTimer(tip))
