"""The verbs of ``timebank desk``: two people for what matters, staff on behalf of elders without a phone."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain.lifecycle import State
from node.chain.records.actors import Person
from node.chain.types import Id
from tests.kernel_city import GULOU, SITE, seed_of
from tests.unit.wallet.terminal import Terminal, terminal

pytestmark = pytest.mark.slow

HOUR_MS = 3_600_000


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A desk in Gulou with a clerk, a reviewer, a second reviewer and an arbiter."""
    with terminal(tmp_path / "home") as made:
        for name in ("recorder", "reviewer", "second", "arbiter"):
            made.adopt(name, made.door.city.staff(name, GULOU))
        yield made


def bureau_key(folder: Path) -> Path:
    """The bureau's key file."""
    path = folder / "bureau.key"
    path.write_text(seed_of("bureau").hex())
    path.chmod(0o600)
    return path


def admitted(at: Terminal, folder: Path, person: str, *flags: str) -> str:
    """Receipt, proposal, second; returns the proposal's id."""
    receipt = folder / f"{person}.receipt"
    at.ask(
        "desk", "receipt", person, "--district", "gulou", "--bureau-key",
        str(bureau_key(folder)), "--out", str(receipt),
    )  # fmt: skip
    proposal = at.ask(
        "desk", "propose", "approve-person", person, "--receipt", str(receipt), *flags,
        "--as", "reviewer",
    )["created"][0]  # fmt: skip
    return str(proposal)


@pytest.mark.feature("C1")
def test_a_person_is_registered_from_their_card_and_admitted_by_two(at: Terminal, tmp_path: Path):
    """Card, register, slip, receipt, propose, second, link: afterwards the wallet speaks for the account."""
    at.ask(
        "wallet", "new", "--district", "gulou", "--words-file", str(tmp_path / "words"),
    )  # fmt: skip
    slip, card = tmp_path / "slip.json", at.home / "config/cards/me.json"
    person = at.ask(
        "desk", "register", "--card", str(card), "--site", SITE, "--slip", str(slip),
        "--as", "recorder",
    )["created"][0]  # fmt: skip
    queue = at.ask("desk", "queue", "--as", "reviewer")
    assert [waiting["id"] for waiting in queue["persons"]] == [person]
    proposal = admitted(at, tmp_path, person, "--serve-until", "2035-12-31")
    seconded = at.ask("desk", "second", proposal, "--as", "second")
    assert seconded["action"]["kind"] == "ApprovePerson"
    assert seconded["action"]["person"] == person
    at.ask("wallet", "link", "--slip", str(slip))
    shown = at.ask("wallet", "show")
    assert (shown["account"], shown["status"]) == (person, "active")
    assert shown["number"] > 0
    assert stat.S_IMODE(slip.stat().st_mode) == 0o600


@pytest.mark.feature("C1")
def test_the_proposer_cannot_second(at: Terminal, tmp_path: Path):
    """Two natural persons."""
    person = at.ask(
        "desk", "register", "--no-phone", "--district", "gulou", "--site", SITE,
        "--as", "recorder",
    )["created"][0]  # fmt: skip
    proposal = admitted(at, tmp_path, person)
    error = at.fails("desk", "second", proposal, "--as", "reviewer")
    assert (error["code"], error["exit"]) == ("E205", 1)


def test_a_qr_text_is_as_good_as_a_card_file(at: Terminal, tmp_path: Path):
    """What the scanner reads, in a file."""
    made = at.ask("wallet", "new", "--district", "gulou", "--words-file", str(tmp_path / "w"))
    scanned = tmp_path / "scanned"
    scanned.write_text(made["card"] + "\n")
    person = at.ask(
        "desk", "register", "--card", str(scanned), "--site", SITE, "--as", "recorder"
    )["created"][0]  # fmt: skip
    assert at.door.city.person(Id(bytes.fromhex(person))).key.hex() == made["key"]


