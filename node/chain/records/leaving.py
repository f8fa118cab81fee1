"""An account on its way to its end."""

from typing import Final

from node.chain.codec import Record
from node.chain.types import Code, CodeF, EpochMsF, HashF, IdF, OptionalIdF

NOTICE: Final = Code("notice")
DRAINING: Final = Code("draining")
DONE: Final = Code("done")
STOPPED: Final = Code("stopped")


class Closing(Record, frozen=True, tag=83):
    """The last attempt to close an account."""

    person: IdF
    origin: HashF
    reason: CodeF
    """``leave``, ``death``, ``moved`` or ``merge``."""
    heirs: tuple[IdF, ...]
    survivor: OptionalIdF
    """Of a merge: the account that goes on."""
    staff: tuple[IdF, ...]
    """Who proposed and who seconded."""
    opened_ms: EpochMsF
    state: CodeF
    """``notice``, ``draining``, ``done`` or ``stopped``."""
    due_ms: EpochMsF
    """When the notice has run its time."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The person's id."""
        return self.person

    @property
    def is_live(self) -> bool:
        """Whether the account is on its way to its end."""
        return self.state in {NOTICE, DRAINING}
