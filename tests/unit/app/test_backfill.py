"""A running node gathers what lies below its snapshot, from peers that answer, do not, or lie."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.app.backfill import BLOCKS_KIND, COUNT, PATIENCE_STEPS, BackFill
from node.app.older import OLDER_NAME, gather
from node.chain.block import Block, decode_block
from node.chain.certificate import CommitCertificate, decode_certificate
from node.chain.types import Height
from node.consensus.wire import BlocksMessage, BlocksRequest, decode_peer_message, encode_message
from node.net.faults import FaultCode, PeerFault
from node.store.blocklog import segment_name
from tests.unit.app.homes import RealHome, make_home

pytestmark = pytest.mark.slow

BASE_HEIGHT = COUNT + 9

Decided = tuple[Block, CommitCertificate]


class Running:
    """A node that was begun from a snapshot, its questions, and the chain that the others have."""

    def __init__(self, made: RealHome, blocks: dict[int, Decided], stack: ExitStack) -> None:
        self.made = made
        self.blocks = blocks
        self.node = stack.enter_context(made.opened())
        self.peers = ["jianye", "qinhuai", "xuanwu"]
        self.questions: list[tuple[str, BlocksRequest]] = []
        self.fill = BackFill(made.home.data, self.node.executor, self._send, lambda: self.peers)
        self.steps: list[Callable[[], None]] = []
        self.fill.begin(lambda _, call: self.steps.append(call))

    def _send(self, peer: str, kind: int, payload: bytes) -> None:
        message = decode_peer_message(kind, payload)
        assert isinstance(message, BlocksRequest)
        self.questions.append((peer, message))

    def step(self) -> bool:
        """Let time pass; whether it goes on."""
        self.steps.pop()()
        return bool(self.steps)

    def answer(self, peer: str, *blocks: Decided) -> bool:
        """A peer says something; whether it was taken as an answer."""
        kind, payload = encode_message(BlocksMessage(blocks))
        assert kind == BLOCKS_KIND
        return self.fill.take(peer, payload)

    def asked(self) -> list[Decided]:
        """What an honest peer gives for the newest question."""
        _, question = self.questions[-1]
        return [self.blocks[h] for h in range(question.first, question.first + question.count)]


@pytest.fixture(scope="module", name="city")
def _city(tmp_path_factory: pytest.TempPathFactory) -> tuple[RealHome, dict[int, Decided]]:
    """A home begun from a snapshot, and the chain below it."""
    made = make_home(tmp_path_factory.mktemp("backfill"), blocks=BASE_HEIGHT)
    decided = {
        height: (decode_block(block), decode_certificate(certificate))
        for height, (block, certificate) in made.blocks().items()
    }
    made.begin_from_own_snapshot()
    return made, decided


@pytest.fixture(name="running")
def _running(city: tuple[RealHome, dict[int, Decided]]) -> Iterator[Running]:
    """Nothing is gathered yet."""
    with ExitStack() as stack:
        running = Running(*city, stack)
        yield running
        running.fill.close()
        older = city[0].home.data / OLDER_NAME
        for path in older.iterdir():
            path.unlink()
        older.rmdir()


@pytest.mark.feature("A9", "K6")
def test_a_node_gathers_all_blocks_below_its_snapshot_and_the_repair_needs_nobody(
    running: Running,
) -> None:
    """Some answers bring fewer than asked; peers take turns; then it says so and stops asking."""
    while running.step():
        peer, _ = running.questions[-1]
        assert running.answer(peer, *running.asked()[:9])
    assert {peer for peer, _ in running.questions} == set(running.peers)
    genesis, data = running.made.home.read_genesis(), running.made.home.data
    assert gather(data, genesis, _nobody) == 0


@pytest.mark.feature("K6")
def test_gathering_goes_on_after_a_restart(
    running: Running, city: tuple[RealHome, dict[int, Decided]]
) -> None:
    """From the block after the last that was kept."""
    running.step()
    running.answer(running.questions[-1][0], *running.asked())
    running.fill.close()
    again = BackFill(
        running.made.home.data, running.node.executor, running._send, lambda: running.peers
    )
    again.begin(lambda _, call: running.steps.append(call))
    running.fill = again
    assert again.gathered == COUNT
    assert again.step()
    assert running.questions[-1][1].first == COUNT + 1


@pytest.mark.feature("K11")
def test_blocks_that_were_not_decided_are_a_fault_of_the_peer_and_another_is_asked(
    running: Running,
) -> None:
    """What stood before them is kept; a certificate without a quorum counts for nothing."""
    running.step()
    peer, _ = running.questions[-1]
    good, (block, certificate) = running.asked()[0], running.asked()[1]
    index, _ = certificate.signatures[0]
    forged = replace(certificate, signatures=((index, bytes(64)),))
    with pytest.raises(PeerFault) as caught:
        running.answer(peer, good, (block, forged))
    assert caught.value.code is FaultCode.MESSAGE_SIGNATURE
    assert running.fill.gathered == 1
    running.step()
    assert running.questions[-1][0] != peer
    assert running.questions[-1][1].first == 2
    with pytest.raises(PeerFault) as skipped:
        running.answer(running.questions[-1][0], running.blocks[2], running.blocks[4])
    assert skipped.value.code is FaultCode.MESSAGE_MALFORMED


def test_silence_and_empty_answers_lead_to_the_next_peer(running: Running) -> None:
    """And what nobody asked for, or another asked for, is left to whoever it is for."""
    running.step()
    first = running.questions[-1][0]
    assert not running.answer("nobody", *running.asked())
    assert not running.answer(first, running.blocks[BASE_HEIGHT])
    for _ in range(PATIENCE_STEPS + 1):
        running.step()
    second = running.questions[-1][0]
    assert second != first
    assert running.answer(second)
    running.step()
    assert running.questions[-1][0] not in {first, second}
    assert running.fill.gathered == 0


def test_a_damaged_store_of_older_blocks_stops_the_gathering_and_not_the_node(
    running: Running,
) -> None:
    """The repair mends it later."""
    running.fill.close()
    (running.made.home.data / OLDER_NAME / segment_name(1)).write_bytes(b"?" * 100)
    again = BackFill(running.made.home.data, running.node.executor, running._send, list)
    again.begin(lambda _a, _b: pytest.fail("nothing is planned"))
    assert not again.step()


def _nobody(height: Height) -> tuple[bytes, bytes]:
    raise AssertionError(f"{height} is here")


def test_a_whole_node_asks_nobody(tmp_path: Path) -> None:
    """It has no directory of older blocks either."""
    made = make_home(tmp_path, blocks=1)
    with made.opened() as node:
        fill = BackFill(
            made.home.data, node.executor, lambda *_: pytest.fail("asked"), lambda: ["jianye"]
        )
        fill.begin(lambda _a, _b: pytest.fail("nothing is planned"))
    assert not (made.home.data / OLDER_NAME).exists()
