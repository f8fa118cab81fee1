"""Who read whose data for what purpose: one line of the log for each reading, and the newest in memory."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

import structlog

from node.chain.types import EpochMs, Id

KEPT_MAX: Final = 10_000
"""Readings in memory; the log has all of them."""


@dataclass(frozen=True, slots=True)
class Access:
    """One reading."""

    reader: Id
    subject: Id
    purpose: str
    time_ms: EpochMs


class LoggedAccesses:
    """Writes each reading to the log ``access`` before it is answered."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._log = structlog.get_logger("access")
        self.newest: deque[Access] = deque(maxlen=KEPT_MAX)
        self.refusals: Counter[str] = Counter()

    def refused(self, code: str) -> None:
        """Count a request that the public door refuses."""
        self.refusals[code] += 1

    def note(self, reader: Id, subject: Id, purpose: str, time_ms: EpochMs) -> None:
        """Keep one reading."""
        self.newest.append(Access(reader, subject, purpose, time_ms))
        self._log.info(
            "personal data read",
            reader=reader.hex(),
            subject=subject.hex(),
            purpose=purpose,
            time_ms=time_ms,
        )
