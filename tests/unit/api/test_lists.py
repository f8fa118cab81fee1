"""Lists and histories."""

import time

import pytest

from node.chain.policy import DAY_MS
from node.chain.tx.identity import OfferKin
from node.chain.tx.organisation import OpenSite, Propose
from node.chain.tx.transfers import Give
from node.chain.types import Code, Id, Minutes
from node.runtime.queries.lists import RecordLists
from tests.kernel_city import GULOU, JIANYE
from tests.unit.api.conftest import Story, tell
from tests.unit.api.door import DoorCity, Reply


def ids(reply: Reply) -> list[str]:
    """Ids of a page."""
    assert reply.status == 200, reply.content
    return [item["id"] for item in reply.json["items"]]


def test_orders_are_found_by_state_district_and_party(story: Story):
    """Each filter alone and together; latest start first."""
    city, both = story.city, [story.published.hex(), story.settled.hex()]
    assert ids(city.read_signed("/v1/orders", story.zhao)) == both
    assert ids(city.read_signed(f"/v1/orders?recipient={story.zhao.hex()}", story.zhao)) == both
    assert ids(city.read_signed("/v1/orders?state=settled", story.zhao)) == both[1:]
    assert ids(city.read_signed(f"/v1/orders?volunteer={story.li.hex()}", story.li)) == both[1:]
    assert (
        ids(city.read_signed(f"/v1/orders?district={GULOU}&state=published", story.wang))
        == both[:1]
    )
    assert ids(city.read_signed(f"/v1/orders?payer={story.li.hex()}", story.li)) == []
    assert ids(city.read_signed(f"/v1/orders?district={JIANYE}", story.li)) == []


def test_a_list_shows_only_what_its_reader_may_see(story: Story):
    """Others' orders are left out; staff with a purpose see the district's and leave a trace."""
    city = story.city
    assert ids(city.read_signed("/v1/orders", story.wang)) == [story.published.hex()]
    clerk = city.staff("second", GULOU)
    assert ids(city.read_signed("/v1/orders", clerk)) == [story.published.hex()]
    assert len(ids(city.read_signed("/v1/orders", clerk, "review"))) == 2
    access = city.accesses.newest[-1]
    assert (access.reader, access.subject) == (clerk, story.settled)


