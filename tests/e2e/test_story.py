"""Cities of real processes: the story with a node killed in the middle, and a city that is started and left running."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain.genesis_document import from_document
from node.console.exits import ExitCode

pytestmark = pytest.mark.slow
PATIENCE_S = 240


def timebank(*words: str) -> tuple[int, dict[str, object]]:
    """Exit code and JSON document of the program, run as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "node", *words, "--json", "--lang", "en"],
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def nodes_of(document: dict[str, object]) -> list[dict[str, object]]:
    """The nodes in an answer of ``up`` or ``status``."""
    nodes = document["nodes"]
    assert isinstance(nodes, list)
    return nodes


@pytest.fixture
def place(tmp_path: Path) -> Iterator[str]:
    """A directory for a city, whose nodes are stopped at the end whatever happened."""
    root = tmp_path / "city"
    yield str(root)
    if (root / "city.json").is_file():
        timebank("city", "down", "--dir", str(root))


@pytest.mark.feature("B2", "C6", "D2", "E1", "J1")
def test_the_story_ends_the_same_when_a_node_is_killed_in_its_middle(
    tmp_path: Path, place: str
) -> None:
    """Jianye's node dies by SIGKILL while an hour is redeemed there; no minute is lost, and strangers can check it."""
    status, story = timebank("city", "story", "--dir", str(tmp_path), "--kill", "jianye@redeem")

    assert place == str(tmp_path / "city"), "where the story has its nodes"
    assert (status, story.get("differences")) == (ExitCode.OK, []), story
    assert story["sound"] is True
    assert story["stores"] == {"chen": 0, "li": 15, "mother": 30, "wang": 60}
    told = story["lines"]
    assert isinstance(told, list)
    assert told[-1]["step"] == "certify", "a certificate of Gulou, checked by its number"
    genesis = tmp_path / "genesis.json"
    from_document(json.loads(genesis.read_bytes()))
    proofs = sorted(str(path) for path in (tmp_path / "proofs").iterdir())
    assert len(proofs) == 6
    archive = str(tmp_path / "archive.bin")
    assert timebank("audit", "verify", archive, "--genesis", str(genesis))[0] == ExitCode.OK
    assert timebank("audit", "verify-proof", *proofs, "--genesis", str(genesis))[0] == ExitCode.OK
    second, refused = timebank("city", "story", "--dir", str(tmp_path))
    assert (second, refused["error"]["code"]) == (ExitCode.USAGE, "occupied")  # type: ignore[index]


@pytest.mark.feature("J3")
def test_a_life_of_many_people_ends_with_the_totals_of_its_own_books(
    tmp_path: Path, place: str
) -> None:
    """Two days of sixty people on four nodes: audited, and every total, position and store as predicted."""
    words = ("--days", "2", "--people", "60", "--seed", "3", "--dir", str(tmp_path))
    status, life = timebank("city", "story", *words)

    assert place == str(tmp_path / "city"), "where it has its nodes"
    assert (status, life["differences"], life["sound"]) == (ExitCode.OK, [], True), life
    assert int(str(life["transactions"])) > 200
    totals = life["totals"]
    assert isinstance(totals, list)
    assert len(totals) > 50
    assert all(one["predicted"] == one["audited"] for one in totals)
    archive, genesis = str(tmp_path / "archive.bin"), str(tmp_path / "genesis.json")
    assert timebank("audit", "verify", archive, "--genesis", genesis)[0] == ExitCode.OK


@pytest.mark.feature("B1", "J1")
def test_a_city_comes_up_of_one_mind_survives_a_lost_machine_and_goes_down(place: str) -> None:
    """Four nodes in real time: the same block at one height, ready without one of them, ready again with it."""
    status, document = timebank("city", "up", "--dir", place)
    assert status == ExitCode.OK, document
    agreed = document["agreed_height"]
    assert isinstance(agreed, int)
    assert agreed >= 1
    addresses = [str(node["address"]) for node in nodes_of(document)]
    blocks = {json.loads(answer(f"{url}/v1/blocks/{agreed}"))["id"] for url in addresses}
    assert len(blocks) == 1

    assert timebank("city", "kill", "-9", "xuanwu", "--dir", place)[0] == ExitCode.OK
    states = {
        node["district"]: node for node in nodes_of(timebank("city", "status", "--dir", place)[1])
    }
    assert states["xuanwu"]["running"] is False
    assert all(states[code]["ready"] for code in ("gulou", "jianye", "qinhuai"))
    assert timebank("city", "start", "xuanwu", "--dir", place)[0] == ExitCode.OK
    again, up = timebank("city", "up", "--dir", place)
    assert (again, all(node["ready"] for node in nodes_of(up))) == (ExitCode.OK, True)
    assert [node["pid"] for node in nodes_of(up)][:3] == [
        node["pid"] for node in nodes_of(document)
    ][:3], "a running node is not started twice"

    pids = [int(str(node["pid"])) for node in nodes_of(up)]
    assert timebank("city", "down", "--dir", place)[0] == ExitCode.OK
    assert not [pid for pid in pids if running(pid)]
    assert timebank("city", "down", "--dir", place)[0] == ExitCode.OK


def answer(url: str) -> bytes:
    """The body of a GET."""
    with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - an address of our own node
        return bytes(reply.read())


def running(pid: int) -> bool:
    """Whether a process goes on; one that has ended and that nobody has asked about yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return not stat.rpartition(")")[2].lstrip().startswith("Z")
