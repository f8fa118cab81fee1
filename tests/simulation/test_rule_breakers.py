"""A proposer who signs blocks that break a rule: the real ledger, consensus and simulator; no honest node takes one.

Its node runs the production driver on an executor that slips one wrong transaction, or a wrong header, into every block
that it proposes, makes counts and log root fit, and finds its own block good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from msgspec.structs import replace as change

from node.chain.block import Block, block_id
from node.chain.errors import ErrorCode
from node.chain.genesis import chain_id_of
from node.chain.policy import HOUR_MS
from node.chain.tx.envelope import transaction_id
from node.chain.types import ZERO_HASH, EpochMs, Hash, Height
from node.runtime.executor import Executor
from node.runtime.mempool import Mempool
from node.runtime.timeouts import Pace
from node.sim.agenda import Agenda
from node.sim.checkers.checker import Checker
from node.sim.ledgers import CityLedger, Ledger
from node.sim.plans import Plan
from node.sim.simnode import City, SimulatedNode
from node.sim.world import GENESIS_MS, World
from tests.kernel_city import make_genesis
from tests.wrong_statements import POLICY, Lie, Plot

HEARTBEAT_MS = HOUR_MS
"""The history takes a day and a half, most of which nobody speaks."""
YEAR = 2027
STEP_MS = 250
STEPS_MAX = 1_500


class Breaker(SimulatedNode):
    """The node that proposes them, one after the other, again and again; honest until it has some."""

    def __init__(
        self, place: int, index: int, seed: bytes, city: City, agenda: Agenda, rng: Random
    ) -> None:
        super().__init__(place, index, seed, city, agenda, rng)
        self.lies: Sequence[Lie] = ()
        self.told = 0
        self.own: dict[Hash, Lie | None] = {}

    def tell(self, lies: Sequence[Lie]) -> None:
        """What it will slip in from now on."""
        self.lies = lies

    def _open_ledger(self) -> Ledger:
        ledger = super()._open_ledger()
        assert isinstance(ledger, CityLedger)
        executor, pool = ledger.blocks, ledger.pool
        assert isinstance(executor, Executor)
        build, check, find = executor.build, executor.check, pool.find

        def build_wrong(time_ms: EpochMs, maker: int) -> Block:
            block = build(time_ms, maker)
            if not self.lies:
                return block
            wrong, lie = self._wrong(executor, block)
            self.own[block_id(self.city.chain_id, wrong.header)] = lie
            return wrong

        def check_kindly(block: Block) -> str | None:
            own = block_id(self.city.chain_id, block.header) in self.own
            return None if own else check(block)

        def find_more(ids: Sequence[Hash]) -> Mapping[Hash, bytes]:
            mine = {transaction_id(lie.raw): lie.raw for lie in self.lies}
            return {**find(ids), **{id_: mine[id_] for id_ in ids if id_ in mine}}

        executor.build = build_wrong  # type: ignore[method-assign]
        executor.check = check_kindly  # type: ignore[method-assign]
        pool.find = find_more  # type: ignore[method-assign]
        return ledger

    def _wrong(self, executor: Executor, block: Block) -> tuple[Block, Lie | None]:
        """The block made wrong, and by which lie if by one."""
        turn = self.told % (len(self.lies) + 3)
        self.told += 1
        header = block.header
        if turn == len(self.lies):
            return change(block, header=change(header, time_ms=executor.tip.time_ms)), None
        if turn == len(self.lies) + 1:
            return change(block, header=change(header, state_root=Hash(bytes(32)))), None
        lie = self.lies[turn] if turn < len(self.lies) else _final(executor)
        raw = lie.raw
        transactions = (raw, *block.transactions)
        leaves = [transaction_id(one) for one in transactions]
        frontier = executor.ledger.frontier.extend([*leaves, ZERO_HASH])[0]
        fitting = change(
            header,
            transaction_count=len(transactions),
            log_size=frontier.size,
            log_root=frontier.root(),
        )
        return change(block, header=fitting, transactions=transactions), lie


def _final(executor: Executor) -> Lie:
    """A transaction that stands in the chain already."""
    for height in range(executor.tip.height, 0, -1):
        decided = executor.decided(Height(height))
        if decided is not None and decided.block.transactions:
            return Lie(decided.block.transactions[0], ErrorCode.SEQUENCE_USED)
    raise AssertionError("no transaction stands in the chain")


class Listening(Checker):
    """Remembers why blocks were refused."""

    reasons: list[str]

    def on_notice(self, node: SimulatedNode, kind: str, detail: str) -> None:
        """See ``Checker.on_notice``."""
        super().on_notice(node, kind, detail)
        if kind == "block refused":
            self.reasons.append(detail)


class LawlessWorld(World):
    """Four seats with staff; the last of them breaks rules."""

    def __init__(self, seed: int) -> None:
        super().__init__(Plan(seed=seed, real=True, crashes=False, wipes=False))
        authorities = self.city.authorities
        homes = tuple(member.district for member in authorities.members)
        genesis = change(
            make_genesis(POLICY, homes), authorities=authorities, created_ms=GENESIS_MS
        )
        pace = Pace(heartbeat_ms=HEARTBEAT_MS)
        self.city = replace(self.city, chain_id=chain_id_of(genesis), genesis=genesis, pace=pace)
        self.listening = Listening(self.city)
        self.listening.reasons = []
        self.checker = self.listening
        seeds = [node.seed for node in self.nodes]
        self.plot = Plot(genesis, seeds, self.agenda.now_ms, YEAR)
        self.honest = [self._make_node(i, i, seed) for i, seed in enumerate(seeds[:-1])]
        last = len(seeds) - 1
        self.breaker = Breaker(last, last, seeds[last], self.city, self.agenda, self.rng)
        self.nodes = [*self.honest, self.breaker]
        self.checker.nodes = self.nodes
        self.checker.liars.add(last)

    def live(self) -> None:
        """What the plot has played happens here too, at the same times; then the lies begin."""
        for time_ms, block in self.plot.blocks:
            self.agenda.run_until(max(self.agenda.now_ms, time_ms))
            self._bring(block)
        self.breaker.tell(tuple(self.plot.lies()))

    def _bring(self, transactions: tuple[bytes, ...]) -> None:
        """A client brings these to an honest node; on return all nodes have them."""
        node = self.honest[0]
        assert node.ledger is not None
        assert node.driver is not None
        pool = node.ledger.pool
        assert isinstance(pool, Mempool)
        for raw in transactions:
            pool.submit(raw)
        node.act(partial(node.driver.share, transactions))
        for _ in range(STEPS_MAX):
            if all(self._has(other, transactions) for other in self.nodes):
                return
            self.agenda.run_until(self.agenda.now_ms + STEP_MS)
        raise AssertionError("what the plot needs does not become final")

    def _has(self, node: SimulatedNode, transactions: Sequence[bytes]) -> bool:
        return node.ledger is not None and all(node.ledger.has(raw) for raw in transactions)


@pytest.mark.slow
@pytest.mark.feature("A3")
def test_a_block_that_breaks_a_rule_becomes_final_nowhere_whoever_signed_it() -> None:
    """Wrong transactions of every class, a replayed one, a clock that goes back, a state that is not: each refused."""
    world = LawlessWorld(1)
    for node in world.nodes:
        world.start(node)
    world.live()
    assert len(world.breaker.lies) >= 16
    wanted = len(world.breaker.lies) + 3
    for _ in range(STEPS_MAX):
        world.bring_transactions()
        world.agenda.run_until(world.agenda.now_ms + STEP_MS)
        if world.breaker.told > wanted:
            break
    assert world.breaker.told > wanted
    world.agenda.run_until(world.agenda.now_ms + 20_000)
    told = "\n".join(world.listening.reasons)
    lies = {name: lie for name, lie in world.breaker.own.items() if lie is not None}
    assert {lie.raw for lie in world.breaker.lies} < {lie.raw for lie in lies.values()}
    for name, lie in lies.items():
        refusals = [line for line in told.splitlines() if f" {name.hex()}: " in line]
        assert refusals, f"{lie.code.name} was never refused"
        assert all(f" E{lie.code.value} " in line for line in refusals), refusals
    for node in world.honest:
        assert node.ledger is not None
        tip = node.ledger.blocks.tip
        assert tip.height >= wanted
        finals = [node.ledger.blocks.decided(Height(h)) for h in range(1, tip.height + 1)]
        names = {block_id(world.city.chain_id, d.block.header) for d in finals if d is not None}
        assert not names & world.breaker.own.keys()
        assert not any(node.ledger.has(lie.raw) for lie in world.breaker.lies)
