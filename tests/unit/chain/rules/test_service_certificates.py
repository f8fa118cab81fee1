"""Service certificates: who may have one, what it counts, and what becomes of it when something is corrected."""

import pytest
from msgspec.structs import replace

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, OrderPolicy, Policy, month_of, year_start_ms
from node.chain.records import encode_record, touch_after
from node.chain.records.remarks import COMPLAINT, Complaint, complaint_id
from node.chain.records.service_certificates import (
    check_code,
    parse_number,
)
from node.chain.records.service_hours import ServiceYear, service_year_id
from node.chain.rules.service_certificates import YEAR_CERTIFICATES_MAX
from node.chain.tx.entries import EnterHonour
from node.chain.tx.identity import Register
from node.chain.tx.orders import AnswerComplaint, Complain
from node.chain.tx.service_certificates import IssueServiceCertificate
from node.chain.types import NO_ID, ZERO_HASH, Code, Height, Id, Minutes
from tests.kernel_city import GULOU, JIANYE, SITE, seed_of
from tests.money_city import EVIDENCE, MoneyCity
from tests.unit.chain.rules.holders import (
    after_notice,
    asked,
    last,
    revoking,
    served,
    volunteer_of,
    year_of,
)

pytestmark = pytest.mark.feature("H2")


def test_a_volunteer_has_the_hours_of_a_month_certified_for_nothing() -> None:
    """The number has district, year, serial; the record says period, hours, status and whose it is nowhere."""
    city = MoneyCity()
    volunteer, order = served(city, 120)
    before = city.person(volunteer).store_min
    city.do(volunteer, asked(city, volunteer, order))
    found = last(city)
    month = month_of(city.order(order).checked_in_ms)
    year = year_of(city)
    assert (found.district, found.year, found.serial) == (GULOU, year, 1)
    assert (found.from_month, found.until_month, found.status) == (month, month, "valid")
    assert (found.served_min, found.honour_min) == (120, 0)
    assert city.person(volunteer).store_min == before
    assert parse_number(found.number).key_id == found.key_id == f"gulou/{year}/1".encode()
    assert volunteer not in encode_record(found)


def test_the_check_code_comes_from_the_touch_with_which_the_record_was_created() -> None:
    """A signature nobody outside sees: serials alone lead nowhere."""
    city = MoneyCity()
    volunteer, order = served(city)
    signed = city.sign(volunteer, asked(city, volunteer, order))
    city.block(signed)
    found = last(city)
    touch = touch_after(city.chain_id, b"", signed.tx.signature)
    assert found.touch == touch
    assert found.check == check_code(found.district, found.year, found.serial, touch)


def test_serials_count_by_district_and_year_of_issue() -> None:
    """A new year begins again with one."""
    city = MoneyCity()
    one, other = volunteer_of(city), volunteer_of(city, "other", JIANYE)
    orders = city.earn(one), city.earn(other)
    after_notice(city)
    city.do(one, asked(city, one, orders[0]))
    city.do(other, asked(city, other, orders[1]))
    assert (last(city).serial, last(city, JIANYE).serial) == (1, 1)
    third = volunteer_of(city, "third")
    order = city.earn(third)
    city.wait(year_start_ms(year_of(city) + 1) - city.now_ms + 40 * DAY_MS)
    city.do(third, asked(city, third, order))
    assert last(city).serial == 1
    assert last(city).year == year_of(city)


def test_a_recorder_asks_for_a_person_with_evidence_and_nobody_else_does() -> None:
    """A neighbour, a reviewer, a recorder of another district and one without evidence are refused."""
    city = MoneyCity()
    volunteer, order = served(city)
    body = asked(city, volunteer, order, evidence=EVIDENCE)
    neighbour = city.new_person("neighbour")
    for stranger in (neighbour, city.staff("reviewer", GULOU), city.staff("recorder", JIANYE)):
        assert city.refusal(stranger, body) is ErrorCode.ROLE_MISSING
    recorder = city.staff("recorder", GULOU)
    assert (
        city.refusal(recorder, replace(body, evidence=ZERO_HASH)) is ErrorCode.RECORD_FIELD_MISSING
    )
    receipt = city.do(recorder, body)
    assert volunteer in receipt.persons, "it stands in the person's own history"
    assert last(city).served_min == 60
    nobody = replace(body, person=Id(bytes(15) + b"\x01"))
    assert city.refusal(recorder, nobody) is ErrorCode.UNKNOWN_RECIPIENT


