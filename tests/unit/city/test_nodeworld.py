"""How a life's statements are divided for nodes, and whose keys a local city has for it."""

from dataclasses import replace
from pathlib import Path

from msgspec.structs import replace as with_fields

from node.chain.genesis import new_ledger
from node.chain.records.actors import Operator, Person
from node.chain.state import View
from node.chain.tx.governance import Rejoin
from node.chain.types import Hash, Id
from node.city.nodeworld import SENDER_PENDING_MAX, WAVE_MAX, ground_of, parts_of
from node.city.plan import read_plan
from node.city.supervisor import LocalCity
from node.sim.workload.hands import Hand

CHAIN = Hash(bytes(32))


def test_no_sender_has_more_on_the_way_than_a_node_keeps() -> None:
    """Each sender's statements stay in their order; all of them arrive."""
    busy, calm = (Hand(CHAIN, Id(bytes([n]) * 16), bytes([n]) * 32) for n in (1, 2))
    wave = [hand.sign(Rejoin(bytes(16)), 0, 1) for hand in [busy] * 150 + [calm] * 3]

    parts = parts_of(wave)

    assert [len(part) for part in parts] == [SENDER_PENDING_MAX + 3, SENDER_PENDING_MAX, 30]
    numbers = [s.tx.sequence[1] for part in parts for s in part if s.tx.sender == busy.id]
    assert numbers == list(range(150))


def test_a_wave_of_many_senders_goes_in_bounded_parts() -> None:
    """A part fits a node's pool several times."""
    one = Hand(CHAIN, Id(bytes(16)), bytes(32)).sign(Rejoin(bytes(16)), 0, 1)
    wave = [
        replace(one, tx=with_fields(one.tx, sender=Id(n.to_bytes(16, "big"))))
        for n in range(WAVE_MAX + 1)
    ]

    assert [len(part) for part in parts_of(wave)] == [WAVE_MAX, 1]


def test_a_local_city_has_staff_for_whatever_needs_two(tmp_path: Path) -> None:
    """Every key opens, stands in genesis, and no two of a desk are one person."""
    city = LocalCity.make(tmp_path / "c", read_plan().first(2), {}, rehearsal=True)
    city.close()
    ground = ground_of(city)
    view = View(new_ledger(ground.genesis))

    assert ground.genesis.policy.orders.sample_permille == 0
    for desk in ground.desks.values():
        assert len({hand.id for hand in desk.recorders}) == len({h.id for h in desk.reviewers}) == 2
        assert view.get(Operator, desk.operator.id) is not None
    assert all(view.get(Person, hand.id) is not None for hand in ground.city_arbiters)
