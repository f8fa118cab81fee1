"""Motions and settlements through ``timebank govern``: proposed, shown, voted, with their effect on the ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain.genesis_document import to_document
from node.chain.policy import HOUR_MS, Policy
from node.chain.records.accounts import Position, position_id
from node.chain.records.motions import Motion
from node.chain.records.settings import CatalogueEntry, PolicyRecord, policy_id
from node.chain.records.settlement import SettlementRun
from node.chain.transition import active_policy
from node.chain.tx.governance import ProtocolChange
from node.chain.types import Height
from node.console.fault import Fault
from tests.kernel_city import DISTRICTS, GULOU, JIANYE
from tests.money_city import MoneyCity
from tests.unit.wallet.terminal import Terminal, terminal
from wallet.govern.policies import changed, differences

pytestmark = pytest.mark.slow
FIRST, SECOND, THIRD, FOURTH = DISTRICTS


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal that holds the operators of all districts."""
    with terminal(tmp_path / "home", MoneyCity()) as made:
        for district in DISTRICTS:
            made.adopt(district, made.door.city.operator(district))
        yield made


def city_of(at: Terminal) -> MoneyCity:
    """The city behind the door."""
    assert isinstance(at.door.city, MoneyCity)
    return at.door.city


def moved(at: Terminal, *line: str) -> str:
    """A motion of the first district."""
    return str(at.ask("govern", "motion", "propose", *line, "--as", FIRST)["created"][0])


def passed(at: Terminal, motion: str) -> Motion:
    """The motion after two more votes."""
    for name in (SECOND, THIRD):
        at.ask("govern", "motion", "vote", motion, "--yes", "--as", name)
    return city_of(at).get(Motion, bytes.fromhex(motion))


@pytest.mark.feature("A6")
def test_a_policy_changes_by_naming_what_changes(at: Terminal):
    """Old and new are shown before signing and to every voter; the rest stays; it holds from its height on."""
    city = city_of(at)
    before = active_policy(city.ledger)
    from_height = str(city.ledger.height + 40)
    done = at.ask(
        "govern", "motion", "propose", "policy", "--set", "confirm_ms=96h",
        "--set", "service.grace_min=10", "--set", "star_hours=50,100,200,400,800",
        "--from-height", from_height, "--as", FIRST,
    )  # fmt: skip
    assert {one["name"]: one["after"] for one in done["changes"]} == {
        "orders.confirm_ms": 96 * HOUR_MS,
        "service.grace_min": 10,
        "persons.star_hours": [50, 100, 200, 400, 800],
    }
    motion = done["created"][0]
    listed = at.ask("govern", "motion", "list", "--as", SECOND)["motions"]
    assert [(one["id"], one["voters"]) for one in listed] == [(motion, [FIRST])]
    shown = at.run("govern", "motion", "show", motion, "--as", SECOND).stdout
    assert "orders.confirm_ms" in shown
    assert "4d" in shown
    vote = at.run("govern", "motion", "vote", motion, "--yes", "--as", SECOND)
    assert "service.grace_min" in vote.stderr
    at.ask("govern", "motion", "vote", motion, "--yes", "--as", THIRD)
    following = city.get(PolicyRecord, policy_id(before.version + 1)).policy
    assert following.orders.confirm_ms == 96 * HOUR_MS
    assert following.persons.cap_min == before.persons.cap_min
    assert at.ask("govern", "motion", "list", "--as", SECOND)["motions"] == []
    assert at.ask("govern", "motion", "list", "--state", "passed", "--as", SECOND)["motions"]


def test_a_policy_begins_about_a_day(at: Terminal):
    """The day becomes a height; neither or both ways of saying when are refused."""
    line = ("govern", "motion", "propose", "policy", "--set", "grace_min=10", "--as", FIRST)
    assert at.fails(*line)["exit"] == 3
    assert at.fails(*line, "--from-height", "90", "--activate", "+2d")["exit"] == 3
    city_of(at).wait(HOUR_MS)
    done = at.ask(*line, "--activate", "+2h")
    assert done["activation_height"] > city_of(at).ledger.height + 10


def test_a_policy_out_of_bounds_is_refused_before_it_is_signed(at: Terminal):
    """And so is one that changes nothing, and a parameter that nobody knows."""
    line = ("govern", "motion", "propose", "policy", "--from-height", "90", "--as", FIRST)
    asked = len([one for one in at.door.asked if one.startswith("POST")])
    assert at.fails(*line, "--set", "quantum_min=500")["code"] == "E516"
    assert at.fails(*line, "--set", "grace_min=5")["exit"] == 3
    assert at.fails(*line, "--set", "no_such=5")["exit"] == 3
    assert at.fails(*line, "--set", "grace_min=soon")["exit"] == 3
    assert len([one for one in at.door.asked if one.startswith("POST")]) == asked


def test_every_form_of_value_is_read():
    """Spans, minutes, codes, numbers, budgets."""
    policy = Policy(1, Height(0))
    settings = (
        "review_ms=3d", "cap_min=1000h", "review_exempt=company,meals", "minor_mode=guardian_present",
        "budgets=key-elders:100h,starter:60", "sample_permille=10",
    )  # fmt: skip
    after = changed(policy, settings, 70)
    assert (after.version, after.activation_height) == (2, 70)
    assert after.orders.review_exempt == ("company", "meals")
    assert after.issuance.budgets == (("key-elders", 6_000), ("starter", 60))
    assert {change.name for change in differences(policy, after)} == {
        "orders.review_exempt", "persons.cap_min", "persons.minor_mode", "issuance.budgets",
        "orders.sample_permille",
    }  # fmt: skip
    with pytest.raises(Fault):
        changed(policy, ("review_ms",), 70)


