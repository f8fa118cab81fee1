"""Lists of what waits for staff and authorities, on the real door: who sees what, and by which filters."""

import pytest

from node.api.routes.matters import FILTERS, NOUNS
from node.chain.tx.organisation import OpenSite, Propose
from node.chain.tx.safety import Pause, Suspend
from node.chain.types import Code, EpochMs, Hash
from node.runtime.queries.facets import FACETS
from tests.kernel_city import GULOU, JIANYE, SITE
from tests.unit.api.conftest import Story, tell
from tests.unit.api.door import DoorCity, Reply

EVIDENCE = Hash(bytes([9]) * 32)
DAY_MS = 86_400_000


def scopes(reply: Reply) -> list[str]:
    """Scopes of a page of suspensions."""
    assert reply.status == 200, reply.content
    return [item["scope"] for item in reply.json["items"]]


def stopped(story: Story) -> DoorCity:
    """Li may accept nothing for a day, and a site of Gulou is paused for two."""
    city = story.city
    reviewer = city.staff("reviewer", GULOU)
    until = EpochMs(city.now_ms + DAY_MS)
    city.do(reviewer, Suspend(story.li, Code("accept"), Code("safety"), until, EVIDENCE))
    longer = EpochMs(city.now_ms + 2 * DAY_MS)
    city.do(reviewer, Pause(Code("site"), GULOU, SITE, Code("safety"), longer, EVIDENCE))
    return city


def test_a_suspension_is_for_the_person_and_staff_of_their_home(city: DoorCity):
    """Staff name a purpose and are noted; others see nothing; what has ended is no longer active."""
    story = tell(city)
    stopped(story)
    clerk, stranger = city.staff("second", GULOU), city.staff("second", JIANYE)
    assert scopes(city.read_signed("/v1/suspensions", story.li)) == ["accept"]
    assert scopes(city.read_signed("/v1/suspensions", story.wang)) == []
    assert scopes(city.read_signed("/v1/suspensions", clerk)) == []
    both = city.read_signed("/v1/suspensions?state=active&district=gulou", clerk, "review")
    assert scopes(both) == ["site", "accept"]
    access = city.accesses.newest[-1]
    assert (access.reader, access.subject) == (clerk, story.li)
    assert scopes(city.read_signed("/v1/suspensions", stranger, "review")) == []
    mine = city.read_signed(f"/v1/suspensions?person={story.li.hex()}", clerk, "review")
    assert scopes(mine) == ["accept"]
    assert scopes(city.read_signed("/v1/suspensions?district=jianye", clerk, "review")) == []
    assert scopes(city.read_signed("/v1/suspensions", city.operator(JIANYE))) == ["site", "accept"]
    city.make_block(after_ms=DAY_MS + 1)
    active = city.read_signed("/v1/suspensions?state=active", clerk, "review")
    assert scopes(active) == ["site"]


@pytest.mark.parametrize(
    "noun",
    [
        "closings", "complaints", "corrections", "donations", "entries", "motions", "positions",
        "recoveries", "settlements", "suspensions",
    ],
)  # fmt: skip
def test_every_list_answers_with_a_page_and_refuses_filters_it_has_not(story: Story, noun: str):
    """A filter that is silently ignored would show more than was asked for."""
    clerk = story.city.staff("second", GULOU)
    reply = story.city.read_signed(f"/v1/{noun}", clerk, "review")
    assert set(reply.json) == {"items", "next"}
    strange = "order" if noun not in {"complaints", "corrections"} else "person"
    refused = story.city.read_signed(f"/v1/{noun}?{strange}={'0f' * 16}", clerk, "review")
    assert refused.code == "A06"
    assert story.city.read(f"/v1/{noun}").status == 401


def test_staff_of_another_district_prove_the_proposal_they_are_asked_to_second(story: Story):
    """While it is open, with a purpose; persons never."""
    city = story.city
    receipt = city.do(city.staff("recorder", GULOU), Propose(OpenSite(GULOU, Code("site-9"))))
    target = f"/v1/proofs/record/{receipt.tx_id.hex()}"
    other = city.staff("second", JIANYE)
    assert city.read_signed(target, other, "service").status == 200
    assert city.read_signed(target, other).code == "A13"
    assert city.read_signed(target, story.wang).code == "A13"


def test_the_door_knows_the_filters_that_the_lists_have():
    """The district is the door's own."""
    kept = {kind: {name for name, _ in facets} for kind, facets in FACETS.items()}
    assert {noun: kept[kind] for noun, kind in NOUNS.items()} == FILTERS  # type: ignore[index]
