"""What a city may begin with."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode, Malformed
from node.chain.genesis import Genesis, check_genesis
from node.chain.policy import DAY_MS, HOUR_MS, Policy, ServicePolicy
from node.chain.types import EpochMs, Height
from tests.kernel_city import FAR_MS, make_genesis

GENESIS = make_genesis()


def with_flag(until_ms: int) -> Genesis:
    """The first person of staff may serve until then."""
    first = replace(GENESIS.persons[0], may_serve_until_ms=EpochMs(until_ms))
    return replace(GENESIS, persons=(first, *GENESIS.persons[1:]))


def with_tolerance(tolerance_ms: int) -> Genesis:
    """A claimed time may be so far from block time."""
    service = ServicePolicy(claim_tolerance_ms=tolerance_ms)
    return replace(GENESIS, policy=Policy(1, Height(0), service=service))


def test_a_policy_at_its_bounds_and_a_flag_until_a_quarters_end_are_admitted() -> None:
    """As a motion and an attestation would be."""
    for genesis in (with_tolerance(HOUR_MS), with_flag(FAR_MS), with_flag(0)):
        check_genesis(genesis)


def test_a_policy_that_no_motion_could_set_is_refused() -> None:
    """Else the first motion could not repeat what it leaves as it is."""
    with pytest.raises(Malformed, match="claim_tolerance_ms") as caught:
        check_genesis(with_tolerance(HOUR_MS + 1))
    assert caught.value.code is ErrorCode.POLICY_OUT_OF_BOUNDS


def test_a_flag_that_tells_a_day_is_refused() -> None:
    """In genesis as in every attestation."""
    with pytest.raises(Malformed, match="quarter"):
        check_genesis(with_flag(FAR_MS - DAY_MS))
