"""Key derivation against the published vectors and against the formula written out once more."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from node.chain import keys
from wallet import slip10
from wallet.mnemonic import words_of
from wallet.secret import Secret

CASES = json.loads(
    (Path(__file__).parents[2] / "vectors" / "wallet.json").read_text(encoding="utf-8")
)
OFFICIAL = {
    "m": "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
    "m/0'/1'/2'/2'/1000000000'": "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
}
"""Private keys of vector 1 as SLIP-0010 prints them, here so that the file cannot be regenerated into an error."""


@pytest.mark.parametrize("case", CASES["slip10"], ids=lambda case: str(case["path"]))
def test_derivation_follows_the_vectors_of_slip_0010(case: Mapping[str, Any]):
    """Key, chain code and public key of both official seeds."""
    node = slip10.derive(Secret(bytes.fromhex(case["seed"])), case["path"])
    assert node.key.reveal().hex() == case["key"]
    assert node.chain_code.reveal().hex() == case["chain_code"]
    assert keys.public_key(node.key.reveal()).hex() == case["public_key"]


def test_the_vector_file_holds_the_official_values():
    """First and last key of vector 1."""
    assert CASES["slip10"][0]["key"] == OFFICIAL["m"]
    assert CASES["slip10"][5]["key"] == OFFICIAL["m/0'/1'/2'/2'/1000000000'"]


@pytest.mark.parametrize(
    "case", CASES["words"], ids=lambda case: f"{case['lang']}-{case['entropy'][:4]}"
)
def test_a_wallet_has_its_keys_at_the_documented_paths(case: Mapping[str, Any]):
    """Words to seed to key: every account and use of the vectors."""
    seed = words_of(bytes.fromhex(case["entropy"]), case["lang"]).seed()
    for expected, (account, use) in zip(case["keys"], ((0, 0), (0, 1), (1, 0)), strict=True):
        assert slip10.path_text(account, use) == expected["path"]
        key = slip10.signing_key(seed, account, use)
        assert key.reveal().hex() == expected["key"]
        assert keys.public_key(key.reveal()).hex() == expected["public_key"]


def test_a_child_is_the_formula_and_nothing_else():
    """HMAC-SHA512 spelled out for m/44'."""
    seed = bytes(range(64))
    root = hmac.new(b"ed25519 seed", seed, hashlib.sha512).digest()
    data = b"\x00" + root[:32] + (0x8000002C).to_bytes(4, "big")
    child = hmac.new(root[32:], data, hashlib.sha512).digest()
    node = slip10.derive(Secret(seed), [44])
    assert (node.key.reveal(), node.chain_code.reveal()) == (child[:32], child[32:])


@pytest.mark.parametrize("index", [-1, 2**31])
def test_an_index_has_31_bits(index: int):
    """A caller cannot reach into the unhardened half or past the end."""
    with pytest.raises(AssertionError):
        slip10.master(Secret(bytes(64))).child(index)


def test_the_everyday_key_does_not_give_away_the_recovery_key():
    """Uses and accounts have different keys."""
    seed = Secret(bytes(64))
    made = [slip10.signing_key(seed, account, use) for account in (0, 1) for use in (0, 1)]
    assert len({key.reveal() for key in made}) == 4


def test_a_node_does_not_show_its_secrets():
    """Neither key nor chain code stands in a representation."""
    node = slip10.master(Secret(bytes(64)))
    assert node.key.reveal().hex() not in repr(node)
    assert repr(node) == "Node(key=Secret(32 bytes))"
