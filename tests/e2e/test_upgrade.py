"""Real processes of two releases: a copy of the program knows one protocol version more, with a rule that differs."""

import random
from pathlib import Path

import pytest

from scripts.chaos.load import Load
from scripts.chaos.rig import Rig
from scripts.chaos.upgrade import upgrade
from scripts.chaos.verdict import judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 31
PEOPLE = 40
WORKERS = 2


@pytest.mark.feature("K10", "J2")
def test_a_city_is_upgraded_node_by_node_goes_on_meanwhile_and_votes_the_new_protocol_in(
    tmp_path: Path,
) -> None:
    """The old release stops before the height; the new rule holds nowhere before, everywhere after; nothing is lost."""
    with Rig(tmp_path, 4, PEOPLE) as rig:
        with Load(rig, WORKERS, SEED) as load:
            met = upgrade(rig, random.Random(SEED))
        assert met.note == "to 2"
        assert judge(rig, load).transactions
