"""A witness: what it cosigns, what it refuses, what it never forgets."""

import json
import threading
from base64 import b64decode
from http import HTTPStatus
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.audit.commands import audit_group
from node.audit.witness.judge import Answer, add_checkpoint, request_of
from node.audit.witness.memory import Memory
from node.audit.witness.server import PATH, make_server
from node.chain import keys
from node.chain.checkpoint import (
    Checkpoint,
    Line,
    Note,
    encode_note,
    origin_of,
    parse_note,
    sign_line,
)
from node.chain.cosignature import cosigned_at
from node.chain.genesis_document import to_document
from node.chain.merkle import Frontier, consistency_proof, leaf_hash, root_of
from node.chain.types import Hash
from tests.kernel_city import KernelCity, seed_of

CITY = KernelCity()
ORIGIN = origin_of(CITY.genesis.city, CITY.chain_id)
DISTRICTS = tuple(m.district for m in CITY.genesis.authorities.members)
LEAVES = [leaf_hash(bytes([n])) for n in range(40)]
_, _MADE = Frontier().extend(LEAVES)
NODES = {(level, index): node for level, index, node in _MADE}
NOW_S = 1_772_000_000


def note(size: int, leaves: list[Hash] = LEAVES, districts: tuple[str, ...] = DISTRICTS) -> bytes:
    checkpoint = Checkpoint(ORIGIN, size, root_of(leaves[:size]))
    lines = tuple(sign_line(checkpoint, seed_of(f"checkpoint/{one}")) for one in districts)
    return encode_note(Note(checkpoint, lines))


def path(old: int, new: int) -> tuple[Hash, ...]:
    return consistency_proof(lambda level, index: NODES[level, index], old, new)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    """A witness that knows one log and has cosigned nothing."""
    made = Memory(tmp_path / "witness")
    made.create("witness.example")
    made.add(ORIGIN, CITY.genesis.authorities)
    return made


def ask(memory: Memory, old: int, new: int, raw: bytes | None = None) -> Answer:
    return add_checkpoint(memory, request_of(old, path(old, new), raw or note(new)), NOW_S)


def line_of(answer: Answer) -> Line:
    dash, name, encoded = answer.body.rstrip("\n").split(" ")
    assert dash == "\N{EM DASH}"
    blob = b64decode(encoded)
    return Line(name, blob[:4], blob[4:])


@pytest.mark.feature("L1")
def test_a_consistent_checkpoint_is_cosigned(memory: Memory):
    """The line stands under the note, verifies by its own time, and districts' verifiers ignore it."""
    for old, new in ((0, 7), (7, 7), (7, 8), (8, 39)):
        answer = ask(memory, old, new)
        assert answer.status is HTTPStatus.OK
        log, line = parse_note(note(new)).checkpoint, line_of(answer)
        key = keys.public_key(memory.seed)
        assert cosigned_at(log, line, memory.name, key) == NOW_S
        assert cosigned_at(log, line, "other", key) is None
        other = Checkpoint(log.origin, log.size + 1, log.root)
        assert cosigned_at(other, line, memory.name, key) is None
        assert parse_note(note(new) + answer.body.encode()).lines[-1] == line


@pytest.mark.feature("L1")
def test_another_history_is_refused(memory: Memory):
    """A fork of the log, of the same or a larger size, with whatever proof; the memory stays."""
    assert ask(memory, 0, 10).status is HTTPStatus.OK
    other = [*LEAVES[:5], leaf_hash(b"another"), *LEAVES[6:]]
    assert ask(memory, 10, 10, note(10, other)).status is HTTPStatus.CONFLICT
    assert ask(memory, 10, 20, note(20, other)).status is HTTPStatus.UNPROCESSABLE_ENTITY
    log = memory.log(ORIGIN)
    assert log is not None
    assert (log.size, log.root) == (10, root_of(LEAVES[:10]))


