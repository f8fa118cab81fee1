"""Tools made for other logs verify a running city: Go's own (golang.org/x/mod/sumdb) and those of transparency-dev.

Four real nodes; the tools ask one of them for its checkpoint and hash tiles, and read proofs that the auditor made from
its archive. Left out, saying why, where Go or the modules cannot be had: they are fetched once through Go's proxy.
"""

import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import msgspec
import pytest
from click.testing import CliRunner

from node.audit.tlogproof import to_tlog_proof
from node.chain.checkpoint import Note, encode_note, key_id, origin_of, parse_note
from node.chain.codec import encode
from node.chain.cosignature import cosign, witness_key_id
from node.chain.genesis import chain_id_of, genesis_person_id
from node.chain.keys import public_key
from node.chain.merkle import leaf_hash
from node.chain.proof import NoteAnchor, decode_proof
from node.chain.types import Hash
from node.city.processes import wait_until
from node.cli import root
from scripts.bench.people import requests
from scripts.chaos.rig import HEAL_S, POLL_S, Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SOURCE = Path(__file__).parent / "tlog"
QUORUM = 3
PEOPLE = 100
STATEMENTS = 300
"""More than a full tile of 256 leaves."""
BATCH = 100
WITNESSES = {"witness.example/one": bytes([1]) * 32, "witness.example/two": bytes([2]) * 32}
"""Names and seeds."""
SEEN_S = 1_772_000_000
PACKED = {"Content-Type": "application/msgpack"}


@dataclass(frozen=True)
class Published:
    """What a running city gives to strangers."""

    url: str
    """Of one node's public door, up to the version."""
    folder: Path
    """Verifier keys, and proofs for two people."""
    size: int
    """Leaves of the checkpoint that a quorum signed."""


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


