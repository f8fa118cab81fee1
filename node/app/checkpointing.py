"""The checkpoint collector over a node's log, disk and network."""

from collections.abc import Callable

import structlog

from node.chain.block import Header
from node.chain.checkpoint import encode_note, origin_of
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.types import Code, Hash, Height
from node.net.faults import FaultCode, PeerFault
from node.runtime.checkpoints import (
    LINE_KIND,
    CheckpointKey,
    Checkpoints,
    Effect,
    LogPorts,
    Say,
    root_where_a_block_ends,
)
from node.runtime.clock import Clock
from node.runtime.executor import CommittedBlock, Executor
from node.store.faults import StorageCode, StorageFault
from node.store.files import Files
from node.store.numberfile import CHECKPOINT, read_number, write_number


class NodeCheckpoints:
    """Signs and gathers lines; the minute between two own lines is counted in the chain's time."""

    def __init__(
        self,
        executor: Executor,
        files: Files,
        clock: Clock,
        district: Code,
        seed: bytes,
        broadcast: Callable[[int, bytes], object],
    ) -> None:
        """Follow one executor's tip.

        Raises:
            StorageFault: the file that remembers the largest signed size does not read.
        """
        self._executor = executor
        self._files = files
        self._clock = clock
        self._broadcast = broadcast
        self._log = structlog.get_logger("checkpoint")
        authorities = executor.tip.authorities
        key = CheckpointKey(district, seed)
        self._collector = Checkpoints(
            origin_of(executor.genesis.city, executor.chain_id),
            authorities,
            key,
            LogPorts(self._root_at, self._persist),
            self._signed_before(),
        )
        executor.watch(self._on_block)

    def renew(self) -> None:
        """Another set decides from now on: its lines count."""
        self._collector.renew(self._executor.tip.authorities)

    def note(self) -> str | None:
        """The newest note with the districts' lines; None while there is none."""
        note = self._collector.note()
        return None if note is None else encode_note(note).decode("utf-8")

    def receive(self, payload: bytes) -> None:
        """Take in a peer's line.

        Raises:
            PeerFault: no honest node sends it.
        """
        try:
            self._carry_out(self._collector.receive(payload, self._clock.now_ms()))
        except Malformed as fault:
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, str(fault)) from fault

    def greeting(self) -> tuple[int, bytes] | None:
        """The newest own line, as a frame for a peer that has just connected."""
        line = self._collector.own_line
        return None if line is None else (LINE_KIND, encode(line))

    def _on_block(self, final: CommittedBlock) -> None:
        header = final.block.header
        self._carry_out(
            self._collector.committed(header.log_size, header.log_root, self._clock.now_ms())
        )

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Say):
                self._broadcast(LINE_KIND, encode(effect.message))
            else:
                self._log.critical(
                    "fork: a district signed another log",
                    district=effect.message.district,
                    size=effect.message.size,
                    line=encode(effect.message).hex(),
                )

    def _root_at(self, size: int) -> Hash | None:
        return root_where_a_block_ends(self._header, self._executor.tip.height, size)

    def _header(self, height: Height) -> Header | None:
        kept = self._executor.kept_header(height)
        return None if kept is None else kept.header

    def _persist(self, size: int) -> None:
        """Make durable that this size is signed, before anyone sees the line."""
        write_number(self._files, CHECKPOINT, size)

    def _signed_before(self) -> int:
        """The largest size that was ever signed; 0 for none.

        Where the file is damaged: the log's size at the tip, because no more was signed; the next line mends it.
        """
        try:
            return read_number(self._files, CHECKPOINT) or 0
        except StorageFault as fault:
            if fault.code is not StorageCode.NUMBER_DAMAGED:
                raise
            tip = self._header(self._executor.tip.height)
            size = 0 if tip is None else tip.log_size
            self._log.warning("the file of signed sizes is damaged", signs_above=size)
            return size
