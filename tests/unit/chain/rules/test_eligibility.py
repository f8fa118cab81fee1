"""Who may serve, be served, and be paid for: the three attested flags and the review before them."""

import pytest

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import derive_id
from node.chain.policy import IssuancePolicy, Policy
from node.chain.rules.organisation import receipt_bytes
from node.chain.tx.identity import BureauReceipt, Register
from node.chain.tx.organisation import ApprovePerson, Propose, Second
from node.chain.types import NO_ID, ZERO_HASH, Height, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, SITE, seed_of
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town


def propose_and_second_alone(scene: Scene, action: ApprovePerson) -> ErrorCode:
    """What becomes of it when one reviewer does both."""
    reviewer = scene.staff("reviewer")
    receipt = scene.city.do(reviewer, Propose(action))
    return scene.city.refusal(reviewer, Second(Id(receipt.created[0][1:]), receipt.tx_id))


def desk_request(scene: Scene, recipient: Id, payer_kind: str = "fund") -> None:
    """Asked for on behalf."""
    payer = recipient if payer_kind == "person" else NO_ID
    scene.request(scene.staff("recorder"), recipient=recipient, payer_kind=payer_kind, payer=payer)


@pytest.mark.feature("C1")
def test_a_volunteer_whom_nobody_has_reviewed_accepts_nothing() -> None:
    """Registration alone gives no voice; approval needs the bureau's receipt and two persons."""
    scene = town().request().publish()
    city, recorder = scene.city, scene.staff("recorder")
    key, proof = city.new_key("new", GULOU.encode())
    number = city.person(recorder).lanes[0]
    origin = city.do(recorder, Register(GULOU, SITE, 1, key, proof, b"", b"", EVIDENCE)).tx_id
    new = derive_id(city.chain_id, recorder, 0, number, 0)
    city.seeds[new] = seed_of("new")
    assert city.refusal(new, scene.accept_body()) == ErrorCode.SENDER_NOT_ACTIVE

    forged = BureauReceipt(1, bytes(64))
    flags = (FAR_MS, FAR_MS, FAR_MS)
    unreceipted = Propose(ApprovePerson(new, origin, *flags, ZERO_HASH, forged))
    reviewer = scene.staff("reviewer")
    assert city.refusal(reviewer, unreceipted) == ErrorCode.RECEIPT_INVALID
    bureau = keys.sign(seed_of("bureau"), receipt_bytes(city.chain_id, new, GULOU, 1))
    sound = ApprovePerson(new, origin, *flags, ZERO_HASH, BureauReceipt(1, bureau))
    assert propose_and_second_alone(scene, sound) == ErrorCode.SAME_PERSON
    city.approve(new, origin)
    city.do(new, scene.accept_body())


@pytest.mark.feature("C4")
def test_a_recipient_without_the_flag_is_not_served_on_stored_time() -> None:
    """However many minutes they have."""
    scene = town()
    earner = scene.city.new_person("earner", receive=False)
    scene.earn(earner, 60)
    desk_request(scene, earner, "person")
    code = scene.city.refusal(scene.staff("second"), scene.approve_body())
    assert code == ErrorCode.NOT_MAY_RECEIVE


@pytest.mark.feature("C4")
def test_the_fund_pays_for_a_key_elder_within_the_months_allowance() -> None:
    """And for nobody else."""
    issuance = IssuancePolicy(allowance_month_min=Minutes(60))
    scene = town(Policy(1, Height(0), issuance=issuance))
    other = scene.city.new_person("other")
    desk_request(scene, other)
    second = scene.staff("second")
    assert scene.city.refusal(second, scene.approve_body()) == ErrorCode.NOT_MAY_BE_FUNDED
    scene.request().publish()
    scene.request()
    assert scene.city.refusal(second, scene.approve_body()) == ErrorCode.ALLOWANCE_USED
