"""Twelve words: the standard's vectors, what people type, and silence about the words themselves."""

import contextlib
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.console.language import Lang
from wallet.faults import BadWords
from wallet.mnemonic import WORDS, Words, new_words, parse_words, words_of

CASES = json.loads(
    (Path(__file__).parents[2] / "vectors" / "wallet.json").read_text(encoding="utf-8")
)["words"]
ABANDON_SEED = (
    "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1"
    "9a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4"
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lang']}-{case['entropy'][:4]}")
def test_entropy_words_and_seed_follow_the_vectors(case: Mapping[str, Any]):
    """Another wallet makes the same words and the same seed."""
    words = words_of(bytes.fromhex(case["entropy"]), case["lang"])
    assert words.text() == case["words"]
    assert words.seed().reveal().hex() == case["seed"]
    assert parse_words(case["words"]) == words


def test_the_seed_is_that_of_bip39():
    """The published seed of "abandon ... about", and PBKDF2 spelled out for Chinese."""
    assert words_of(bytes(16), "en").seed().reveal().hex() == ABANDON_SEED
    words = words_of(bytes(range(16)), "zh")
    text = unicodedata.normalize("NFKD", words.text()).encode()
    assert words.seed().reveal() == hashlib.pbkdf2_hmac("sha512", text, b"mnemonic", 2048)


@given(st.binary(min_size=16, max_size=16), st.sampled_from(("zh", "en")))
def test_every_list_of_words_reads_back(entropy: bytes, lang: Lang):
    """What the card says restores the wallet."""
    words = words_of(entropy, lang)
    assert parse_words(words.text()) == words


def test_chinese_is_the_default_and_never_the_same_twice():
    """A new wallet has Chinese words from fresh randomness."""
    first, second = new_words(), new_words()
    assert first.lang == "zh"
    assert len(first.words) == WORDS
    assert first != second


@pytest.mark.parametrize("shape", ["{0}", " {0} \n", "{1}", "　{2}　"])
def test_chinese_words_are_read_with_and_without_spaces(shape: str):
    """People type twelve characters as they like, also with the full-width space."""
    words = words_of(bytes(range(16)), "zh")
    typed = shape.format(words.text(), "".join(words.words), "　".join(words.words))
    assert parse_words(typed) == words


def test_english_words_are_read_in_capitals():
    """A phone's keyboard capitalises the first word."""
    words = words_of(bytes(range(16)), "en")
    assert parse_words(words.text().title()) == words


def test_a_wrong_word_is_named_by_its_place_and_never_by_itself():
    """The message can be read aloud or logged without giving a word away."""
    typed = list(words_of(bytes(range(16)), "en").words)
    typed[4] = "rhinoceros"
    with pytest.raises(BadWords) as caught:
        parse_words(" ".join(typed))
    assert "5" in caught.value.report.why.en
    shown = repr(caught.value) + str(caught.value.report)
    assert not any(word in shown for word in typed if len(word) > 5)


def test_exchanged_words_fail_the_checksum():
    """Two words in the wrong order are noticed."""
    words = list(words_of(bytes(range(16)), "zh").words)
    words[0], words[1] = words[1], words[0]
    with pytest.raises(BadWords, match="checksum"):
        parse_words("".join(words))


@pytest.mark.parametrize("typed", ["", "的", "abandon " * 11, "abandon " * 24, "x" * 5_000])
def test_another_number_of_words_is_refused(typed: str):
    """Eleven, twenty-four or none are not a wallet of ours."""
    with pytest.raises(BadWords):
        parse_words(typed)


@given(st.text(max_size=200))
def test_no_text_does_more_than_be_refused(typed: str):
    """Only the documented fault comes out of the reader."""
    with contextlib.suppress(BadWords):
        parse_words(typed)


def test_words_do_not_show_themselves():
    """A representation of a wallet's words is empty of them."""
    words = words_of(bytes(range(16)), "zh")
    assert not any(word in repr(words) for word in words.words)
    assert isinstance(words, Words)
    assert words.seed().reveal().hex() not in repr(words.seed())
