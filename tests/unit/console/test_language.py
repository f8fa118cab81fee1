"""The choice of language, and text that exists in both."""

import pytest

from node.console.language import Text, choose, said, same, t


@pytest.mark.parametrize(
    ("flag", "variables", "lang"),
    [
        (None, {}, "zh"),
        (None, {"LANG": "C.UTF-8"}, "zh"),
        (None, {"LANG": "POSIX"}, "zh"),
        (None, {"LANG": "en_US.UTF-8"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "zh_TW@radical"}, "zh"),
        (None, {"LC_ALL": "en_GB", "LANG": "zh_CN"}, "en"),
        (None, {"TIMEBANK_LANG": "zh", "LANG": "en_US"}, "zh"),
        (None, {"TIMEBANK_LANG": "xx", "LANG": "en_US"}, "en"),
        ("zh", {"TIMEBANK_LANG": "en", "LANG": "en_US"}, "zh"),
        ("en", {}, "en"),
    ],
)
def test_the_language_is_chosen_by_flag_then_variable_then_locale(
    flag: str | None, variables: dict[str, str], lang: str
):
    """Chinese when nothing speaks."""
    assert choose(flag, variables) == lang


@pytest.mark.parametrize(("zh", "en"), [("", "x"), ("字", "")])
def test_a_sentence_without_its_translation_is_a_bug(zh: str, en: str):
    """A missing translation stops the first test that meets it."""
    with pytest.raises(AssertionError):
        t(zh=zh, en=en)


def test_values_are_filled_in_in_the_same_language():
    """Text inside text, numbers and braces in values."""
    text = t(zh="{who}有 {many} 个 {{}}", en="{who} has {many} {{}}")
    filled = text.fill(who=t(zh="甲", en="A {x}"), many=3)
    assert filled == Text("甲有 3 个 {}", "A {x} has 3 {}")
    assert said(filled, "en") == "A {x} has 3 {}"
    assert said("as it is", "zh") == "as it is"
    assert same("/path").said("zh") == "/path"
