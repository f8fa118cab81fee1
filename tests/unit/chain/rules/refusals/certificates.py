"""Refused service certificates: a month under notice, and more of a year than one correction puts right."""

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import OrderPolicy, Policy
from node.chain.rules.service_certificates import YEAR_CERTIFICATES_MAX
from node.chain.tx.orders import Complain
from node.chain.types import Code, Height
from tests.money_city import MoneyCity
from tests.unit.chain.rules.holders import asked, served
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import EVIDENCE

LAST_MONTH = 202_512
UNSAMPLED = Policy(1, Height(0), orders=OrderPolicy(sample_permille=0))


def _city() -> MoneyCity:
    city = MoneyCity(UNSAMPLED)
    city.audit = None
    return city


@refused(ErrorCode.UNDER_NOTICE)
def certified_while_a_complaint_is_open() -> Attempt:
    city = _city()
    volunteer, order = served(city)
    city.do(city.order(order).recipient, Complain(order, Code("rude"), EVIDENCE))
    return attempt(city, volunteer, asked(city, volunteer, order))


@refused(ErrorCode.CERTIFICATE_LIMIT)
def certified_more_often_than_a_correction_reaches() -> Attempt:
    city = _city()
    volunteer, order = served(city)
    body = asked(city, volunteer, order)
    for back in range(YEAR_CERTIFICATES_MAX):
        city.do(volunteer, replace(body, from_month=LAST_MONTH - back))
    more = replace(body, from_month=LAST_MONTH - YEAR_CERTIFICATES_MAX)
    return attempt(city, volunteer, more)