def test_whoever_is_behind_is_told_the_size(memory: Memory):
    """409 with the last size, so that the next proof can begin there."""
    assert ask(memory, 0, 10).status is HTTPStatus.OK
    for old, new in ((0, 20), (7, 20), (0, 10), (5, 5)):
        answer = ask(memory, old, new)
        assert (answer.status, answer.body) == (HTTPStatus.CONFLICT, "10\n")
        assert answer.media_type == "text/x.tlog.size"


def test_without_a_quorum_or_a_known_log_nothing_is_signed(memory: Memory, tmp_path: Path):
    """Two of four are not the city; a stranger's log is nobody's."""
    assert ask(memory, 0, 5, note(5, districts=DISTRICTS[:2])).status is HTTPStatus.FORBIDDEN
    stranger = Memory(tmp_path / "stranger")
    stranger.create("other.example")
    assert ask(stranger, 0, 5).status is HTTPStatus.NOT_FOUND


def test_it_stores_before_it_signs(memory: Memory, monkeypatch: pytest.MonkeyPatch):
    """A disk that refuses leaves no signature behind; a crash after storing loses a line, not the promise."""
    monkeypatch.setattr("node.audit.witness.memory.os.fsync", _full)
    with pytest.raises(OSError, match="full"):
        ask(memory, 0, 5)
    monkeypatch.undo()
    monkeypatch.setattr("node.audit.witness.judge.cosign", _full)
    with pytest.raises(OSError, match="full"):
        ask(memory, 0, 5)
    log = memory.log(ORIGIN)
    assert log is not None
    assert log.size == 5


def _full(*_: object) -> None:
    raise OSError("full")


def test_new_authorities_keep_the_memory(memory: Memory):
    """A changed set signs the same log."""
    assert ask(memory, 0, 5).status is HTTPStatus.OK
    memory.add(ORIGIN, CITY.genesis.authorities)
    assert ask(memory, 5, 6).status is HTTPStatus.OK


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_arbitrary_requests_get_an_answer(memory: Memory, noise: bytes, at: int):
    """400 for what is no request; never a signature on what is not the log's."""
    sound = request_of(0, (), note(5))
    for body in (noise, sound[:at] + noise + sound[at + len(noise) :]):
        answer = add_checkpoint(memory, body, NOW_S)
        assert answer.status in {400, 403, 404, 409, 422} or body == sound


def test_the_witness_answers_over_http(memory: Memory):
    """The path and the answers of C2SP tlog-witness."""
    with make_server(memory, "127.0.0.1", 0, lambda: NOW_S) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            base = f"http://127.0.0.1:{server.server_port}"
            body = request_of(0, (), note(5))
            with httpx2.Client(base_url=base) as client:
                good = client.post(PATH, content=body)
                behind = client.post(PATH, content=request_of(0, (), note(6)))
                assert client.post("/other", content=body).status_code == 404
                assert client.get(PATH).status_code == 404
                assert client.post(PATH, content=b"x" * 100_000).status_code == 413
            assert (good.status_code, good.text.split()[1]) == (200, "witness.example")
            assert (behind.status_code, behind.text) == (409, "5\n")
            assert behind.headers["content-type"] == "text/x.tlog.size"
        finally:
            server.shutdown()
            thread.join()


def test_the_verbs_of_a_witness(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Made, told whom to trust, asked by hand."""

    def run(*words: object) -> int:
        return audit_group.main(["witness", *map(str, words), "--json"], standalone_mode=False) or 0

    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    folder = tmp_path / "witness"
    assert run("init", folder, "--name", "bad name") == 3
    assert run("init", folder, "--name", "witness.example") == 0
    assert run("init", folder, "--name", "witness.example") == 5
    assert run("add", folder, "--genesis", tmp_path / "genesis.json") == 0
    (tmp_path / "request").write_bytes(request_of(0, (), note(5)))
    assert run("sign", folder, tmp_path / "request") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["line"].startswith("\N{EM DASH} ")
    (tmp_path / "request").write_bytes(request_of(0, (), note(6)))
    assert run("sign", folder, tmp_path / "request") == 1
    (tmp_path / "request").write_bytes(b"?")
    assert run("sign", folder, tmp_path / "request") == 3
    capsys.readouterr()
