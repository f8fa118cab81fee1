"""Misfortunes: what happens to network, power, disks and clocks of a city in the time of trouble."""

from collections.abc import Sequence
from enum import Enum
from random import Random
from typing import Final

from node.sim.network import Network, Weather
from node.sim.plans import Plan
from node.sim.simnode import SimulatedNode

FUSE_ACTIONS_MAX: Final = 60
"""A node that is going to die does so within so many writes, syncs and sends: some two heights."""
SKEW_MAX_MS: Final = 100
"""Clocks that are right differ by less than the precision that block times are judged by."""
DRIFTS_PERMILLE: Final = (0, 5, 20, 200)
"""Up to a fifth: within the time of trouble that is far beyond the precision."""
JUMPS_MS: Final = (50, 300, 2_000, 3_600_000)
JUMP_CHANCE: Final = 0.1
"""Of some clock to be set to another time, at each step."""


class Misfortune(Enum):
    """What fate may choose."""

    NOTHING = "nothing"
    PARTITION = "partition"
    HEALING = "healing"
    BAD_WEATHER = "bad weather"
    GOOD_WEATHER = "good weather"
    POWER_LOSS = "power loss"
    BLACKOUT = "blackout"
    """The power of the whole city goes at once."""


MISFORTUNES: Final = {
    Misfortune.NOTHING: 43,
    Misfortune.PARTITION: 10,
    Misfortune.HEALING: 15,
    Misfortune.BAD_WEATHER: 10,
    Misfortune.GOOD_WEATHER: 5,
    Misfortune.POWER_LOSS: 15,
    Misfortune.BLACKOUT: 2,
}
"""How often, in parts of a hundred."""


class Fate:
    """Draws from the world's one source of chance."""

    def __init__(
        self, plan: Plan, rng: Random, network: Network, nodes: Sequence[SimulatedNode]
    ) -> None:
        """Rule over a city.

        Args:
            plan: what may happen.
            rng: of the world.
            network: that it parts.
            nodes: that it kills.
        """
        self._plan = plan
        self._rng = rng
        self._network = network
        self._nodes = nodes

    def begin(self, node: SimulatedNode, now_ms: int) -> None:
        """Give a node the clock that it has in the time of trouble."""
        self.set_right(node, now_ms)
        if self._plan.clocks:
            rate = self._rng.choice(DRIFTS_PERMILLE)
            node.clock.drift(now_ms, self._rng.choice((-1, 1)) * rate)

    def set_right(self, node: SimulatedNode, now_ms: int) -> None:
        """As right as clocks are."""
        node.clock.set_right(now_ms, self._rng.randint(-SKEW_MAX_MS, SKEW_MAX_MS))

    def strike(self, now_ms: int) -> None:
        """What happens now; most of the time nothing does."""
        events = tuple(MISFORTUNES)
        chosen = self._rng.choices(events, [MISFORTUNES[e] for e in events])[0]
        match chosen:
            case Misfortune.PARTITION:
                self._network.part({n.place: self._rng.randrange(2) for n in self._nodes})
            case Misfortune.HEALING:
                self._network.heal()
            case Misfortune.BAD_WEATHER:
                self._network.weather = bad_weather(self._rng)
            case Misfortune.GOOD_WEATHER:
                self._network.weather = Weather()
            case Misfortune.POWER_LOSS if self._plan.crashes:
                self._light()
            case Misfortune.BLACKOUT if self._plan.crashes:
                for node in self._nodes:
                    if node.alive:
                        node.crash()
            case _:
                pass
        if self._plan.clocks and self._rng.random() < JUMP_CHANCE:
            by_ms = self._rng.choice((-1, 1)) * self._rng.choice(JUMPS_MS)
            self._rng.choice(self._nodes).clock.jump(now_ms, by_ms)

    def _light(self) -> None:
        fuse = self._rng.choice(self._nodes).fuse
        actions = self._rng.randrange(FUSE_ACTIONS_MAX)
        spoils = self._plan.disk_faults and self._rng.getrandbits(1)
        (fuse.spoil if spoils else fuse.light)(actions)


def bad_weather(rng: Random) -> Weather:
    """Some way for a network to be bad."""
    return Weather(
        loss=rng.choice((0.0, 0.05, 0.3)),
        repeat=rng.choice((0.0, 0.1)),
        delay_max_ms=rng.choice((5, 50, 400)),
        slow=rng.choice((0.0, 0.05)),
    )