def test_the_catalogue_changes_by_naming_what_changes(at: Terminal):
    """A known class keeps the rest; a new one begins plain."""
    city = city_of(at)
    passed(at, moved(at, "catalogue", "cleaning", "--weight", "1200", "--training"))
    cleaning = city.get(CatalogueEntry, b"cleaning").service
    assert (cleaning.weight_permille, cleaning.training, cleaning.version) == (1_200, 1, 2)
    passed(at, moved(at, "catalogue", "reading", "--districts", "jianye,gulou"))
    assert city.get(CatalogueEntry, b"reading").service.districts == ("gulou", "jianye")


def test_a_motion_is_refused_by_two(at: Terminal):
    """Then it is no longer open to votes."""
    motion = moved(at, "remove-authority", FOURTH)
    for name in (SECOND, THIRD, FOURTH):
        outcome = at.run("govern", "motion", "vote", motion, "--no", "--as", name)
        if outcome.exit_code != 0:
            assert "Not found" in outcome.stderr
    assert city_of(at).get(Motion, bytes.fromhex(motion)).state == "refused"


def test_seats_are_moved_from_a_file_as_genesis_writes_them(at: Terminal, tmp_path: Path):
    """Other keys for a seat; a new seat; mergers and suspensions reach the ledger's own checks."""
    city = city_of(at)
    document = to_document(city.genesis)
    text = json.dumps(document)
    seat = next(
        one
        for one in json.loads(text)["genesis"]["authorities"]["members"]
        if one["district"] == FOURTH
    )
    file = tmp_path / "seat.json"
    file.write_text(json.dumps(seat))
    error = at.fails(
        "govern", "motion", "propose", "rotate-keys", "--seat", str(file), "--as", FIRST
    )
    assert error["code"].startswith("E")
    fresh = {
        name: city.new_key(f"pukou/{name}", b"")[0].hex() if name.endswith("_key") else value
        for name, value in seat.items()
    } | {"district": "pukou"}
    file.write_text(json.dumps(fresh))
    motion = moved(at, "add-authority", "--seat", str(file), "--site", "site-1")
    found = city.get(Motion, bytes.fromhex(motion))
    assert type(found.subject).__name__ == "AddAuthority"
    assert at.fails(
        "govern", "motion", "propose", "suspend-seat", FOURTH, "1", "--as", FIRST
    )["code"].startswith("E")  # fmt: skip
    assert at.fails(
        "govern", "move-homes", FOURTH, "--site", "site-1", "--fund", "2026/key-elders",
        "--as", FIRST,
    )["code"].startswith("E")  # fmt: skip


def test_a_merger_is_moved(at: Terminal):
    """By naming both districts."""
    motion = moved(at, "merge", FOURTH, FIRST)
    assert city_of(at).get(Motion, bytes.fromhex(motion)).voters == (FIRST,)


def test_a_protocol_version_is_moved(at: Terminal):
    """With the height from which it holds."""
    height = str(city_of(at).ledger.height + 5_000)
    motion = moved(at, "protocol", "2", "--from-height", height)
    subject = city_of(at).get(Motion, bytes.fromhex(motion)).subject
    assert isinstance(subject, ProtocolChange)
    assert subject.version == 2


@pytest.mark.feature("B4")
def test_a_settlement_is_opened_agreed_and_posted(at: Terminal):
    """The matrix shows what stands open, the run takes it, the last district's agreement settles it."""
    city = city_of(at)
    elder = city.new_person("elder", GULOU, serve=False, funded=True)
    volunteer = city.new_person("volunteer", JIANYE)
    city.mint(GULOU, 600)
    city.settle_order(elder, volunteer, 60, payer_kind="fund", payer=b"", district=GULOU)
    shown = at.ask("govern", "settlement", "positions", "--as", FIRST)["positions"]
    assert [(p["low"], p["high"], p["open_min"]) for p in shown] == [("gulou", "jianye", -60)]
    square = at.run("govern", "settlement", "list", "--as", FIRST).stdout
    assert "-1h" in square or "-1 h" in square
    run = at.ask("govern", "settlement", "propose", "--as", FIRST)["created"][0]
    listed = at.ask("govern", "settlement", "list", "--as", SECOND)["settlements"]
    assert [(one["id"], one["agreed"], one["needed"]) for one in listed] == [
        (run, [GULOU], [GULOU, JIANYE])
    ]
    at.ask("govern", "settlement", "agree", run, "--yes", "--as", JIANYE)
    assert city.get(Position, position_id("gulou", "jianye")).open_min == 0
    assert city.get(SettlementRun, bytes.fromhex(run)).state == "settled"
    assert at.fails("govern", "settlement", "propose", "--as", FIRST)["exit"] == 3
    error = at.fails("govern", "settlement", "agree", run, "--no", "--as", JIANYE)
    assert error["code"] == "not-listed"
    bad = at.fails("govern", "settlement", "propose", "--transfer", "x:y", "--as", FIRST)
    assert bad["exit"] == 3
