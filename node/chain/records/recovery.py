"""A lost key on its way to a new one."""

from typing import Final

from node.chain.codec import Record
from node.chain.records.actors import KeyBytesF
from node.chain.types import Code, CodeF, EpochMsF, IdF, UintF

IDLE: Final = Code("idle")
PENDING: Final = Code("pending")


class Support(Record, frozen=True):
    """One contact's word for a new key."""

    contact: IdF
    key: KeyBytesF
    given_ms: EpochMsF


class Recovery(Record, frozen=True, tag=81):
    """The attempts to recover one account."""

    person: IdF
    state: CodeF
    """``idle``, ``pending``, ``vetoed`` or ``done``."""
    route: CodeF
    """``card``, ``contacts`` or ``desk``; ``-`` before the first attempt."""
    suite: UintF
    key: KeyBytesF
    """The key that the attempt would put in force."""
    supports: tuple[Support, ...]
    staff: tuple[IdF, ...]
    """Who proposed and seconded an attempt at the desk."""
    attempts: tuple[EpochMsF, ...]
    """When the attempts within the policy's window began."""
    vetoed_ms: EpochMsF
    """When the old key ended an attempt; from then on, for the window, only the desk may begin one."""
    due_ms: EpochMsF
    """When a pending attempt puts its key in force."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The person's id."""
        return self.person
