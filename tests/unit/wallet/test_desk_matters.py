"""What staff say beside orders and approvals: every verb and every action, through the door, to its effect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain.records.accounts import City, District
from node.chain.records.corrections import Claim, Correction, Donation
from node.chain.records.entries import HonourEntry
from node.chain.records.events import Event, Team
from node.chain.records.leaving import Closing
from node.chain.records.recovery import Recovery
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.records.remarks import Complaint
from node.chain.records.safety import Suspension, suspension_id
from node.chain.records.sheets import CodeSheet, sheet_id
from node.chain.tx.orders import Complain
from node.chain.tx.organisation import GrantRole
from node.chain.tx.safety import AppealSuspension
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Hash, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, JIANYE, SITE, seed_of
from tests.money_city import MoneyCity
from tests.unit.wallet.terminal import Terminal, terminal
from wallet.secret import Secret
from wallet.session.files import json_bytes
from wallet.session.recovering import make_wish

pytestmark = pytest.mark.slow
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
EVIDENCE = Hash(bytes([9]) * 32)
STAFF = (
    "recorder", "reviewer", "second", "arbiter", "clerk", "treasurer", "second-treasurer",
    "city-arbiter",
)  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A desk in Gulou with all its staff."""
    with terminal(tmp_path / "home", MoneyCity()) as made:
        for name in STAFF:
            made.adopt(name, made.door.city.staff(name, GULOU))
        yield made


@pytest.fixture
def paper(tmp_path: Path) -> str:
    """A file of evidence."""
    path = tmp_path / "paper.pdf"
    path.write_text("signed")
    return str(path)


def city_of(at: Terminal) -> MoneyCity:
    """The city behind the door."""
    assert isinstance(at.door.city, MoneyCity)
    return at.door.city


def agreed(at: Terminal, *line: str, by: tuple[str, str]) -> Id:
    """Propose by one, second by the other; returns the proposal's id."""
    proposal = at.ask("desk", "propose", *line, "--as", by[0])["created"][0]
    at.ask("desk", "second", proposal, "--as", by[1])
    return Id(bytes.fromhex(proposal))


