"""Checkpoint notes: as C2SP writes them, verified by others' means as well, and total against any bytes."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from node.chain import checkpoint, keys
from node.chain.certificate import Authority, AuthoritySet, decode_authorities
from node.chain.checkpoint import (
    NOTE_LINES_MAX,
    NOTE_SIZE_MAX_BYTES,
    Checkpoint,
    Line,
    Note,
    certified,
    encode_note,
    key_id,
    origin_of,
    parse_note,
    sign_line,
    signers,
    text_of,
)
from node.chain.errors import ErrorCode, Malformed
from node.chain.types import UINT_MAX, Code, Hash

ROOT = Path(__file__).resolve().parents[3]
VECTORS: dict[str, Any] = json.loads(
    (ROOT / "tests" / "vectors" / "checkpoint.json").read_text("utf-8")
)
AUTHORITIES = decode_authorities(bytes.fromhex(VECTORS["authorities"]))
ORIGIN: str = VECTORS["origin"]
SEEDS = [bytes.fromhex(seed) for seed in VECTORS["seeds"]]
SEVEN = Checkpoint(ORIGIN, VECTORS["size"], Hash(bytes.fromhex(VECTORS["root"])))

NAMES = st.from_regex(r"[!-*,-~]{1,40}", fullmatch=True)
NOTES = st.builds(
    Note,
    st.builds(
        Checkpoint, NAMES, st.integers(0, UINT_MAX), st.binary(min_size=32, max_size=32).map(Hash)
    ),
    st.lists(
        st.builds(
            Line, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
        ),
        min_size=1,
        max_size=5,
        unique=True,
    ).map(tuple),
)


def signed(*seats: int) -> Note:
    return Note(SEVEN, tuple(sign_line(SEVEN, SEEDS[seat]) for seat in seats))


def refusal(raw: bytes) -> ErrorCode | None:
    try:
        parse_note(raw)
    except Malformed as fault:
        return fault.code
    return None


def test_key_id_and_signature_of_a_published_note_are_reproduced() -> None:
    """The example note of Go's sumdb, which every tool of this kind is tested with."""
    key = b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    blob = b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    text = (
        b"If you think cryptography is the answer to your problem,\n"
        b"then you don't know what your problem is.\n"
    )
    assert key_id("PeterNeumann", key).hex() == "c74f20a3"
    assert blob[:4].hex() == "c74f20a3"
    assert keys.verify(1, key, text, blob[4:])


@pytest.mark.parametrize("case", VECTORS["notes"], ids=lambda case: case["name"])
def test_each_note_of_the_vectors_has_its_verdict(case: dict[str, Any]) -> None:
    """Who signed, whether that is a quorum, or that one line spoils the note."""
    note = parse_note(case["note"].encode())
    if "error" in case:
        with pytest.raises(Malformed) as caught:
            certified(note, ORIGIN, AUTHORITIES)
        assert caught.value.code == case["error"]
        return
    assert list(signers(note, ORIGIN, AUTHORITIES)) == case["signers"]
    assert certified(note, ORIGIN, AUTHORITIES) == case["certified"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_each_damaged_text_of_the_vectors_is_refused(case: dict[str, str]) -> None:
    """One note has one form."""
    assert refusal(case["note"].encode()) is ErrorCode.NOT_CANONICAL


def _opened(text: str, name: str, key: bytes) -> bool:
    """A stranger's verifier: the format by hand, another library's Ed25519."""
    body, _, lines = text.rpartition("\n\n")
    wanted = sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    for line in lines.splitlines():
        dash, signer, blob = line.split(" ")
        raw = b64decode(blob)
        if (dash, signer, raw[:4]) == ("—", name, wanted):
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], f"{body}\n".encode())
            except InvalidSignature:
                return False
            return True
    return False


def test_a_stranger_with_another_library_opens_our_note_with_any_one_key() -> None:
    """Each authority by itself is a signer of the log, as tools for transparency logs expect."""
    text = encode_note(signed(0, 1, 2, 3)).decode()
    for member in AUTHORITIES.members:
        assert _opened(text, ORIGIN, member.checkpoint_key)
        assert not _opened(text.replace("\n7\n", "\n8\n"), ORIGIN, member.checkpoint_key)
        assert not _opened(text, ORIGIN, member.consensus_key)


