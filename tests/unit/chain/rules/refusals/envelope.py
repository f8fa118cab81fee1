"""What is refused before anybody asks what a transaction says."""

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import digest
from node.chain.limits import LANES_MAX
from node.chain.policy import DAY_MS, LedgerPolicy, Policy
from node.chain.tx.envelope import Body
from node.chain.tx.governance import Rejoin
from node.chain.tx.identity import (
    AcceptKin,
    GrantAgent,
    OfferKin,
    Register,
    RevokeAgent,
    RotateKey,
)
from node.chain.tx.issuance import ProposeMint
from node.chain.tx.orders import (
    Appeal,
    ApproveOrder,
    GiveBack,
    Reduce,
    RejectOrder,
    Withdraw,
)
from node.chain.tx.organisation import Decline, OpenSite, Propose, Second
from node.chain.tx.transfers import Donate, Give
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from tests.kernel_city import GULOU, SITE, seed_of, sign_transaction
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import NOBODY, town

ANYTHING = RevokeAgent(NOBODY, NOBODY)


def _envelope(**changes: object) -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, ANYTHING, 1_000, **changes)


@refused(ErrorCode.UNKNOWN_VERSION)
def another_version() -> Attempt:
    return _envelope(version=2)


@refused(ErrorCode.UNKNOWN_SUITE)
def another_suite() -> Attempt:
    return _envelope(suite=2)


@refused(ErrorCode.UNKNOWN_SENDER)
def a_sender_nobody_knows() -> Attempt:
    scene = town()
    return attempt(scene.city, NOBODY, ANYTHING, seed=seed_of("nobody"))


@refused(ErrorCode.SENDER_NOT_ACTIVE)
def a_sender_not_approved_yet() -> Attempt:
    city = town().city
    recorder = city.staff("recorder", GULOU)
    key = keys.public_key(seed_of("new"))
    proof = keys.sign(seed_of("new"), keys.possession_bytes(city.chain_id, key, GULOU.encode()))
    receipt = city.do(recorder, Register(GULOU, SITE, 1, key, proof, b"", b"", ZERO_HASH))
    return attempt(city, Id(receipt.created[0][1:]), ANYTHING, seed=seed_of("new"))


@refused(ErrorCode.SENDER_HAS_NO_KEY)
def a_sender_without_a_key() -> Attempt:
    city = town().city
    return attempt(city, city.new_person("qian", keyless=True), ANYTHING)


@refused(ErrorCode.BAD_SIGNATURE)
def another_persons_signature() -> Attempt:
    return _envelope(seed=seed_of("li"))


@refused(ErrorCode.BAD_SIGNATURE)
def a_signature_for_another_chain() -> Attempt:
    scene = town()
    sound = attempt(scene.city, scene.elder, ANYTHING)
    other = Hash(digest("genesis", Hash(b""), b"another city"))
    seed = scene.city.seeds[scene.elder]
    return sound._replace(signed=sign_transaction(other, seed, sound.signed.tx))


@refused(ErrorCode.EXPIRED)
def after_its_time() -> Attempt:
    scene = town()
    until = EpochMs(scene.city.now_ms + 999)
    return attempt(scene.city, scene.elder, ANYTHING, valid_until_ms=until)


@refused(ErrorCode.VALIDITY_TOO_LONG)
def valid_for_too_long() -> Attempt:
    scene = town()
    until = EpochMs(scene.city.now_ms + 1_001 + LedgerPolicy().validity_max_ms)
    return attempt(scene.city, scene.elder, ANYTHING, valid_until_ms=until)


@refused(ErrorCode.STALE_POLICY)
def a_policy_that_is_not_in_force_yet() -> Attempt:
    return _envelope(policy_version=2)


@refused(ErrorCode.STALE_POLICY)
def no_policy_at_all() -> Attempt:
    return _envelope(policy_version=0)


@refused(ErrorCode.TOO_MANY_LANES)
def a_lane_too_many() -> Attempt:
    return _envelope(sequence=(LANES_MAX, 0))


@refused(ErrorCode.SEQUENCE_USED)
def a_number_used_before() -> Attempt:
    scene = town()
    scene.city.do(scene.elder, GrantAgent(scene.stranger, (Code("confirm"),)))
    return attempt(scene.city, scene.elder, ANYTHING, sequence=(0, 0))


@refused(ErrorCode.SEQUENCE_GAP)
def a_number_left_out() -> Attempt:
    return _envelope(sequence=(0, 1))


@refused(ErrorCode.SEQUENCE_GAP)
def a_new_lane_that_begins_at_one() -> Attempt:
    return _envelope(sequence=(3, 1))


@refused(ErrorCode.DAILY_QUOTA)
def more_than_a_days_quota() -> Attempt:
    scene = town(Policy(1, Height(0), ledger=LedgerPolicy(person_day_max=20)))
    for _ in range(20):
        scene.city.do(scene.elder, GrantAgent(scene.stranger, (Code("confirm"),)))
    return attempt(scene.city, scene.elder, ANYTHING)


@refused(ErrorCode.DAILY_QUOTA)
def former_staff_with_a_persons_quota() -> Attempt:
    scene = town(Policy(1, Height(0), ledger=LedgerPolicy(person_day_max=20)))
    scene.give_role(scene.elder, "privacy", until_ms=EpochMs(scene.city.now_ms + DAY_MS))
    scene.city.wait(2 * DAY_MS)
    for _ in range(20):
        scene.city.do(scene.elder, GrantAgent(scene.stranger, (Code("confirm"),)))
    return attempt(scene.city, scene.elder, ANYTHING)


@refused(ErrorCode.NOT_AUTHORITY)
def a_person_who_mints() -> Attempt:
    scene = town()
    body = ProposeMint(GULOU, 2026, Code("key-elders"), Minutes(60), ZERO_HASH)
    return attempt(scene.city, scene.elder, body)


SPOKEN_BY_PERSONS: tuple[Body, ...] = (
    Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH),
    OfferKin(NOBODY, Code("parent")),
    AcceptKin(NOBODY, ZERO_HASH, Code("own-key"), ZERO_HASH),
    RotateKey(1, bytes(32), bytes(64)),
    GrantAgent(NOBODY, (Code("confirm"),)),
    Propose(OpenSite(GULOU, Code("site-9"))),
    Second(NOBODY, ZERO_HASH),
    Decline(NOBODY, ZERO_HASH, Code("no")),
    town().request_body(),
    ApproveOrder(NOBODY, ZERO_HASH, 1),
    RejectOrder(NOBODY, Code("no")),
    Withdraw(NOBODY, Code("no")),
    GiveBack(NOBODY, Code("no")),
    Reduce(NOBODY, Minutes(0)),
    Appeal(NOBODY, Code("no")),
    Give(NOBODY, Minutes(1)),
    Donate(Code("city"), Minutes(1)),
)


def _by_an_operator(body: Body) -> None:
    def prepare() -> Attempt:
        city = town().city
        return attempt(city, city.operator(GULOU), body)

    prepare.__name__ = f"an_operator_who_says_{type(body).__name__}"
    refused(ErrorCode.ROLE_MISSING)(prepare)


for _body in SPOKEN_BY_PERSONS:
    _by_an_operator(_body)


@refused(ErrorCode.NOT_AUTHORITY)
def a_person_who_rejoins() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, Rejoin(bytes(16)))


@refused(ErrorCode.NOT_AUTHORITY)
def an_operators_key_that_rejoins_for_the_seat() -> Attempt:
    city = town().city
    return attempt(city, city.operator(GULOU), Rejoin(bytes(16)))