def test_a_person_is_suspended_heard_and_let_go(at: Terminal, paper: str):
    """Suspend, appeal, uphold, lift by another; the queue shows the end and that an arbiter is awaited."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    at.ask(
        "desk", "suspend", li.hex(), "accept", "--until", "+10d", "--reason", "safety",
        "--evidence", paper, "--as", "reviewer",
    )  # fmt: skip
    city.do(li, AppealSuspension(Code("accept"), EVIDENCE))
    waiting = at.ask("desk", "queue", "--as", "second")["suspensions"]
    assert [(one["subject"], one["appealed"]) for one in waiting] == [(li.hex(), 1)]
    assert "waits for an arbiter" in at.run("desk", "queue", "--as", "second").stdout
    at.ask("desk", "end-suspension", li.hex(), "accept", "--uphold", "--as", "arbiter")
    at.ask("desk", "end-suspension", li.hex(), "accept", "--as", "second")
    found = city.get(Suspension, suspension_id("accept", li))
    assert (found.state, found.verdict) == ("ended", "lifted")
    agreed(
        at, "renew-suspension", li.hex(), "accept", "--until", "+5d", "--evidence", paper,
        by=("reviewer", "second"),
    )  # fmt: skip
    assert city.get(Suspension, suspension_id("accept", li)).state == "active"


def test_a_site_and_a_class_are_paused_and_resumed_by_another(at: Terminal, paper: str):
    """Who paused does not resume."""
    city = city_of(at)
    for kind, code in (("site", SITE), ("class", "company")):
        line = (kind, "gulou", code)
        at.ask(
            "desk", "pause", *line, "--until", "+2d", "--evidence", paper, "--as", "reviewer"
        )  # fmt: skip
        assert at.fails("desk", "resume", *line, "--as", "reviewer")["code"] == "E205"
        at.ask("desk", "resume", *line, "--as", "second")
        stopped = city.get(Suspension, suspension_id(kind, f"gulou/{code}".encode()))
        assert stopped.state == "ended"


def test_a_sheet_is_announced_handed_out_used_and_cancelled(
    at: Terminal, paper: str, tmp_path: Path
):
    """The file for the printer holds the codes, the chain only hashes; a scratched code confirms an order."""
    city = city_of(at)
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    li = city.new_person("li", GULOU)
    city.mint(GULOU, 600)
    printer = tmp_path / "codes"
    at.ask(
        "desk", "register-sheet", "700", "--codes-file", str(printer), "--as", "city-arbiter"
    )  # fmt: skip
    again = at.fails(
        "desk", "register-sheet", "701", "--codes-file", str(printer), "--as", "city-arbiter"
    )  # fmt: skip
    assert again["exit"] == 3
    agreed(
        at, "bind-sheet", "700", zhao.hex(), "--evidence", paper, by=("recorder", "second")
    )  # fmt: skip
    order = city.request(
        city.staff("recorder", GULOU), zhao, payer_kind="fund", payer=b"", consent="in-person",
        consent_evidence=EVIDENCE,
    )  # fmt: skip
    city.publish(order)
    city.accept(order, li)
    city.serve(order)
    _, place, code = printer.read_text().splitlines()[2].split()
    at.ask(
        "desk", "code", order.hex(), "--sheet", "700", "--place", place,
        "--code", f"{code[:4]}-{code[4:8].lower()}-{code[8:]}", "--as", "clerk",
    )  # fmt: skip
    assert city.order(order).method == "code"
    at.ask("desk", "cancel-sheet", "700", "--as", "recorder")
    assert city.get(CodeSheet, sheet_id(700)).state == "cancelled"


def test_a_complaint_is_on_the_queue_until_an_arbiter_answers(at: Terminal, paper: str):
    """With its deadline."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    city.earn(li)
    order = city.settle_order(li, city.new_person("wu", GULOU))
    city.do(li, Complain(order, Code("rude"), EVIDENCE))
    complaint = at.ask("desk", "queue", "--as", "arbiter")["complaints"][0]
    assert (complaint["order"], complaint["state"]) == (order.hex(), "open")
    at.ask(
        "desk", "answer-complaint", complaint["id"], "founded", "--evidence", paper,
        "--as", "arbiter",
    )  # fmt: skip
    assert city.get(Complaint, bytes.fromhex(complaint["id"])).outcome == "founded"
    assert at.ask("desk", "queue", "--as", "arbiter")["complaints"] == []


def test_a_settled_order_is_corrected_and_the_correction_too(at: Terminal, paper: str):
    """The second time the correction is the target; a claim that arose is written off."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    city.earn(li, 120)
    wu = city.new_person("wu", GULOU)
    order = city.settle_order(li, wu)
    city.do(wu, Donate(Code("district"), Minutes(60)))
    by = ("arbiter", "treasurer")
    line = ("correct", order.hex(), "--evidence", paper, "--reason", "fraud", "--minutes")
    agreed(at, *line, "0", by=by)
    first = city.get(Correction, order)
    assert first.agreed_min == 0
    claim = city.get(Claim, first.id)
    agreed(
        at, "write-off", claim.id.hex(), "--person", wu.hex(), "--minutes", "30",
        "--evidence", paper, by=by,
    )  # fmt: skip
    assert city.get(Claim, claim.id).written_off_min == 30
    agreed(at, *line, "30", "--source", "payer", by=by)
    assert city.get(Correction, first.id).agreed_min == 30


def test_compensation_and_a_donation_taken_back(at: Terminal, paper: str):
    """Both out of the pool, by an arbiter and a treasurer."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    for _ in range(13):
        city.earn(li, 480)
        city.wait(DAY_MS)
    city.do(li, Donate(Code("district"), Minutes(6_060)))
    donation = city.last_created(li)
    assert city.get(Donation, donation).minutes == 6_060
    by = ("arbiter", "treasurer")
    before = city.person(li).available.balance
    agreed(
        at, "compensate", li.hex(), "--minutes", "60", "--rule", "harm", "--evidence", paper, by=by
    )  # fmt: skip
    assert city.person(li).available.balance == before + 60
    agreed(
        at, "undo-donation", donation.hex(), "--person", li.hex(), "--evidence", paper, by=by
    )  # fmt: skip
    assert city.person(li).available.balance == before + 6_060


