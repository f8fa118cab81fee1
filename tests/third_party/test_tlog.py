"""Tools made for other logs verify ours: Go's own (golang.org/x/mod/sumdb) and those of transparency-dev.

Left out, saying why, where Go or the modules cannot be had: they are fetched once through Go's module proxy.
"""

import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from node.audit.tlogproof import to_tlog_proof
from node.chain.checkpoint import Checkpoint, Note, encode_note, key_id, origin_of, sign_line
from node.chain.codec import encode
from node.chain.merkle import Frontier, leaf_hash
from node.chain.proof import NoteAnchor, decode_proof
from node.chain.types import Hash
from tests.archives import drafts_of, seal, small_story
from tests.kernel_city import seed_of
from tests.proofs import balance_proof, noted, transaction_proof

SOURCE = Path(__file__).parent / "tlog"
CITY = small_story()
MEMBERS = CITY.genesis.authorities.members
ORIGIN = origin_of(CITY.genesis.city, CITY.chain_id)
QUORUM = "3"


def leaves() -> list[Hash]:
    sealed = seal(CITY.genesis, drafts_of(CITY))
    return [
        leaf_hash(raw) for one in sealed for raw in (*one.block.transactions, encode(one.summary))
    ]


def publish(folder: Path, signers: int) -> None:
    """What a city publishes: keys, a checkpoint, hash tiles, and proofs for two people."""
    rows = leaves()
    frontier, _ = Frontier(0, ()).extend(rows)
    checkpoint = Checkpoint(ORIGIN, len(rows), frontier.root())
    lines = [sign_line(checkpoint, seed_of(f"checkpoint/{m.district}")) for m in MEMBERS[:signers]]
    (folder / "checkpoint.txt").write_bytes(encode_note(Note(checkpoint, tuple(lines))))
    (folder / "keys.txt").write_text(
        "".join(f"{verifier_key(m.checkpoint_key)}\n" for m in MEMBERS)
    )
    tile = folder / "tile" / "0" / f"000.p/{len(rows)}"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"".join(rows))
    for name, raw in (("account", balance_proof(CITY)), ("statement", transaction_proof(CITY))):
        anchored = noted(CITY, raw)
        (folder / f"{name}.tlog-proof").write_bytes(to_tlog_proof(anchored))
        (folder / f"{name}.leaf").write_text(b64encode(shown_leaf(anchored)).decode())


def shown_leaf(raw: bytes) -> Hash:
    proof = decode_proof(raw)
    assert isinstance(proof.anchor, NoteAnchor)
    entry = getattr(proof.claim, "transaction", b"") or encode(proof.anchor.summary)
    return leaf_hash(entry)


def verifier_key(key: bytes) -> str:
    """Name, key id and key as such tools write them."""
    return f"{ORIGIN}+{key_id(ORIGIN, key).hex()}+{b64encode(bytes([1]) + key).decode()}"


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outside verifier, built."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed")
    program = tmp_path_factory.mktemp("go") / "tlog"
    command = [go, "build", "-o", str(program), "."]
    done = subprocess.run(command, cwd=SOURCE, check=False, capture_output=True, text=True)
    if done.returncode and ("dial tcp" in done.stderr or "lookup" in done.stderr):
        pytest.skip("the modules cannot be fetched")
    assert done.returncode == 0, done.stderr
    return program


def run(tool: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [str(tool), str(folder), QUORUM]
    return subprocess.run(words, check=False, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.feature("L1")
def test_tools_of_other_logs_verify_checkpoint_tiles_and_proofs(tool: Path, tmp_path: Path):
    """Signatures of a quorum, every leaf by tiles, every earlier size, and two tlog-proofs."""
    publish(tmp_path, 4)
    done = run(tool, tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"tiles: {len(leaves())} leaves included" in done.stdout
    assert done.stdout.count("tlog-proof: leaf") == 2


@pytest.mark.slow
@pytest.mark.feature("L1")
@pytest.mark.parametrize("name", ["checkpoint.txt", "tile", "account.tlog-proof", "account.leaf"])
def test_the_same_tools_refuse_a_changed_byte(tool: Path, tmp_path: Path, name: str):
    """In the note, a tile, a proof or the entry."""
    publish(tmp_path, 4)
    path = tmp_path / name
    if path.is_dir():
        path = next(one for one in path.rglob("*") if one.is_file())
    raw = path.read_bytes()
    at = raw.index(b"index ") + 20 if b"index " in raw else 40 if len(raw) > 50 else 3
    path.write_bytes(raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :])
    assert run(tool, tmp_path).returncode == 1


@pytest.mark.slow
@pytest.mark.feature("L1")
def test_the_same_tools_count_the_quorum(tool: Path, tmp_path: Path):
    """Two of four do not speak for the city."""
    publish(tmp_path, 2)
    assert "a quorum is 3" in run(tool, tmp_path).stderr
