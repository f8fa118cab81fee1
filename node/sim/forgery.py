"""The fork that a forged justification would make, played by two liars of four against the production driver.

In round 0 node 1 decides its own block v with the votes of liars 2 and 3. Node 0 hears none of it. The liars take it to
round 1, where 2 proposes another block w and both prevote it with a justification that names round 0: a polka for w
that never was. Nobody votes twice and the justification is not below the precommit for v, so no two messages convict
anybody. An honest node must not count those prevotes.
"""

from typing import Final, TypeVar

from msgspec.structs import replace

from node.chain import keys
from node.chain.block import Block, block_id
from node.chain.certificate import Precommit, Prevote, Proposal, SignedMessage, sign_bytes
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.merkle import leaf_hash
from node.chain.types import EpochMs, Height, Round
from node.consensus.wire import PeerMessage, ProposalMessage, VotesMessage, encode_message
from node.sim.outcome import Outcome
from node.sim.plans import Plan
from node.sim.world import World

M = TypeVar("M", bound=SignedMessage)

_LIARS: Final = (2, 3)
_UNSIGNED: Final = bytes(64)
_WAIT_MS: Final = 2_000


def forgery(plan: Plan) -> Outcome:
    """Play it; the plan gives the seed.

    Raises:
        Forked: an honest node took the forgery.
    """
    world = World(Plan(seed=plan.seed, nodes=4, liars=len(_LIARS)))
    decider, victim = world.nodes[1], world.nodes[0]
    world.network.part({decider.place: 1})
    for node in (decider, victim):
        world.start(node)
    decider.submit(b"a transaction")
    world.agenda.run_until(world.agenda.now_ms + _WAIT_MS // 4)
    assert decider.driver is not None
    proposal = decider.driver.state.current.proposal
    assert proposal is not None, "the decider proposes first"
    for kind in (Prevote, Precommit):
        for liar in _LIARS:
            vote = _vote(kind, Round(0), proposal, liar, 0)
            _tell(world, liar, decider.place, VotesMessage((_signed(world, vote),), ()))
    _forge(world)
    world.agenda.run_until(world.agenda.now_ms + _WAIT_MS)
    return Outcome(world.checker.highest)


def _forge(world: World) -> None:
    """Proposal, prevotes and precommits of round 1 for the victim."""
    ledger = world.nodes[0].ledger
    assert ledger is not None
    block = ledger.blocks.build(EpochMs(world.agenda.now_ms), _LIARS[0])
    message = _proposal(world, block)
    prevotes = [_vote(Prevote, Round(1), message.proposal, i, 1) for i in _LIARS]
    precommits = [_vote(Precommit, Round(1), message.proposal, i, 0) for i in _LIARS]
    _tell(world, _LIARS[0], 0, message)
    for vote in (*prevotes, *precommits):
        _tell(world, vote.signer, 0, VotesMessage((_signed(world, vote),), ()))


def _proposal(world: World, block: Block) -> ProposalMessage:
    name = block_id(world.city.chain_id, block.header)
    unsigned = Proposal(SUITE_ED25519_SHA256, Height(1), Round(1), 0, name, _LIARS[0], _UNSIGNED)
    signed = _signed(world, unsigned)
    ids = tuple(leaf_hash(raw) for raw in block.transactions)
    return ProposalMessage(signed, block.header, block.last_commit, ids, block.evidence, ())


def _vote(
    kind: type[Prevote] | type[Precommit],
    round_: Round,
    proposal: Proposal,
    signer: int,
    justification: int,
) -> Prevote | Precommit:
    suite, height, name = proposal.suite, proposal.height, proposal.block_id
    if kind is Prevote:
        return Prevote(suite, height, round_, name, justification, signer, _UNSIGNED)
    return Precommit(suite, height, round_, name, signer, _UNSIGNED)


def _signed(world: World, message: M) -> M:
    raw = sign_bytes(world.city.chain_id, message)
    return replace(message, signature=keys.sign(world.nodes[message.signer].seed, raw))


def _tell(world: World, liar: int, listener: int, message: PeerMessage) -> None:
    kind, payload = encode_message(message)
    source, target = world.nodes[liar], world.nodes[listener]
    world.checker.on_sent(source, kind, payload)
    world.checker.on_arrived(target, kind, payload)
    target.deliver(source.name, kind, payload)
