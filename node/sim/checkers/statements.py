"""What an honest node signs: C2, C3, C4, C8, C12, C13."""

from node.chain.certificate import (
    SIGNATURE_FIELD_BYTES,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    convicts,
)
from node.chain.codec import encode
from node.chain.types import NO_HASH, Hash, Height
from node.consensus.wire import PeerMessage, ProposalMessage, VotesMessage
from node.sim.checkers.faults import Broken
from node.sim.checkers.times import Times
from node.sim.simnode import City, SimulatedNode
from node.store.votelog import NAME as VOTE_LOG_NAME


class Statements:
    """Remembers all that was said, across all lives of a node."""

    def __init__(self, city: City, times: Times) -> None:
        """Nothing said."""
        self._city = city
        self._times = times
        self._said: dict[tuple[int, Height], list[SignedMessage]] = {}
        self._contents: set[bytes] = set()
        self.proposed: set[tuple[Height, Hash]] = set()
        """What anybody who was the proposer has put forward."""

    def on_sent(self, node: SimulatedNode, message: PeerMessage) -> None:
        """A node lets a message go."""
        if node.honest and node.fuse.failed:
            raise Broken(f"C12: node {node.place} goes on after its disk has refused a write")
        match message:
            case VotesMessage():
                signed: tuple[SignedMessage, ...] = message.votes
            case ProposalMessage():
                self._on_proposal(node, message)
                signed = (message.proposal,)
            case _:
                return
        for entry in signed if node.honest else ():
            members = self._city.authorities_at(entry.height).members
            if members[entry.signer].district == node.name:
                self._on_own(node, entry)

    def _on_proposal(self, node: SimulatedNode, message: ProposalMessage) -> None:
        proposal = message.proposal
        members = self._city.authorities_at(proposal.height).members
        turn = members[(proposal.height + proposal.round) % len(members)].district
        if turn == node.name:
            self.proposed.add((proposal.height, proposal.block_id))
        elif node.honest:
            raise Broken(f"C8: node {node.place} proposes, it is the turn of {turn}")

    def _on_own(self, node: SimulatedNode, message: SignedMessage) -> None:
        content = encode(message)[:-SIGNATURE_FIELD_BYTES]
        if content in self._contents:
            return
        self._contents.add(content)
        if encode(message) not in node.disk.durable(VOTE_LOG_NAME):
            raise Broken(f"C12: node {node.place} sent what was not durable: {message}")
        said = self._said.setdefault((node.index, message.height), [])
        for earlier in said:
            if convicts(earlier, message):
                law = "C2" if type(earlier) is type(message) else "C4"
                text = f"node {node.place} convicts itself: {earlier} and {message}"
                raise Broken(f"{law}, C13: {text}")
        said.append(message)
        self._check_grounds(node, message)
        self._times.on_own(node, message)

    def _check_grounds(self, node: SimulatedNode, message: SignedMessage) -> None:
        """A vote for a block rests on an accepted polka that its node holds.

        What was signed before a power loss may rest on one that was lost with it: only locks need what is durable.
        """
        if message.block_id == NO_HASH or node.driver is None or message in node.restored:
            return
        match message:
            case Precommit():
                law, round_ = "C3", int(message.round)
            case Prevote(justification=justification) if justification:
                law, round_ = "C4", justification - 1
            case Proposal(valid_round=valid_round) if valid_round:
                law, round_ = "C4", valid_round - 1
            case _:
                return
        polka = node.driver.state.polkas.get((round_, message.block_id))
        voters = {signer for signer, _, _ in polka.prevotes} if polka is not None else set()
        if 3 * len(voters) <= 2 * len(self._city.authorities_at(message.height).members):
            raise Broken(f"{law}: node {node.place} has {len(voters)} prevotes behind {message}")