@pytest.fixture(scope="module")
def published(tool: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Four nodes whose log fills more than a tile, and a checkpoint of a quorum over it."""
    assert tool.is_file(), "no city is founded where nobody could verify it"
    place = tmp_path_factory.mktemp("published")
    with Rig(place / "rig", 4, PEOPLE) as rig:
        doors = rig.city.doors(rig.districts[0])
        submit(rig, doors.public)
        assert wait_until(lambda: certified_size(doors.checkpoint()) > STATEMENTS, HEAL_S, POLL_S)
        note = doors.checkpoint()
        assert note is not None
        (place / "checkpoint.txt").write_bytes(note)
        doors.save(f"{doors.operations}/export", place / "archive.bin")
        (place / "genesis.json").write_bytes(httpx2.get(f"{doors.public}/v1/genesis").content)
        write_keys(rig, place)
        write_cosigned(note, place)
        write_proofs(rig, place)
        yield Published(f"{doors.public}/v1", place, certified_size(note))


def submit(rig: Rig, url: str) -> None:
    """Statements of many people, in batches."""
    now_ms = httpx2.get(f"{url}/v1/status").json()["now_ms"]
    signed = [s.raw for s in requests(rig.genesis, rig.first_person, PEOPLE, STATEMENTS, now_ms)]
    for first in range(0, STATEMENTS, BATCH):
        body = msgspec.msgpack.encode(signed[first : first + BATCH])
        answer = httpx2.post(f"{url}/v1/transactions/batch", content=body, headers=PACKED)
        assert answer.status_code == 200
        assert {one["status"] for one in answer.json()["results"]} == {"PENDING"}


def certified_size(note: bytes | None) -> int:
    """Leaves of a note on which a quorum's lines stand; 0 for none."""
    if note is None:
        return 0
    decoded = parse_note(note)
    return decoded.checkpoint.size if len(decoded.lines) >= QUORUM else 0


def write_keys(rig: Rig, folder: Path) -> None:
    """Name, key id and key of each district as such tools write them."""
    origin = origin_of(rig.genesis.city, chain_id_of(rig.genesis))
    keys = [member.checkpoint_key for member in rig.genesis.authorities.members]
    lines = [
        f"{origin}+{key_id(origin, key).hex()}+{b64encode(bytes([1]) + key).decode()}\n"
        for key in keys
    ]
    (folder / "keys.txt").write_text("".join(lines))


def write_cosigned(note: bytes, folder: Path) -> None:
    """The served checkpoint with the lines of two witnesses, and their keys."""
    read = parse_note(note)
    lines = [cosign(read.checkpoint, name, seed, SEEN_S) for name, seed in WITNESSES.items()]
    (folder / "cosigned.txt").write_bytes(encode_note(Note(read.checkpoint, (*read.lines, *lines))))
    known = [(name, public_key(seed)) for name, seed in WITNESSES.items()]
    keys = [
        f"{name}+{witness_key_id(name, key).hex()}+{b64encode(bytes([4]) + key).decode()}\n"
        for name, key in known
    ]
    (folder / "witnesses.txt").write_text("".join(keys))


def write_proofs(rig: Rig, folder: Path) -> None:
    """An account's balance, and one of its statements, by the checkpoint that the node serves."""
    person = genesis_person_id(chain_id_of(rig.genesis), rig.first_person)
    wanted = {"account": ("balance", person.hex()), "statement": a_statement(rig)}
    for name, words in wanted.items():
        made = folder / f"{name}.proof"
        line = ["audit", "prove", str(folder / "archive.bin"), *words, "--out", str(made)]
        line += ["--genesis", str(folder / "genesis.json")]
        line += ["--checkpoint", str(folder / "checkpoint.txt")]
        done = CliRunner().invoke(root, line)
        assert done.exit_code == 0, done.output
        raw = made.read_bytes()
        (folder / f"{name}.tlog-proof").write_bytes(to_tlog_proof(raw))
        (folder / f"{name}.leaf").write_text(b64encode(shown_leaf(raw)).decode())


def a_statement(rig: Rig) -> tuple[str, str]:
    """The auditor's words for the first statement of the first block that has any."""
    url = rig.city.doors(rig.districts[0]).public
    headers = httpx2.get(f"{url}/v1/blocks?from=1&limit=100").json()["items"]
    height = next(h["header"]["height"] for h in headers if h["header"]["transaction_count"])
    block = httpx2.get(f"{url}/v1/blocks/{height}").json()
    return "transaction", str(block["transaction_ids"][0])


def shown_leaf(raw: bytes) -> Hash:
    """The log's leaf that a proof speaks of."""
    proof = decode_proof(raw)
    assert isinstance(proof.anchor, NoteAnchor)
    entry = getattr(proof.claim, "transaction", b"") or encode(proof.anchor.summary)
    return leaf_hash(entry)


def run(
    tool: Path, folder: Path, url: str = "", quorum: int = QUORUM
) -> subprocess.CompletedProcess[str]:
    words = [str(tool), str(folder), str(quorum), *([url] if url else [])]
    return subprocess.run(words, check=False, capture_output=True, text=True)


@pytest.mark.feature("L1")
def test_tools_of_other_logs_verify_a_running_node(tool: Path, published: Published):
    """Its checkpoint by a quorum, every leaf by the tiles it serves, every earlier size, and two tlog-proofs."""
    done = run(tool, published.folder, published.url)
    assert done.returncode == 0, done.stderr
    size = int(re.search(r"tiles: (\d+) leaves included", done.stdout)[1])  # type: ignore[index]
    assert size >= published.size
    assert "read: tile/0/000\n" in done.stdout, "a full tile"
    assert f"read: tile/0/001.p/{size - 256}\n" in done.stdout, "a partial one"
    assert "read: tile/1/000.p/1\n" in done.stdout, "one above them"
    assert done.stdout.count("tlog-proof: leaf") == 2
    assert done.stdout.count(f"at {SEEN_S}\n") == len(WITNESSES)


@pytest.mark.feature("L1")
@pytest.mark.parametrize(
    "name", ["checkpoint.txt", "cosigned.txt", "tile", "account.tlog-proof", "account.leaf"]
)
def test_the_same_tools_refuse_a_changed_byte(
    tool: Path, published: Published, tmp_path: Path, name: str
):
    """Of what the node served: note, cosignature, tile, proof or entry; and nothing without the change."""
    shutil.copytree(published.folder, tmp_path, dirs_exist_ok=True, ignore=lambda *_: ["rig"])
    fetch(published, tmp_path)
    assert run(tool, tmp_path).returncode == 0
    path = tmp_path / name
    if path.is_dir():
        path = path / "0" / "000"
    raw = path.read_bytes()
    at = raw.index(b"index ") + 20 if b"index " in raw else 40 if len(raw) > 50 else 3
    path.write_bytes(raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :])
    assert run(tool, tmp_path).returncode == 1


def fetch(published: Published, folder: Path) -> None:
    """The tiles of the kept checkpoint, as the node serves them."""
    full, rest = divmod(published.size, 256)
    places = [f"0/{n:03}" for n in range(full)]
    places += [f"0/{full:03}.p/{rest}"] if rest else []
    for place in (*places, f"1/000.p/{full}"):
        answer = httpx2.get(f"{published.url}/tile/{place}")
        assert answer.status_code == 200, place
        path = folder / "tile" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer.content)


@pytest.mark.feature("L1")
def test_the_same_tools_count_the_quorum(tool: Path, published: Published):
    """Four districts never are five."""
    assert "a quorum is 5" in run(tool, published.folder, published.url, quorum=5).stderr
