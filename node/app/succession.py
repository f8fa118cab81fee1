"""What a running node does when the chain's authorities change: whom it lets in, whose checkpoint lines count, alarms.

The configuration says where peers are, the chain whose keys they have: a seated district is let in with the key of the
newest set that the tip knows, a candidate with the key of its open motion, anybody else with the configured one.
"""

from collections.abc import Callable

import structlog

from node.chain.certificate import Authority
from node.chain.records.authorities import Offence
from node.chain.records.motions import Motion
from node.chain.seats import schedule_of
from node.chain.state import View
from node.chain.tx.authorities import AddAuthority
from node.chain.types import Code
from node.config.settings import PeerConfig
from node.net.interface import Endpoint, PeerAddress
from node.runtime.executor import CommittedBlock, Executor


class Succession:
    """Follows one executor's tip."""

    def __init__(self, executor: Executor, peers: tuple[PeerConfig, ...]) -> None:
        """Know the sets of the tip.

        Args:
            executor: the chain.
            peers: where other nodes are, and keys of those that have no seat.
        """
        self._executor = executor
        self.peers = peers
        """Where other nodes are, by the newest reading of the configuration."""
        self._log = structlog.get_logger("succession")
        self._pins = self._keys()
        self._seated = executor.tip.authorities
        self.offences = sum(isinstance(r, Offence) for r in executor.ledger.records.values())
        """Offences that stand on the chain."""
        self.on_peers: Callable[[], None] = _nothing
        """Called when other keys are let in; not from within a block."""
        self.on_set: Callable[[], None] = _nothing
        """Called when another set decides the next height."""
        executor.watch(self._on_block)

    def addresses(self) -> tuple[PeerAddress, ...]:
        """Whom to dial and let in now."""
        return tuple(
            PeerAddress(p.name, Endpoint(p.host, p.port), self._pins.get(Code(p.name), p.tls_key))
            for p in self.peers
        )

    def _keys(self) -> dict[Code, bytes]:
        """TLS key by district: of candidates, of the present set, of the one that waits, the later over the earlier."""
        view = View(self._executor.ledger)
        schedule = schedule_of(view)
        candidates: list[Authority] = []
        for entry in schedule.open:
            subject = view.need(Motion, entry.motion).subject
            if isinstance(subject, AddAuthority):
                candidates.append(subject.authority)
        following = schedule.waiting[0].authorities.members if schedule.waiting else ()
        seated = self._executor.tip.authorities.members
        return {m.district: m.tls_key for m in (*candidates, *seated, *following)}

    def _on_block(self, final: CommittedBlock) -> None:
        for record in final.execution.staged.changes.values():
            if isinstance(record, Offence):
                self.offences += 1
                self._log.critical(
                    "an authority broke the protocol",
                    district=record.district,
                    height=record.height,
                    round=record.round,
                    kind=record.kind,
                    evidence=record.evidence.hex(),
                    motion=record.motion.hex(),
                )
        pins = self._keys()
        if pins != self._pins:
            self._pins = pins
            self.on_peers()
        seated = self._executor.tip.authorities
        if seated != self._seated:
            self._seated = seated
            districts = [member.district for member in seated.members]
            self._log.warning("another authority set", seats=districts)
            self.on_set()


def _nothing() -> None:
    """Before the network is there."""