@pytest.mark.parametrize("field", ["key", "possession", "home", "chain_id"])
def test_a_card_that_was_changed_is_not_registered(at: Terminal, tmp_path: Path, field: str):
    """Every field of the card is under its proofs."""
    at.ask("wallet", "new", "--district", "gulou", "--words-file", str(tmp_path / "w"))
    card = json.loads((at.home / "config/cards/me.json").read_text())
    card[field] = "jianye" if field == "home" else "11" + card[field][2:]
    changed = tmp_path / "card.json"
    changed.write_text(json.dumps(card))
    error = at.fails("desk", "register", "--card", str(changed), "--site", SITE, "--as", "recorder")
    assert (error["code"], error["exit"]) == ("bad-file", 5)


def test_a_receipt_needs_the_bureaus_own_key_in_a_closed_file(at: Terminal, tmp_path: Path):
    """Another key is refused, and so is a file that others may read."""
    line = ("desk", "receipt", "00" * 16, "--district", "gulou", "--out", str(tmp_path / "r"))
    stranger = tmp_path / "stranger.key"
    stranger.write_text("42" * 32)
    stranger.chmod(0o600)
    assert at.fails(*line, "--bureau-key", str(stranger))["code"] == "not-the-bureau"
    opened = bureau_key(tmp_path)
    opened.chmod(0o644)
    error = at.fails(*line, "--bureau-key", str(opened))
    assert (error["code"], error["exit"]) == ("key-file-open", 3)
    assert not (tmp_path / "r").exists()


def test_a_receipt_of_another_person_is_noticed_before_it_is_sent(at: Terminal, tmp_path: Path):
    """The proposal is not even signed."""
    at.ask(
        "desk", "receipt", "11" * 16, "--district", "gulou", "--bureau-key",
        str(bureau_key(tmp_path)), "--out", str(tmp_path / "r"),
    )  # fmt: skip
    error = at.fails(
        "desk", "propose", "approve-person", "22" * 16, "--receipt", str(tmp_path / "r"),
        "--as", "reviewer",
    )  # fmt: skip
    assert error["code"] == "other-receipt"


def test_roles_sites_gates_and_flags_change_by_two(at: Terminal):
    """Each action of the table, proposed by one and seconded by another."""
    city = at.door.city
    li = city.new_person("li", GULOU)
    until = ("--until", "2035-12-31")
    actions = (
        ("grant-role", li.hex(), "caller", "--district", "gulou", *until),
        ("open-site", "gulou", "site-9"),
    )
    for action in actions:
        proposal = at.ask("desk", "propose", *action, "--as", "recorder")["created"][0]
        at.ask("desk", "second", proposal, "--as", "reviewer")
    for action in (
        ("attest-gate", li.hex(), "training", *until),
        ("attest", li.hex(), "--serve-until", "2035-12-31"),
    ):
        proposal = at.ask("desk", "propose", *action, "--as", "reviewer")["created"][0]
        at.ask("desk", "second", proposal, "--as", "second")
    found = city.person(li)
    assert [role.role for role in found.roles] == ["caller"]
    assert found.has_gate("training", city.now_ms)
    assert (found.may_serve_until_ms > city.now_ms, found.may_receive_until_ms) == (True, 0)
    shown = at.ask("desk", "person", li.hex(), "--as", "reviewer")
    assert shown["account"] == li.hex()
    assert all("desk" not in line for line in at.door.asked)


def test_a_proposal_is_declined(at: Terminal):
    """And then is no longer on the list."""
    proposal = at.ask("desk", "propose", "open-site", "gulou", "site-9", "--as", "recorder")
    id_ = proposal["created"][0]
    listed = at.ask("desk", "queue", "--as", "reviewer")["proposals"]
    assert [item["id"] for item in listed] == [id_]
    at.ask("desk", "decline", id_, "--as", "reviewer")
    assert at.fails("desk", "second", id_, "--as", "reviewer")["code"] == "not-listed"


