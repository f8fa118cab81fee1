"""What is refused when more timers are due than one block fires: a touched object's own timer has not run yet."""

from node.chain.errors import ErrorCode
from node.chain.limits import BLOCK_TIMERS_MAX
from node.chain.policy import DAY_MS, HOUR_MS, IssuancePolicy, Policy
from node.chain.tx.identity import AcceptKin
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.orders import RejectOrder, Withdraw
from node.chain.tx.organisation import OpenSite, Propose, Second
from node.chain.types import ZERO_HASH, Code, Height, Minutes
from tests.kernel_city import GULOU, JIANYE
from tests.narrow import narrow
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.refusals.identity import offered
from tests.unit.chain.rules.refusals.minutes import KEY_ELDERS, open_mint
from tests.unit.chain.rules.refusals.organisation import consented, proposed
from tests.unit.chain.rules.scene import Scene, town

REASON = Code("no-capacity")


def crowded() -> Scene:
    """As many proposed mints as a block fires timers, all due in an hour, before anything else."""
    scene = town(Policy(1, Height(0), issuance=IssuancePolicy(vote_ms=HOUR_MS)))
    operator = scene.city.operator(GULOU)
    body = ProposeMint(GULOU, 2026, KEY_ELDERS, Minutes(60), ZERO_HASH)
    number = scene.city.next_number(operator)
    signed = (
        scene.city.sign(operator, body, sequence=(0, number + i)) for i in range(BLOCK_TIMERS_MAX)
    )
    scene.city.block(*signed)
    return scene


@refused(ErrorCode.BLOCK_FULL)
def what_costs_more_than_a_block_may() -> Attempt:
    scene = town()
    narrow(scene.city.ledger, 1)
    return attempt(scene.city, scene.elder, scene.request_body())


@refused(ErrorCode.PROPOSAL_EXPIRED)
def kin_accepted_after_its_time() -> Attempt:
    scene = crowded()
    body = AcceptKin(*offered(scene), Code("own-key"), ZERO_HASH)
    return attempt(scene.city, scene.elder, body, 7 * DAY_MS)


@refused(ErrorCode.PROPOSAL_EXPIRED)
def kin_put_forward_after_its_time() -> Attempt:
    scene = crowded()
    body = Propose(consented(scene))
    return attempt(scene.city, scene.staff("recorder"), body, 7 * DAY_MS)


@refused(ErrorCode.PROPOSAL_EXPIRED)
def seconded_after_its_time() -> Attempt:
    scene = crowded()
    body = Second(*proposed(scene, OpenSite(GULOU, Code("site-9"))))
    return attempt(scene.city, scene.staff("reviewer"), body, 7 * DAY_MS)


@refused(ErrorCode.PROPOSAL_EXPIRED)
def voted_after_its_time() -> Attempt:
    scene = crowded()
    body = VoteMint(*open_mint(scene), 1)
    return attempt(scene.city, scene.city.operator(JIANYE), body, 2 * HOUR_MS)


@refused(ErrorCode.WRONG_STATE)
def rejected_after_its_time() -> Attempt:
    scene = crowded().request()
    body = RejectOrder(scene.order, REASON)
    return attempt(scene.city, scene.staff("reviewer"), body, 4 * DAY_MS)


@refused(ErrorCode.NO_SUCH_OBJECT)
def rejected_when_it_is_to_leave_the_state() -> Attempt:
    scene = crowded().request()
    scene.city.do(scene.elder, Withdraw(scene.order, REASON))
    body = RejectOrder(scene.order, REASON)
    return attempt(scene.city, scene.staff("reviewer"), body, 401 * DAY_MS)
