"""What a planted bug is, and the hunt for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from node.sim.outcome import SHOWN, run
from node.sim.plans import Plan

HONEST: Final = Plan(seed=10_000)
LIAR: Final = Plan(seed=20_000, liars=1)
TWINS: Final = Plan(seed=30_000, liars=1, twins=True)


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of a module or class, and what stands there instead."""

    owner: object
    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted bug."""

    name: str
    bug: str
    """What is wrong, in a sentence."""
    plan: Plan
    """Kind of world; seeds count up from its own."""
    patches: tuple[Patch, ...]
    seeds: int = 60
    """Within so many seeds it must be caught."""
    play: Callable[[Plan], object] = run
    """What is played: a random world, or a scripted one."""


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The program with the bug in it."""
    originals = [(p, vars(p.owner)[p.name]) for p in mutant.patches]
    try:
        for patch in mutant.patches:
            setattr(patch.owner, patch.name, patch.value)
        yield
    finally:
        for patch, original in originals:
            setattr(patch.owner, patch.name, original)


@dataclass(frozen=True, slots=True)
class Catch:
    """How a bug was caught."""

    seeds: int
    """How many it took."""
    reason: str


def hunt(mutant: Mutant) -> Catch | None:
    """Run seed after seed until the bug shows; None when it does not.

    A run catches a bug if it breaks an invariant, or if the program itself notices. Any other exception is a fault of
    the mutant and ends the hunt.
    """
    with planted(mutant):
        for number in range(mutant.seeds):
            reason = _breaks(mutant, replace(mutant.plan, seed=mutant.plan.seed + number))
            if reason is not None:
                return Catch(number + 1, reason)
    return None


def _breaks(mutant: Mutant, plan: Plan) -> str | None:
    try:
        mutant.play(plan)
    except SHOWN as shown:
        return f"{type(shown).__name__}: {shown}"
    return None


def nothing(*_: object, **__: object) -> None:
    """Instead of something."""


def always(*_: object, **__: object) -> bool:
    """Instead of a question."""
    return True


def never(*_: object, **__: object) -> bool:
    """Instead of a question."""
    return False
