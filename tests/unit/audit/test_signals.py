"""Signs of fraud: what they find among planted frauds, and that they leave honest people alone."""

import json
from collections import Counter
from pathlib import Path

import pytest

from node.audit.commands import audit_group
from node.audit.signals.dealings import all_flags
from node.audit.signals.findings import SENTENCES, Flag, Signal
from node.audit.signals.services import chance
from node.chain.genesis_document import to_document
from tests.archives import archive_of, small_story
from tests.fraud_city import played

PEOPLE, DAYS = 2_000, 30
RECALL_MIN = 0.9
CLEAN_FLAGS_MAX = 0.02
UNSEEN_SEEDS = (81, 82, 83)
"""Signals and frauds were written and mended while looking at others (1, 2, 11, 12, 31 to 63, 71 to 73).

These were run once, at first: 132 of 132 frauds of sixteen kinds were found, 130 of 139 flags were right, and of 2,262
active people in the same three cities without fraud three were flagged. Exact holds and late reports were planted last,
when services of the seeded city no longer ended on the second; no signal was touched after that. The only honest people
who report late are the twelve that the frauds bring along, so that part of the measure is a weak one.
"""


def found(planted_signal: str, subjects: tuple[str, ...], flags: list[Flag]) -> bool:
    return any(f.signal.value == planted_signal and f.subject in subjects for f in flags)


@pytest.mark.feature("F4")
@pytest.mark.slow
@pytest.mark.parametrize("seed", UNSEEN_SEEDS)
def test_nine_of_ten_planted_frauds_are_found(seed: int):
    """On seeds that nobody looked at; most of what is flagged was planted."""
    facts, planted, _ = played(PEOPLE, DAYS, seed, frauds=True)
    flags = all_flags(facts)
    caught = [p for p in planted if found(p.signal, p.subjects, flags)]
    guilty = {(p.signal, one) for p in planted for one in p.subjects}
    right = sum((f.signal.value, f.subject) in guilty for f in flags)
    assert len(planted) >= 30
    assert len({p.signal for p in planted}) >= 16
    assert len(caught) >= RECALL_MIN * len(planted), set(planted) - set(caught)
    assert right >= 0.8 * len(flags), Counter(f.signal.value for f in flags)


@pytest.mark.feature("F4")
@pytest.mark.slow
@pytest.mark.parametrize("seed", UNSEEN_SEEDS)
def test_honest_people_are_left_alone(seed: int):
    """At most two of a hundred of those who did anything are flagged in a city without fraud."""
    facts, _, _ = played(PEOPLE, DAYS, seed, frauds=False)
    flagged = {flag.subject for flag in all_flags(facts)}
    active = {order.volunteer for order in facts.orders} | {o.recipient for o in facts.orders}
    assert len(flagged) <= CLEAN_FLAGS_MAX * len(active)


@pytest.mark.feature("F4")
def test_every_signal_explains_itself_in_both_languages():
    """One sentence with its subject, and nothing left to fill in."""
    numbers = dict.fromkeys(("count", "of", "minutes", "others", "days", "usual"), 7)
    for signal in Signal:
        text = Flag(signal, "a3b4", numbers, ()).sentence()
        for said in (text.zh, text.en):
            assert "a3b4" in said
            assert "{" not in said
    assert set(SENTENCES) == set(Signal)


def test_chance_is_the_tail_of_a_binomial():
    """Three heads of three; certain things; more than the rate gives."""
    assert chance(3, 3, 0.5) == pytest.approx(0.125)
    assert chance(2, 4, 0.25) == pytest.approx(1 - 0.75**4 - 4 * 0.25 * 0.75**3)
    assert chance(1, 10, 0.5) == 1.0
    assert chance(1_500, 2_000, 0.5) < 1e-100


@pytest.mark.feature("F4")
def test_the_command_lists_flags_and_accuses_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A small honest city: nothing stands out, exit 0."""
    city = small_story()
    (tmp_path / "archive.bin").write_bytes(archive_of(city))
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(city.genesis)), encoding="utf-8")
    words = [
        "signals",
        str(tmp_path / "archive.bin"),
        "--genesis",
        str(tmp_path / "genesis.json"),
    ]
    assert (audit_group.main([*words, "--json"], standalone_mode=False) or 0) == 0
    seen = json.loads(capsys.readouterr().out)
    assert (seen["settled_orders"], seen["flags"]) == (1, [])
    assert (audit_group.main([*words, "--lang", "zh"], standalone_mode=False) or 0) == 0
    assert "没有可疑之处" in capsys.readouterr().out
