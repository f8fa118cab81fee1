"""A power loss at every single thing that a node does."""

from typing import get_args

import pytest

from node.consensus.effects import Effect, Ignore
from node.sim.crashpoints import crash_points

DISK = {
    "write votes",
    "sync votes",
    "write proposals",
    "sync proposals",
    "write blocks",
    "sync blocks",
    "write statements",
    "change directory",
    "sync directory",
}
PROPOSAL, VOTES = "send 16", "send 17"


@pytest.mark.slow
@pytest.mark.feature("K4")
def test_a_node_may_die_at_every_effect_of_its_core_and_every_touch_of_disk_and_network() -> None:
    """One seed, one run for each; no kind of effect is left out but the one that does nothing."""
    struck = crash_points(1)
    table = "\n".join(f"{count:5} {kind}" for kind, count in sorted(struck.items()))
    effects = {effect.__name__ for effect in get_args(Effect) if effect is not Ignore}
    assert effects | DISK | {PROPOSAL, VOTES} <= struck.keys(), table
    assert struck.total() > 100, table
