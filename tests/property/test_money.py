"""Random histories of the money-like rules: whatever people try, in whatever order, the sums hold after every block.

After every adopted block all records are added up and compared with the running totals (``tests.full_sums``).
"""

import pytest

from node.chain.records.accounts import City
from tests.money_play import Play

STEPS = 300
OFTEN = frozenset(
    {
        "AttestCapacity",
        "AgreeSettlement",
        "AttendEvent",
        "Capture",
        "CloseEvent",
        "Compensate",
        "ConvertHonour",
        "Correct",
        "CreditAttendance",
        "Donate",
        "EnterHonour",
        "LeaveEvent",
        "OpenEvent",
        "ProposeSettlement",
        "Redeem",
        "ReleaseRedemption",
        "UndoDonation",
    }
)
"""What must have been admitted at least once, or the history means little."""


@pytest.mark.feature("A1")
@pytest.mark.feature("A8")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sums_hold_whatever_people_try(seed: int) -> None:
    """Every block is added up in full; enough of what was tried must have been admitted to mean something."""
    play = Play(seed)
    for _ in range(STEPS):
        play.step()
    missing = OFTEN - set(play.admitted)
    assert not missing, f"never admitted: {sorted(missing)}"
    assert play.city.get(City, b"city").capacity_used > 0