def test_pages_join_without_gap_or_repetition(story: Story):
    """One order a page gives the whole list; so does one line of a history."""
    city = story.city
    for path, reader in (
        ("/v1/orders?limit={}", story.zhao),
        (f"/v1/accounts/{story.li.hex()}/history?limit={{}}", story.li),
    ):
        whole = city.read_signed(path.format(200), reader).json
        assert whole["next"] is None
        joined, cursor = [], ""
        while True:
            page = city.read_signed(path.format(1) + cursor, reader).json
            joined += page["items"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert joined == whole["items"]


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/accounts/{li}/history"])
def test_limits_and_cursors_outside_their_form_are_refused(story: Story, path: str):
    """201 items are more than a page; a cursor that is none of ours begins nowhere."""
    path = path.format(li=story.li.hex())
    cases = {
        "limit=201": (422, "A07"),
        "limit=99999999999999999999": (422, "A07"),
        "limit=0": (422, "A06"),
        "limit=x": (422, "A06"),
        "cursor=*": (400, "A08"),
        "cursor=AAAA": (400, "A08"),
        f"cursor={'A' * 129}": (422, "A06"),
    }
    for query, expected in cases.items():
        reply = story.city.read_signed(f"{path}?{query}", story.li)
        assert (reply.status, reply.code) == expected, query
    assert story.city.read_signed(f"{path}?limit=200", story.li).status == 200


def test_filters_outside_their_form_are_refused(story: Story):
    """Unknown states, ids of another length, codes with other letters."""
    for query in ("state=gone", "recipient=00", "district=G%0a", "payer=" + "g" * 32):
        assert story.city.read_signed(f"/v1/orders?{query}", story.li).code == "A06"


def test_a_history_tells_transactions_and_timers_newest_first(story: Story):
    """The settlement came from a timer: it has no transaction, and names the order."""
    items = story.city.read_signed(f"/v1/accounts/{story.li.hex()}/history", story.li).json["items"]
    kinds = [item["kind"] for item in items]
    assert kinds[:5] == ["timer", "check_out", "check_in", "accept", "second"]
    assert items[0]["tx_id"] is None
    assert items[0]["orders"] == [story.settled.hex()]
    places = [(item["height"], item["tx_id"] is not None, item["index"]) for item in items]
    assert places == sorted(places, reverse=True)


def test_a_gift_shows_its_minutes_and_the_other_side(story_of_gift: tuple[DoorCity, Id, Id]):
    """Both sides' histories name the amount."""
    city, giver, mother = story_of_gift
    for reader, other in ((giver, mother), (mother, giver)):
        item = city.read_signed(f"/v1/accounts/{reader.hex()}/history", reader).json["items"][0]
        assert (item["kind"], item["minutes"], item["persons"]) == ("give", 30, [other.hex()])


@pytest.fixture
def story_of_gift() -> tuple[DoorCity, Id, Id]:
    """Li gives half an hour to her mother."""
    story = tell(DoorCity())
    mother = story.city.new_person("mother")
    story.city.bind_kin(story.li, mother)
    story.city.wait(8 * DAY_MS)
    story.city.do(story.li, Give(mother, Minutes(30)))
    return story.city, story.li, mother


def test_an_operators_history_is_what_they_sent(story: Story):
    """Operators act in public: any reader sees it."""
    operator = story.city.operator(Code("gulou"))
    reply = story.city.read_signed(f"/v1/accounts/{operator.hex()}/history", story.wang)
    assert [item["kind"] for item in reply.json["items"]] == ["propose_mint"]


def test_staff_see_proposals_mints_and_pending_persons(story: Story):
    """By district and state; others see none of these lists."""
    city = story.city
    clerk = city.staff("reviewer", GULOU)
    done = city.read_signed(f"/v1/proposals?district={GULOU}&state=done", clerk).json["items"]
    assert {item["action"]["kind"] for item in done} == {"approve_person"}
    assert len(done) == 2
    assert ids(city.read_signed("/v1/mints?state=open", clerk)) == []
    assert len(ids(city.read_signed("/v1/mints", clerk))) == 1
    for path in ("/v1/proposals", "/v1/mints", f"/v1/persons?district={GULOU}"):
        assert city.read_signed(path, story.wang).code == "A13"
    assert city.read_signed(f"/v1/persons?district={GULOU}", clerk).code == "A12"
    active = city.read_signed(f"/v1/persons?district={GULOU}&status=active", clerk, "review")
    assert story.li.hex() in ids(active)
    assert ids(city.read_signed(f"/v1/persons?district={JIANYE}", clerk, "review")) == []


def test_kin_bindings_are_seen_by_their_two_persons(city: DoorCity):
    """And by staff with a purpose; nobody else."""
    son, mother, other = (city.new_person(name) for name in ("son", "mother", "other"))
    city.do(son, OfferKin(mother, Code("parent")))
    path = f"/v1/kin-bindings?person={mother.hex()}"
    assert len(ids(city.read_signed(path, mother))) == 1
    assert len(ids(city.read_signed(path, son))) == 1
    assert ids(city.read_signed(path, other)) == []
    assert len(ids(city.read_signed(path, city.staff("reviewer", GULOU), "kin"))) == 1
    assert city.read_signed("/v1/kin-bindings", mother).code == "A06"


def test_lists_kept_with_each_block_are_those_made_from_the_state(story: Story):
    """Whatever moved through the indexes left nothing behind."""
    kept = story.city.public.state.services.lists
    made = RecordLists(story.city.executor)
    shelves = {key: shelf for key, shelf in kept._shelves.items() if shelf}
    assert shelves == made._shelves
    assert kept._held == made._held


def test_a_district_is_found_by_what_an_action_concerns(city: DoorCity):
    """A proposal about a site belongs to the site's district."""
    city.do(city.staff("reviewer", JIANYE), Propose(OpenSite(JIANYE, Code("site-7"))))
    operator = city.operator(GULOU)
    assert len(ids(city.read_signed(f"/v1/proposals?district={JIANYE}&state=open", operator))) == 1
    assert ids(city.read_signed(f"/v1/proposals?district={GULOU}&state=open", operator)) == []


@pytest.mark.feature("J3")
def test_a_balance_is_answered_from_memory(story: Story):
    """A signed read of an account, door included, takes a fraction of fifty milliseconds; it is one look-up."""
    target = f"/v1/accounts/{story.li.hex()}"
    story.city.read_signed(target, story.li)
    fastest_s = min(_seconds(story, target) for _ in range(5))
    assert fastest_s < 0.05


def _seconds(story: Story, target: str) -> float:
    start = time.perf_counter()
    assert story.city.read_signed(target, story.li).status == 200
    return time.perf_counter() - start
