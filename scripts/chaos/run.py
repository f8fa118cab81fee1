"""One run: troubles in a random order, each followed by healing and by the checks that are cheap."""

import random
import time
from dataclasses import dataclass, field
from typing import Final

from scripts.chaos.checks import require_kept
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig
from scripts.chaos.troubles import TROUBLES

SAMPLE: Final = 20
"""Newest transactions compared on every node after each trouble; all of them at the end."""


@dataclass(frozen=True, slots=True)
class Done:
    """One trouble and how it ended."""

    kind: str
    where: str
    seconds: float
    """From the harm to a city of one mind again."""
    height: int
    note: str = ""


@dataclass(slots=True)
class Run:
    """A city under load, and the troubles it has met."""

    rig: Rig
    load: Load
    chance: random.Random
    done: list[Done] = field(default_factory=list)

    def trouble(self, name: str) -> Done:
        """Do one kind of harm, and wait until the city has got over it.

        Raises:
            Trouble: it has not, or something final is lost.
        """
        begun_s = time.monotonic()
        met = TROUBLES[name](self.rig, self.chance)
        height = self.rig.settle()
        spent_s = time.monotonic() - begun_s
        one = Done(met.kind, ", ".join(met.districts), spent_s, height, met.note)
        settled = [told for told in self.load.history.told if told.height <= height]
        require_kept(self.rig, settled[-SAMPLE:])
        self.done.append(one)
        return one


def plan_of(chance: random.Random, kills: int, others: int) -> tuple[str, ...]:
    """Names of troubles in a random order.

    Args:
        chance: of the order.
        kills: how many of the first kind.
        others: how many of every other kind.
    """
    names = ["kill"] * kills + [name for name in TROUBLES if name != "kill"] * others
    chance.shuffle(names)
    return tuple(names)
