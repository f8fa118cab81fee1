"""Refused because something is used up: codes of a sheet, shares and quotas of a month, pools; or out of bounds."""

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.limits import POLICY_AHEAD_MAX_BLOCKS
from node.chain.policy import DAY_MS, ManualPolicy, OrderPolicy, Policy
from node.chain.tx.corrections import Compensate
from node.chain.tx.entries import EnterHonour
from node.chain.tx.governance import PolicyChange, ProposeMotion
from node.chain.tx.organisation import Propose
from node.chain.types import Code, EpochMs, Height, Minutes
from tests.kernel_city import GULOU, SITE
from tests.kernel_genesis import UNSAMPLED
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town
from tests.unit.chain.rules.slips import code_body, handed_out, slip

AHEAD_BLOCKS = 60


def _served(scene: Scene) -> Scene:
    return scene.request().publish().accept().check_in().check_out()


@refused(ErrorCode.CODE_USED)
def a_code_scratched_before() -> Attempt:
    scene = _served(handed_out())
    scene.city.do(scene.volunteer, code_body(scene, slip(0)))
    scene.lapse()
    return attempt(scene.city, scene.volunteer, code_body(_served(scene), slip(0)))


@refused(ErrorCode.METHOD_LIMIT)
def witnessed_beyond_the_share_of_the_site() -> Attempt:
    orders = OrderPolicy(witness_free_min=Minutes(60), sample_permille=0)
    scene = _served(town(Policy(1, Height(0), orders=orders)))
    clerk = scene.staff("clerk")
    scene.city.do(clerk, scene.confirm_body(method="witness", proof=EVIDENCE))
    body = _served(scene).confirm_body(method="witness", proof=EVIDENCE)
    return attempt(scene.city, clerk, body)


def _entry(scene: Scene, minutes: int) -> Propose:
    yesterday = EpochMs(scene.city.now_ms - DAY_MS)
    action = EnterHonour(
        scene.volunteer, GULOU, SITE, Code("company"), yesterday, Minutes(minutes), EVIDENCE
    )
    return Propose(action)


def _entered() -> Scene:
    """Two hours by hand: all that the recorder may enter this month."""
    manual = ManualPolicy(recorder_month_max_min=Minutes(120), site_month_max_min=Minutes(180))
    scene = town(replace(UNSAMPLED, manual=manual))
    action = _entry(scene, 120).action
    scene.city.two(scene.staff("recorder"), scene.staff("second"), action)
    return scene


@refused(ErrorCode.ENTRY_QUOTA)
def entered_beyond_the_months_minutes_of_the_recorder() -> Attempt:
    scene = _entered()
    return attempt(scene.city, scene.staff("recorder"), _entry(scene, 1))


@refused(ErrorCode.ENTRY_QUOTA)
def entered_beyond_the_months_minutes_of_the_site() -> Attempt:
    scene = _entered()
    return attempt(scene.city, scene.staff("clerk"), _entry(scene, 61))


@refused(ErrorCode.POOL_EMPTY)
def compensated_out_of_an_empty_pool() -> Attempt:
    scene = town()
    action = Compensate(scene.elder, Minutes(60), Code("pool.harm"), EVIDENCE)
    return attempt(scene.city, scene.staff("arbiter"), Propose(action))


def _policy(scene: Scene, ahead: int, **persons: object) -> Attempt:
    changed = replace(UNSAMPLED.persons, **persons)  # type: ignore[arg-type]
    height = Height(scene.city.ledger.height + ahead)
    policy = replace(UNSAMPLED, version=2, activation_height=height, persons=changed)
    body = ProposeMotion(PolicyChange(policy), EVIDENCE)
    return attempt(scene.city, scene.city.operator(GULOU), body)


@refused(ErrorCode.POLICY_OUT_OF_BOUNDS)
def a_policy_that_nobody_lives_to_see() -> Attempt:
    return _policy(town(), POLICY_AHEAD_MAX_BLOCKS + 2)


@refused(ErrorCode.POLICY_OUT_OF_BOUNDS)
def a_policy_with_a_number_beyond_its_bounds() -> Attempt:
    return _policy(town(), AHEAD_BLOCKS, kin_max=1_000)
