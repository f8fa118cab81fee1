"""Service certificates from the command to the ledger and back to a file that verifies without a node."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node.chain.policy import DAY_MS, month_of
from node.chain.tx.organisation import GrantRole
from node.chain.types import Code, EpochMs, Id
from tests.kernel_city import GULOU
from tests.unit.chain.rules.holders import volunteer_of
from tests.unit.wallet.city_server import closed_port
from tests.unit.wallet.node_door import NodeCity, node_terminal
from tests.unit.wallet.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.feature("H2")]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    with node_terminal(tmp_path / "home") as made:
        yield made


def served(at: Terminal) -> tuple[Id, str]:
    """(volunteer with the wallet "me", the month of an hour that may be certified now)."""
    city: NodeCity = at.door.city
    volunteer = at.adopt("me", volunteer_of(city))
    order = city.earn(volunteer)
    month = month_of(city.order(order).checked_in_ms)
    for _ in range(2):
        city.wait(30 * DAY_MS)
    return volunteer, f"{month // 100}-{month % 100:02}"


def desk(at: Terminal, *line: str) -> Any:  # noqa: ANN401 - a JSON document
    """A command of staff; the node in this process writes its log of readings on the same stream."""
    outcome = at.run("desk", "certificate", *line, "--json")
    assert outcome.exit_code == 0, outcome.stderr + outcome.stdout
    return json.loads(outcome.stdout.splitlines()[-1])


def test_a_volunteer_has_a_month_certified_checks_it_proves_it_and_gives_it_up(
    at: Terminal, tmp_path: Path
):
    """The number comes with the answer; the file verifies in wallet and auditor when no node is there."""
    _, month = served(at)
    done = at.ask("wallet", "certificate", "issue", "--from", month, "--until", month)
    number = done["certificate"]["number"]
    assert done["certificate"]["served_min"] == 60
    listed = at.ask("wallet", "certificate", "list")
    assert [one["number"] for one in listed["certificates"]] == [number]
    assert listed["years"][0]["months"][0]["served_min"] == 60
    checked = at.ask("wallet", "certificate", "check", number.lower())
    assert checked == done["certificate"]
    file = tmp_path / "certificate.bin"
    proven = at.ask("wallet", "certificate", "prove", number, "--out", str(file))
    assert proven["subject"]["status"] == "valid"
    at.ask("wallet", "certificate", "revoke", number)
    assert at.ask("wallet", "certificate", "check", number)["status"] == "revoked"
    assert at.ask("wallet", "certificate", "list")["certificates"] == []
    kinds = [item["kind"] for item in at.ask("wallet", "history")["items"]]
    assert kinds[:2] == ["revoke_service_certificate", "issue_service_certificate"]
    assert at.ask("wallet", "statement")["available_min"] == 60, "certificates move no minute"
    at.address = closed_port()
    shown = at.run("wallet", "verify-proof", str(file))
    assert number in shown.stdout
    genesis = str(at.home / "config" / "genesis.json")
    audited = at.ask("audit", "verify-proof", str(file), "--genesis", genesis)
    assert audited["proofs"][0]["number"] == number


def test_a_wrong_number_is_found_at_once_and_an_unknown_one_by_the_node(at: Terminal):
    """A typing error asks no node; people read the table in words."""
    _, month = served(at)
    number = at.ask("wallet", "certificate", "issue", "--from", month, "--until", month)[
        "certificate"
    ]["number"]
    wrong = number.replace("000001", "000002")
    assert at.fails("wallet", "certificate", "check", wrong)["exit"] == 3
    assert "Nothing" not in at.run("wallet", "certificate", "list").stdout
    again = at.fails("wallet", "certificate", "issue", "--from", month, "--until", month)
    assert again["code"] == "E307"
    assert (
        at.fails("wallet", "certificate", "issue", "--from", "2026-13", "--until", month)["exit"]
        == 3
    )


def test_a_recorder_asks_for_a_person_and_a_certifier_declares_it_void(
    at: Terminal, tmp_path: Path
):
    """Both with evidence; the reading of the person's months is recorded."""
    city: NodeCity = at.door.city
    volunteer, month = served(at)
    certifier = at.adopt("certifier", city.new_person("certifier"))
    until = EpochMs(city.now_ms + 90 * DAY_MS)
    grant = GrantRole(certifier, Code("certifier"), GULOU, Code("-"), until)
    city.two(city.staff("recorder", GULOU), city.staff("reviewer", GULOU), grant)
    at.adopt("clerk", city.staff("recorder", GULOU))
    paper = tmp_path / "request.txt"
    paper.write_text("please")
    months = ("--from", month, "--until", month)
    person, evidence = volunteer.hex(), ("--evidence", str(paper))
    issue = desk(at, "issue", person, *months, *evidence, "--as", "clerk")
    number = issue["certificate"]["number"]
    listed = desk(at, "list", person, "--as", "clerk")
    assert [one["number"] for one in listed["certificates"]] == [number]
    clerk = city.staff("recorder", GULOU)
    assert (city.accesses.newest[-1].reader, city.accesses.newest[-1].subject) == (clerk, volunteer)
    refused = at.fails("desk", "certificate", "revoke", person, number, *evidence, "--as", "clerk")
    assert refused["code"] == "E204"
    desk(at, "revoke", person, number, *evidence, "--as", "certifier", "--reason", "fraud")
    assert at.ask("wallet", "certificate", "check", number)["status"] == "revoked"
