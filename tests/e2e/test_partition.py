"""Two conflicting spends on two sides of a city cut in two: after healing exactly one is final."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Minutes
from node.city.ceremony import node_toml
from node.city.plan import read_plan
from node.city.processes import wait_until
from node.city.relays import Relays
from node.city.stage import Stage
from node.city.story import Story
from node.city.supervisor import LocalCity
from node.config.homes import read_genesis
from wallet.client import NodeClient
from wallet.client.answers import TxState

pytestmark = pytest.mark.slow

WAIT_S = 60
LEFT, RIGHT = ("gulou", "jianye"), ("qinhuai", "xuanwu")


@pytest.fixture(name="city")
def _city(tmp_path: Path) -> Iterator[tuple[LocalCity, Relays]]:
    """A running city of four whose nodes reach each other through relays only."""
    city = LocalCity.make(tmp_path / "city", read_plan().first(4), dict(os.environ), rehearsal=True)
    ports = {code: city.doors(code).ports for code in city.districts}
    with Relays({code: p.peers for code, p in ports.items()}) as relays:
        genesis = read_genesis(city.places.genesis)
        for own in city.districts:
            seen = {
                code: p if code == own else replace(p, peers=relays.port(own, code))
                for code, p in ports.items()
            }
            city.places.node(own).config.write_text(node_toml(own, genesis, seen), encoding="utf-8")
        try:
            for code in city.districts:
                city.start(code)
            city.wait_agreed()
            yield city, relays
        finally:
            city.down()
            city.close()


@pytest.fixture(name="clients")
def _clients() -> Iterator[ExitStack]:
    """Connections that close with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.mark.feature("B3")
def test_of_two_spends_on_two_sides_of_a_cut_exactly_one_becomes_final(
    city: tuple[LocalCity, Relays], clients: ExitStack
) -> None:
    """Li has two hours and donates them twice, from two devices, on two sides."""
    local, relays = city
    stage = Stage(local)
    clients.callback(stage.close)
    story = Story(stage, lambda _: None)
    for step in ("register", "mint", "earn"):
        story.play(step)
    li = story.people["li"]
    minutes = story.person("li").available.balance
    assert minutes == 120
    status = stage.client("gulou").status()
    number = story.person("li").lanes[0]
    until_ms = status.now_ms + status.validity_ms
    spends = [
        replace(li.signer, lane=lane).sign(
            Donate(Code(pool), Minutes(minutes)),
            number=lane_number,
            valid_until_ms=until_ms,
            policy_version=1,
        )
        for lane, lane_number, pool in ((0, number, "district"), (1, 0, "city"))
    ]
    everywhere = {
        code: clients.enter_context(NodeClient.at(local.doors(code).public))
        for code in local.districts
    }
    sides = [everywhere[side[0]] for side in (LEFT, RIGHT)]

    relays.partition(LEFT)
    stuck = max(_height(local, code) for code in local.districts)
    for client, spend in zip(sides, spends, strict=True):
        client.submit(spend.raw)
    assert all(
        c.transaction(s.tx_id).status is TxState.PENDING for c, s in zip(sides, spends, strict=True)
    )
    assert max(_height(local, code) for code in local.districts) <= stuck + 1
    relays.heal()

    def one_is_final() -> bool:
        found = [[node.transaction(s.tx_id).status for s in spends] for node in everywhere.values()]
        return all(each.count(TxState.COMMITTED) == 1 for each in found)

    assert wait_until(one_is_final, WAIT_S)
    local.wait_agreed()
    final = [s for s in spends if sides[0].transaction(s.tx_id).status is TxState.COMMITTED]
    assert len(final) == 1
    assert story.person("li").available.balance == 0
    loser = next(s for s in spends if s is not final[0])
    with pytest.raises(Rejected) as refused:
        sides[0].submit(loser.raw)
    assert refused.value.code in {
        ErrorCode.INSUFFICIENT_MINUTES,
        ErrorCode.SEQUENCE_USED,
        ErrorCode.EXPIRED,
    }


def _height(city: LocalCity, code: str) -> int:
    status = city.doors(code).status()
    assert status is not None
    return status.height