@pytest.mark.feature("H1")
def test_a_person_whose_entry_is_not_committed_to_has_no_certificate() -> None:
    """The missing field of the first group is named."""
    city = MoneyCity()
    person = city.new_person("without")
    order = city.earn(person)
    after_notice(city)
    fault = city.fault(person, asked(city, person, order))
    assert fault is not None
    assert (fault.code, fault.detail) == (ErrorCode.RECORD_FIELD_MISSING, "person.commitment")


def test_a_person_who_was_never_approved_has_none() -> None:
    """There is no volunteer number yet."""
    city = MoneyCity()
    recorder = city.staff("recorder", GULOU)
    key = keys.public_key(seed_of("pending"))
    proof = keys.sign(seed_of("pending"), keys.possession_bytes(city.chain_id, key, GULOU.encode()))
    city.do(recorder, Register(GULOU, SITE, 1, key, proof, b"", b"", EVIDENCE))
    pending = derive_id(city.chain_id, recorder, 0, city.person(recorder).lanes[0] - 1, 0)
    body = IssueServiceCertificate(pending, 202_001, 202_001, EVIDENCE)
    assert city.refusal(recorder, body) is ErrorCode.NOT_APPROVED


@pytest.mark.feature("H1")
def test_a_service_whose_record_lacks_a_field_is_not_certified_and_not_lost() -> None:
    """A class that publishes without a review leaves nobody in charge: its minutes stand apart."""
    orders = OrderPolicy(review_exempt=(Code("cleaning"),), sample_permille=0)
    city = MoneyCity(Policy(1, Height(0), orders=orders))
    volunteer, payer = volunteer_of(city), city.new_person("payer")
    city.earn(payer, 90)
    order = city.request(payer, payer, service="cleaning")
    city.accept(order, volunteer)
    city.serve(order)
    city.confirm(order, payer)
    after_notice(city)
    assert (city.order(order).state, city.order(order).reviewer) == ("settled", NO_ID)
    month = month_of(city.order(order).checked_in_ms)
    found = city.get(ServiceYear, service_year_id(volunteer, month // 100)).months[0]
    assert (found.served_min, found.gap_min) == (0, 60)
    body = asked(city, volunteer, order)
    assert city.refusal(volunteer, body) is ErrorCode.MINUTES_OUT_OF_RANGE
    city.agree(city.corrected(order, 30), by=("arbiter", "treasurer"))
    found = city.get(ServiceYear, service_year_id(volunteer, month // 100)).months[0]
    assert (found.served_min, found.gap_min) == (0, 30)


@pytest.mark.parametrize(
    ("first", "until"),
    [
        (202_613, 202_613),
        (202_600, 202_601),
        (202_602, 202_601),
        (196_912, 202_001),
        (201_501, 202_501),
    ],
)
def test_a_period_is_whole_months_in_order_of_not_too_many_years(first: int, until: int) -> None:
    """No thirteenth month, none before the epoch, at most ten calendar years."""
    city = MoneyCity()
    volunteer = volunteer_of(city)
    body = IssueServiceCertificate(volunteer, first, until, ZERO_HASH)
    assert city.refusal(volunteer, body) is ErrorCode.WINDOW_OUT_OF_RANGE


def test_a_month_is_certified_when_it_is_over() -> None:
    """So a certificate never says less than its months had when it was printed for them."""
    city = MoneyCity()
    volunteer = volunteer_of(city)
    now = month_of(city.now_ms)
    body = IssueServiceCertificate(volunteer, now, now, ZERO_HASH)
    assert city.refusal(volunteer, body) is ErrorCode.TOO_EARLY


@pytest.mark.feature("G6")
def test_a_month_under_notice_is_not_certified() -> None:
    """Fourteen days from its last settlement; then it is."""
    city = MoneyCity()
    volunteer = volunteer_of(city)
    city.wait(year_start_ms(year_of(city) + 1) - city.now_ms - 4 * DAY_MS)
    order = city.earn(volunteer)
    body = asked(city, volunteer, order)
    free = city.order(order).final_ms + 14 * DAY_MS
    city.wait(free - city.now_ms - 5_000)
    assert city.refusal(volunteer, body) is ErrorCode.UNDER_NOTICE
    city.do(volunteer, body, after_ms=5_000)
    assert last(city).served_min == 60


@pytest.mark.feature("G6")
def test_a_month_under_objection_is_not_certified_until_the_complaint_is_answered() -> None:
    """Whatever the answer; a complaint before anybody served stops nothing."""
    city = MoneyCity()
    volunteer, order = served(city)
    elder = city.order(order).recipient
    later = city.request(elder, elder, payer_kind="fund", payer=NO_ID)
    city.do(elder, Complain(later, Code("rude"), EVIDENCE))
    receipt = city.do(elder, Complain(order, Code("rude"), EVIDENCE))
    body = asked(city, volunteer, order)
    fault = city.fault(volunteer, body)
    assert fault is not None
    assert fault.code is ErrorCode.UNDER_NOTICE
    assert "objection" in fault.detail
    id_ = complaint_id(city.chain_id, COMPLAINT, order, elder)
    month = month_of(city.order(order).checked_in_ms)
    assert (city.get(Complaint, id_).volunteer, city.get(Complaint, id_).month) == (
        volunteer,
        month,
    )
    answer = AnswerComplaint(id_, receipt.tx_id, Code("unfounded"), EVIDENCE)
    city.do(city.staff("arbiter", GULOU), answer)
    city.do(volunteer, body)
    assert last(city).status == "valid"


def test_honour_hours_stand_in_a_line_of_their_own() -> None:
    """Manual entries (补录) of the month of their service, never in the sum of the others."""
    city = MoneyCity()
    volunteer = volunteer_of(city)
    order = city.earn(volunteer, 60)
    entry = EnterHonour(
        volunteer,
        GULOU,
        SITE,
        Code("company"),
        city.order(order).checked_in_ms,
        Minutes(90),
        EVIDENCE,
    )
    city.agree(entry, by=("recorder", "reviewer"))
    after_notice(city)
    city.do(volunteer, asked(city, volunteer, order))
    assert (last(city).served_min, last(city).honour_min) == (60, 90)


def test_the_same_certificate_is_not_issued_twice_and_more_hours_make_another() -> None:
    """What exists can be printed again."""
    city = MoneyCity()
    volunteer, order = served(city)
    body = asked(city, volunteer, order)
    city.do(volunteer, body)
    assert city.refusal(volunteer, body) is ErrorCode.ALREADY_EXISTS
    begun = city.order(order).checked_in_ms
    entry = EnterHonour(volunteer, GULOU, SITE, Code("company"), begun, Minutes(30), EVIDENCE)
    city.agree(entry, by=("recorder", "reviewer"))
    city.wait(15 * DAY_MS)
    city.do(volunteer, body)
    assert (last(city).serial, last(city).honour_min) == (2, 30)


def test_one_year_has_so_many_certificates_and_a_revoked_one_makes_room() -> None:
    """A correction must put all of them right in one transaction."""
    city = MoneyCity()
    volunteer, order = served(city)
    body = asked(city, volunteer, order)
    for back in range(YEAR_CERTIFICATES_MAX):
        city.do(volunteer, replace(body, from_month=202_512 - back))
    more = replace(body, from_month=202_512 - YEAR_CERTIFICATES_MAX)
    assert city.refusal(volunteer, more) is ErrorCode.CERTIFICATE_LIMIT
    city.do(volunteer, revoking(city, volunteer))
    city.do(volunteer, more)
    assert last(city).serial == YEAR_CERTIFICATES_MAX + 1
