"""What a running node does by the way: read its files again, look at the space that is left.

A byte that changed on the disk is found while the other districts still have it, not in the year in which somebody asks
for that block. Every ``SCRUB_EVERY_S`` a piece of the block log and a piece of the database are read, round and round.
"""

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from node.store.faults import StorageFault
from node.store.files import Files
from node.store.space import Space, space_left

SPACE_EVERY_S: Final = 5.0
SCRUB_FIRST_S: Final = 2.0
SCRUB_EVERY_S: Final = 10.0
SCRUB_PIECE_BYTES: Final = 524_288
"""A millisecond of reading; 180 MiB an hour of each."""


class Scrubbed(Protocol):
    """A log or database that can be read again in pieces."""

    def scrub(self, budget_bytes: int) -> int:
        """Read on from where the last call ended; bytes read, less than the budget at the end."""


class Kept(Protocol):
    """What is kept in order."""

    @property
    def files(self) -> Files:
        """The data directory."""

    @property
    def block_log(self) -> Scrubbed:
        """The decided blocks."""

    @property
    def database(self) -> Scrubbed:
        """The index database."""


class Gate(Protocol):
    """Where transactions come in."""

    accepting: bool


class Signing(Protocol):
    """What votes."""

    def pause_signing(self) -> None:
        """Sign nothing until ``resume_signing``."""

    def resume_signing(self) -> None:
        """Sign again."""


Later = Callable[[float, Callable[[], None]], object]
"""``loop.call_later``."""


class Upkeep:
    """Runs until the process ends."""

    def __init__(
        self,
        kept: Kept,
        gate: Gate,
        signing: Signing,
        stop: Callable[[StorageFault], None],
    ) -> None:
        """Nothing is looked at before ``begin``.

        Args:
            kept: the stores.
            gate: closed while space is short.
            signing: pauses while there is hardly any.
            stop: told of damage, which ends the process.
        """
        self._kept = kept
        self._gate = gate
        self._signing = signing
        self._stop = stop
        self._log = structlog.get_logger("upkeep")
        self._space = Space.PLENTY
        self.scrubbed_bytes = 0
        """Read again and found sound since the start."""

    def begin(self, later: Later) -> None:
        """Look at the space now, read the first piece soon, and go on."""

        def space() -> None:
            self.look_at_space()
            later(SPACE_EVERY_S, space)

        def scrub() -> None:
            if self.scrub_piece():
                later(SCRUB_EVERY_S, scrub)

        space()
        later(SCRUB_FIRST_S, scrub)

    def look_at_space(self) -> None:
        """Below the floors of free space the node warns, then takes no transactions, then signs nothing.

        Raises:
            StorageFault: the file system does not say.
        """
        space = space_left(self._kept.files)
        self._gate.accepting = space in {Space.PLENTY, Space.LITTLE}
        if space is Space.NO_SIGNING:
            self._signing.pause_signing()
        else:
            self._signing.resume_signing()
        if space is not self._space:
            self._space = space
            self._log.warning("free space", allows=space.value)

    def scrub_piece(self) -> bool:
        """Read one piece of everything; whether it was sound."""
        try:
            self.scrubbed_bytes += self._kept.block_log.scrub(SCRUB_PIECE_BYTES)
            self.scrubbed_bytes += self._kept.database.scrub(SCRUB_PIECE_BYTES)
        except StorageFault as fault:
            self._stop(fault)
            return False
        return True
