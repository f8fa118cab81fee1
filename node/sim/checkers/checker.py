"""All checkers of a run behind the one ear that nodes and network talk to."""

from node.chain.block import Block
from node.chain.certificate import (
    CommitCertificate,
    Evidence,
    check_evidence,
    decode_message,
)
from node.chain.types import Height
from node.consensus.state import State
from node.consensus.wire import ProposalMessage, decode_peer_message
from node.runtime.statements import evidence_among
from node.sim.checkers.faults import Broken
from node.sim.checkers.finality import Finality
from node.sim.checkers.pace import Pace
from node.sim.checkers.standing import Standing
from node.sim.checkers.statements import Statements
from node.sim.checkers.times import Times
from node.sim.simnode import City, SimulatedNode


class Checker:
    """Sees every frame that leaves or reaches a node, every state, every commit, every accusation."""

    def __init__(self, city: City) -> None:
        """Nothing seen."""
        self._city = city
        self.times = Times(city)
        self._statements = Statements(city, self.times)
        self._standing = Standing(city)
        self._pace = Pace(city)
        self._finality = Finality(city, self._statements, self.culprits)
        self.nodes: list[SimulatedNode] = []
        self.liars: set[int] = set()
        self.accused: set[int] = set()
        self.heights: dict[int, Height] = {}
        """Newest block of each place."""

    @property
    def highest(self) -> Height:
        """Newest height that anybody has decided."""
        return self._finality.highest

    def culprits(self, height: Height) -> frozenset[int]:
        """Who is convicted by what honest nodes can show of a height, offline and by pairs."""
        shown = [m for node in self.nodes if node.honest for m in node.export(height)]
        found = evidence_among(shown)
        for evidence in found.values():
            self._check_evidence(evidence)
        return frozenset(found)

    def on_peace(self) -> None:
        """What was said in the trouble has come."""
        self._pace.on_peace(self.nodes)

    def on_started(self, node: SimulatedNode) -> None:
        """What was final before a power loss is final after it."""
        tip = Height(0) if node.ledger is None else node.ledger.blocks.tip.height
        if node.honest and tip < self.heights.get(node.place, Height(0)):
            raise Broken(f"C13: node {node.place} has lost final blocks above {tip}")

    def on_sent(self, node: SimulatedNode, kind: int, payload: bytes) -> None:
        """A frame leaves."""
        self._statements.on_sent(node, decode_peer_message(kind, payload))

    def on_arrived(self, node: SimulatedNode, kind: int, payload: bytes) -> None:
        """A frame is about to be dealt with."""
        if node.honest and kind == ProposalMessage.__struct_config__.tag:
            message = decode_peer_message(kind, payload)
            assert isinstance(message, ProposalMessage)
            self.times.on_arrived(node, message)

    def on_acted(self, node: SimulatedNode, state: State) -> None:
        """See ``Watcher.on_acted``."""
        if node.honest:
            self._standing.on_acted(node, state)

    def on_committed(
        self, node: SimulatedNode, block: Block, certificate: CommitCertificate
    ) -> None:
        """See ``Watcher.on_committed``."""
        if not node.honest:
            return
        self._finality.on_committed(node, block, certificate)
        self.times.on_committed(block.header)
        self._pace.on_committed(certificate)
        self.heights[node.place] = block.header.height

    def on_evidence(self, node: SimulatedNode, signer: int, evidence: Evidence) -> None:
        """Nobody who is honest is ever accused, and every accusation convinces a stranger."""
        if node.honest:
            self._check_evidence(evidence)
            self.accused.add(signer)
            if signer not in self.liars:
                raise Broken(f"C14: node {node.place} accuses the honest authority {signer}")

    def on_notice(self, node: SimulatedNode, kind: str, detail: str) -> None:
        """Among honest nodes nobody finds fault with another."""
        if node.honest and not self.liars and kind != "clock behind":
            raise Broken(f"C18: node {node.place}: {kind}: {detail}")

    def _check_evidence(self, evidence: Evidence) -> None:
        height = decode_message(evidence.first).height
        check_evidence(self._city.chain_id, self._city.authorities_at(height), evidence)
