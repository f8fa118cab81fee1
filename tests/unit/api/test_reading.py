"""Who may read what."""

import pytest

from node.api.limits import READ_WINDOW_MS
from node.api.reading import Reader
from node.chain.records import decode_record
from node.chain.tx.identity import GrantAgent
from node.chain.types import Code, EpochMs
from tests.kernel_city import GULOU, JIANYE, seed_of
from tests.unit.api.conftest import Story
from tests.unit.api.door import DoorCity


def test_a_person_reads_their_own_account(story: Story):
    """The canonical bytes and the view are the state's record; nothing may keep the answer."""
    reply = story.city.read_signed(f"/v1/accounts/{story.li.hex()}", story.li)
    assert reply.status == 200
    assert reply.json["kind"] == "person"
    assert decode_record(bytes.fromhex(reply.json["record"])) == story.city.person(story.li)
    assert reply.json["view"]["available"]["balance_min"] == 60
    assert reply.json["height"] == story.city.ledger.height
    assert reply.headers["cache-control"] == "private, no-store"


@pytest.mark.feature("G5")
def test_staff_read_only_with_a_purpose_and_leave_a_trace(story: Story):
    """Without a purpose code the reading is refused; with one it is noted before it is answered."""
    target = f"/v1/accounts/{story.li.hex()}"
    clerk = story.city.staff("recorder", GULOU)
    before = len(story.city.accesses.newest)
    assert story.city.read_signed(target, clerk).code == "A12"
    assert len(story.city.accesses.newest) == before
    assert story.city.read_signed(target, clerk, "service-desk").status == 200
    access = story.city.accesses.newest[-1]
    assert (access.reader, access.subject, access.purpose) == (clerk, story.li, "service-desk")


def test_an_operator_reads_and_leaves_a_trace(story: Story):
    """Authorities see persons; the trace says that an operator did."""
    operator = story.city.operator(JIANYE)
    assert story.city.read_signed(f"/v1/accounts/{story.li.hex()}", operator).status == 200
    assert story.city.accesses.newest[-1].purpose == "operator"
    own = story.city.read_signed(f"/v1/accounts/{operator.hex()}", story.li)
    assert own.json["kind"] == "operator"


def test_strangers_and_other_districts_staff_read_nothing(story: Story):
    """An id is no password."""
    target = f"/v1/accounts/{story.li.hex()}"
    assert story.city.read_signed(target, story.wang).code == "A13"
    other = story.city.staff("recorder", JIANYE)
    assert story.city.read_signed(target, other, "service-desk").code == "A13"
    assert story.city.read_signed(f"{target}/history", story.wang).code == "A13"
    assert story.city.read_signed(f"/v1/accounts/{'00' * 16}", story.wang).code == "A14"


def test_an_agent_reads_for_the_person(city: DoorCity):
    """From the grant on, without a purpose and without a trace."""
    elder, daughter = city.new_person("elder"), city.new_person("daughter")
    target = f"/v1/accounts/{elder.hex()}"
    assert city.read_signed(target, daughter).code == "A13"
    city.do(elder, GrantAgent(daughter, (Code("request"),)))
    assert city.read_signed(target, daughter).status == 200
    assert not city.accesses.newest


def test_a_signature_counts_for_one_request_only(story: Story):
    """Another path, query, purpose, time, actor or key opens nothing."""
    city, target = story.city, f"/v1/accounts/{story.li.hex()}"
    good = city.headers(target, story.li)
    cases = [
        (f"{target}?x=1", good),
        (f"{target}/history", good),
        (target, good | {"Timebank-Purpose": "service-desk"}),
        (target, good | {"Timebank-Time": str(city.now_ms + 1)}),
        (target, good | {"Timebank-Actor": story.zhao.hex()}),
        (target, good | {"Timebank-Actor": "00" * 16}),
        (target, good | {"Timebank-Signature": "00" * 64}),
        (target, city.headers(target, story.li, seed=seed_of("someone"))),
        (target, good | {"Timebank-Actor": "zz"}),
        (target, good | {"Timebank-Time": "-1"}),
        (target, good | {"Timebank-Time": "9" * 17}),
        (target, good | {"Timebank-Signature": "00"}),
        (target, good | {"Timebank-Purpose": "Not A Code"}),
    ]
    for where, headers in cases:
        reply = city.read(where, **headers)
        assert (reply.status, reply.code) == (401, "A10"), where
    assert city.read(target, **good).status == 200


def test_a_signature_is_old_after_a_minute(story: Story):
    """A copied request is of no use later; the answer tells the node's clock."""
    city, target = story.city, f"/v1/accounts/{story.li.hex()}"
    for shift in (-READ_WINDOW_MS, READ_WINDOW_MS):
        at = city.now_ms + shift
        assert city.read_signed(target, story.li, time_ms=at).status == 200
        reply = city.read_signed(target, story.li, time_ms=at + (1 if shift > 0 else -1))
        assert (reply.status, reply.code) == (401, "A11")
        assert str(city.now_ms) in reply.json["detail"]


def test_an_unsigned_request_learns_that_it_must_sign(story: Story):
    """401 with the scheme; part of a signature is none."""
    for target in ("/v1/orders", f"/v1/accounts/{story.li.hex()}", "/v1/mints"):
        reply = story.city.read(target)
        assert (reply.status, reply.code) == (401, "A09")
        assert reply.headers["www-authenticate"] == "Timebank-Signature"
    assert story.city.read("/v1/orders", **{"Timebank-Actor": story.li.hex()}).code == "A09"


def test_an_order_is_seen_by_its_parties_its_staff_and_once_published_by_everybody(story: Story):
    """The settled one is nobody else's business; the published one looks for a volunteer."""
    city = story.city
    settled, published = f"/v1/orders/{story.settled.hex()}", f"/v1/orders/{story.published.hex()}"
    for reader in (story.li, story.zhao):
        assert city.read_signed(settled, reader).json["view"]["state"] == "settled"
    assert city.read_signed(settled, story.wang).code == "A13"
    assert city.read_signed(published, story.wang).status == 200
    clerk, arbiter = city.staff("reviewer", GULOU), city.staff("city-arbiter", JIANYE)
    assert city.read_signed(settled, clerk).code == "A12"
    assert city.read_signed(settled, clerk, "review").status == 200
    assert city.read_signed(settled, arbiter, "appeal").status == 200
    assert city.read_signed(settled, city.staff("recorder", JIANYE), "review").code == "A13"
    assert city.read_signed(f"/v1/orders/{'00' * 16}", story.li).code == "A14"


def test_roles_end_with_their_time(story: Story):
    """A role that has run out is none."""
    clerk = story.city.person(story.city.staff("recorder", GULOU))
    until = clerk.roles[0].until_ms
    assert Reader(clerk, "x", EpochMs(until - 1)).is_staff_of(GULOU)
    assert not Reader(clerk, "x", EpochMs(until)).is_staff
