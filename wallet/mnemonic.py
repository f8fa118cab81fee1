"""Twelve words that are the wallet: BIP-39, in simplified Chinese or English.

The words carry 128 bits of ``secrets`` and 4 bits of checksum. The seed depends on the words as written, so the same
entropy in Chinese and in English is two different wallets, as in every BIP-39 wallet.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from mnemonic import Mnemonic

from node.console.language import LANGUAGES, Lang, t
from wallet.faults import BadWords
from wallet.secret import Secret

WORDS: Final = 12
ENTROPY_BYTES: Final = 16
TEXT_MAX_CHARACTERS: Final = 1_024
"""Twelve words with generous spaces; longer input is not looked at."""
_LISTS: Final[dict[Lang, str]] = {"zh": "chinese_simplified", "en": "english"}


@dataclass(frozen=True, slots=True)
class Words:
    """Twelve valid words, shown only by ``text`` and ``numbered``."""

    lang: Lang
    words: tuple[str, ...] = field(repr=False)

    def text(self) -> str:
        """The words with a space between them, as the seed is made of them."""
        return " ".join(self.words)

    def numbered(self) -> tuple[tuple[int, str], ...]:
        """(place from 1, word), for the printed card."""
        return tuple(enumerate(self.words, 1))

    def seed(self) -> Secret:
        """The 64-byte seed (BIP-39, without a passphrase)."""
        return Secret(Mnemonic.to_seed(self.text()))


def new_words(lang: Lang = "zh") -> Words:
    """Twelve new words from 128 random bits of the operating system."""
    return words_of(secrets.token_bytes(ENTROPY_BYTES), lang)


def words_of(entropy: bytes, lang: Lang = "zh") -> Words:
    """The words of 16 bytes of entropy."""
    assert len(entropy) == ENTROPY_BYTES, "twelve words carry sixteen bytes"
    return Words(lang, tuple(Mnemonic(_LISTS[lang]).to_mnemonic(entropy).split(" ")))


def parse_words(text: str) -> Words:
    """Read what a person typed or scanned; Chinese with or without spaces.

    Raises:
        BadWords: not twelve, a word that is not on the list (named by its place), or a wrong checksum.
    """
    if len(text) > TEXT_MAX_CHARACTERS:
        raise BadWords(t(zh="输入太长", en="The input is too long"))
    typed = _split(unicodedata.normalize("NFKD", text).lower())
    if len(typed) != WORDS:
        raise BadWords(
            t(
                zh="要 {want} 个词，得到 {got} 个", en="{want} words are needed, {got} were given"
            ).fill(want=WORDS, got=len(typed))
        )
    lang, unknown = min(
        ((one, _unknown(typed, one)) for one in LANGUAGES), key=lambda it: len(it[1])
    )
    if unknown:
        places = ", ".join(map(str, unknown))
        raise BadWords(
            t(zh="第 {places} 个词不在词表里", en="Not on the list of words: number {places}").fill(
                places=places
            )
        )
    if not Mnemonic(_LISTS[lang]).check(" ".join(typed)):
        raise BadWords(
            t(zh="校验不符：有词写错或顺序不对", en="The checksum differs: a wrong word or order")
        )
    return Words(lang, typed)


def _split(text: str) -> tuple[str, ...]:
    joined = "".join(text.split())
    if joined and not joined.isascii():
        return tuple(joined)
    return tuple(text.split())


def _unknown(typed: tuple[str, ...], lang: Lang) -> list[int]:
    known = frozenset(Mnemonic(_LISTS[lang]).wordlist)
    return [place for place, word in enumerate(typed, 1) if word not in known]
