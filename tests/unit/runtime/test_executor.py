"""The executor over real stores: two nodes agree, a wrong block is refused and leaves no trace, proofs stay true."""

from collections.abc import Callable

import msgspec
import pytest

from node.chain import keys
from node.chain.block import Block, Header, block_id
from node.chain.certificate import NO_SIGNATURE, Evidence, Prevote, make_evidence, sign_bytes
from node.chain.errors import Bug
from node.chain.merkle import inclusion_proof, verify_inclusion
from node.chain.records import key_of
from node.chain.records.actors import Person
from node.chain.statetree import tree_key, verify
from node.chain.tx.envelope import SignedTransaction, transaction_id
from node.chain.types import NO_HASH, ZERO_HASH, EpochMs, Hash, Height, Id, Round
from node.runtime import executor as module
from node.runtime.executor import CommittedBlock
from node.store.blocklog import BlockLog
from node.store.faults import StorageCode, StorageFault
from tests.kernel_city import DISTRICTS, GULOU, JIANYE, seed_of
from tests.unit.runtime.ledgernode import LedgerNode

change = msgspec.structs.replace


@pytest.fixture
def node() -> LedgerNode:
    """A node at height 1."""
    node = LedgerNode()
    node.decide(node.registration(0), node.registration(0, district=JIANYE))
    return node


def twin_of(node: LedgerNode) -> LedgerNode:
    """Another node on the same chain."""
    twin = LedgerNode()
    twin.catch_up(node)
    return twin


def next_block(node: LedgerNode) -> Block:
    """A block of two transactions on the tip."""
    node.submit(node.registration(1), node.registration(1, district=JIANYE))
    return node.build()


def trace(node: LedgerNode) -> tuple[object, ...]:
    """Everything that a block may change."""
    return (
        node.executor.tip,
        node.executor.point,
        node.executor.app.state_root,
        node.ledger.frontier,
        len(node.block_log),
        node.memory(),
    )


@pytest.mark.feature("A4")
def test_two_nodes_that_take_the_same_blocks_are_the_same(node: LedgerNode) -> None:
    """Built by one, checked by the other, final on both: the same roots and the same bytes in the store."""
    twin = twin_of(node)
    block = next_block(node)
    assert twin.executor.check(block) is None
    node.take(block)
    twin.take(block)
    assert trace(twin) == trace(node)
    assert node.executor.app.state_root == block.header.state_root
    assert node.ledger.frontier.root() == block.header.log_root
    assert node.executor.tip.height == 2


def test_a_block_taken_without_a_check_has_the_same_effect(node: LedgerNode) -> None:
    """Catching up executes what it did not check before."""
    twin = twin_of(node)
    node.take(next_block(node))
    twin.catch_up(node)
    assert trace(twin) == trace(node)


def test_building_or_checking_leaves_the_state_as_it_was(node: LedgerNode) -> None:
    """Only commit changes anything."""
    before = trace(node)
    block = next_block(node)
    assert trace(node) == before
    assert node.executor.check(block) is None
    assert trace(node) == before


def _other_hash(value: bytes) -> Hash:
    return Hash(bytes([value[0] ^ 1]) + value[1:]) if value else Hash(bytes(32))


def _tampered(header: Header, field: str) -> Header:
    """Another value in one field, as near to the right one as it can be."""
    value = getattr(header, field)
    if field == "maker":
        return change(header, maker=len(DISTRICTS))
    return change(header, **{field: value + 1 if isinstance(value, int) else _other_hash(value)})


@pytest.mark.parametrize("field", Header.__struct_fields__)
def test_a_header_with_one_wrong_field_is_refused_and_leaves_no_trace(
    node: LedgerNode, field: str
) -> None:
    """Each field is checked; the right block is still valid afterwards."""
    twin = twin_of(node)
    block = next_block(node)
    before = trace(twin)
    reason = twin.executor.check(change(block, header=_tampered(block.header, field)))
    assert reason is not None
    assert trace(twin) == before
    assert twin.executor.check(block) is None
    twin.take(block)
    assert twin.executor.app.state_root == block.header.state_root


