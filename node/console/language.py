"""The two languages, and text that always exists in both.

A catalogue is a Python table beside the code that speaks: a sentence cannot lose its translation, because ``t`` takes
both and refuses an empty one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Lang = Literal["zh", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = get_args(Lang)
DEFAULT_LANGUAGE: Final[Lang] = "zh"
_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_NO_LANGUAGE: Final = frozenset({"", "C", "POSIX"})


@dataclass(frozen=True, slots=True)
class Text:
    """One thing to say, in Chinese and in English."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        """Our own sentences are complete."""
        assert self.zh, f"no Chinese for {self.en!r}"
        assert self.en, f"no English for {self.zh!r}"

    def said(self, lang: Lang) -> str:
        """The sentence in one language."""
        return self.zh if lang == "zh" else self.en

    def fill(self, **values: "str | int | Text") -> "Text":
        """Both sentences with ``{name}`` replaced; a value that is text itself is taken in the same language."""
        return Text(self.zh.format(**_in("zh", values)), self.en.format(**_in("en", values)))


def t(*, zh: str, en: str) -> Text:
    """Text in both languages."""
    return Text(zh, en)


def same(words: str) -> Text:
    """Text that needs no translation: a path, a number, a name."""
    return Text(words, words)


def said(words: "Text | str", lang: Lang) -> str:
    """Text in one language; a plain string as it is."""
    return words.said(lang) if isinstance(words, Text) else words


def choose(flag: str | None, environment: Mapping[str, str]) -> Lang:
    """The language of a run: ``--lang``, then ``TIMEBANK_LANG``, then the locale, else Chinese.

    A locale of another language gets English, no locale (``C``) Chinese.
    """
    for wish in (flag, environment.get("TIMEBANK_LANG")):
        if wish in LANGUAGES:
            return wish
    for name in _LOCALE_VARIABLES:
        locale = environment.get(name, "").partition(".")[0].partition("@")[0]
        if locale not in _NO_LANGUAGE:
            return "zh" if locale.lower().startswith("zh") else "en"
    return DEFAULT_LANGUAGE


def _in(lang: Lang, values: Mapping[str, str | int | Text]) -> dict[str, str]:
    return {
        name: value.said(lang) if isinstance(value, Text) else str(value)
        for name, value in values.items()
    }
