"""Whoever composes a motion believes no node: what it repeats is proven by the state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.policy import HOUR_MS
from node.chain.proof import StateClaim, TransactionClaim
from node.chain.records import KINDS, StateRecord, encode_record, key_of
from node.chain.records.accounts import City
from node.chain.records.settings import CatalogueEntry, PolicyRecord, policy_id
from node.chain.state import CITY_ID
from node.chain.transition import active_policy
from tests.kernel_city import DISTRICTS, GULOU
from tests.unit.wallet.terminal import Terminal, terminal

pytestmark = pytest.mark.slow
POLICY = ("govern", "motion", "propose", "policy", "--set", "confirm_ms=96h", "--from-height", "90")
CLASS = ("govern", "motion", "propose", "catalogue")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal that holds the operators of all districts; the chain has a block."""
    with terminal(tmp_path / "home") as made:
        for district in DISTRICTS:
            made.adopt(district, made.door.city.operator(district))
        made.door.city.wait(1_000)
        yield made


def claimed(at: Terminal, kind: type[StateRecord], key: bytes, record: bytes) -> StateClaim:
    """A claim about a key with its true path, whatever the record says."""
    path = at.door.city.ledger.prove(key_of(kind, key))
    return StateClaim(KINDS[kind], key, record, path)


def posted(at: Terminal) -> int:
    """How many transactions were handed in."""
    return sum(one.startswith("POST") for one in at.door.asked)


@pytest.mark.feature("A6")
def test_a_motion_repeats_values_that_the_state_proves(at: Terminal) -> None:
    """The city's record says which version is in force, the version's record what it says; no other answer is asked."""
    done = at.ask(*POLICY, "--as", GULOU)
    assert [one["name"] for one in done["changes"]] == ["orders.confirm_ms"]
    asked = [one for one in at.door.asked if "/v1/proofs/state/" in one]
    assert [one.split("/")[-2] for one in asked] == ["city", "policy_record"]
    assert not any("/v1/policy" in one or "/v1/catalogue" in one for one in at.door.asked)


@pytest.mark.feature("A6")
def test_a_node_that_tells_another_policy_is_found_out_before_anything_is_signed(
    at: Terminal,
) -> None:
    """Else the values that nobody named would be voted as it pleases."""
    policy = active_policy(at.door.city.ledger)
    forged = replace(policy, orders=replace(policy.orders, confirm_ms=HOUR_MS))
    record = encode_record(PolicyRecord(forged, b""))
    at.door.lies["policy_record"] = claimed(at, PolicyRecord, policy_id(1), record)
    before = posted(at)
    assert at.fails(*POLICY, "--as", GULOU)["code"] == "bad-proof"
    assert posted(at) == before


def test_a_proof_of_another_record_is_no_answer(at: Terminal) -> None:
    """True, and about something else: another key, another kind, an absence where there must be a record."""
    city = at.door.city
    elsewhere = claimed(at, CatalogueEntry, b"no-such", b"")
    absent = claimed(at, PolicyRecord, policy_id(7), b"")
    whole = encode_record(city.get(City, CITY_ID))
    for lies in (
        {"city": elsewhere},
        {"policy_record": absent},
        {"policy_record": claimed(at, City, CITY_ID, whole)},
    ):
        at.door.lies = dict(lies)
        assert at.fails(*POLICY, "--as", GULOU)["code"] == "other-record"
    at.door.lies = {"catalogue_entry": elsewhere}
    assert at.fails(*CLASS, "company", "--weight", "900", "--as", GULOU)["code"] == "other-record"
    at.door.lies = {"city": TransactionClaim(encode(b"x"), 0, ())}
    assert at.fails(*POLICY, "--as", GULOU)["code"] == "bad-proof"


def test_a_new_class_begins_plain_because_the_state_proves_that_there_is_none(at: Terminal) -> None:
    """A known one keeps what is not named."""
    new = at.ask(*CLASS, "reading", "--weight", "900", "--as", GULOU)["changes"]
    assert {one["name"] for one in new} >= {"weight_permille", "version"}
    known = at.ask(*CLASS, "company", "--weight", "900", "--as", GULOU)["changes"]
    assert {one["name"] for one in known} == {"weight_permille", "version"}
