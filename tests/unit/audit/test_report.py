"""The report of an audit: one page without scripts and addresses, the document's numbers, small cells withheld."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from node.audit.commands import audit_group
from node.audit.report.course import Cell, Count, Course
from node.audit.report.svg import Chart, Series, drawn
from node.chain.genesis_document import to_document
from node.chain.lifecycle import State
from node.console.language import Text
from node.console.words import METHODS, OFFENCES, STATES
from tests.archives import archive_of, small_story
from tests.corruptions import corruptions

CITY = small_story()
WORDS = Text("一", "one")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An archive and its genesis document."""
    (tmp_path / "archive.bin").write_bytes(archive_of(CITY))
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    return tmp_path


def run(verb: str, files: Path, *words: object) -> int:
    head = [verb, str(files / "archive.bin"), "--genesis", str(files / "genesis.json")]
    return audit_group.main([*head, *map(str, words)], standalone_mode=False)


class Balance(HTMLParser):
    """Whether every element that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _: object) -> None:
        self.seen.add(tag)
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _: object) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.feature("F1")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_is_one_page_that_asks_nothing_of_anybody(files: Path, lang: str):
    """No script, no address, no font; every chart has a title and a description; every element closes."""
    assert run("report", files, "--out", files / "out", "--lang", lang) == 0
    text = (files / "out" / "audit.html").read_text("utf-8")
    assert not re.search(r"<script|https?:|@import|url\(|<link|<img|\son\w+=", text)
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    assert text.count("<svg") == text.count("<desc") >= 2
    assert ("完好" if lang == "zh" else "Sound") in text
    assert (files / "out" / "audit.md").read_text("utf-8").startswith("# ")


@pytest.mark.feature("F3")
def test_the_report_totals_each_way_of_writing_down_by_person_site_and_method(
    files: Path, capsys: pytest.CaptureFixture[str]
):
    """The machine's form has orders by district and month, and the entries by class."""
    assert run("report", files, "--out", files / "one.html", "--json") == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["format"] == "timebank-report/1"
    assert sum(one["orders"] for one in seen["orders"]) >= 1
    assert seen["months"][-1]["issued_min"] == 6_000
    totals = {(one["form"], one["by"]): one["entries"] for one in seen["entries"]}
    forms = {form for form, _ in totals}
    assert all((form, by) in totals for form in forms for by in ("person", "site", "method"))


def page_of(files: Path, lang: str) -> str:
    """The report's page without its style sheet."""
    assert run("report", files, "--out", files / f"{lang}.html", "--lang", lang) == 0
    text = (files / f"{lang}.html").read_text("utf-8")
    return re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


def test_the_chinese_page_says_states_and_methods_in_words(files: Path):
    """As the glossary has them; codes of the chain are for machines."""
    text = page_of(files, "zh")
    assert STATES["settled"].zh in text
    assert METHODS["own-key"].zh in text
    cells = set(re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>|<text[^>]*>([^<]*)</text>", text))
    said = {words.split(" ")[0] for pair in cells for words in pair if words}
    assert not said & {*STATES, *METHODS}


def test_the_english_page_is_whole(files: Path):
    """Everything but the city's own name; and every state and method has a word in both languages."""
    names = {CITY.genesis.name_zh, *(d.name_zh for d in CITY.genesis.districts)}
    text = page_of(files, "en")
    for name in names:
        text = text.replace(name.decode(), "")
    assert re.findall(r"[\u4e00-\u9fff]+", text) == []
    assert {state.value for state in State} - {"none"} == set(STATES)
    for table in (STATES, METHODS, OFFENCES):
        for words in table.values():
            assert re.search(r"[\u4e00-\u9fff]", words.zh)
            assert words.en.isascii()


@pytest.mark.feature("A8")
def test_a_public_report_withholds_cells_of_fewer_than_five_persons(
    files: Path, capsys: pytest.CaptureFixture[str]
):
    """One order of one volunteer: its cell says nothing, and no person is named."""
    assert run("report", files, "--out", files / "one.html", "--public", "--json") == 0
    seen = json.loads(capsys.readouterr().out)
    assert [one["orders"] for one in seen["orders"]] == [None] * len(seen["orders"])
    assert (seen["entries"], seen["on_behalf"], seen["manual"]) == ([], [], [])
    assert "不公布" in (files / "one.html").read_text("utf-8")


@pytest.mark.feature("A8")
def test_a_single_small_cell_takes_another_with_it():
    """Otherwise it would follow from the total of its month."""
    course = Course()
    people = Counter({bytes([n]) * 16: 60 for n in range(9)})
    few = Counter(dict(people.most_common(2)))
    for code, who, entries in (("a", few, 2), ("b", people, 9), ("c", people, 40)):
        course.orders[Cell(202601, code, "settled")] = Count(entries, 60, who, who)
    assert {cell.district for cell in course.withheld()} == {"a", "b"}


@pytest.mark.feature("A8")
def test_one_person_with_most_of_the_minutes_makes_a_cell_small():
    """Whoever knows that person's hours would know the cell, and the cell tells theirs."""
    even = Counter({bytes([n]): 60 for n in range(9)})
    assert not Count(9, 540, even, even).is_small
    assert Count(9, 540, even, even | {b"much": 541}).is_small
    assert not Count(9, 540, even, even | {b"half": 540}).is_small
    assert not Count(9, 0, Counter(dict.fromkeys(even, 0)), Counter()).is_small, "nobody was paid"
    assert Count(4, 240, even, Counter(dict(even.most_common(4)))).is_small


@pytest.mark.feature("F1")
def test_verify_writes_a_page_or_markdown_as_the_name_ends(files: Path):
    """The same parts in both."""
    for name in ("one.html", "one.md"):
        assert run("verify", files, "--report", files / name) == 0
    assert (files / "one.html").read_text("utf-8").startswith("<!doctype html>")
    assert "完好" in (files / "one.md").read_text("utf-8")


@pytest.mark.slow
def test_a_report_of_an_archive_that_is_not_sound_says_so_first(files: Path):
    """Exit 1, and the page names the code and the height."""
    wrong = next(one for one in corruptions(CITY) if one.name == "state root")
    (files / "archive.bin").write_bytes(wrong.archive)
    assert run("report", files, "--out", files / "one.html") == 1
    text = (files / "one.html").read_text("utf-8")
    assert "违规" in text
    assert "V212" in text


def test_a_report_goes_to_a_folder_or_a_page_and_nowhere_else(files: Path):
    """A name with another ending is a usage fault."""
    assert run("report", files, "--out", files / "one.pdf") == 3


@pytest.mark.parametrize("bars", [True, False])
@pytest.mark.parametrize("values", [[], [0], [-5, 12], [7] * 60])
def test_a_chart_draws_whatever_numbers_there_are(values: list[int], bars: bool):
    """None, zero, negative, many: one element, and names are escaped."""
    labels = [f"<{n}>" for n in range(len(values))]
    if not bars:
        values = [abs(one) for one in values]
    text = drawn(Chart(WORDS, WORDS, labels, (Series(WORDS, values),), WORDS, bars), 1, "zh")
    assert text.startswith("<svg")
    assert "<0>" not in text