@pytest.mark.feature("I1")
def test_an_elder_without_a_phone_is_served_through_the_desk(at: Terminal, tmp_path: Path):
    """Requested on behalf, approved, accepted, called back by a caller; the staff stand on the order."""
    city = at.door.city
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True, keyless=True)
    city.mint(GULOU, 6_000)
    at.adopt("li", city.new_person("li", GULOU))
    consent = tmp_path / "consent.txt"
    consent.write_text("signed at the desk")
    order = at.ask(
        "desk", "request", "--for", zhao.hex(), "--service", "company", "--district", "gulou",
        "--site", SITE, "--start", "+2h", "--minutes", "1h", "--payer", "fund",
        "--consent", "in-person", "--evidence", str(consent), "--as", "recorder",
    )["created"][0]  # fmt: skip
    assert [o["id"] for o in at.ask("desk", "queue", "--as", "reviewer")["orders"]] == [order]
    at.ask("desk", "approve", order, "--as", "reviewer")
    at.ask("wallet", "accept", order, "--as", "li")
    city.wait(2 * HOUR_MS)
    at.ask("wallet", "check-in", order, "--as", "li")
    city.wait(HOUR_MS)
    at.ask("wallet", "check-out", order, "--as", "li")
    at.ask("desk", "call-back", order, "--evidence", str(consent), "--as", "second")
    assert at.ask("wallet", "order", order, "--as", "li")["needs_endorse"] is False
    found = city.order(Id(bytes.fromhex(order)))
    assert found.state is State.CONFIRMED
    assert found.requester == city.staff("recorder", GULOU)
    assert found.confirmer == city.staff("second", GULOU)
    error = at.fails("desk", "endorse", order, "--as", "reviewer")
    assert error["code"] == "E310"


def test_a_dispute_is_ruled(at: Terminal):
    """An arbiter splits; the words of the verdict are checked at the terminal."""
    city = at.door.city
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    li = city.new_person("li", GULOU)
    at.adopt("zhao", zhao)
    city.mint(GULOU, 6_000)
    order = city.request(
        city.staff("recorder", GULOU),
        zhao,
        payer_kind="fund",
        payer=b"",
        consent="in-person",
        consent_evidence=bytes([1]) * 32,
    )
    city.publish(order)
    city.accept(order, li)
    city.serve(order)
    at.ask("wallet", "object", order.hex(), "--reason", "left-early", "--as", "zhao")
    line = ("desk", "rule", order.hex(), "split", "--as", "arbiter")
    assert at.fails(*line)["exit"] == 3
    at.ask(*line, "--minutes", "30")
    assert city.order(order).state is State.RULED
    at.ask("wallet", "appeal", order.hex(), "--as", "zhao")
    assert city.order(order).state is State.DISPUTED


def test_kin_consent_is_recorded_for_a_person_without_a_key(at: Terminal, tmp_path: Path):
    """With method and evidence; then two of staff confirm."""
    city = at.door.city
    at.adopt("li", city.new_person("li", GULOU))
    mother = city.new_person("mother", GULOU, keyless=True)
    proof = tmp_path / "consent.txt"
    proof.write_text("the mother agreed")
    binding = at.ask("wallet", "kin", "offer", mother.hex(), "--relation", "parent", "--as", "li")
    id_ = binding["created"][0]
    at.ask(
        "desk", "kin-accept", id_, "--person", mother.hex(), "--method", "in-person",
        "--evidence", str(proof), "--as", "recorder",
    )  # fmt: skip
    proposal = at.ask(
        "desk", "propose", "approve-kin", id_, "--person", mother.hex(), "--as", "reviewer"
    )["created"][0]  # fmt: skip
    at.ask("desk", "second", proposal, "--as", "second")
    li = city.ledger.records
    kin = [r for r in li.values() if isinstance(r, Person) and r.id == mother]
    assert kin[0].kin[0].relation == "child"


def test_evidence_is_a_file_or_its_hash(at: Terminal, tmp_path: Path):
    """A name of no file is not hashed as if it were the evidence."""
    error = at.fails(
        "desk", "witness", "00" * 16, "--evidence", str(tmp_path / "nothing"), "--as", "recorder"
    )  # fmt: skip
    assert (error["code"], error["exit"]) == ("usage", 3)
