"""When the driver acts by the clock: proposals of silent proposers, work, re-sending, catching up."""

from dataclasses import dataclass
from typing import Final

from node.chain.types import EpochMs
from node.consensus.schedule import DEFAULT_TIMEOUTS, Timeouts

GONE_PROPOSER_MS: Final = 50
"""Wait in round 0 for a proposer that is known to be gone; if it is alive after all, one round is lost."""
HEARD_HEIGHTS: Final = 2
"""A proposer not heard from for so many heights, and not connected, counts as gone."""
RESEND_STEP_MS: Final = 1_000
RESEND_MAX_MS: Final = 5_000
SYNC_PATIENCE_MS: Final = 300
"""How long a node that is one block behind waits for consensus to finish by itself before it asks for the block."""
SYNC_ANSWER_MS: Final = 3_000
"""After this time without blocks another peer is asked."""
OLD_HEIGHT_ANSWER_MS: Final = 1_000
"""A peer that speaks of old heights is answered at most so often: a vote of 200 bytes must not buy many blocks."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a city or a test may tune; none of it touches safety."""

    timeouts: Timeouts = DEFAULT_TIMEOUTS
    heartbeat_ms: int = 60_000
    """An idle chain makes a block so often."""
    proposer_wait_ms: int = 10
    """The proposer gathers transactions so long after the first."""
    clock_rate: int = 1
    """Milliseconds of the chain's time in a real one; the windows of block time grow with it."""
    others_wait_ms: int = 100
    """The others begin to wait for the proposer when a transaction has been pending so long."""


DEFAULT_PACE: Final = Pace()


def work_due_ms(
    pace: Pace,
    *,
    proposing: bool,
    oldest_ms: EpochMs | None,
    timer_due_ms: EpochMs | None,
    tip_time_ms: EpochMs,
    begun: bool = True,
) -> int:
    """The instant at which the next block is due for this node.

    Args:
        pace: the node's tuning.
        proposing: whether this node proposes in round 0.
        oldest_ms: arrival of the oldest pending transaction.
        timer_due_ms: when the state's earliest timer is due.
        tip_time_ms: time of the newest block.
        begun: whether there is a block; the first is due at once, so that a new city shows that it lives.
    """
    wait_ms = pace.proposer_wait_ms if proposing else pace.others_wait_ms
    instants = [tip_time_ms + (pace.heartbeat_ms if begun else 0)]
    if oldest_ms is not None:
        instants.append(oldest_ms + wait_ms)
    if timer_due_ms is not None:
        instants.append(max(timer_due_ms, tip_time_ms + 1))
    return min(instants)


def resend_delay_ms(times: int) -> int:
    """Pause before saying everything again for the ``times``-th time at one height, from 1."""
    return min(times * RESEND_STEP_MS, RESEND_MAX_MS)