def test_the_origin_names_city_and_chain() -> None:
    """The same keys on another chain sign another log."""
    chain_id = Hash(bytes.fromhex(VECTORS["chain_id"]))
    assert origin_of(Code("nanjing"), chain_id) == ORIGIN
    assert [key_id(ORIGIN, m.checkpoint_key).hex() for m in AUTHORITIES.members] == VECTORS[
        "key_ids"
    ]
    other = origin_of(Code("nanjing"), Hash(bytes(32)))
    with pytest.raises(Malformed) as caught:
        signers(signed(0, 1, 2), other, AUTHORITIES)
    assert caught.value.code is ErrorCode.WRONG_CHAIN


def test_only_the_checkpoint_key_counts() -> None:
    """A line under the consensus key is a line of a stranger."""
    seats = AUTHORITIES.members
    swapped = AuthoritySet(
        tuple(
            Authority(m.district, 1, m.checkpoint_key, m.operator_key, m.consensus_key, m.tls_key)
            for m in seats
        )
    )
    assert signers(signed(0, 1, 2), ORIGIN, swapped) == ()


def test_an_authority_counts_once_however_often_it_stands_there() -> None:
    """A quorum is of distinct authorities; a note made in memory may repeat a line."""
    note = signed(0, 0, 0, 1)
    assert signers(note, ORIGIN, AUTHORITIES) == (0, 1)
    assert not certified(note, ORIGIN, AUTHORITIES)
    assert refusal(encode_note(note)) is ErrorCode.NOT_CANONICAL


def test_keys_with_one_key_id_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four bytes can be made to collide with work; whoever does it spoils nobody's line."""
    monkeypatch.setattr(checkpoint, "KEY_ID_BYTES", 0)
    assert signers(signed(3, 1, 0), ORIGIN, AUTHORITIES) == (0, 1, 3)
    stranger = sign_line(SEVEN, bytes(32))
    with pytest.raises(Malformed):
        signers(replace(signed(1), lines=(stranger,)), ORIGIN, AUTHORITIES)


def test_a_note_that_is_too_long_is_refused_before_it_is_read() -> None:
    """Bytes and lines have their limits; at the limit a note is still read."""
    lines = tuple(Line("witness.example", number.to_bytes(4, "big"), b"x") for number in range(101))
    assert refusal(encode_note(Note(SEVEN, lines[:NOTE_LINES_MAX]))) is None
    assert refusal(encode_note(Note(SEVEN, lines))) is ErrorCode.TOO_LARGE
    assert refusal(b"a" * (NOTE_SIZE_MAX_BYTES + 1)) is ErrorCode.TOO_LARGE
    assert refusal(b"\n" * NOTE_SIZE_MAX_BYTES) is ErrorCode.TOO_LARGE


@given(NOTES)
def test_every_note_reads_back_as_it_was_written(note: Note) -> None:
    """Writing loses nothing and reading adds nothing."""
    assert parse_note(encode_note(note)) == note
    assert encode_note(note).startswith(text_of(note.checkpoint) + b"\n")


@given(st.binary(max_size=300))
def test_random_bytes_are_a_note_or_malformed(raw: bytes) -> None:
    """No other exception comes out of the parser."""
    assert refusal(raw) in (ErrorCode.NOT_CANONICAL, None)


@given(NOTES, st.data())
def test_damaged_notes_are_another_note_or_malformed(note: Note, data: st.DataObject) -> None:
    """Whatever is accepted is written again with the same bytes; verification never raises anything else."""
    raw = bytearray(encode_note(note))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        cut = data.draw(st.integers(0, 3))
        raw[at : at + cut] = data.draw(st.binary(max_size=4) | st.sampled_from([b"\n", b" ", b"="]))
    if refusal(bytes(raw)) is not None:
        assert refusal(bytes(raw)) is ErrorCode.NOT_CANONICAL
        return
    read = parse_note(bytes(raw))
    assert encode_note(read) == raw
    assert signers(read, read.checkpoint.origin, AUTHORITIES) == ()


def test_the_example_of_the_specification_is_the_first_vector() -> None:
    """The page shows the very bytes; its hexadecimal strings are in the vectors or follow from them."""
    page = (ROOT / "docs" / "spec" / "checkpoints.md").read_text("utf-8")
    assert f"```\n{VECTORS['notes'][0]['note']}```\n" in page
    others = (ROOT / "tests" / "vectors" / "cosignatures.json").read_text("utf-8")
    vectors = json.dumps(VECTORS) + others
    assert all(one in vectors for one in re.findall(r"\b(?:[0-9a-f]{2}){4,}\b", page))
