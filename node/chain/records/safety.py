"""What a named human has stopped for a time."""

from typing import Final

from node.chain.codec import Record
from node.chain.types import Code, CodeF, EpochMs, EpochMsF, HashF, IdF, UintF

ACTIVE: Final = Code("active")
ENDED: Final = Code("ended")


class Suspension(Record, frozen=True, tag=82):
    """A stop of a person's verbs, of a class of service in a district, or of a site."""

    subject: bytes
    """A person's id; ``district/code`` for a class or a site."""
    scope: CodeF
    """``accept`` or ``outgoing`` for a person; ``class`` or ``site``."""
    reason: CodeF
    evidence: HashF
    deciders: tuple[IdF, ...]
    """The reviewer who decided; for a renewal both."""
    since_ms: EpochMsF
    until_ms: EpochMsF
    """When it ends, or ended before its time."""
    appealed: UintF
    """1 once the person has appealed; a renewal may be appealed again."""
    verdict: CodeF
    """``lifted`` or ``upheld``; ``-`` while nobody has answered."""
    state: CodeF
    """``active`` or ``ended``."""
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``scope/subject``."""
        return suspension_id(self.scope, self.subject)

    def holds(self, time_ms: EpochMs) -> bool:
        """Whether it stops anything at a time."""
        return self.state == ACTIVE and time_ms < self.until_ms


def suspension_id(scope: str, subject: bytes) -> bytes:
    """``scope/subject``."""
    return scope.encode() + b"/" + subject
