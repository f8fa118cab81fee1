"""An execution for people."""

from collections.abc import Iterator
from typing import assert_never

from node.sim.explore.seat import Build, Fire, Restart, Stimulus, Tell
from node.sim.explore.statements import NAMES, Bundle, told


def story_of(me: int, stimuli: tuple[Stimulus, ...]) -> list[str]:
    """What happens to one node, a line for each stimulus."""
    return [f"node {me}: {_told(stimulus)}" for stimulus in stimuli]


def _told(stimulus: Stimulus) -> str:
    match stimulus:
        case Tell():
            return f"hears {'; '.join(_heard(stimulus))}"
        case Fire():
            return f"its {stimulus.kind} timer runs out"
        case Build():
            return f"has built {NAMES[stimulus.block]}"
        case Restart():
            return "stops and starts again"
        case _:
            assert_never(stimulus)


def _heard(stimulus: Tell) -> Iterator[str]:
    yield from (told(voiced) for voiced in stimulus.messages)
    yield from (f"with {_polka(bundle)}" for bundle in stimulus.polkas)


def _polka(bundle: Bundle) -> str:
    voters = ", ".join(
        f"{signer}" + (f" jr {jr}" if jr >= 0 else "") for signer, jr in bundle.voters
    )
    return f"a polka for {NAMES[bundle.block]} in round {bundle.round} by {voters}"
