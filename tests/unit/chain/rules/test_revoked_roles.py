"""What a role's end means for what its holder says afterwards."""

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS
from node.chain.records.entries import HonourEntry
from node.chain.tx.entries import EnterHonour
from node.chain.tx.organisation import Propose, RevokeRole
from node.chain.types import Code, EpochMs, Minutes
from tests.kernel_city import GULOU, SITE
from tests.money_city import EVIDENCE, MoneyCity


def test_a_recorder_without_the_role_records_nothing_more() -> None:
    """From the next block on; what was recorded before stands."""
    city = MoneyCity()
    li = city.new_person("li")
    served_ms = EpochMs(city.now_ms - DAY_MS)
    entry = EnterHonour(
        person=li,
        district=GULOU,
        site=SITE,
        service=Code("company"),
        served_ms=served_ms,
        minutes=Minutes(60),
        evidence=EVIDENCE,
    )
    clerk = city.staff("clerk", GULOU)
    id_ = city.agree(entry, by=("clerk", "second"))
    operators = (city.staff("recorder", GULOU), city.staff("reviewer", GULOU))
    city.two(*operators, RevokeRole(clerk, Code("recorder"), GULOU))
    assert city.refusal(clerk, Propose(entry)) is ErrorCode.ROLE_MISSING
    assert city.get(HonourEntry, id_).recorder == clerk
    assert city.person(li).honour.balance == 60
