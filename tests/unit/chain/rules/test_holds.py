"""Holds, payment and release: where an order's minutes are at every step."""

from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, month_of
from tests.unit.chain.rules.scene import Scene, town


def allowance(scene: Scene) -> dict[int, tuple[int, int]]:
    """(held, used) minutes of the elder, by month."""
    return {a.month: (a.held, a.used) for a in scene.city.person(scene.elder).allowances}


def test_a_hold_that_outlives_three_months_still_counts_in_its_own() -> None:
    """Dispute, verdict and appeal take months; meanwhile the allowances of newer months come and go."""
    scene = town().request().publish().accept().check_in().check_out()
    first, disputed = month_of(scene.now().start_ms), scene.order
    newer: list[int] = []

    def ask_again() -> None:
        scene.request(start_ms=scene.city.now_ms + 13 * DAY_MS).publish()
        newer.append(month_of(scene.now().start_ms))
        scene.order = disputed

    scene.city.wait(4 * DAY_MS)  # Nobody confirmed: disputed.
    ask_again()
    scene.city.wait(28 * DAY_MS)
    scene.rule("split", 30, by="city-arbiter")
    ask_again()
    scene.city.wait(6 * DAY_MS)
    scene.appeal()
    scene.city.wait(20 * DAY_MS)
    ask_again()
    assert scene.now().state is State.DISPUTED
    assert len({first, *newer}) == 4
    assert allowance(scene)[first] == (60, 0)

    scene.lapse()

    assert scene.now().state is State.VOID
    assert first not in allowance(scene) or allowance(scene)[first] == (0, 0)
