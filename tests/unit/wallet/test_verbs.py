"""Every verb of the three nouns explains itself and refuses nonsense; values are typed as people say them."""

import json

import pytest
from click.testing import CliRunner

from node.cli import root
from node.console.lazy import LazyGroup
from wallet.verbs.parameters import parse_minutes, parse_when

HOUR_MS = 3_600_000


def every_verb() -> list[tuple[str, ...]]:
    """Every command of the three nouns."""
    found: list[tuple[str, ...]] = []

    def walk(path: tuple[str, ...]) -> None:
        command = root
        context = root.make_context("timebank", [], resilient_parsing=True)
        for word in path:
            command = command.get_command(context, word)  # type: ignore[assignment,union-attr]
        if hasattr(command, "list_commands"):
            for name in command.list_commands(context):
                walk((*path, name))
        else:
            found.append(path)

    for noun in ("wallet", "desk", "govern"):
        walk((noun,))
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verb", every_verb(), ids=" ".join)
def test_every_verb_explains_itself_in_both_languages(verb: tuple[str, ...], lang: str):
    """The help page exits 0 and is in one language."""
    outcome = CliRunner().invoke(root, [*verb, "--help", "--lang", lang], prog_name="timebank")
    assert outcome.exit_code == 0
    assert ("Usage:" in outcome.stdout) == (lang == "en")


@pytest.mark.parametrize("verb", every_verb(), ids=" ".join)
def test_every_verb_answers_a_wrong_option_with_one_document(verb: tuple[str, ...]):
    """Exit 3 and the error object."""
    outcome = CliRunner().invoke(root, [*verb, "--nonsense", "--json"], prog_name="timebank")
    assert outcome.exit_code == 3
    assert json.loads(outcome.stdout)["error"]["code"] == "usage"


def test_the_table_of_verbs_names_what_exists():
    """Each place in the tables holds the command of that name."""
    for noun in ("wallet", "desk", "govern"):
        group = root.get_command(root.make_context("t", [], resilient_parsing=True), noun)
        assert isinstance(group, LazyGroup)
        for name in group.targets:
            context = group.make_context(noun, [], resilient_parsing=True)
            command = group.get_command(context, name)
            assert command is not None
            assert command.name == name


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("1h30m", 90),
        ("2h", 120),
        ("1 小时 30 分", 90),
        ("45分钟", 45),
        ("1000h", 60_000),
    ],
)
def test_minutes_are_typed_as_people_say_them(text: str, minutes: int):
    """Both languages, with and without spaces."""
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "1.5", "-30", "1:30", "an hour", "h"])
def test_what_is_no_duration_is_not_guessed(text: str):
    """A wrong guess would move somebody's minutes."""
    assert parse_minutes(text) is None


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-11-24T14:00", 1_795_500_000_000),
        ("2026-11-24T06:00:00+00:00", 1_795_500_000_000),
        ("1795500000000", 1_795_500_000_000),
        ("+2h", 1_000 + 2 * HOUR_MS),
        ("+90d", 1_000 + 90 * 24 * HOUR_MS),
    ],
)
def test_times_are_civil_or_from_now(text: str, ms: int):
    """Without a zone it is UTC+8."""
    when = parse_when(text, whole_day=False)
    assert when is not None
    assert when.at(1_000) == ms


def test_a_day_as_an_end_means_its_last_moment():
    """Until 31 March includes 31 March."""
    end, start = (parse_when("2027-03-31", whole_day=whole) for whole in (True, False))
    assert end is not None
    assert start is not None
    assert end.ms - start.ms == 24 * HOUR_MS


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "+1y", "12", "1900-01-01"])
def test_what_is_no_time_is_not_guessed(text: str):
    """Exit 3 instead."""
    assert parse_when(text, whole_day=False) is None
