"""Authorities that lie: honest nodes behind a door that changes what they say, for each listener anew; and twins.

A liar signs whatever it likes with its own key: other blocks, other rounds, justifications and valid rounds that never
existed, two blocks at once, nothing at all. It cannot forge the signatures of others.
"""

from random import Random
from typing import Final

from msgspec.structs import replace

from node.chain import keys
from node.chain.block import Block, block_id
from node.chain.certificate import (
    CommitCertificate,
    Precommit,
    Prevote,
    SignedMessage,
    Vote,
    sign_bytes,
)
from node.chain.types import NO_HASH, EpochMs, Hash, Round
from node.consensus.state import State
from node.consensus.wire import (
    BlocksMessage,
    PeerMessage,
    ProposalMessage,
    VotesMessage,
    decode_peer_message,
    encode_message,
)
from node.runtime.ports import Outbox
from node.runtime.signer import Signer
from node.sim.simnode import City, SimulatedNode
from node.store.votelog import VoteLog

LIE_CHANCE: Final = 0.5
"""Of each message to each listener to be changed."""
SILENCE_CHANCE: Final = 0.1
EXTRA_CHANCE: Final = 0.3
"""Of a vote that nobody asked for to go with it."""


class CarelessSigner(Signer):
    """Does not stop when its own key is used elsewhere."""

    def stop(self) -> None:
        """Go on."""


class LiarNode(SimulatedNode):
    """A node whose signer does not mind."""

    def signer(self, vote_log: VoteLog) -> Signer:
        """The careless signer."""
        return CarelessSigner(self.city.chain_id, self.seed, vote_log)


class LyingDoor:
    """An ``Outbox`` that changes what leaves."""

    def __init__(self, door: Outbox, node: SimulatedNode, city: City, rng: Random) -> None:
        """Lie for one node.

        Args:
            door: carries what is left of the truth.
            node: whose key signs.
            city: chain and authorities.
            rng: chooses the lies.
        """
        self._door = door
        self._node = node
        self._city = city
        self._rng = rng

    def broadcast(self, kind: int, payload: bytes) -> None:
        """See ``Outbox.broadcast``; every listener hears something else."""
        for member in self._city.authorities.members:
            if member.district != self._node.name:
                self.send(str(member.district), kind, payload)

    def send(self, peer: str, kind: int, payload: bytes) -> None:
        """See ``Outbox.send``."""
        chance = self._rng.random()
        if chance < SILENCE_CHANCE:
            return
        driver = self._node.driver
        if driver is None or chance > SILENCE_CHANCE + LIE_CHANCE:
            self._door.send(peer, kind, payload)
            return
        for message in self._changed(decode_peer_message(kind, payload), driver.state):
            self._door.send(peer, *encode_message(message))

    def _changed(self, message: PeerMessage, state: State) -> list[PeerMessage]:
        match message:
            case VotesMessage():
                votes = [self._other_vote(vote, state) for vote in message.votes]
                if self._rng.random() < EXTRA_CHANCE:
                    votes.append(self._any_vote(state))
                return [VotesMessage((vote,), message.polkas) for vote in votes]
            case ProposalMessage():
                return [self._other_proposal(message)]
            case BlocksMessage():
                return [BlocksMessage(tuple(self._other_block(*pair) for pair in message.blocks))]
            case _:
                return [message]

    def _other_vote(self, vote: Vote, state: State) -> Vote:
        if vote.signer != self._node.index:
            return vote
        block = self._rng.choice(_blocks(state))
        if isinstance(vote, Precommit):
            return self._signed_vote(replace(vote, block_id=block))
        return self._signed_vote(
            replace(vote, block_id=block, justification=self._justification(vote.round, block))
        )

    def _any_vote(self, state: State) -> Vote:
        rng = self._rng
        round_ = Round(max(0, state.round + rng.randint(-2, 2)))
        block = rng.choice(_blocks(state))
        vote: Vote = Precommit(1, state.height, round_, block, self._node.index, bytes(64))
        if rng.getrandbits(1):
            justification = self._justification(round_, block)
            vote = Prevote(
                1, state.height, round_, block, justification, self._node.index, bytes(64)
            )
        return self._signed_vote(vote)

    def _justification(self, round_: int, block: Hash) -> int:
        return 0 if block == NO_HASH else self._rng.randint(0, round_)

    def _other_proposal(self, message: ProposalMessage) -> ProposalMessage:
        """Another block of the same content, a valid round out of the air, or parts that do not belong together."""
        proposal = message.proposal
        match self._rng.randrange(3):
            case 0:
                time_ms = EpochMs(message.header.time_ms + 1)
                header = replace(message.header, time_ms=time_ms)
                name = block_id(self._city.chain_id, header)
                other = self._signed(replace(proposal, block_id=name))
                return replace(message, header=header, proposal=other)
            case 1:
                forged = replace(proposal, valid_round=self._rng.randint(0, proposal.round))
                return replace(message, proposal=self._signed(forged))
            case _:
                return replace(message, transaction_ids=message.transaction_ids[1:])

    def _other_block(
        self, block: Block, certificate: CommitCertificate
    ) -> tuple[Block, CommitCertificate]:
        """Another body under a decided header, or a block that nobody decided, with signatures that prove nothing.

        They are for the other block, or they are all the liar's own.
        """
        chosen = self._rng.randrange(3)
        if chosen == 0:
            return replace(block, transactions=block.transactions[1:]), certificate
        header = replace(block.header, time_ms=EpochMs(block.header.time_ms + 1))
        name = block_id(self._city.chain_id, header)
        forged = replace(certificate, block_id=name)
        if chosen == 1:
            own = replace(forged.votes()[0], signer=self._node.index)
            entry = (self._node.index, self._signed(own).signature)
            forged = replace(forged, signatures=(entry,) * len(forged.signatures))
        return replace(block, header=header), forged

    def _signed_vote(self, vote: Vote) -> Vote:
        signed = self._signed(vote)
        assert isinstance(signed, Prevote | Precommit)
        return signed

    def _signed(self, message: SignedMessage) -> SignedMessage:
        raw = sign_bytes(self._city.chain_id, message)
        return replace(message, signature=keys.sign(self._node.seed, raw))


def _blocks(state: State) -> list[Hash]:
    """Nil and every block proposed at this height."""
    proposed = [entry.proposal.block_id for entry in state.rounds.values() if entry.proposal]
    return [NO_HASH, *proposed, *(block for _, block in state.polkas)]
