"""How long a round waits, and which block times voters take: numbers only, no clock."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TIMEOUT_MAX_MS: Final = 30_000
"""Cap of every timeout. Delays above it are outside what the protocol promises to tolerate."""
CLOCK_PRECISION_MS: Final = 500
"""How far an honest clock may be ahead of another."""
MESSAGE_DELAY_MS: Final = 15_000
"""Age at arrival up to which a fresh proposal is timely, for each attempt at the height."""


class Timeout(StrEnum):
    """What a timer waits for."""

    PROPOSE = "propose"
    PREVOTE = "prevote"
    PRECOMMIT = "precommit"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Linear timeouts: first round, and growth a round, in milliseconds."""

    propose_ms: int = 1_000
    vote_ms: int = 500
    growth_ms: int = 500

    def delay_ms(self, kind: Timeout, round_: int) -> int:
        """timeoutX(round) of the paper, section 3, capped."""
        first = self.propose_ms if kind is Timeout.PROPOSE else self.vote_ms
        return min(first + round_ * self.growth_ms, TIMEOUT_MAX_MS)


DEFAULT_TIMEOUTS: Final = Timeouts()


def is_timely(
    previous_ms: int, time_ms: int, arrival_ms: int, round_: int, *, rate: int = 1
) -> bool:
    """Whether voters take the block time of a fresh proposal.

    Args:
        previous_ms: time of the block before.
        time_ms: the proposed block's time.
        arrival_ms: the voter's clock when the proposal's bytes arrived, not when it was executed.
        round_: attempt of the proposal; the window grows with it, so that slow networks pass in the end.
        rate: how many milliseconds of the chain's time pass in a real one; 1 but in a rehearsal.

    A chain that is ahead of all clocks goes on by one millisecond a block until the clocks have passed it.
    """
    latest = max(arrival_ms + CLOCK_PRECISION_MS * rate, previous_ms + 1)
    window = MESSAGE_DELAY_MS * (1 + round_) + CLOCK_PRECISION_MS
    oldest = arrival_ms - window * rate
    return previous_ms < time_ms <= latest and time_ms >= oldest
