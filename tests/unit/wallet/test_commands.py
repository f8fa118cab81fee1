"""The verbs of ``timebank wallet`` at a terminal, against a node on a real socket."""

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from node.chain.lifecycle import State
from node.chain.records import key_of
from node.chain.records.actors import Person
from node.chain.types import Id
from node.cli import root
from tests.kernel_city import GULOU, SITE
from tests.unit.wallet.city_server import closed_port
from tests.unit.wallet.terminal import PASSWORD, Terminal, terminal
from wallet.mnemonic import parse_words
from wallet.slip10 import signing_key

pytestmark = pytest.mark.slow

HOUR_MS = 3_600_000


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    with terminal(tmp_path / "home") as made:
        yield made


def settled_hour(at: Terminal) -> tuple[Id, Id]:
    """Li has earned an hour from a funded elder."""
    city = at.door.city
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    li = city.new_person("li", GULOU)
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
    city.confirm(order, zhao)
    city.wait(25 * HOUR_MS)
    assert city.order(order).state is State.SETTLED
    at.door.history.append(
        (
            {
                "height": int(city.ledger.height),
                "time_ms": city.now_ms,
                "kind": "timer",
                "orders": [order.hex()],
            },
            frozenset({li}),
        )
    )
    return zhao, li


def test_a_new_wallet_shows_its_words_once_and_writes_a_card(at: Terminal):
    """Twelve words on the screen; keystore and card in the home, for their owner alone."""
    outcome = at.run("wallet", "new", "--district", "gulou")
    assert outcome.exit_code == 0, outcome.stderr
    assert "12" in outcome.stdout
    assert "Home district" in outcome.stdout
    for path in (at.home / "keystore/me.json", at.home / "config/cards/me.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = at.ask("wallet", "card")
    assert shown["home"] == "gulou"
    assert shown["card"].startswith("TBC1.")
    assert at.ask("wallet", "list")["wallets"] == [
        {"name": "me", "key": shown["key"], "account": None}
    ]


def test_words_never_stand_in_a_json_document(at: Terminal, tmp_path: Path):
    """Output of scripts is kept; the words go to a file of mode 0600 or nowhere."""
    error = at.fails("wallet", "new", "--district", "gulou")
    assert error["exit"] == 3
    assert not (at.home / "keystore").exists()
    words = tmp_path / "words"
    made = at.ask("wallet", "new", "--district", "gulou", "--words-file", str(words))
    assert len(words.read_text().split()) == 12
    assert stat.S_IMODE(words.stat().st_mode) == 0o600
    assert not set(words.read_text().split()) & set(json.dumps(made).split())


def test_the_words_bring_the_same_wallet_back(at: Terminal, tmp_path: Path):
    """Same keys, same card."""
    words = tmp_path / "words"
    made = at.ask("wallet", "new", "--district", "gulou", "--words-file", str(words))
    outcome = at.run(
        "wallet", "restore", "--name", "again", "--district", "gulou", "--json",
        given=words.read_text(),
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.stderr
    again = json.loads(outcome.stdout)
    assert (again["key"], again["recovery_key"]) == (made["key"], made["recovery_key"])


def test_an_unknown_district_makes_no_wallet(at: Terminal):
    """The districts that exist are named."""
    error = at.fails("wallet", "new", "--district", "atlantis", "--words-file", "never")
    assert "gulou" in error["remedy"]
    assert not (at.home / "keystore").exists()


def test_a_home_of_one_city_does_not_speak_to_another(at: Terminal, tmp_path: Path):
    """A signature for the wrong chain never leaves the wallet."""
    city = at.door.city
    at.adopt("me", city.new_person("li", GULOU))
    city.chain_id = type(city.chain_id)(bytes(32))
    error = at.fails("wallet", "donate", "30")
    assert error["code"] == "other-city"
    assert "POST /v1/transactions" not in at.door.asked


def test_without_a_node_the_addresses_are_named(at: Terminal):
    """Exit 4."""
    at.adopt("me", at.door.city.new_person("li", GULOU))
    dead = closed_port()
    error = at.fails("wallet", "balance", "--node", dead)
    assert error["exit"] == 4
    assert dead in error["what"]


def test_a_wallet_without_an_account_is_told_what_to_do(at: Terminal, tmp_path: Path):
    """Exit 3: link it."""
    at.ask("wallet", "new", "--district", "gulou", "--words-file", str(tmp_path / "words"))
    error = at.fails("wallet", "balance")
    assert error["code"] == "no-account"
    assert "wallet link" in error["remedy"]


def test_an_account_with_another_key_is_not_linked(at: Terminal, tmp_path: Path):
    """Nobody remembers a stranger's account as their own."""
    li = at.door.city.new_person("li", GULOU)
    at.ask("wallet", "new", "--district", "gulou", "--words-file", str(tmp_path / "words"))
    error = at.fails("wallet", "link", "--account", li.hex())
    assert error["exit"] != 0
    assert at.fails("wallet", "balance")["code"] == "no-account"


def test_staff_and_operators_of_genesis_need_no_slip(at: Terminal):
    """Their keys stand in genesis."""
    city = at.door.city
    for name, account in (
        ("clerk", city.staff("recorder", GULOU)),
        ("voice", city.operator(GULOU)),
    ):
        at.adopt(name, account)
        (at.home / "config" / "accounts" / f"{name}.json").unlink()
        assert at.ask("wallet", "show", "--as", name)["account"] == account.hex()


def test_an_order_from_request_to_settlement_and_what_it_leaves(at: Terminal):
    """Li redeems the hour at Wang's: request, accept, check in and out, confirm; the statement adds up."""
    _, li = settled_hour(at)
    city = at.door.city
    wang = city.new_person("wang", GULOU)
    at.adopt("me", li)
    at.adopt("wang", wang)
    made = at.ask(
        "wallet", "request", "--service", "company", "--district", "gulou", "--site", SITE,
        "--start", "+2h", "--minutes", "1h",
    )  # fmt: skip
    order = made["created"][0]
    city.publish(Id(bytes.fromhex(order)))
    assert [o["id"] for o in at.ask("wallet", "orders", "--open")["orders"]] == [order]
    assert at.ask("wallet", "accept", order, "--as", "wang")["status"] == "COMMITTED"
    city.wait(2 * HOUR_MS)
    at.ask("wallet", "check-in", order, "--as", "wang")
    city.wait(HOUR_MS)
    at.ask("wallet", "check-out", order, "--as", "wang")
    at.ask("wallet", "confirm", order)
    assert at.ask("wallet", "order", order)["state"] == "confirmed"
    city.wait(25 * HOUR_MS)
    assert at.ask("wallet", "balance", "--as", "wang")["available_min"] == 60
    statement = at.ask("wallet", "statement")
    assert [line["minutes"] for line in statement["lines"]] == [60, -60]
    assert statement["adds_up"] is True
    assert statement["lines"][-1]["balance_min"] == 0
    shown = at.run("wallet", "statement").stdout
    assert "The movements add up to the balance." in shown


def test_a_statement_says_when_it_does_not_add_up(at: Terminal):
    """A node that keeps a movement back is noticed."""
    _, li = settled_hour(at)
    at.adopt("me", li)
    at.door.history.clear()
    assert at.ask("wallet", "statement")["adds_up"] is False


def test_a_donation_is_in_the_statement_by_its_proof(at: Terminal):
    """Transfers are read from the proven transaction, not from the node's word."""
    _, li = settled_hour(at)
    at.adopt("me", li)
    done = at.ask("wallet", "donate", "30m", "--pool", "city")
    statement = at.ask("wallet", "statement")
    assert statement["lines"][-1]["reference"] == done["tx_id"]
    assert statement["lines"][-1]["minutes"] == -30
    assert statement["adds_up"] is True
    assert at.ask("wallet", "history")["items"][0]["tx_id"] == done["tx_id"]


def test_a_refusal_of_the_ledger_ends_with_exit_1_and_its_page(at: Terminal):
    """What failed, why, what to do, code and page."""
    at.adopt("me", at.door.city.new_person("li", GULOU))
    error = at.fails("wallet", "donate", "30")
    assert error["code"] == "E309"
    assert error["exit"] == 1
    assert "0 available" in error["why"]


def test_kin_are_bound_listed_and_unbound(at: Terminal):
    """Offer, accept, list, end."""
    city = at.door.city
    at.adopt("me", city.new_person("li", GULOU))
    mother = at.adopt("mother", city.new_person("mother", GULOU))
    offer = at.ask("wallet", "kin", "offer", mother.hex(), "--relation", "parent")
    binding = offer["created"][0]
    at.ask("wallet", "kin", "accept", binding, "--as", "mother")
    assert at.ask("wallet", "kin", "list")["bindings"][0]["state"] == "accepted"
    at.ask("wallet", "kin", "unbind", binding)
    assert at.fails("wallet", "kin", "accept", "00" * 16)["code"] == "not-listed"


def test_an_agent_is_granted_and_revoked(at: Terminal):
    """With named verbs only."""
    city = at.door.city
    me = at.adopt("me", city.new_person("li", GULOU))
    agent = city.new_person("wang", GULOU)
    at.ask("wallet", "agent", "grant", agent.hex(), "--verbs", "request,confirm")
    assert city.person(me).agents[0].verbs == ("confirm", "request")
    at.ask("wallet", "agent", "revoke", agent.hex())
    assert city.person(me).agents == ()
    assert at.fails("wallet", "agent", "grant", agent.hex(), "--verbs", "a b")["exit"] == 3


def test_a_transaction_is_signed_now_and_handed_in_later_any_number_of_times(
    at: Terminal, tmp_path: Path
):
    """Nothing is sent when it is signed; handing it in twice does no harm."""
    _, li = settled_hour(at)
    at.adopt("me", li)
    file = tmp_path / "gift.tx"
    signed = at.ask("wallet", "donate", "30", "--out", str(file))
    assert "POST /v1/transactions" not in at.door.asked
    assert at.ask("wallet", "track", signed["tx_id"])["status"] == "UNKNOWN"
    for _ in range(2):
        done = at.ask("wallet", "submit", str(file))
        assert done["transactions"][0]["tx_id"] == signed["tx_id"]
    assert at.door.city.person(li).available.balance == 30


def test_the_key_passes_to_another_wallet(at: Terminal, tmp_path: Path):
    """The account goes on with the new key; the old wallet no longer claims it."""
    me = at.adopt("me", at.door.city.new_person("li", GULOU))
    made = at.ask(
        "wallet", "new", "--name", "next", "--district", "gulou",
        "--words-file", str(tmp_path / "words"),
    )  # fmt: skip
    at.ask("wallet", "rotate-key", "--to", "next")
    assert at.door.city.person(me).key.hex() == made["key"]
    assert at.ask("wallet", "show", "--as", "next")["account"] == me.hex()
    assert at.fails("wallet", "show")["code"] == "no-account"


def test_a_proof_is_fetched_checked_and_checked_again_offline(at: Terminal, tmp_path: Path):
    """Changing one byte ends in exit 1, and no node is needed."""
    _, li = settled_hour(at)
    at.adopt("me", li)
    tx_id = at.ask("wallet", "donate", "30")["tx_id"]
    file = tmp_path / "gift.proof"
    got = at.ask("wallet", "prove", "transaction", tx_id, "--out", str(file))
    assert got["subject"] == {
        "kind": "transaction",
        "id": tx_id,
        "sender": li.hex(),
        "body": "Donate",
    }
    at.address = closed_port()
    assert at.ask("wallet", "verify-proof", str(file))["signers"] == 4
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(bytes(raw))
    error = at.fails("wallet", "verify-proof", str(file))
    assert (error["code"], error["exit"]) == ("bad-proof", 1)


def test_the_wrong_password_opens_nothing(at: Terminal):
    """Exit 3, and no request carries anything."""
    at.adopt("me", at.door.city.new_person("li", GULOU))
    outcome = CliRunner().invoke(
        root,
        ["wallet", "balance", "--json"],
        env={
            "TIMEBANK_HOME": str(at.home),
            "TIMEBANK_NODE": at.address,
            "TIMEBANK_PASSWORD": "wrong",
        },
        prog_name="timebank",
    )
    assert outcome.exit_code == 3
    assert json.loads(outcome.stdout)["error"]["code"] == "wrong-password"
    assert at.door.asked == []


def test_no_key_word_or_password_leaves_the_wallet(at: Terminal, tmp_path: Path):
    """Made, registered, linked, used, restored: nothing secret in a request, an output or a file but the words' own."""
    words = tmp_path / "words"
    line = ("--district", "gulou", "--json")
    outcomes = [at.run("wallet", "new", "--words-file", str(words), *line)]
    seed = signing_key(parse_words(words.read_text()).seed()).reveal()
    card = json.loads(outcomes[0].stdout)
    person = at.door.city.new_person("stranger", GULOU)
    known = at.door.city.ledger.records
    at.door.city.seeds[person] = seed
    key = key_of(Person, person)
    known[key] = replace(at.door.city.person(person), key=bytes.fromhex(card["key"]))
    outcomes += [
        at.run("wallet", "link", "--account", person.hex(), "--json"),
        at.run("wallet", "balance"),
        at.run("wallet", "donate", "5"),
        at.run("wallet", "restore", "--name", "two", *line, given=words.read_text()),
    ]
    assert [outcome.exit_code for outcome in outcomes] == [0, 0, 0, 1, 0]
    said = "".join(outcome.stdout + outcome.stderr for outcome in outcomes).encode()
    kept = b"".join(p.read_bytes() for p in at.home.rglob("*") if p.is_file())
    for place in (b"".join(at.door.heard), said, kept):
        assert seed not in place
        assert seed.hex().encode() not in place
        assert base64.b64encode(seed) not in place
        assert base64.urlsafe_b64encode(seed) not in place
        assert words.read_text().strip().encode() not in place
        assert PASSWORD.encode() not in place


def test_an_operator_has_no_balance(at: Terminal):
    """Said in words, not as a traceback."""
    at.adopt("voice", at.door.city.operator(GULOU))
    assert at.fails("wallet", "balance", "--as", "voice")["code"] == "not-a-person"
