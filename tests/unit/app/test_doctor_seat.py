"""The doctor's look at seat and clock: against the set that signs now, the one that waits, and the others' blocks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.app.doctor.clock import AHEAD_MAX_MS, HEARTBEATS_MAX, look_at_clock, look_at_peers_clock
from node.app.doctor.findings import Verdict
from node.app.doctor.seat import look_at_seat
from node.app.doctor.stores import look_at_stores
from node.chain.block import Header, decode_block
from node.chain.certificate import Authority, AuthoritySet
from node.chain.records import encode_record, key_of
from node.chain.records.authorities import SCHEDULE_ID, AuthoritySchedule, WaitingSet
from node.chain.types import Height
from node.config import authority_of, load, make_keys
from node.config.homes import write_seed
from node.store.level import LevelKeyValue
from tests.unit.app.homes import GULOU, RealHome, make_home

Changed = Callable[[Authority], Authority]


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> RealHome:
    return make_home(tmp_path_factory.mktemp("seat"), blocks=1)


def sets(made: RealHome, *changes: Changed) -> tuple[AuthoritySet, ...]:
    """Sets of the only seat, each changed in its own way."""
    own = authority_of(GULOU, made.home.read_keys())
    return tuple(AuthoritySet((change(own),)) for change in changes)


def as_it_is(seat: Authority) -> Authority:
    """No change."""
    return seat


def rotated(seat: Authority) -> Authority:
    """Another consensus key."""
    return replace(seat, consensus_key=authority_of(GULOU, make_keys()).consensus_key)


def elsewhere(seat: Authority) -> Authority:
    """Another district's."""
    return replace(seat, district=type(seat.district)("jianye"))


@pytest.mark.parametrize(
    ("changes", "verdict", "remedy"),
    [
        ((as_it_is,), Verdict.OK, "-"),
        ((rotated, as_it_is), Verdict.OK, "-"),
        ((as_it_is, rotated), Verdict.WARN, "rotate-key --finish"),
        ((rotated,), Verdict.FAULT, "config-show"),
        ((rotated, rotated), Verdict.FAULT, "config-show"),
        ((elsewhere,), Verdict.WARN, "-"),
    ],
)
def test_keys_are_held_against_the_set_that_signs_and_the_one_that_waits(
    made: RealHome, changes: tuple[Changed, ...], verdict: Verdict, remedy: str
) -> None:
    """The newer of the two counts; what is only true until then is a warning with the command."""
    found = look_at_seat(made.home, load(made.root, {}, {}), sets(made, *changes))
    assert (found.verdict, remedy in found.remedy.en) == (verdict, True)
    assert found.code == ("" if verdict is Verdict.OK else "D04")


def test_a_rotation_that_was_not_finished_is_told_with_its_command(tmp_path: Path) -> None:
    """The next key lies in the home and the set names it."""
    made = make_home(tmp_path, blocks=0)
    fresh = make_keys()
    write_seed(made.home.key("consensus-next"), fresh.consensus)
    key = authority_of(GULOU, fresh).consensus_key
    named = sets(made, lambda seat: replace(seat, consensus_key=key))
    found = look_at_seat(made.home, load(made.root, {}, {}), named)
    assert (found.verdict, "rotate-key --finish" in found.remedy.en) == (Verdict.FAULT, True)


def test_the_sets_are_those_of_the_database(tmp_path: Path) -> None:
    """That of genesis before any change, then also the one that waits for its height."""
    made = make_home(tmp_path, blocks=1)
    genesis = made.home.read_genesis()
    assert look_at_stores(made.home, genesis).authorities == (genesis.authorities,)
    (coming,) = sets(made, rotated)
    schedule = AuthoritySchedule((), (WaitingSet(Height(9), bytes(16), coming),), (), b"")
    level = LevelKeyValue(made.home.data / "state")
    level.write([(b"r" + key_of(AuthoritySchedule, SCHEDULE_ID), encode_record(schedule))])
    level.close()
    assert look_at_stores(made.home, genesis).authorities == (genesis.authorities, coming)


def newest(made: RealHome) -> Header:
    """Of its newest block."""
    blocks = made.blocks()
    return decode_block(blocks[max(blocks)][0]).header


def test_the_clock_is_held_against_the_newest_block_here_and_of_the_others(made: RealHome) -> None:
    """Behind it is a fault; long after it the clock is ahead, or the chain stands still."""
    genesis, header = made.home.read_genesis(), newest(made)
    old_ms = HEARTBEATS_MAX * genesis.policy.ledger.heartbeat_ms
    for look in (look_at_clock, look_at_peers_clock):
        behind = look(header.time_ms - AHEAD_MAX_MS - 1, genesis, header)
        assert (behind.verdict, behind.code) == (Verdict.FAULT, "D06")
        assert look(header.time_ms - AHEAD_MAX_MS, genesis, header).verdict is Verdict.OK
    assert look_at_peers_clock(header.time_ms + old_ms, genesis, header).verdict is Verdict.OK
    ahead = look_at_peers_clock(header.time_ms + old_ms + 1, genesis, header)
    assert (ahead.verdict, ahead.code) == (Verdict.WARN, "D06")
