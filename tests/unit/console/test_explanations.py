"""Every error code of the ledger is explained to people, in both languages."""

import re

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.explanations import EXPLANATIONS
from node.console.exits import ExitCode
from node.console.translate import refused

HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")


def test_every_code_has_its_explanation_and_nothing_else_has_one():
    """The table is complete."""
    assert set(EXPLANATIONS) == set(ErrorCode)


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.name)
def test_an_explanation_is_a_sentence_and_a_remedy_in_both_languages(code: ErrorCode):
    """Chinese is Chinese, English is English, both end as sentences do."""
    explanation = EXPLANATIONS[code]
    for chinese in (explanation.zh, explanation.remedy_zh):
        assert HAN.search(chinese)
        assert chinese.endswith("。")
    for english in (explanation.en, explanation.remedy_en):
        assert WORD.search(english)
        assert not HAN.search(english)
        assert english.endswith(".")


def test_sentences_are_distinct():
    """Two codes never read the same; whoever is refused learns which rule it was."""
    assert len({explanation.zh for explanation in EXPLANATIONS.values()}) == len(ErrorCode)
    assert len({explanation.en for explanation in EXPLANATIONS.values()}) == len(ErrorCode)


def test_a_refusal_names_code_values_and_page():
    """What the ledger says becomes exit 1 with the offending values in brackets."""
    report = refused(Rejected(ErrorCode.DAY_LIMIT, "480"))
    assert report.status is ExitCode.REFUSED
    assert report.code == "E410"
    assert report.why.zh.endswith("（480）")
    assert report.why.en.endswith("(480)")
    assert report.page == "docs/spec/errors.md#e410-day_limit"
