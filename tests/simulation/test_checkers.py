"""Each checker of the simulator can fail: a small sound city, one damage to what it said or decided, and the number."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as change

from node.chain import keys
from node.chain.block import Block, block_id
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Precommit,
    Prevote,
    SignedMessage,
    sign_bytes,
)
from node.chain.types import NO_HASH, EpochMs, Hash, Height, Round
from node.consensus.wire import ProposalMessage, VotesMessage, encode_message
from node.sim.checkers.checker import Checker
from node.sim.checkers.faults import Broken, Forked, Stalled
from node.sim.checkers.pace import Pace
from node.sim.checkers.standing import check_bounds
from node.sim.outcome import run
from node.sim.plans import Plan
from node.sim.simnode import City, SimulatedNode
from node.sim.world import World
from tests.unit.consensus.lab import Lab, V, precommit

CALM_MS = 3_000


class Calm:
    """Four honest nodes that have decided a few blocks, and a checker that has seen their proposals only."""

    def __init__(self) -> None:
        self.world = World(Plan(seed=7))
        self.world.begin()
        self.node.submit(b"something to decide")
        self.world.agenda.run_until(self.world.agenda.now_ms + CALM_MS)
        self.checker = self.world.checker

    @property
    def node(self) -> SimulatedNode:
        return self.world.nodes[0]

    def decided(self, height: int) -> tuple[Block, CommitCertificate]:
        assert self.node.ledger is not None
        found = self.node.ledger.blocks.decided(Height(height))
        assert found is not None
        return found.block, found.certificate

    def signed(self, message: SignedMessage) -> SignedMessage:
        raw = sign_bytes(self.world.city.chain_id, message)
        seed = self.world.nodes[message.signer].seed
        return change(message, signature=keys.sign(seed, raw))


class SmallerCity(City):
    """Three of the four from height 3 on."""

    def authorities_at(self, height: Height) -> AuthoritySet:
        members = self.authorities.members
        return AuthoritySet(members if height < 3 else members[:3])


@pytest.fixture
def calm() -> Calm:
    return Calm()


def test_a_second_block_of_a_height_is_a_fork(calm: Calm) -> None:
    """Another time, another block."""
    block, certificate = calm.decided(1)
    later = EpochMs(block.header.time_ms + 1)
    other = change(block, header=change(block.header, time_ms=later))
    with pytest.raises(Forked, match="C1"):
        calm.checker.on_committed(calm.node, other, certificate)


def test_a_certificate_with_one_wrong_signature_is_seen(calm: Calm) -> None:
    """Also when a quorum of the others would do."""
    block, certificate = calm.decided(1)
    (signer, signature), *rest = certificate.signatures
    wrong = signature[:-1] + bytes([signature[-1] ^ 1])
    damaged = change(certificate, signatures=((signer, wrong), *rest))
    with pytest.raises(Broken, match="C6"):
        calm.checker.on_committed(calm.node, block, damaged)


def test_a_block_that_nobody_proposed_is_seen(calm: Calm) -> None:
    """A checker that has heard no proposal."""
    with pytest.raises(Broken, match="C9"):
        Checker(calm.world.city).on_committed(calm.node, *calm.decided(1))


def test_a_header_that_names_another_set_is_seen(calm: Calm) -> None:
    """The city is told that another set is due from height 3 on."""
    city = calm.world.city
    told = (city.chain_id, city.authorities, city.genesis_ms, city.pace)
    checker = Checker(SmallerCity(*told))
    for height in (1, 2):
        _tell_proposal(checker, calm, height)
    checker.on_committed(calm.node, *calm.decided(1))
    with pytest.raises(Broken, match="C16"):
        checker.on_committed(calm.node, *calm.decided(2))


def _tell_proposal(checker: Checker, calm: Calm, height: int) -> None:
    """The checker hears that the block of a height was proposed."""
    block, certificate = calm.decided(height)
    kind, payload = encode_message(_proposal_of(calm, block, certificate))
    checker.on_sent(calm.world.nodes[block.header.maker], kind, payload)


def _proposal_of(calm: Calm, block: Block, certificate: CommitCertificate) -> ProposalMessage:
    said = calm.node.export(block.header.height)
    name = block_id(calm.world.city.chain_id, block.header)
    proposal = next(m for m in said if m.block_id == name and hasattr(m, "valid_round"))
    assert certificate.block_id == name
    return ProposalMessage(proposal, block.header, block.last_commit, (), block.evidence, ())  # type: ignore[arg-type]


def test_an_honest_key_that_signs_twice_is_seen(calm: Calm) -> None:
    """Two prevotes of one round, the second of them durable."""
    said = calm.node.export(Height(1))
    vote = next(m for m in said if isinstance(m, Prevote) and m.signer == calm.node.index)
    other = calm.signed(change(vote, block_id=NO_HASH))
    assert calm.node.vote_log is not None
    calm.node.vote_log.append([other])
    kind, payload = encode_message(VotesMessage((other,), ()))  # type: ignore[arg-type]
    with pytest.raises(Broken, match="C2"):
        calm.checker.on_sent(calm.node, kind, payload)


def test_a_time_that_the_clock_forbids_is_seen(calm: Calm) -> None:
    """The same proposals, but they came to a node whose clock says that they are from tomorrow."""
    said = calm.node.export(Height(2))
    vote = next(m for m in said if isinstance(m, Prevote) and m.signer == calm.node.index)
    block, certificate = calm.decided(2)
    message = _proposal_of(calm, block, certificate)
    times = Checker(calm.world.city).times
    times.on_committed(calm.decided(1)[0].header)
    assert calm.node.driver is not None
    node = calm.world.nodes[0]
    node.clock.jump(calm.world.agenda.now_ms, -86_400_000)
    times.on_arrived(node, message)
    state = node.driver.state
    entry = replace(state.at(vote.round), proposal=message.proposal)
    node.driver._engine.state = state.with_round(vote.round, entry)
    with pytest.raises(Broken, match="C17"):
        times.on_own(node, vote)


def test_a_block_that_is_not_later_is_seen(calm: Calm) -> None:
    """Its time is that of the block before."""
    first, second = calm.decided(1)[0].header, calm.decided(2)[0].header
    times = Checker(calm.world.city).times
    times.on_committed(first)
    with pytest.raises(Broken, match="C17"):
        times.on_committed(change(second, time_ms=first.time_ms))


def test_too_many_rounds_in_peace_are_seen(calm: Calm) -> None:
    """The city of four bears one liar: three rounds beyond where it stood are none too many, four are."""
    _, certificate = calm.decided(2)
    pace = Pace(calm.world.city)
    pace.on_peace(calm.world.nodes)
    height = calm.world.nodes[0].driver.state.height  # type: ignore[union-attr]
    last = change(certificate, height=height, round=Round(3))
    pace.on_committed(last)
    with pytest.raises(Broken, match="C10"):
        pace.on_committed(change(last, round=Round(4)))


def test_a_state_that_keeps_too_much_is_seen() -> None:
    """Sixty rounds of one authority."""
    state = Lab().state
    for round_ in range(60):
        entry = state.at(round_).with_vote(precommit(0, round_, V))
        state = state.with_round(round_, entry)
    with pytest.raises(Broken, match="C19"):
        check_bounds(0, state)


def test_final_blocks_that_are_gone_are_seen(calm: Calm) -> None:
    """A node comes again with less than it had."""
    calm.checker.heights[calm.node.place] = Height(calm.checker.highest + 1)
    with pytest.raises(Broken, match="C13"):
        calm.checker.on_started(calm.node)


def test_a_fork_that_names_too_few_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two liars of four may fork; both must be named, and nobody honest."""

    def fork(culprits: frozenset[int]) -> None:
        def forks(_: World) -> None:
            raise Forked(Height(1), culprits)

        monkeypatch.setattr(World, "run", forks)

    plan = Plan(seed=1, liars=2, twins=True)
    fork(frozenset({2, 3}))
    assert run(plan).forked
    for wrong in (frozenset({3}), frozenset({1, 3})):
        fork(wrong)
        with pytest.raises(Forked):
            run(plan)


