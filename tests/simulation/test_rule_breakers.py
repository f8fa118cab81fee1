"""A proposer who signs blocks that break a rule: the real ledger, consensus and simulator; no honest node takes one.

Its node runs the production driver on an executor that slips one wrong transaction, or a wrong header, into every block
that it proposes, makes counts and log root fit, and finds its own block good.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest
from msgspec.structs import replace as change

from node.chain.block import Block, block_id
from node.chain.errors import ErrorCode
from node.chain.genesis import Genesis, chain_id_of, genesis_person_id, operator_id
from node.chain.policy import DAY_MS
from node.chain.tx.envelope import TRANSACTION_VERSION, Body, Transaction, transaction_id
from node.chain.tx.identity import Register
from node.chain.tx.issuance import ProposeMint
from node.chain.tx.orders import Withdraw
from node.chain.tx.organisation import GrantRole, Propose
from node.chain.tx.transfers import Donate, Give
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from node.runtime.executor import Executor
from node.sim.checkers import Checker
from node.sim.ledgers import CityLedger, Ledger
from node.sim.simnode import SimulatedNode
from node.sim.world import GENESIS_MS, Plan, World
from tests.kernel_city import FAR_MS, SITE, make_genesis, seed_of, sign_transaction
from tests.kernel_genesis import STAFF

HOME = Code("d00")
STEPS_MAX = 1_500


class Lie(NamedTuple):
    """A wrong transaction and what honest nodes must call it."""

    raw: bytes
    code: ErrorCode


class Forger:
    """Signs for the staff of a city, and for whom it must not."""

    def __init__(self, genesis: Genesis, operator_seed: bytes) -> None:
        self.chain_id = chain_id_of(genesis)
        self._operator_seed = operator_seed

    def person(self, name: str) -> Id:
        """Somebody of the first district's staff."""
        return genesis_person_id(self.chain_id, list(STAFF).index(name))

    def lie(self, name: str, body: Body, code: ErrorCode, **changes: object) -> Lie:
        """Signed by a person of the staff, who has not spoken yet."""
        seed = changes.pop("seed", None) or seed_of(f"{name}/{HOME}")
        return self._signed(seed, self.person(name), body, code, changes)  # type: ignore[arg-type]

    def _signed(
        self, seed: bytes, sender: Id, body: Body, code: ErrorCode, changes: Mapping[str, object]
    ) -> Lie:
        values: dict[str, object] = {
            "version": TRANSACTION_VERSION,
            "suite": 1,
            "sender": sender,
            "sequence": (0, 0),
            "valid_until_ms": EpochMs(GENESIS_MS + DAY_MS),
            "policy_version": 1,
            "body": body,
            "signature": bytes(64),
        }
        tx = Transaction(**{**values, **changes})  # type: ignore[arg-type]
        return Lie(sign_transaction(self.chain_id, seed, tx).raw, code)

    def lies(self) -> Iterator[Lie]:
        """One for each way to break a rule."""
        person, lie, code = self.person, self.lie, ErrorCode
        gift = Donate(Code("district"), Minutes(60))
        yield lie("clerk", gift, code.INSUFFICIENT_MINUTES)
        yield lie("clerk", Give(person("arbiter"), Minutes(30)), code.NOT_KIN)
        register = Register(HOME, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
        yield lie("arbiter", register, code.ROLE_MISSING)
        me = person("recorder")
        grant = GrantRole(me, Code("treasurer"), HOME, Code("-"), FAR_MS)
        yield lie("recorder", Propose(grant), code.SAME_PERSON)
        mint = ProposeMint(HOME, 2027, Code("key-elders"), Minutes(10**9), ZERO_HASH)
        yield lie("treasurer", mint, code.NOT_AUTHORITY)
        operator = operator_id(self.chain_id, HOME)
        yield self._signed(self._operator_seed, operator, mint, code.BUDGET_EXCEEDED, {})
        withdraw = Withdraw(Id(bytes(16)), Code("error"))
        yield lie("clerk", withdraw, code.NO_SUCH_OBJECT)
        yield lie("clerk", gift, code.BAD_SIGNATURE, seed=seed_of("somebody else"))
        yield lie("clerk", gift, code.EXPIRED, valid_until_ms=EpochMs(GENESIS_MS + 1))
        far = EpochMs(GENESIS_MS + 400 * DAY_MS)
        yield lie("clerk", gift, code.VALIDITY_TOO_LONG, valid_until_ms=far)
        yield lie("clerk", gift, code.SEQUENCE_GAP, sequence=(0, 3))
        yield lie("clerk", gift, code.STALE_POLICY, policy_version=2)
        yield lie("clerk", gift, code.UNKNOWN_SENDER, sender=Id(bytes(16)))


class Breaker(SimulatedNode):
    """The node that proposes them, one after the other, again and again."""

    def tell(self, lies: Sequence[Lie]) -> None:
        """What it will slip in, before it starts."""
        self.lies = lies
        self.told = 0
        self.own: set[Hash] = set()

    def _open_ledger(self) -> Ledger:
        ledger = super()._open_ledger()
        assert isinstance(ledger, CityLedger)
        executor, pool = ledger.blocks, ledger.pool
        assert isinstance(executor, Executor)
        build, check, find = executor.build, executor.check, pool.find

        def build_wrong(time_ms: EpochMs, maker: int) -> Block:
            wrong = self._wrong(executor, build(time_ms, maker))
            self.own.add(block_id(self.city.chain_id, wrong.header))
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

    def _wrong(self, executor: Executor, block: Block) -> Block:
        turn = self.told % (len(self.lies) + 3)
        self.told += 1
        header = block.header
        if turn == len(self.lies):
            return change(block, header=change(header, time_ms=executor.tip.time_ms))
        if turn == len(self.lies) + 1:
            return change(block, header=change(header, state_root=Hash(bytes(32))))
        raw = self.lies[turn].raw if turn < len(self.lies) else _final(executor)
        transactions = (raw, *block.transactions)
        leaves = [transaction_id(one) for one in transactions]
        frontier = executor.ledger.frontier.extend([*leaves, ZERO_HASH])[0]
        fitting = change(
            header,
            transaction_count=len(transactions),
            log_size=frontier.size,
            log_root=frontier.root(),
        )
        return change(block, header=fitting, transactions=transactions)


def _final(executor: Executor) -> bytes:
    """A transaction that stands in the chain already."""
    for height in range(executor.tip.height, 0, -1):
        decided = executor.decided(Height(height))
        if decided is not None and decided.block.transactions:
            return decided.block.transactions[0]
    return b"\xc0"


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
            make_genesis(districts=homes), authorities=authorities, created_ms=GENESIS_MS
        )
        self.city = replace(self.city, chain_id=chain_id_of(genesis), genesis=genesis)
        self.listening = Listening(self.city)
        self.listening.reasons = []
        self.checker = self.listening
        seeds = [node.seed for node in self.nodes]
        self.honest = [self._make_node(i, i, seed) for i, seed in enumerate(seeds[:-1])]
        last = len(seeds) - 1
        self.breaker = Breaker(last, last, seeds[last], self.city, self.agenda, self.rng)
        self.breaker.tell(tuple(Forger(genesis, seeds[0]).lies()))
        self.nodes = [*self.honest, self.breaker]
        self.checker.nodes = self.nodes
        self.checker.liars.add(last)


