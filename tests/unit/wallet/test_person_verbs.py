"""What a person says beside orders, from the command to its effect on the ledger, through a real node's door."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from node.chain import keys
from node.chain.lifecycle import State
from node.chain.policy import HOUR_MS
from node.chain.records.corrections import Claim, Donation
from node.chain.records.events import Event, Membership, Team
from node.chain.records.recovery import Recovery
from node.chain.records.redemption import Redemption
from node.chain.records.remarks import Complaint, Rating
from node.chain.records.safety import Suspension
from node.chain.tx.orders import ReportNoShow
from node.chain.tx.safety import Suspend
from node.chain.types import Code, EpochMs, Id
from node.cli import root
from tests.kernel_city import GULOU, seed_of
from tests.money_city import EVIDENCE
from tests.unit.wallet.node_door import NodeCity, node_terminal
from tests.unit.wallet.terminal import PASSWORD, Terminal
from wallet.mnemonic import parse_words
from wallet.slip10 import RECOVERY_USE, signing_key

pytestmark = pytest.mark.slow


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    with node_terminal(tmp_path / "home") as made:
        yield made


@pytest.fixture
def city(at: Terminal) -> NodeCity:
    found: NodeCity = at.door.city
    return found


@pytest.fixture
def paper(tmp_path: Path) -> str:
    """A file with something written on it."""
    path = tmp_path / "paper.txt"
    path.write_text("what happened")
    return str(path)


def person(at: Terminal, name: str, minutes: int = 0) -> Id:
    """Somebody with a wallet of the same name, and with earned minutes."""
    made = at.adopt(name, at.door.city.new_person(name))
    if minutes:
        at.door.city.earn(made, minutes)
    return made


def test_minutes_are_redeemed_captured_and_released(
    at: Terminal, city: NodeCity, paper: str
) -> None:
    """The customer finds a provider and holds; the provider takes; a second hold goes back."""
    li, wang = person(at, "li", 120), person(at, "wang")
    provider = city.open_provider(wang)
    city.attest(provider, 600)
    shown = at.ask("wallet", "providers", "--as", "li")["providers"]
    assert shown == [{"id": provider.hex(), "district": "gulou", "left_min": 600}]
    held = at.ask("wallet", "redeem", provider.hex(), "1h", "--as", "li")["created"][0]
    assert at.ask("wallet", "redemptions", "--as", "li")["redemptions"][0]["id"] == held
    at.ask(
        "wallet", "capture", held, "40", "--provider", provider.hex(), "--receipt", paper,
        "--as", "wang",
    )  # fmt: skip
    assert city.get(Redemption, bytes.fromhex(held)).captured_min == 40
    assert city.person(li).available.balance == 80
    second = at.ask("wallet", "redeem", provider.hex(), "30", "--as", "li")["created"][0]
    at.ask("wallet", "release", second, "--as", "li")
    assert city.get(Redemption, bytes.fromhex(second)).state == "released"
    mine = at.ask("wallet", "redemptions", "--provider", provider.hex(), "--as", "wang")
    assert len(mine["redemptions"]) == 2


def test_a_large_donation_names_the_number_by_which_it_is_taken_back(
    at: Terminal, city: NodeCity
) -> None:
    """Above the limit the verb says an id, and the ledger holds it; below it does not."""
    li = person(at, "me", 60)
    small = at.ask("wallet", "donate", "20")
    assert small["created"] == []
    large = at.run("wallet", "donate", "30", "--pool", "city")
    donations = [r for r in city.ledger.records.values() if isinstance(r, Donation)]
    assert [(d.person, d.minutes) for d in donations] == [(li, 30)]
    assert donations[0].id.hex() in large.stdout
    assert donations[0].id.hex() in large.stderr


def test_an_event_is_found_attended_and_left(at: Terminal, city: NodeCity) -> None:
    """In and out by one's own key."""
    li = person(at, "me")
    event = city.open_event(payer_kind="honour", rule="-")
    assert [e["id"] for e in at.ask("wallet", "events")["events"]] == [event.id.hex()]
    city.wait(2 * HOUR_MS)
    at.ask("wallet", "attend", event.id.hex())
    city.wait(HOUR_MS // 2)
    at.ask("wallet", "leave-event", event.id.hex())
    attendance = city.get(Event, event.id).attendances[0]
    assert (attendance.person, attendance.counted_min) == (li, 30)


def test_a_team_is_joined_earns_gives_and_is_left(at: Terminal, city: NodeCity) -> None:
    """Minutes of an order accepted with --team go to it; its steward donates them."""
    li, chen = person(at, "li"), person(at, "chen", 60)
    team = city.open_team(li)
    at.ask("wallet", "team", "join", team.hex(), "--as", "li")
    assert city.get(Membership, li).team == team
    order = city.request(chen, chen)
    city.publish(order)
    at.ask("wallet", "accept", order.hex(), "--team", "--as", "li")
    city.serve(order)
    city.confirm(order, chen)
    city.wait(25 * HOUR_MS)
    assert city.get(Team, team).free.balance == 60
    assert at.ask("wallet", "team", "list", "--as", "li")["teams"][0]["free"]["balance_min"] == 60
    at.ask("wallet", "team", "donate", team.hex(), "25", "--as", "li")
    assert city.get(Team, team).free.balance == 35
    at.ask("wallet", "team", "leave", "--as", "li")
    assert at.fails("wallet", "team", "leave", "--as", "li")["exit"] == 1


def test_a_service_is_rated_and_complained_about(at: Terminal, city: NodeCity, paper: str) -> None:
    """The recipient rates, the volunteer complains; both stand on the ledger by their hash."""
    li, chen = person(at, "li"), person(at, "chen", 60)
    order = city.settle_order(chen, li)
    at.ask("wallet", "rate", order.hex(), "--rating", paper, "--as", "chen")
    at.ask("wallet", "complain", order.hex(), "--evidence", paper, "--as", "li")
    records = city.ledger.records.values()
    assert [r.rater for r in records if isinstance(r, Rating)] == [chen]
    assert [r.complainant for r in records if isinstance(r, Complaint)] == [li]


def test_the_report_of_a_no_show_is_contested(at: Terminal, city: NodeCity, paper: str) -> None:
    """By the volunteer, in time."""
    li, chen = person(at, "li"), person(at, "chen", 60)
    order = city.request(chen, chen)
    city.publish(order)
    city.accept(order, li)
    city.wait(3 * HOUR_MS)
    city.do(chen, ReportNoShow(order))
    assert city.order(order).state is State.NO_SHOW
    at.ask("wallet", "contest-no-show", order.hex(), "--evidence", paper, "--as", "li")
    opened = [r for r in city.ledger.records.values() if isinstance(r, Complaint)]
    assert [(c.kind, c.complainant) for c in opened] == [("no-show", li)]


def test_a_service_without_network_is_reported_late(at: Terminal, city: NodeCity) -> None:
    """The last mark before it is found among the headers; the order waits for its confirmation."""
    li, chen = person(at, "li"), person(at, "chen", 60)
    order = city.request(chen, chen)
    city.publish(order)
    city.accept(order, li)
    start = city.order(order).start_ms
    city.wait(4 * HOUR_MS)
    done = at.ask(
        "wallet", "late-report", order.hex(), "--start", str(start),
        "--end", str(start + HOUR_MS), "--as", "li",
    )  # fmt: skip
    assert done["status"] == "COMMITTED"
    assert (city.order(order).state, city.order(order).counted_min) == (State.CHECKED_OUT, 60)
    assert at.fails("wallet", "late-report", order.hex(), "--end", "+0m", "--as", "li")["exit"] != 0


def test_a_claim_is_seen_and_paid_back(at: Terminal, city: NodeCity) -> None:
    """What a correction could not take back is repaid in steps."""
    li, chen = person(at, "me"), person(at, "chen", 60)
    order = city.settle_order(chen, li)
    at.ask("wallet", "donate", "50")
    city.agree(city.corrected(order, 0), by=("arbiter", "treasurer"))
    claim = at.ask("wallet", "claims")["claims"][0]
    assert claim["left_min"] > 0
    city.earn(li, 60)
    at.ask("wallet", "repay", claim["id"], "10")
    assert city.get(Claim, bytes.fromhex(claim["id"])).repaid_min == 10


def test_a_suspension_is_appealed(at: Terminal, city: NodeCity, paper: str) -> None:
    """By whom it stops."""
    li = person(at, "me")
    until = EpochMs(city.now_ms + 48 * HOUR_MS)
    body = Suspend(li, Code("accept"), Code("safety"), until, EVIDENCE)
    city.do(city.staff("reviewer", GULOU), body)
    at.ask("wallet", "appeal-suspension", "accept", "--evidence", paper)
    found = [r for r in city.ledger.records.values() if isinstance(r, Suspension)]
    assert [s.appealed for s in found] == [1]


def test_a_household_is_declared_and_ended(at: Terminal, city: NodeCity) -> None:
    """Both by the person alone."""
    li, chen = person(at, "me"), person(at, "chen")
    at.ask("wallet", "household", chen.hex())
    assert city.person(li).household == (chen,)
    at.ask("wallet", "household", chen.hex(), "--end")
    assert city.person(li).household == ()


def new_wallet(at: Terminal, name: str, words: Path) -> str:
    """A wallet on a new phone; its public key."""
    made = at.ask(
        "wallet", "new", "--name", name, "--district", "gulou", "--words-file", str(words)
    )  # fmt: skip
    key: str = made["key"]
    return key


def test_contacts_vouch_for_a_new_key(at: Terminal, city: NodeCity, tmp_path: Path) -> None:
    """Named before the loss; two of them agree on one wish, and after the delay the new wallet acts."""
    li, friends = person(at, "li"), [person(at, name) for name in ("chen", "wang")]
    at.ask("wallet", "recovery", "contacts", *[f.hex() for f in friends], "--as", "li")
    key = new_wallet(at, "next", tmp_path / "words")
    wish = str(tmp_path / "wish.json")
    at.ask("wallet", "recovery", "wish", li.hex(), "--to", wish, "--as", "next")
    for name in ("chen", "wang"):
        at.ask("wallet", "recovery", "support", wish, "--as", name)
    assert city.get(Recovery, li).state == "pending"
    city.wait(int(city.genesis.policy.persons.recovery_delay_ms) + 1_000)
    assert city.person(li).key.hex() == key
    assert at.ask("wallet", "show", "--as", "next")["account"] == li.hex()


def test_the_old_words_ask_for_a_new_key_and_the_old_phone_can_stop_it(
    at: Terminal, city: NodeCity, tmp_path: Path
) -> None:
    """The recovery key says only this; the words are typed unseen; the everyday key ends the attempt."""
    new_wallet(at, "old", tmp_path / "old-words")
    text = (tmp_path / "old-words").read_text()
    seed = parse_words(text).seed()
    everyday = signing_key(seed).reveal()
    recovery = signing_key(seed, use=RECOVERY_USE).reveal()
    seeds = {"li": everyday, "li/card": recovery}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.kernel_city.seed_of", lambda name: seeds.get(name) or seed_of(name))
        li = at.adopt("li", city.new_person("li", card=True))
    assert city.person(li).recovery_key == keys.public_key(recovery)
    new_wallet(at, "next", tmp_path / "words")
    outcome = CliRunner().invoke(
        root,
        ["wallet", "recovery", "start", li.hex(), "--as", "next", "--json"],
        env={
            "TIMEBANK_HOME": str(at.home),
            "TIMEBANK_NODE": at.address,
            "TIMEBANK_PASSWORD": PASSWORD,
        },
        input=text,
        prog_name="timebank",
    )
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    assert city.get(Recovery, li).state == "pending"
    at.ask("wallet", "recovery", "veto", "--as", "li")
    assert city.get(Recovery, li).state == "vetoed"
