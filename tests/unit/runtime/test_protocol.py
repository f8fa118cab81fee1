"""Two releases of one city: together until the height of a new protocol, and the old one stops before it."""

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.limits import PROTOCOL_NOTICE_BLOCKS
from node.chain.protocol import protocol_at, protocol_waiting
from node.chain.tx.governance import ProposeMotion, ProtocolChange
from node.chain.types import Height
from node.runtime.executor import Executor
from node.runtime.mempool import Mempool
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.faults import StorageCode, StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from tests.kernel_city import GULOU
from tests.money_city import EVIDENCE, MoneyCity
from tests.unit.api.door import CityClock, DoorCity, certificate_of


class Voting(DoorCity, MoneyCity):
    """A city of doors whose operators can move."""


class Release:
    """Another node of the city, of a release that knows so much."""

    def __init__(self, city: DoorCity, known: int) -> None:
        self._city = city
        self.known = known
        self.files, self.kv = MemoryFiles(), MemoryKeyValue()
        self.start()

    def start(self) -> None:
        """Open its stores."""
        chain_id = self._city.chain_id
        self.executor = Executor(
            self._city.genesis,
            BlockLog(self.files, chain_id),
            ChainStore(self.kv, chain_id),
            Mempool(chain_id, CityClock(self._city)),
            known_protocol=self.known,
        )

    def follow(self) -> None:
        """Check and take every block that the city has and this node has not."""
        for number in range(self.executor.point.height + 1, self._city.executor.point.height + 1):
            decided = self._city.executor.decided(Height(number))
            assert decided is not None
            assert self.executor.check(decided.block) is None
            self.executor.commit(decided.block, certificate_of(self._city.genesis, decided.block))


def activation(city: DoorCity) -> Height:
    """The earliest height of a change that is moved now and passes two blocks later."""
    return Height(city.ledger.height + 3 + PROTOCOL_NOTICE_BLOCKS)


@pytest.mark.feature("K10")
@pytest.mark.slow
def test_old_and_new_releases_run_mixed_until_activation_and_the_old_one_stops_before_it() -> None:
    """With one number and what to do; updated, it opens its data and goes on where it stopped."""
    city = Voting()
    city.executor.known_protocol = 2
    old, new = Release(city, 1), Release(city, 2)
    height = activation(city)
    city.move(ProtocolChange(2, height))
    waiting = protocol_waiting(city.ledger, city.ledger.height)
    assert waiting is not None
    assert (waiting.version, waiting.activation_height) == (2, height)
    said = city.read("/v1/status").json
    shown = [said[name] for name in ("protocol", "protocol_next", "protocol_next_height")]
    assert shown == [1, 2, height]
    while city.ledger.height < height - 1:
        city.make_block()
    for release in (old, new):
        release.follow()
        assert release.executor.app.state_root == city.executor.app.state_root
    assert protocol_at(city.ledger, Height(height - 1)) == 1
    assert protocol_at(city.ledger, height) == 2
    city.make_block()
    new.follow()
    for attempt in (old.follow, old.start):
        with pytest.raises(StorageFault) as caught:
            attempt()
        assert caught.value.code is StorageCode.UPDATE_NEEDED
        assert f"update before height {height}" in caught.value.reason
    old.known = 2
    old.start()
    old.follow()
    assert old.executor.point.block_id == new.executor.point.block_id


@pytest.mark.feature("K10")
def test_a_protocol_is_the_next_one_with_notice_and_one_waits_at_most() -> None:
    """Whether the mover's release knows it is not asked."""
    city = Voting()
    operator, far = city.operator(GULOU), Height(10 * PROTOCOL_NOTICE_BLOCKS)
    cases = (
        (ProtocolChange(3, far), ErrorCode.STALE_POLICY),
        (ProtocolChange(1, far), ErrorCode.STALE_POLICY),
        (ProtocolChange(2, Height(PROTOCOL_NOTICE_BLOCKS)), ErrorCode.TOO_LATE),
        (ProtocolChange(2, Height(10**9)), ErrorCode.POLICY_OUT_OF_BOUNDS),
    )
    for change, code in cases:
        with pytest.raises(Rejected) as caught:
            city.do(operator, ProposeMotion(change, EVIDENCE))
        assert caught.value.code is code
    city.move(ProtocolChange(2, far))
    with pytest.raises(Rejected) as caught:
        city.do(operator, ProposeMotion(ProtocolChange(3, far), EVIDENCE))
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