def test_honour_is_entered_and_taken_back(at: Terminal, paper: str):
    """A recorder proposes, a reviewer seconds."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    served = city.now_ms - 3 * DAY_MS
    entry = agreed(
        at, "enter-honour", li.hex(), "--service", "company", "--district", "gulou",
        "--site", SITE, "--served", str(served), "--minutes", "2h", "--evidence", paper,
        by=("recorder", "second"),
    )  # fmt: skip
    assert city.person(li).honour.balance == 120
    agreed(
        at, "correct-honour", entry.hex(), "--person", li.hex(), "--minutes", "30",
        "--evidence", paper, by=("clerk", "reviewer"),
    )  # fmt: skip
    assert city.get(HonourEntry, entry).corrected_min == 30
    error = at.fails(
        "desk", "propose", "convert-honour", li.hex(), "--minutes", "30", "--evidence", paper,
        "--as", "treasurer",
    )  # fmt: skip
    assert error["code"].startswith("E")


def test_an_event_from_opening_to_its_close(at: Terminal):
    """Opened by two, attended through a recorder, credited by somebody else, closed by a reviewer."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    event = agreed(
        at, "open-event", "--district", "gulou", "--site", SITE, "--service", "company",
        "--start", "+2h", "--minutes", "1h", "--places", "3", "--payer", "honour",
        by=("recorder", "second"),
    )  # fmt: skip
    city.wait(2 * HOUR_MS)
    at.ask("desk", "attend", event.hex(), li.hex(), "--as", "clerk")
    city.wait(HOUR_MS)
    at.ask("desk", "leave-event", event.hex(), li.hex(), "--as", "clerk")
    at.ask("desk", "credit-attendance", event.hex(), li.hex(), "--as", "clerk")
    assert city.person(li).honour.balance == 60
    at.ask("desk", "close-event", event.hex(), "--as", "reviewer")
    assert city.get(Event, event).state == "closed"


def test_teams_and_pools(at: Terminal, paper: str):
    """A team by two staff; minutes of the pool by two treasurers."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    team = agreed(at, "open-team", "gulou", li.hex(), by=("recorder", "second"))
    assert city.get(Team, team).steward == li
    city.earn(li)
    city.do(li, Donate(Code("district"), Minutes(60)))
    agreed(
        at, "shift-pool", "gulou", "--to", "city", "--minutes", "40", "--rule", "pool.city",
        "--evidence", paper, by=("treasurer", "second-treasurer"),
    )  # fmt: skip
    assert city.get(City, b"city").pool_free.balance == 40
    assert city.get(District, b"gulou").pool_free.balance == 20


def test_a_provider_from_contract_to_redemption(at: Terminal, paper: str):
    """Opened, given capacity, redeemed on behalf; what is not due is not retired."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    city.earn(li)
    by = ("treasurer", "second")
    provider = agreed(
        at, "open-provider", "gulou", "--staff", city.staff("clerk", GULOU).hex(),
        "--evidence", paper, by=by,
    )  # fmt: skip
    assert city.get(Provider, provider).district == GULOU
    capacity = agreed(
        at, "attest-capacity", provider.hex(), "--minutes", "600", "--until", "+90d",
        "--evidence", paper, by=by,
    )  # fmt: skip
    assert city.get(Capacity, capacity).left_min == 600
    agreed(
        at, "redeem", li.hex(), provider.hex(), "--minutes", "60", "--evidence", paper,
        by=("recorder", "second"),
    )  # fmt: skip
    held = [r for r in city.ledger.records.values() if isinstance(r, Redemption)]
    assert [(r.person, r.hold_min) for r in held] == [(li, 60)]
    error = at.fails(
        "desk", "propose", "retire-due", provider.hex(), "--minutes", "60", "--evidence", paper,
        "--as", "treasurer",
    )  # fmt: skip
    assert error["code"].startswith("E")


