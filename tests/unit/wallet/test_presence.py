"""A proof of presence on its way from one phone to another: shown, scanned, refused when it is about something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.chain.policy import HOUR_MS
from node.chain.rules.orders.presence import RECIPIENT_WALLET, SITE_READER, ServiceMoment
from node.chain.tx.orders import NO_PRESENCE, Presence
from node.chain.types import NO_ID, Code, EpochMs, Id
from node.console.fault import Fault
from tests.kernel_city import GULOU
from tests.unit.wallet.terminal import Terminal, terminal
from wallet.session.presence import PREFIX, PresenceCode, met, read_code

ORDER = Id(bytes(range(16)))
CODE = PresenceCode(
    ORDER, ServiceMoment.START, EpochMs(1_764_000_000_000), Presence(Code("none"), NO_ID, b"")
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A town with a recorder at a site."""
    with terminal(tmp_path / "home") as made:
        made.adopt("recorder", made.door.city.staff("clerk", GULOU))
        yield made


def accepted(at: Terminal) -> str:
    """Li asks from a phone; Wang has taken the order, which begins now."""
    city = at.door.city
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    wang = city.new_person("wang", GULOU)
    city.mint(GULOU, 6_000)
    at.adopt("zhao", zhao)
    at.adopt("wang", wang)
    order = city.request(zhao, zhao, payer_kind="fund", payer=NO_ID)
    city.publish(order)
    city.accept(order, wang)
    city.wait(2 * HOUR_MS)
    return order.hex()


@pytest.mark.slow
@pytest.mark.feature("D4")
def test_the_recipients_phone_shows_a_code_and_the_volunteers_checks_in_with_it(at: Terminal):
    """The order says that the recipient's wallet stood behind the check-in."""
    order = accepted(at)
    shown = at.ask("wallet", "presence", order, "start", "--as", "zhao")
    assert shown["method"] == RECIPIENT_WALLET
    at.ask("wallet", "check-in", order, "--presence", shown["code"].lower(), "--as", "wang")
    assert at.door.city.order(Id(bytes.fromhex(order))).presence == RECIPIENT_WALLET


@pytest.mark.slow
def test_a_sites_reader_shows_a_code_for_a_recipient_without_a_phone(at: Terminal):
    """Signed with the key of the site's recorder; weaker than the recipient's own."""
    order = accepted(at)
    shown = at.ask("desk", "presence", order, "start", "--as", "recorder")
    assert shown["method"] == SITE_READER
    at.ask("wallet", "check-in", order, "--presence", shown["code"], "--as", "wang")
    assert at.door.city.order(Id(bytes.fromhex(order))).presence == SITE_READER


@pytest.mark.slow
def test_a_code_that_the_volunteer_makes_is_refused_by_the_ledger(at: Terminal):
    """Nobody is a witness of their own service."""
    order = accepted(at)
    shown = at.ask("wallet", "presence", order, "start", "--as", "wang")
    line = ("wallet", "check-in", order, "--presence", shown["code"], "--as", "wang")
    assert at.fails(*line)["code"] == "E204"


def test_a_code_of_the_other_end_or_another_order_is_refused_before_anything_is_signed():
    """It names what it is about."""
    for order, moment in ((ORDER, ServiceMoment.END), (NO_ID, ServiceMoment.START)):
        with pytest.raises(Fault):
            met(CODE.text(), order, moment, EpochMs(0))
    assert met(None, ORDER, ServiceMoment.END, EpochMs(5)) == (5, NO_PRESENCE)
    assert met(CODE.text(), ORDER, ServiceMoment.START, EpochMs(5))[0] == CODE.claimed_ms


def test_a_code_survives_blanks_and_small_letters():
    """As people type it."""
    text = CODE.text()
    assert read_code(f" {text[:20].lower()}\n {text[20:]} ") == CODE


@given(st.text(max_size=60) | st.binary(max_size=60).map(bytes.hex))
def test_whatever_is_typed_is_a_code_or_a_fault(typed: str):
    """Nothing else comes out, with the prefix and without."""
    for text in (typed, PREFIX + typed):
        with pytest.raises(Fault):
            read_code(text)
