"""What becomes of a service certificate: corrected services amend it, the person or a certifier revokes it."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, OrderPolicy, Policy, month_of
from node.chain.records.orders import Order
from node.chain.records.service_certificates import (
    ServiceCertificate,
    certificate_id,
)
from node.chain.tx.entries import CorrectHonour, EnterHonour
from node.chain.tx.leaving import FinishClosing, MergePersons
from node.chain.tx.organisation import GrantRole
from node.chain.tx.service_certificates import IssueServiceCertificate
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Minutes
from tests.kernel_city import GULOU, JIANYE, SITE
from tests.money_city import EVIDENCE, MoneyCity
from tests.unit.chain.rules.holders import (
    after_notice,
    asked,
    last,
    revoking,
    served,
    volunteer_of,
)

pytestmark = pytest.mark.feature("H2")

STAFF = ("arbiter", "treasurer")


def test_a_correction_amends_every_certificate_that_counted_the_service() -> None:
    """One hour was half an hour: hours and status say so; a certificate of other months stays; notice begins again."""
    city = MoneyCity()
    volunteer, order = served(city)
    body = asked(city, volunteer, order)
    city.do(volunteer, body)
    city.do(volunteer, replace(body, from_month=202_512))
    later = city.earn(volunteer, 60)
    after_notice(city)
    city.do(volunteer, asked(city, volunteer, later))
    city.agree(city.corrected(order, 30), by=STAFF)
    ids = [certificate_id(GULOU, last(city).year, serial) for serial in (1, 2, 3)]
    assert [(c.status, c.served_min) for c in (city.get(ServiceCertificate, i) for i in ids)] == [
        ("amended", 30),
        ("amended", 30),
        ("valid", 60),
    ]
    assert city.refusal(volunteer, body) is ErrorCode.UNDER_NOTICE
    city.wait(15 * DAY_MS)
    city.do(volunteer, body)
    assert (last(city).status, last(city).served_min) == ("valid", 30)


def test_a_correction_of_what_a_certificate_did_not_count_leaves_it_valid() -> None:
    """An order that settled after the certificate was issued, in the same month."""
    city = MoneyCity()
    volunteer = volunteer_of(city)
    city.wait(5 * DAY_MS)
    first = city.earn(volunteer)
    elder = city.new_person("late", serve=False, funded=True)
    city.mint(GULOU, 60)
    second = city.request(elder, elder, payer_kind="fund", payer=NO_ID)
    city.publish(second)
    city.accept(second, volunteer)
    city.serve(second)
    city.wait(4 * DAY_MS)
    assert city.get(Order, second).state == "disputed"
    city.wait(25 * DAY_MS)
    city.do(volunteer, asked(city, volunteer, first))
    assert last(city).served_min == 60
    city.confirm(second, elder)
    city.wait(9 * DAY_MS)
    assert city.get(Order, second).state == "settled"
    city.agree(city.corrected(second, 30), by=STAFF)
    assert (last(city).status, last(city).served_min) == ("valid", 60)


def test_a_corrected_manual_entry_amends_too() -> None:
    """With a policy whose notice is shorter than the days in which an entry may be corrected."""
    orders = OrderPolicy(certifiable_after_ms=DAY_MS, sample_permille=0)
    city = MoneyCity(Policy(1, Height(0), orders=orders))
    volunteer = volunteer_of(city)
    before = EpochMs(city.now_ms - 40 * DAY_MS)
    entry = EnterHonour(volunteer, GULOU, SITE, Code("company"), before, Minutes(90), EVIDENCE)
    proposal = city.agree(entry, by=("recorder", "reviewer"))
    city.wait(2 * DAY_MS)
    month = month_of(before)
    city.do(volunteer, IssueServiceCertificate(volunteer, month, month, ZERO_HASH))
    assert (last(city).served_min, last(city).honour_min) == (0, 90)
    origin = city.ledger.records[b"\x68" + proposal].origin  # type: ignore[union-attr]
    action = CorrectHonour(proposal, origin, Minutes(60), EVIDENCE)
    city.two(city.staff("reviewer", GULOU), city.staff("second", GULOU), action)
    assert (last(city).status, last(city).honour_min) == ("amended", 30)


def test_the_person_revokes_and_the_number_says_so() -> None:
    """Twice is refused, and hours and period stay what they were."""
    city = MoneyCity()
    volunteer, order = served(city)
    city.do(volunteer, asked(city, volunteer, order))
    before = last(city)
    body = revoking(city, volunteer)
    city.do(volunteer, body)
    assert replace(last(city), touch=before.touch) == replace(before, status=Code("revoked"))
    assert city.refusal(volunteer, body) is ErrorCode.ALREADY_DONE
    city.agree(city.corrected(order, 30), by=STAFF)
    assert (last(city).status, last(city).served_min) == ("revoked", 60)


def test_a_certifier_revokes_with_evidence_and_nobody_else_does() -> None:
    """Neither a recorder, nor a certifier who names another person, nor one without evidence."""
    city = MoneyCity()
    volunteer, order = served(city)
    city.do(volunteer, asked(city, volunteer, order))
    certifier = city.new_person("certifier")
    grant = GrantRole(certifier, Code("certifier"), GULOU, Code("-"), EpochMs(city.now_ms + DAY_MS))
    city.two(city.staff("recorder", GULOU), city.staff("reviewer", GULOU), grant)
    body = revoking(city, volunteer, EVIDENCE)
    assert city.refusal(city.staff("recorder", GULOU), body) is ErrorCode.ROLE_MISSING
    assert (
        city.refusal(certifier, replace(body, evidence=ZERO_HASH)) is ErrorCode.RECORD_FIELD_MISSING
    )
    other = volunteer_of(city, "other")
    assert city.refusal(certifier, replace(body, person=other)) is ErrorCode.NOT_A_PARTY
    assert city.refusal(certifier, replace(body, serial=9)) is ErrorCode.NO_SUCH_OBJECT
    city.do(certifier, body)
    assert last(city).status == "revoked"


def test_a_merged_duplicate_keeps_its_hours_and_staff_certify_them() -> None:
    """The account is closed and cannot ask by itself."""
    city = MoneyCity()
    duplicate, order = served(city)
    survivor = volunteer_of(city, "survivor")
    merge = MergePersons(duplicate, survivor, EVIDENCE)
    two = (city.staff("reviewer", GULOU), city.staff("reviewer", JIANYE))
    city.two(*two, merge)
    city.do(city.staff("reviewer", GULOU), FinishClosing(duplicate))
    assert city.person(duplicate).status == "closed"
    body = asked(city, duplicate, order, evidence=EVIDENCE)
    assert city.refusal(duplicate, body) is ErrorCode.SENDER_NOT_ACTIVE
    city.do(city.staff("recorder", GULOU), body)
    assert last(city).served_min == 60
