"""A network that loses, repeats, delays, reorders and parts."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from node.sim.agenda import Agenda


@dataclass(slots=True)
class Weather:
    """How bad the network is at the moment."""

    loss: float = 0.0
    repeat: float = 0.0
    delay_min_ms: int = 1
    delay_max_ms: int = 5
    slow: float = 0.0
    """Share of messages that take up to ``slow_max_ms``."""
    slow_max_ms: int = 3_000


class Network:
    """Carries frames between places; a place is one running copy of a node."""

    def __init__(self, agenda: Agenda, rng: Random) -> None:
        """Clear weather, everybody reaches everybody."""
        self.weather = Weather()
        self.sent = 0
        self._agenda = agenda
        self._rng = rng
        self._parts: dict[int, int] = {}

    def part(self, groups: dict[int, int]) -> None:
        """Only places of the same group reach each other."""
        self._parts = dict(groups)

    def heal(self) -> None:
        """Everybody reaches everybody."""
        self._parts = {}

    def reaches(self, source: int, target: int) -> bool:
        """Whether the network carries anything from one place to the other."""
        return self._parts.get(source, 0) == self._parts.get(target, 0)

    def carry(self, source: int, target: int, deliver: Callable[[], None]) -> None:
        """Deliver after a while, perhaps twice, perhaps never."""
        self.sent += 1
        weather, rng = self.weather, self._rng
        if not self.reaches(source, target) or rng.random() < weather.loss:
            return
        for _ in range(2 if rng.random() < weather.repeat else 1):
            slow = rng.random() < weather.slow
            longest = weather.slow_max_ms if slow else weather.delay_max_ms
            self._agenda.plan(rng.randint(weather.delay_min_ms, longest), deliver)
