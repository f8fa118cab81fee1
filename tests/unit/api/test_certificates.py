"""Service certificates on the real door: anybody checks a number and learns four things."""

import pytest

from node.api.limits import CHECK_CLIENTS_MAX, CHECK_MISSES_MAX
from node.api.routes.certificates import Misses
from node.chain.policy import DAY_MS, month_of
from node.chain.proof import verify_proof
from node.chain.records.service_certificates import (
    ALPHABET,
    CertificateNumber,
    ServiceCertificate,
    check_code,
)
from node.chain.types import NO_ID, Code, Id
from tests.kernel_city import GULOU, JIANYE
from tests.unit.api.door import DoorCity
from tests.unit.chain.rules.holders import asked, last, revoking, volunteer_of

pytestmark = pytest.mark.feature("H2")


def certified(city: DoorCity) -> tuple[Id, Id]:
    """(volunteer, order): an hour in Gulou, certified."""
    volunteer = volunteer_of(city)
    elder = city.new_person("elder", serve=False, funded=True)
    city.mint(GULOU, 6_000)
    order = city.request(elder, elder, payer_kind="fund", payer=NO_ID)
    city.publish(order)
    city.accept(order, volunteer)
    city.serve(order)
    city.confirm(order, elder)
    for _ in range(2):
        city.wait(30 * DAY_MS)
    city.do(volunteer, asked(city, volunteer, order))
    return volunteer, order


def test_checking_a_number_returns_only_number_period_hours_and_status(city: DoorCity):
    """Unsigned, in any case of letters, and nothing about the person."""
    volunteer, order = certified(city)
    found = last(city)
    month = month_of(city.order(order).checked_in_ms)
    for typed in (found.number, found.number.lower()):
        reply = city.read(f"/v1/certificates/{typed}")
        assert reply.json == {
            "number": found.number,
            "from_month": month,
            "until_month": month,
            "served_min": 60,
            "honour_min": 0,
            "status": "valid",
        }
        assert reply.headers["cache-control"] == "no-store"
        assert volunteer.hex() not in reply.content.decode()


def test_a_revoked_one_says_so(city: DoorCity):
    """In the answer and in the proof."""
    volunteer, _ = certified(city)
    number = last(city).number
    city.do(volunteer, revoking(city, volunteer))
    assert city.read(f"/v1/certificates/{number}").json["status"] == "revoked"
    proven = verify_proof(city.genesis, city.read(f"/v1/certificates/{number}/proof").content)
    assert isinstance(proven.subject, ServiceCertificate)
    assert proven.subject.status == "revoked"


def test_altering_one_digit_fails(city: DoorCity):
    """Every character of year, serial and check code, each by another one; refused before anything is looked up."""
    certified(city)
    number = last(city).number
    for place in range(len("gulou-"), len(number)):
        if number[place] != "-":
            letters = ALPHABET if place >= len(number) - 6 else "0123456789"
            other = letters[(letters.index(number[place]) + 1) % len(letters)]
            reply = city.read(f"/v1/certificates/{number[:place]}{other}{number[place + 1 :]}")
            assert (reply.status, reply.code) == (400, "E110")


def test_a_whole_number_that_nobody_has_is_unknown_whatever_is_wrong_with_it(city: DoorCity):
    """A serial that is not there, and one that is there with another check code, have the same answer."""
    certified(city)
    found = last(city)
    details = set()
    for serial in (found.serial, found.serial + 1):
        check = check_code(GULOU, found.year, serial, bytes(16))
        number = CertificateNumber(GULOU, found.year, serial, check)
        for path in ("", "/proof"):
            reply = city.read(f"/v1/certificates/{number.text()}{path}")
            assert reply.code == "A14"
            details.add(reply.json["detail"])
    assert len(details) == 1


def test_who_guesses_numbers_waits(city: DoorCity):
    """Thirty misses of one address in a minute; then even a good number has no answer from there."""
    certified(city)
    good = last(city)
    wrong = Code(check_code(GULOU, good.year, 7, bytes(16)))
    missing = CertificateNumber(GULOU, good.year, 7, wrong).text()
    codes = [city.read(f"/v1/certificates/{missing}").code for _ in range(CHECK_MISSES_MAX + 1)]
    assert codes == ["A14"] * CHECK_MISSES_MAX + ["A22"]
    refused = city.read(f"/v1/certificates/{good.number}")
    assert (refused.status, refused.code) == (429, "A22")


def test_misses_are_forgotten_after_a_minute_and_memory_is_bounded():
    """A flood of addresses shares one count."""
    misses = Misses()
    for number in range(CHECK_CLIENTS_MAX + 2 * CHECK_MISSES_MAX):
        misses.note(f"10.0.{number}")
    assert len(misses._counts) <= CHECK_CLIENTS_MAX + 1
    for _ in range(CHECK_MISSES_MAX):
        misses.note("10.0.0")
    misses.admit("10.0.0", 61.0)
    assert misses._counts == {}


def test_a_person_sees_their_service_and_certificates_and_a_stranger_does_not(city: DoorCity):
    """By months, for whoever may see the account; a certificate that was revoked is listed no longer."""
    volunteer, order = certified(city)
    target = f"/v1/accounts/{volunteer.hex()}/service"
    shown = city.read_signed(target, volunteer).json
    month = month_of(city.order(order).checked_in_ms)
    assert shown["years"] == [
        {
            "year": month // 100,
            "months": [
                {
                    "month": month % 100,
                    "served_min": 60,
                    "honour_min": 0,
                    "gap_min": 0,
                    "counted_ms": city.order(order).final_ms,
                    "objections": 0,
                }
            ],
        }
    ]
    assert [one["number"] for one in shown["certificates"]] == [last(city).number]
    stranger = city.new_person("stranger", JIANYE)
    assert city.read(target).code == "A09"
    assert city.read_signed(target, stranger).code == "A13"
    clerk = city.staff("recorder", GULOU)
    assert city.read_signed(target, clerk).code == "A12"
    assert city.read_signed(target, clerk, "certificate").status == 200
    city.do(volunteer, revoking(city, volunteer))
    assert city.read_signed(target, volunteer).json["certificates"] == []


def test_the_record_has_no_other_door(city: DoorCity):
    """A state proof by the record's key would let serials be walked."""
    certified(city)
    key = last(city).key_id.hex()
    for kind in ("service_certificate", "service_year"):
        assert city.read(f"/v1/proofs/state/{kind}/{key}").code == "A06"
