"""Cosignatures of witnesses: the vectors, read by the kernel and by a stranger with another library."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from node.chain.checkpoint import Line, certified, parse_note
from node.chain.cosignature import cosigned_at, witness_key_id
from scripts.vector_sections.checkpoint import section as checkpoint_section
from scripts.vector_sections.cosignatures import section
from tests.unit.chain.test_checkpoint import AUTHORITIES, ORIGIN

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "cosignatures.json").read_text("utf-8"))
WITNESSES = [(one["name"], bytes.fromhex(one["key"])) for one in VECTORS["witnesses"]]
CASES = VECTORS["valid"] + VECTORS["invalid"]

Case = dict[str, Any]


def seen(note: str, name: str, key: bytes) -> int | None:
    """A stranger's reading: the format by hand, OpenSSL's Ed25519."""
    text, _, lines = note.partition("\n\n")
    for line in lines.splitlines():
        dash, signer, blob = line.split(" ")
        raw = b64decode(blob)
        own = sha256(name.encode() + b"\n\x04" + key).digest()[:4]
        if (dash, signer, raw[:4], len(raw)) != ("—", name, own, 76) or raw[4] > 127:
            continue
        time_s = int.from_bytes(raw[4:12], "big")
        signed = f"cosignature/v1\ntime {time_s}\n{text}\n".encode()
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(raw[12:], signed)
        except InvalidSignature:
            continue
        return time_s
    return None


@pytest.mark.feature("L1")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_cosignature_of_the_vectors_has_its_verdict(case: Case) -> None:
    """Two readers agree on who has seen the checkpoint and when; the districts' quorum stands all the same."""
    note = parse_note(case["note"].encode())
    found = []
    for who in WITNESSES:
        times = [cosigned_at(note.checkpoint, line, *who) for line in note.lines]
        found.append(next((time for time in times if time is not None), None))
    expected = [None if time is None else int(time) for time in case["times_s"]]
    assert found == [seen(case["note"], *who) for who in WITNESSES] == expected
    assert certified(note, ORIGIN, AUTHORITIES)


def test_the_vectors_are_those_of_the_specification() -> None:
    """The page shows the first of them, and the file is what the code makes."""
    page = (ROOT / "docs" / "spec" / "checkpoints.md").read_text("utf-8")
    assert VECTORS["valid"][0]["note"].splitlines()[-1] in page
    assert VECTORS["witnesses"][0]["key_id"] in page
    assert section() == VECTORS
    assert VECTORS["origin"] == checkpoint_section()["origin"]


@given(st.binary(max_size=100), st.sampled_from(WITNESSES))
def test_no_other_body_is_a_cosignature(body: bytes, witness: tuple[str, bytes]) -> None:
    """Whatever stands in the line, there is an answer, and the answer is no."""
    name, key = witness
    checkpoint = parse_note(VECTORS["valid"][0]["note"].encode()).checkpoint
    line = Line(name, witness_key_id(name, key), body)
    assert cosigned_at(checkpoint, line, name, key) is None
