"""``timebank city`` before any process runs: what is refused, with which code."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from node.city.commands import TARGETS
from node.city.plan import read_plan
from node.city.story import STEPS
from node.city.supervisor import LocalCity
from node.cli import root
from node.console.exits import ExitCode

ROOT: Final = Path(__file__).parents[3]


def answer(*words: str) -> tuple[int, dict[str, object]]:
    """Exit code and JSON document of a command."""
    outcome = CliRunner().invoke(root, ["--json", *words])
    return outcome.exit_code, json.loads(outcome.stdout)


def code_of(document: dict[str, object]) -> object:
    """Code of the error in a document."""
    error = document["error"]
    assert isinstance(error, dict)
    return error["code"]


@pytest.mark.parametrize("verb", ["down", "status", "logs", "start", "kill", "advance"])
def test_without_a_city_every_verb_says_so(tmp_path: Path, verb: str) -> None:
    """Exit 3, and how to make one."""
    extra = {"start": ["gulou"], "kill": ["gulou"], "advance": ["24h"]}.get(verb, [])

    status, document = answer("city", verb, *extra, "--dir", str(tmp_path))

    assert (status, code_of(document)) == (ExitCode.USAGE, "no-city")


@pytest.mark.parametrize("words", ["", "24", "h", "0h", "24 h", "-1h", "1w", "9999999h"])
def test_a_duration_is_a_number_with_a_unit(tmp_path: Path, words: str) -> None:
    """Anything else is not guessed at."""
    status, document = answer("city", "advance", "--dir", str(tmp_path), "--", words)

    assert (status, code_of(document)) == (ExitCode.USAGE, "usage")


def test_a_city_in_the_way_is_left_alone(tmp_path: Path) -> None:
    """Neither a city of another size nor a directory with something else in it is touched."""
    LocalCity.make(tmp_path / "city", read_plan().first(1), {}, rehearsal=False).close()
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "letter.txt").write_text("dear", encoding="utf-8")

    other = answer("city", "up", "--nodes", "4", "--dir", str(tmp_path / "city"))
    occupied = answer("city", "up", "--dir", str(tmp_path / "else"))

    assert (other[0], code_of(other[1])) == (ExitCode.USAGE, "other-city")
    assert (occupied[0], code_of(occupied[1])) == (ExitCode.USAGE, "occupied")
    assert (tmp_path / "else" / "letter.txt").read_text(encoding="utf-8") == "dear"


def test_a_stopped_city_shows_its_nodes_and_real_time_does_not_leap(tmp_path: Path) -> None:
    """Status needs no process; advance needs a rehearsal; a district must exist."""
    LocalCity.make(tmp_path / "city", read_plan().first(2), {}, rehearsal=False).close()
    place = ("--dir", str(tmp_path / "city"))

    status, document = answer("city", "status", *place)
    leap = answer("city", "advance", "24h", *place)
    unknown = answer("city", "logs", "wuhan", *place)

    assert status == ExitCode.OK
    nodes = document["nodes"]
    assert isinstance(nodes, list)
    assert [(node["district"], node["running"]) for node in nodes] == [
        ("gulou", False),
        ("jianye", False),
    ]
    assert (leap[0], code_of(leap[1])) == (ExitCode.USAGE, "no-rehearsal")
    assert (unknown[0], code_of(unknown[1])) == (ExitCode.USAGE, "unknown-district")


@pytest.mark.parametrize(
    ("kill", "code"),
    [("jianye", "usage"), ("wuhan@earn", "unknown-district"), ("jianye@dance", "unknown-step")],
)
def test_a_story_that_cannot_be_interrupted_so_does_not_begin(
    tmp_path: Path, kill: str, code: str
) -> None:
    """District and step are checked before anything is made."""
    status, document = answer("city", "story", "--kill", kill, "--dir", str(tmp_path / "s"))

    assert (status, code_of(document)) == (ExitCode.USAGE, code)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--people", "60"),
        ("--seed", "1"),
        ("--days", "2", "--kill", "jianye@redeem"),
        ("--days", "0"),
        ("--days", "301"),
        ("--days", "2", "--people", "49"),
    ],
)
def test_a_life_has_days_and_enough_people_and_no_interruption(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Options that do not go together are refused before anything is made."""
    status, document = answer("city", "story", *words, "--dir", str(tmp_path / "s"))

    assert (status, code_of(document)) == (ExitCode.USAGE, "usage")
    assert not (tmp_path / "s").exists()


def test_every_step_has_its_sentence() -> None:
    """A step is known by a word and explained by its docstring; the verbs are the documented ones."""
    assert all(step.__doc__ for step in STEPS.values())
    assert set(TARGETS) == {
        "up",
        "down",
        "status",
        "logs",
        "kill",
        "start",
        "advance",
        "story",
    }


def test_the_page_of_the_city_explains_every_code_and_step() -> None:
    """Whoever meets a code or names a step finds it there."""
    page = (ROOT / "docs" / "city.md").read_text(encoding="utf-8")
    source = (ROOT / "node" / "city" / "faults.py").read_text(encoding="utf-8")
    codes = re.findall(r'_fault\(\s*"([a-z-]+)"', source)

    assert len(codes) > 5
    assert [code for code in codes if f"### {code}\n" not in page] == []
    assert [step for step in STEPS if f"`{step}`" not in page] == []
