"""A city with one settled story, made once: the tests of reading do not change it."""

from dataclasses import dataclass

import pytest

from node.chain.policy import DAY_MS
from node.chain.types import Id
from tests.kernel_city import GULOU, JIANYE
from tests.unit.api.door import DoorCity


@dataclass
class Story:
    """Zhao was served by Li for an hour; Wang, of another district, had no part in it."""

    city: DoorCity
    zhao: Id
    li: Id
    wang: Id
    settled: Id
    """Paid by the fund."""
    published: Id


def tell(city: DoorCity) -> Story:
    """The story, with a second order that is published."""
    zhao = city.new_person("zhao", GULOU, funded=True)
    li = city.new_person("li", GULOU)
    wang = city.new_person("wang", JIANYE)
    city.mint(GULOU, 6_000)
    evidence = bytes([1]) * 32
    fund = {"payer_kind": "fund", "payer": b""}
    order = city.request(
        city.staff("recorder", GULOU), zhao, consent="in-person", consent_evidence=evidence, **fund
    )
    city.publish(order)
    city.accept(order, li)
    city.serve(order)
    city.confirm(order, zhao)
    city.wait(8 * DAY_MS)
    second = city.request(
        city.staff("recorder", GULOU), zhao, consent="in-person", consent_evidence=evidence, **fund
    )
    city.publish(second)
    return Story(city, zhao, li, wang, order, second)


@pytest.fixture(scope="package")
def story() -> Story:
    """For tests that only read."""
    return tell(DoorCity())


@pytest.fixture
def city() -> DoorCity:
    """A city of its own, at genesis."""
    return DoorCity()
