"""What must hold in every run, checked as it happens (the numbers are those of ``docs/spec/consensus.md``)."""

from node.chain.block import Block, block_id
from node.chain.certificate import (
    SIGNATURE_FIELD_BYTES,
    CommitCertificate,
    Evidence,
    SignedMessage,
    certificate_fault,
    check_evidence,
    convicts,
    decode_message,
)
from node.chain.codec import encode
from node.chain.hashing import digest
from node.chain.types import Hash, Height
from node.consensus.state import State, Step
from node.consensus.votes import leader
from node.consensus.wire import ProposalMessage, VotesMessage, decode_peer_message
from node.runtime.statements import evidence_among
from node.sim.simnode import City, SimulatedNode
from node.store.votelog import NAME as VOTE_LOG_NAME


class Broken(Exception):  # noqa: N818 - the run is broken, not the simulator
    """An invariant does not hold; the seed reproduces it."""


class Forked(Broken):
    """Two honest nodes decided different blocks; ``culprits`` are convicted by two messages each."""

    def __init__(self, height: Height, culprits: frozenset[int]) -> None:
        """Keep height and culprits."""
        super().__init__(f"fork at height {height}; convicted: {sorted(culprits)}")
        self.culprits = culprits


class Stalled(Broken):
    """In peace and with everybody there, something brought to an honest node does not become final."""


class Checker:
    """Sees every frame that leaves an honest node, every commit, every accusation."""

    def __init__(self, city: City) -> None:
        """Nothing seen."""
        self._city = city
        self._final: dict[Height, Hash] = {}
        self._bodies: dict[Hash, Hash] = {}
        self._said: dict[tuple[int, Height], list[SignedMessage]] = {}
        self._contents: set[bytes] = set()
        self.nodes: list[SimulatedNode] = []
        self.liars: set[int] = set()
        self.accused: set[int] = set()
        self.heights: dict[int, Height] = {}
        """Newest block of each place."""

    def culprits(self, height: Height) -> frozenset[int]:
        """Who is convicted by what honest nodes can show of a height, offline and by pairs."""
        shown = [m for node in self.nodes if node.honest for m in node.export(height)]
        found = evidence_among(shown)
        for evidence in found.values():
            self._check_evidence(evidence)
        return frozenset(found)

    @property
    def highest(self) -> Height:
        """Newest height that anybody has decided."""
        return max(self._final, default=Height(0))

    def on_committed(
        self, node: SimulatedNode, block: Block, certificate: CommitCertificate
    ) -> None:
        """Agreement, and a certificate that a stranger would accept."""
        height, name = block.header.height, block_id(self._city.chain_id, block.header)
        if not node.honest:
            return
        body = digest("body", self._city.chain_id, encode(block))
        if self._bodies.setdefault(name, body) != body:
            raise Broken(f"two bodies of one block at height {height}")
        if self._final.setdefault(height, name) != name:
            raise Forked(height, self.culprits(height))
        if certificate.block_id != name:
            raise Broken(f"certificate of another block at height {height}")
        signers = self._city.authorities_at(height)
        fault = certificate_fault(self._city.chain_id, signers, certificate)
        if fault is not None:
            raise Broken(f"certificate at height {height}: {fault}")
        self.heights[node.place] = height

    def on_acted(self, node: SimulatedNode, state: State) -> None:
        """What every rule of Algorithm 1 has left behind when it could."""
        if not node.honest or state.step is Step.DECIDED:
            return
        reached = sorted(state.highest_rounds(), reverse=True)[state.authorities.faults]
        if reached > state.round:
            raise Broken(f"node {node.place} stays in round {state.round}, f+1 are in {reached}")
        for round_, entry in state.rounds.items():
            block = leader(entry.precommits, state.authorities.quorum)
            if block and state.verdicts.get(block):
                raise Broken(f"node {node.place} does not decide what round {round_} has decided")
        if state.signing and state.locked_round > state.valid_round:
            kept = (state.locked_round, state.locked_block) in state.polkas
            if kept and state.verdicts.get(state.locked_block):
                raise Broken(f"node {node.place} is locked on what it would not propose")

    def on_started(self, node: SimulatedNode) -> None:
        """What was final before a power loss is final after it."""
        tip = Height(0) if node.ledger is None else node.ledger.blocks.tip.height
        if node.honest and tip < self.heights.get(node.place, Height(0)):
            raise Broken(f"node {node.place} has lost final blocks above {tip}")

    def on_evidence(self, node: SimulatedNode, signer: int, evidence: Evidence) -> None:
        """Nobody who is honest is ever accused, and every accusation convinces a stranger."""
        if node.honest:
            self._check_evidence(evidence)
            self.accused.add(signer)
            if signer not in self.liars:
                raise Broken(f"node {node.place} accuses the honest authority {signer}")

    def on_notice(self, node: SimulatedNode, kind: str, detail: str) -> None:
        """Among honest nodes nobody finds fault with another."""
        if node.honest and not self.liars and kind != "clock behind":
            raise Broken(f"node {node.place}: {kind}: {detail}")

    def on_sent(self, node: SimulatedNode, kind: int, payload: bytes) -> None:
        """What an honest node signs is durable before it leaves and convicts it never, across all its lives."""
        if not node.honest:
            return
        if node.fuse.failed:
            raise Broken(f"node {node.place} goes on after its disk has refused a write")
        message = decode_peer_message(kind, payload)
        match message:
            case VotesMessage():
                signed: tuple[SignedMessage, ...] = message.votes
            case ProposalMessage():
                signed = (message.proposal,)
            case _:
                return
        for entry in signed:
            members = self._city.authorities_at(entry.height).members
            if members[entry.signer].district == node.name:
                self._check_own(node, entry)

    def _check_evidence(self, evidence: Evidence) -> None:
        height = decode_message(evidence.first).height
        check_evidence(self._city.chain_id, self._city.authorities_at(height), evidence)

    def _check_own(self, node: SimulatedNode, message: SignedMessage) -> None:
        content = encode(message)[:-SIGNATURE_FIELD_BYTES]
        if content in self._contents:
            return
        self._contents.add(content)
        if encode(message) not in node.disk.durable(VOTE_LOG_NAME):
            raise Broken(f"node {node.place} sent what was not durable: {message}")
        said = self._said.setdefault((node.index, message.height), [])
        for earlier in said:
            if convicts(earlier, message):
                raise Broken(f"node {node.place} convicts itself: {earlier} and {message}")
        said.append(message)