def _with_signature_of_another(block: Block) -> Block:
    first, second = block.transactions
    return change(block, transactions=(first[:-64] + second[-64:], second))


def _with_fewer_signatures(block: Block) -> Block:
    (certificate,) = block.last_commit
    return change(block, last_commit=(change(certificate, signatures=certificate.signatures[1:]),))


BODIES: dict[str, Callable[[Block], Block]] = {
    "a transaction less": lambda b: change(b, transactions=b.transactions[:1]),
    "a transaction twice": lambda b: change(b, transactions=(*b.transactions, b.transactions[0])),
    "another order": lambda b: change(b, transactions=b.transactions[::-1]),
    "no transaction": lambda b: change(b, transactions=()),
    "bytes that are no transaction": lambda b: change(b, transactions=(b"\xc1", b"\xc0")),
    "another's signature": _with_signature_of_another,
    "no last commit": lambda b: change(b, last_commit=()),
    "a last commit without one signature": _with_fewer_signatures,
    "evidence that is none": lambda b: change(b, evidence=(Evidence(b"\x01", b"\x02"),)),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("checked", [False, True], ids=["unknown", "right block known"])
def test_a_body_that_is_not_the_headers_is_refused(
    node: LedgerNode, name: str, *, checked: bool
) -> None:
    """Also when the right block of the same id has been executed already."""
    twin = twin_of(node)
    block = next_block(node)
    if checked:
        assert twin.executor.check(block) is None
    before = trace(twin)
    assert twin.executor.check(BODIES[name](block)) is not None
    assert trace(twin) == before
    assert twin.executor.check(block) is None
    twin.take(block)


WRONG: dict[str, Callable[[LedgerNode], SignedTransaction]] = {
    "another's key": lambda n: n.registration(1, seed=seed_of("somebody else")),
    "a role missing": lambda n: n.sign(n.staff("arbiter", GULOU), n.registration(1).tx.body),
    "a number used": lambda n: n.registration(0),
    "a number too early": lambda n: n.registration(2),
    "too late": lambda n: n.registration(1, valid_until_ms=n.now_ms),
    "a stranger": lambda n: n.sign(Id(bytes(16)), n.registration(1).tx.body, seed=bytes(32)),
}


@pytest.mark.feature("A3")
@pytest.mark.parametrize("name", WRONG)
def test_a_transaction_that_breaks_a_rule_spoils_the_block_of_whoever_took_it_in(
    node: LedgerNode, name: str
) -> None:
    """Counts and log root are made to fit it, as a lying proposer would; what it broke is named."""
    twin = twin_of(node)
    wrong = WRONG[name](node)
    block = next_block(node)
    transactions = (wrong.raw, block.transactions[1])
    leaves = [transaction_id(raw) for raw in transactions]
    frontier = node.ledger.frontier.extend([*leaves, ZERO_HASH])[0]
    header = change(block.header, log_size=frontier.size, log_root=frontier.root())
    before = trace(twin)
    reason = twin.executor.check(change(block, header=header, transactions=transactions))
    assert reason is not None
    assert reason.startswith("transaction 0: E")
    assert trace(twin) == before


@pytest.mark.feature("A5")
def test_a_transaction_handed_to_two_nodes_takes_effect_once(node: LedgerNode) -> None:
    """Whichever proposes first; the other's pool lets go of it, and no block may hold it again."""
    twin = twin_of(node)
    signed = node.registration(1)
    node.submit(signed)
    twin.submit(signed)
    for_both, late = node.build(), twin.build(2_000)
    assert for_both.transactions == late.transactions == (signed.raw,)
    node.take(for_both)
    twin.take(for_both)
    assert node.build().transactions == twin.build().transactions == ()
    assert twin.executor.check(late) is not None
    again = change(node.build(), transactions=(signed.raw,))
    assert "sequence_used" in str(twin.executor.check(again))
    assert trace(twin) == trace(node)


def test_any_candidate_of_a_height_may_become_final(node: LedgerNode) -> None:
    """Whatever was built or checked last: the one that is decided is adopted."""
    for decided in range(3):
        mine, other = twin_of(node), twin_of(node)
        other.submit(other.registration(2, lane=0), other.registration(1))
        blocks = [next_block(mine), mine.build(), other.build(2_000)]
        assert len({block_id(node.chain_id, b.header) for b in blocks}) == len(blocks)
        assert mine.executor.check(blocks[2]) is None
        mine.take(blocks[decided])
        assert mine.executor.app.state_root == blocks[decided].header.state_root
        assert mine.ledger.tree.root == blocks[decided].header.state_root
        follower = twin_of(mine)
        assert trace(follower) == trace(mine)


def test_more_candidates_than_are_remembered_cost_an_execution_and_nothing_else(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is forgotten and executed again when it is decided after all."""
    monkeypatch.setattr(module, "REMEMBERED_MAX", 2)
    blocks = [node.build(1) for _ in range(4)]
    assert len(node.executor._candidates) == 2
    node.take(blocks[0])
    assert node.executor.app.state_root == blocks[0].header.state_root


def test_a_decided_block_that_is_not_valid_here_stops_the_node(node: LedgerNode) -> None:
    """State differs from the others'; going on would make it worse. Nothing of it is kept."""
    before = trace(node)
    block = next_block(node)
    wrong = change(block, header=change(block.header, state_root=ZERO_HASH))
    with pytest.raises(Bug, match="not valid here"):
        node.take(wrong)
    assert trace(node) == before


def test_a_block_that_cannot_be_made_durable_is_not_final() -> None:
    """Neither state nor store nor anybody who watches hears of it."""

    class FullDisk(BlockLog):
        def sync(self) -> None:
            raise StorageFault(StorageCode.DISK_FULL, "blocks", "no space left")

    node = LedgerNode()
    seen: list[CommittedBlock] = []
    node.executor.watch(seen.append)
    block = node.build()
    tip, root, memory = node.executor.tip, node.executor.app.state_root, node.memory()
    node.executor.block_log = FullDisk(node.files, node.chain_id)
    with pytest.raises(StorageFault):
        node.take(block)
    assert (node.executor.tip, node.executor.app.state_root, node.memory()) == (tip, root, memory)
    assert seen == []


def test_whoever_watches_hears_of_a_block_when_everything_has_it(node: LedgerNode) -> None:
    """Log, store, tip and pool are at the block; the outcome comes with it."""
    seen: list[tuple[int, ...]] = []

    def look(committed: CommittedBlock) -> None:
        heights = (node.block_log.last_height, node.store.applied_height, node.executor.tip.height)
        assert heights == (committed.block.header.height,) * 3
        assert len(node.pool) == 0
        assert committed.id == node.executor.tip.block_id
        assert committed.summary.state_root == committed.block.header.state_root
        seen.append(tuple(len(receipt.persons) for receipt in committed.execution.receipts))

    node.executor.watch(look)
    node.take(next_block(node))
    assert len(seen) == 1
    assert len(seen[0]) == 2


def test_decided_blocks_and_headers_are_read_back(node: LedgerNode) -> None:
    """The log has the block, the store its header; genesis and the future have neither."""
    block = next_block(node)
    node.take(block)
    decided, kept = node.executor.decided(Height(2)), node.executor.kept_header(Height(2))
    assert decided is not None
    assert kept is not None
    assert (decided.block, kept.header) == (block, block.header)
    assert decided.certificate == node.executor.tip.certificate
    for height in (0, 3):
        assert node.executor.decided(Height(height)) is None
        assert node.executor.kept_header(Height(height)) is None
    assert node.store.height_of(node.executor.tip.block_id) == 2


def _evidence(node: LedgerNode, signer: int, height: int = 1) -> Evidence:
    """An authority that prevoted for two blocks in one round."""
    seed = seed_of(f"consensus/{DISTRICTS[signer]}")

    def vote(block: Hash) -> Prevote:
        blank = Prevote(1, Height(height), Round(0), block, 0, signer, NO_SIGNATURE)
        return change(blank, signature=keys.sign(seed, sign_bytes(node.chain_id, blank)))

    return make_evidence(vote(NO_HASH), vote(ZERO_HASH))


def test_reported_evidence_stands_in_one_block_of_ours(node: LedgerNode) -> None:
    """Whoever made the block that holds it first; it is not said twice."""
    mine, others, twin = _evidence(node, 1), _evidence(node, 2), twin_of(node)
    node.executor.report_evidence(mine)
    node.executor.report_evidence(mine)
    node.executor.report_evidence(others)
    twin.executor.report_evidence(others)
    node.take(twin.build())
    block = node.build()
    assert block.evidence == (mine,)
    node.take(block)
    assert node.build().evidence == ()


def test_evidence_that_waits_is_bounded(node: LedgerNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Liars break the protocol as often as they like; the newest pairs are kept, and a block takes sixteen."""
    monkeypatch.setattr(module, "EVIDENCE_WAITING_MAX", 20)
    for _ in range(9):
        node.decide()
    pairs = [_evidence(node, signer, height) for height in range(1, 11) for signer in (1, 2, 3)]
    for pair in pairs:
        node.executor.report_evidence(pair)
    block = node.build()
    assert list(block.evidence) == pairs[10:26]
    assert twin_of(node).executor.check(block) is None
    node.take(block)
    assert list(node.build().evidence) == pairs[26:]


def test_state_is_proven_at_the_tip_while_a_candidate_is_staged(node: LedgerNode) -> None:
    """A proof is made of the decided state, and the candidate can be decided all the same."""
    block = next_block(node)
    recorder = node.staff("recorder", GULOU)
    key = key_of(Person, recorder)
    for _ in range(2):
        proof = node.ledger.prove(key)
        root = node.executor.app.state_root
        assert verify(root, tree_key(key[0], key[1:]), proof) is not None
        absent = key_of(Person, Id(bytes(16)))
        missing = verify(root, tree_key(absent[0], absent[1:]), node.ledger.prove(absent))
        assert missing is None
        if node.executor.tip.height == 1:
            assert node.executor.check(block) is None
            node.take(block)
    assert node.executor.tip.height == 2


def test_every_transaction_is_proven_in_the_log_from_what_the_store_keeps(
    node: LedgerNode,
) -> None:
    """Any leaf under any later header, from subtrees stored as blocks came."""
    leaves: list[Hash] = []
    node.take(next_block(node))
    node.decide()
    node.decide(node.registration(2))
    for height in range(1, 5):
        decided = node.executor.decided(Height(height))
        assert decided is not None
        for raw in decided.block.transactions:
            place = node.store.place_of(tx_id := transaction_id(raw))
            assert place is not None
            assert (place.height, place.index) == (height, decided.block.transactions.index(raw))
            leaves.append(tx_id)
        header = decided.block.header
        for number, leaf in enumerate(leaves):
            path = inclusion_proof(node.store.log_node, number, header.log_size)
            assert verify_inclusion(header.log_root, header.log_size, number, leaf, path)
        leaves.append(node.store.log_node(0, header.log_size - 1))


def test_the_next_timer_of_the_state_is_known_and_fires_in_a_block(node: LedgerNode) -> None:
    """A proposal that nobody seconds expires without anybody's transaction."""
    before = node.executor.next_due_ms()
    node.sign_second_and_decline()
    due = node.executor.next_due_ms()
    assert due is not None
    assert due != before
    seen: list[CommittedBlock] = []
    node.executor.watch(seen.append)
    node.now_ms = due - 1
    node.take(node.build(0))
    node.take(node.build(1))
    assert sum(one.summary.timer_count for one in seen) == 2, "the proposal, the mark of the hour"
    assert node.executor.next_due_ms() != due


def test_blocks_are_never_earlier_than_their_time(node: LedgerNode) -> None:
    """Time comes from the maker and grows from block to block."""
    first = node.build()
    node.take(first)
    second = node.executor.build(EpochMs(first.header.time_ms + 1), 3)
    assert second.header.time_ms == first.header.time_ms + 1
    assert second.header.maker == 3
    assert second.header.previous_id == block_id(node.chain_id, first.header)
