"""The vectors are current, and the Python kernel and the JavaScript twin both keep to them."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from node.chain import keys, merkle, statetree
from node.chain.certificate import (
    CommitCertificate,
    authority_set_hash,
    certificate_fault,
    certificate_hash,
    decode_authorities,
    decode_certificate,
    decode_message,
    sign_bytes,
    signed_by,
)
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.hashing import derive_id, digest
from node.chain.key_vectors import VECTORS, KeyVector
from node.chain.types import Hash, Id
from scripts import gen_vectors
from tests.reference import naive_codec, naive_ed25519

ROOT = Path(__file__).resolve().parents[2]


Case = Mapping[str, Any]
"""One vector of a JSON file."""


def load(name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    return json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text("utf-8"))


def unhex(values: Sequence[str]) -> list[Hash]:
    return [Hash(bytes.fromhex(value)) for value in values]


@pytest.mark.slow
def test_generated_vectors_are_current() -> None:
    """Whoever changes a format sees it in the vectors and has to commit both."""
    assert gen_vectors.stale() == []


PAGES = ("encoding", "signatures", "log", "state-tree")


@pytest.mark.parametrize("page", PAGES)
def test_the_bytes_in_the_specification_are_those_of_the_vectors(page: str) -> None:
    """An example that nobody computes goes stale."""
    text = (ROOT / "docs" / "spec" / f"{page}.md").read_text("utf-8")
    vectors = "".join(path.read_text("utf-8") for path in gen_vectors.VECTORS.glob("*.json"))
    examples = re.findall(r"\b(?:[0-9a-f]{2}){8,}\b", text)
    assert examples
    unknown = [one for one in examples if one not in vectors and not one.isdigit()]
    assert unknown == []


@pytest.mark.slow
def test_the_javascript_twin_keeps_to_the_same_vectors() -> None:
    """A stranger's verifier, written from the specification, agrees with the kernel."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    result = subprocess.run(
        [node, "--test", "tests/js"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def grammar_value(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [grammar_value(item) for item in value]
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


@pytest.mark.parametrize("case", load("encoding")["accepted"], ids=lambda case: case["name"])
def test_each_value_of_the_grammar_has_the_bytes_of_the_vector(case: Case) -> None:
    """The kernel's encoder and the hand-written one write the same bytes."""
    if "repeat" in case:
        count = case["repeat"]["count"]
        value: naive_codec.Value = (
            bytes(count)
            if case["repeat"]["what"] == "zero byte"
            else list[naive_codec.Value]([7]) * count
        )
        assert len(encode(value)) == case["size"]
        assert encode(value)[:8].hex() == case["start"]
    else:
        value = grammar_value(case["value"])
        assert encode(value).hex() == case["encoded"]
    assert naive_codec.encode(value) == encode(value)
    assert naive_codec.decode(encode(value)) == value


@pytest.mark.parametrize("case", load("encoding")["refused"], ids=lambda case: case["name"])
def test_bytes_outside_the_grammar_are_refused_by_the_hand_written_decoder(case: Case) -> None:
    """The twin refuses what the specification lists; typed decoders are tested beside them."""
    with pytest.raises(naive_codec.Refused):
        naive_codec.decode(bytes.fromhex(case["encoded"]))


def test_digests_and_ids_are_those_of_the_vectors() -> None:
    """Domains separate kinds and chains; ids depend on every argument."""
    vectors = load("hashing")
    for case in vectors["digests"]:
        chain_id, data = unhex((case["chain_id"], case["data"]))
        assert digest(case["kind"], chain_id, data).hex() == case["digest"]
    for case in vectors["ids"]:
        chain_id, sender = unhex((case["chain_id"], case["sender"]))
        derived = derive_id(chain_id, Id(sender), case["lane"], case["number"], case["index"])
        assert derived.hex() == case["id"]
    assert len({case["id"] for case in vectors["ids"]}) == len(vectors["ids"])


def test_the_vectors_checked_on_import_are_those_of_the_file() -> None:
    """One list of edges for Python and JavaScript."""
    assert [vector._asdict() for vector in VECTORS] == load("signatures")["edges"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_kernel_and_integer_twin_agree_on_every_edge_of_ed25519(vector: KeyVector) -> None:
    """No library has a say in its own verdict."""
    key, message, signature = map(bytes.fromhex, (vector.key, vector.message, vector.r + vector.s))
    assert naive_ed25519.is_admitted(key) == vector.admitted
    assert naive_ed25519.verify(key, message, signature) == vector.verifies
    assert keys.verify(1, key, message, signature) == vector.verifies


def test_signatures_are_deterministic_and_possession_verifies() -> None:
    """RFC 8032 leaves no choice to a signer; a possession binds chain, key and context."""
    vectors = load("signatures")
    for case in vectors["signed"]:
        seed, message, signature = unhex((case["seed"], case["message"], case["signature"]))
        assert keys.sign(seed, message) == naive_ed25519.sign(seed, message) == signature
    for case in vectors["possession"]:
        names = ("chain_id", "key", "context", "signature")
        chain_id, key, context, signature = unhex([case[name] for name in names])
        assert keys.has_possession(chain_id, 1, key, context, signature)
        assert not keys.has_possession(chain_id, 1, key, context + b"x", signature)


def test_log_roots_and_proofs_are_those_of_the_vectors() -> None:
    """Sound proofs verify and each kind of damage does not."""
    log = load("log")
    leaves = [merkle.leaf_hash(entry) for entry in unhex(log["entries"])]
    assert leaves == unhex(log["leaf_hashes"])
    for case in log["roots"]:
        assert merkle.root_of(leaves[: case["size"]]).hex() == case["root"]
    for case in log["inclusion"]:
        root, leaf = unhex((case["root"], case["leaf"]))
        verdict = merkle.verify_inclusion(
            root, case["size"], case["index"], leaf, unhex(case["path"])
        )
        assert verdict == case["valid"], case["name"]
    for case in log["consistency"]:
        old_root, new_root = unhex((case["old_root"], case["new_root"]))
        verdict = merkle.verify_consistency(
            case["old_size"], old_root, case["new_size"], new_root, unhex(case["path"])
        )
        assert verdict == case["valid"], case["name"]


@pytest.mark.parametrize("case", load("state_tree")["proofs"], ids=lambda case: case["name"])
def test_state_proofs_have_the_verdict_of_the_vectors(case: Case) -> None:
    """Present, absent, or refused; nothing between."""
    root, key, raw = unhex((case["root"], case["key"], case["proof"]))
    if case["verdict"] == "refused":
        with pytest.raises(Malformed):
            statetree.verify(root, key, statetree.decode_state_proof(raw))
        return
    value = statetree.verify(root, key, statetree.decode_state_proof(raw))
    assert ("absent" if value is None else value.hex()) == case["verdict"]


def test_state_roots_are_those_of_the_vectors() -> None:
    """The root depends on the set of entries only."""
    for case in load("state_tree")["roots"]:
        tree = statetree.StateTree()
        entries = {bytes.fromhex(k): Hash(bytes.fromhex(v)) for k, v in case["entries"].items()}
        assert tree.update(entries).hex() == case["root"]


def test_messages_and_certificates_are_those_of_the_vectors() -> None:
    """Sign bytes, hashes and verdicts of what authorities sign."""
    vectors = load("messages")
    chain_id, raw = unhex((vectors["chain_id"], vectors["authorities"]))
    authorities = decode_authorities(raw)
    assert authority_set_hash(chain_id, authorities).hex() == vectors["authorities_hash"]
    assert authorities.quorum == vectors["quorum"]
    for case in vectors["messages"]:
        message = decode_message(bytes.fromhex(case["encoded"]))
        assert sign_bytes(chain_id, message).hex() == case["sign_bytes"]
        assert signed_by(chain_id, authorities, message)
    for case in vectors["certificates"]:
        certificate: CommitCertificate = decode_certificate(bytes.fromhex(case["encoded"]))
        (other_id,) = unhex((case["chain_id"],))
        assert certificate_hash(other_id, certificate).hex() == case["hash"]
        fault = certificate_fault(other_id, authorities, certificate)
        assert (fault is None) == case["valid"], case["name"]
