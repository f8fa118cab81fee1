"""Everything a peer can do wrong, numbered.

Whatever a peer sends, the only exception that leaves the parsers of this package is ``PeerFault``. The owner of the
connection counts it, logs it and does what its action says; nothing of it touches the other peers.
"""

from enum import Enum, IntEnum
from typing import Final


class FaultAction(Enum):
    """What follows for the connection."""

    DROP = "drop"
    """Close it; the peer may come back at once (network trouble, restarts and upgrades look like this)."""
    STRIKE = "strike"
    """Close it for a time that doubles with each strike, never for good: no honest program does this."""


class FaultCode(IntEnum):
    """Closed list; numbers are never changed or used again. Written ``P01`` to ``P99``."""

    FRAME_SIZE = 1
    """A frame of length zero or above the limit."""
    TLS_REFUSED = 2
    """No TLS 1.3 session with a pinned certificate came about: a stranger, a scanner, a wrong key."""
    WRONG_KEY = 3
    """The node at a peer's address could not show that peer's key."""
    HANDSHAKE_MALFORMED = 4
    HANDSHAKE_TIMEOUT = 5
    UNEXPECTED_FRAME = 6
    """A frame of the transport at a moment when the protocol has no place for it, or of a reserved kind."""
    VERSION = 7
    WRONG_CHAIN = 8
    UNKNOWN_PEER = 9
    """The key is no longer, or not yet, one of our peers."""
    BAD_PROOF = 10
    DUPLICATE = 11
    """A second instance of a peer whose first instance is connected and answers."""
    REFUSED_BY_PEER = 12
    """The peer refused us and said why."""
    UNDER_PENALTY = 13
    """A peer came back before the time of its strike was over."""
    FRAME_FLOOD = 14
    """More frames than the budget of one peer."""
    SLOW_READER = 15
    """Frames for the peer pile up and it takes none of them."""
    SILENT = 16
    """The peer has not answered a ping in time."""
    TOO_MANY_PENDING = 17
    """Too many connections stood unauthenticated; the oldest of them gave way."""
    MESSAGE_MALFORMED = 18
    """Reported by the receiver of messages: the payload is not canonical."""
    MESSAGE_SIGNATURE = 19
    """Reported by the receiver of messages: a signature fails under a key that was valid at a height we have."""
    MESSAGE_UNEXPECTED = 20
    """Reported by the receiver of messages: an unknown kind, or an answer nobody asked for."""


_STRIKES: Final = frozenset(
    {
        FaultCode.FRAME_SIZE,
        FaultCode.HANDSHAKE_MALFORMED,
        FaultCode.UNEXPECTED_FRAME,
        FaultCode.BAD_PROOF,
        FaultCode.FRAME_FLOOD,
        FaultCode.MESSAGE_MALFORMED,
        FaultCode.MESSAGE_SIGNATURE,
    }
)
"""Wrong in the bytes alone. What two honest nodes may see differently (pins, chain, version) is never a strike."""


class PeerFault(Exception):  # noqa: N818 - the word of the architecture; it is the peer's, not our error
    """A peer did something wrong.

    Attributes:
        code: what; the manual and the metrics know it by this number.
        detail: the offending values, ASCII, without secrets.
    """

    def __init__(self, code: FaultCode, detail: str = "") -> None:
        """Keep the code and what was seen."""
        super().__init__(
            f"P{code.value:02} {code.name.lower()}" + (f": {detail}" if detail else "")
        )
        self.code = code
        self.detail = detail

    @property
    def action(self) -> FaultAction:
        """What the owner of the connection does."""
        return FaultAction.STRIKE if self.code in _STRIKES else FaultAction.DROP
