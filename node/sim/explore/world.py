"""A configuration of the whole city: what each honest node is and has said, and what liars have let be seen.

There is no network in it. Whatever an honest node said may reach anybody at any later time or never, and liars may say
anything to anybody, so the messages under way are a function of this.
"""

from typing import NamedTuple

from node.chain.types import Hash
from node.sim.explore.seat import Local
from node.sim.explore.shown import Shown
from node.sim.explore.statements import Bundle, Said

PolkaKey = tuple[int, Hash]
"""(round, block)."""
Speech = tuple[tuple[Said, ...], ...]
"""What each honest node said, in the order of seats."""
Chain = tuple[Bundle, ...]
"""A polka behind all that it rests on, lowest round first."""


class Heard(NamedTuple):
    """All that anybody can have been told by honest nodes."""

    speech: Speech
    polkas: frozenset[PolkaKey] = frozenset()
    """Polkas of rounds whose prevotes are not kept one by one."""


class Seat(NamedTuple):
    """One honest node."""

    me: int
    local: Local
    said: tuple[Said, ...]
    """In order; what can matter to nobody any more is dropped."""


class World(NamedTuple):
    """One configuration."""

    seats: tuple[Seat, ...]
    polkas: frozenset[PolkaKey] = frozenset()
    shown: Shown = ()
    """Kept only where evidence against liars is judged."""

    @property
    def heard(self) -> Heard:
        """The part of a world that others can hear."""
        return Heard(tuple([seat.said for seat in self.seats]), self.polkas)

    def with_seat(self, after: Seat) -> "World":
        """This world with one node further on."""
        seats = tuple([after if seat.me == after.me else seat for seat in self.seats])
        return World(seats, self.polkas, self.shown)

    def with_heard(self, heard: Heard) -> "World":
        """This world with less to hear."""
        seats = tuple(
            Seat(seat.me, seat.local, said)
            for seat, said in zip(self.seats, heard.speech, strict=True)
        )
        return World(seats, heard.polkas, self.shown)