def test_a_city_that_stands_still_is_seen() -> None:
    """Half of it is unreachable for good, and nobody says so."""
    world = World(Plan(seed=3, trouble_ms=0))
    world.begin()
    world.network.part({0: 1, 1: 1})
    with pytest.raises(Stalled, match="C10"):
        world.see_progress()


def test_messages_of_another_chain_and_repeated_ones_change_nothing(calm: Calm) -> None:
    """The same keys on another chain convict nobody; what has been said is known."""
    calm.checker.liars.add(1)
    driver = calm.node.driver
    assert driver is not None
    before = driver.state
    foreign_id = Hash(bytes(32))
    for kind in (Prevote, Precommit):
        vote = _vote(kind, before.height)
        raw = sign_bytes(foreign_id, vote)
        foreign = change(vote, signature=keys.sign(calm.world.nodes[1].seed, raw))
        calm.node.deliver("d01", *encode_message(VotesMessage((foreign,), ())))
    assert driver.state == before
    genuine = encode_message(VotesMessage((calm.signed(_vote(Prevote, before.height)),), ()))  # type: ignore[arg-type]
    calm.node.deliver("d01", *genuine)
    known = driver.state
    assert known != before
    for _ in range(3):
        calm.node.deliver("d01", *genuine)
    assert driver.state == known
    assert not calm.checker.accused


def _vote(kind: type[Prevote | Precommit], height: Height) -> Prevote | Precommit:
    if kind is Prevote:
        return Prevote(1, height, Round(0), NO_HASH, 0, 1, bytes(64))
    return Precommit(1, height, Round(0), NO_HASH, 1, bytes(64))