@pytest.mark.slow
@pytest.mark.feature("A3")
def test_a_block_that_breaks_a_rule_becomes_final_nowhere_whoever_signed_it() -> None:
    """Thirteen wrong transactions, a replayed one, a clock that goes back, a state that is not: each refused."""
    world = LawlessWorld(1)
    for node in world.nodes:
        world.start(node)
    wanted = len(world.breaker.lies) + 3
    for _ in range(STEPS_MAX):
        world.bring_transactions()
        world.agenda.run_until(world.agenda.now_ms + 250)
        if world.breaker.told > wanted:
            break
    assert world.breaker.told > wanted
    world.agenda.run_until(world.agenda.now_ms + 20_000)
    told = "\n".join(world.listening.reasons)
    for lie in world.breaker.lies:
        assert f"E{lie.code.value} " in told, f"{lie.code.name} was never refused"
    assert f"E{ErrorCode.SEQUENCE_USED.value} " in told
    for node in world.honest:
        assert node.ledger is not None
        tip = node.ledger.blocks.tip
        assert tip.height >= wanted
        finals = [node.ledger.blocks.decided(Height(h)) for h in range(1, tip.height + 1)]
        names = {block_id(world.city.chain_id, d.block.header) for d in finals if d is not None}
        assert not names & world.breaker.own
        assert not any(node.ledger.has(lie.raw) for lie in world.breaker.lies)