def test_a_key_is_recovered_at_the_desk_and_vetoed(at: Terminal, paper: str, tmp_path: Path):
    """From the file that the new wallet wrote; the queue shows until when a veto counts."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    wish = make_wish(city.chain_id, li, Secret(seed_of("li/2")))
    file = tmp_path / "new.json"
    file.write_bytes(json_bytes(wish))
    second = GrantRole(city.staff("second", GULOU), Code("reviewer"), GULOU, Code("site-2"), FAR_MS)
    city.two(city.staff("recorder", GULOU), city.staff("reviewer", GULOU), second)
    agreed(at, "recover", str(file), "--evidence", paper, by=("recorder", "second"))
    waiting = at.ask("desk", "queue", "--as", "arbiter")["recoveries"]
    assert [(one["person"], one["route"]) for one in waiting] == [(li.hex(), "desk")]
    assert waiting[0]["due_ms"] > city.now_ms
    at.ask("desk", "veto-recovery", li.hex(), "--as", "arbiter")
    assert city.get(Recovery, li).state == "vetoed"


def test_accounts_close_move_and_merge(at: Terminal, paper: str):
    """Each by two staff; a closing is on the queue and finished after its notice."""
    city = city_of(at)
    li, wu, wu2 = (city.new_person(name, GULOU) for name in ("li", "wu", "wu2"))
    at.adopt("jianye", city.staff("second", JIANYE))
    by = ("recorder", "jianye")
    agreed(at, "close-account", li.hex(), "--why", "leave", "--evidence", paper, by=by)
    waiting = at.ask("desk", "queue", "--as", "reviewer")["closings"]
    assert [(one["person"], one["state"]) for one in waiting] == [(li.hex(), "notice")]
    city.wait(31 * DAY_MS)
    at.ask("desk", "finish-closing", li.hex(), "--as", "reviewer")
    assert city.person(li).status == "closed"
    agreed(at, "merge-persons", wu2.hex(), wu.hex(), "--evidence", paper, by=("recorder", "jianye"))
    assert city.get(Closing, wu2).survivor == wu
    agreed(
        at, "change-home", wu.hex(), "--district", "jianye", "--site", SITE,
        "--evidence", paper, by=("recorder", "jianye"),
    )  # fmt: skip
    assert city.person(wu).home == JIANYE


def test_guardians_and_pairs_begin_and_end(at: Terminal, paper: str):
    """With --end they are no longer."""
    city = city_of(at)
    li, mother = city.new_person("li", GULOU), city.new_person("mother", GULOU)
    by = ("recorder", "second")
    for name in ("bind-guardian", "approve-pairing"):
        agreed(at, name, li.hex(), mother.hex(), "--evidence", paper, by=by)
        if name == "bind-guardian":
            assert city.person(li).guardians == (mother,)
        agreed(at, name, li.hex(), mother.hex(), "--end", "--evidence", paper, by=by)
    assert city.person(li).guardians == ()


def test_a_service_nobody_checked_out_of_is_timed_and_one_under_way_extended(
    at: Terminal, paper: str
):
    """By a recorder on the recipient's word; by a reviewer out of the fund."""
    city = city_of(at)
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    li = city.new_person("li", GULOU)
    at.adopt("li", li)
    city.mint(GULOU, 6_000)
    order = city.request(
        zhao, zhao, payer_kind="fund", payer=b"", expected_min=Minutes(60)
    )  # fmt: skip
    city.publish(order)
    city.accept(order, li)
    city.wait(max(0, city.order(order).start_ms - city.now_ms))
    at.ask("wallet", "check-in", order.hex(), "--as", "li")
    held = city.order(order).hold_min
    at.ask("desk", "extend", order.hex(), "--minutes", "30", "--as", "second")
    assert city.order(order).hold_min == held + 30
    city.wait(10 * HOUR_MS)
    at.ask(
        "desk", "time-statement", order.hex(), "--minutes", "60", "--evidence", paper,
        "--as", "clerk",
    )  # fmt: skip
    assert city.order(order).counted_min == 60
    assert city.order(order).needs_endorse == 1
