"""kill -9 at any moment: what was acknowledged is there, and the node may still sign."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from node.chain.certificate import Precommit
from node.chain.types import Hash, Height, Round
from node.store.blocklog import BlockLog
from node.store.files import RealFiles
from node.store.votelog import VoteLog

CHAIN = Hash(bytes(32))
SEGMENT_BYTES = 20_000
LOOP = """
import sys
from pathlib import Path
from node.chain.certificate import Precommit
from node.store import votelog
from node.store.blocklog import BlockLog
from node.store.files import RealFiles

votelog.SLOTS_BEFORE_RENEWAL = 20
files = RealFiles(Path(sys.argv[1]))
log = BlockLog(files, bytes(32), 20_000)
height = (log.last_height or 0) + 1
votes = votelog.VoteLog(files, bytes(32), height - 1)
while True:
    held = votes.messages(height)
    if not held:
        votes.append([Precommit(1, height, 0, b"b" * 32, 0, b"s" * 64)])
    print("voted", height, flush=True)
    votes.reach(height)
    log.append(height, b"block %d " % height * 100, b"certificate")
    log.sync()
    print("decided", height, flush=True)
    votes.forget_below(height + 1)
    height += 1
"""


def run_until(directory: Path, lines: int) -> dict[str, int]:
    """Let a node's storage loop say so many lines, kill it, and return the last of each kind."""
    command = [sys.executable, "-c", LOOP, str(directory)]
    root = Path(__file__).parents[3]
    said: dict[str, int] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        for _ in range(lines):
            kind, _, height = process.stdout.readline().partition(" ")
            said[kind] = int(height)
        process.kill()
        for line in process.stdout:
            if line.endswith("\n"):
                kind, _, height = line.partition(" ")
                said[kind] = int(height)
    return said


@pytest.mark.slow
@pytest.mark.feature("J2")
@pytest.mark.feature("K4")
def test_killing_the_process_loses_no_block_and_no_vote(tmp_path: Path) -> None:
    """Twelve kills in a row on one directory, across segments and renewals."""
    VoteLog.create(RealFiles(tmp_path), CHAIN)
    draw = random.Random(20)
    for _ in range(12):
        said = run_until(tmp_path, draw.randrange(2, 120))
        log = BlockLog(RealFiles(tmp_path), CHAIN, SEGMENT_BYTES)
        tip = log.last_height or Height(0)
        votes = VoteLog(RealFiles(tmp_path), CHAIN, tip)
        assert tip >= said.get("decided", 0)
        assert [s.height for s in log.iterate(Height(0))] == list(range(1, tip + 1))
        assert votes.may_sign, votes.reason
        voted = Height(said["voted"])
        if voted > tip:
            vote = Precommit(1, voted, Round(0), Hash(b"b" * 32), 0, b"s" * 64)
            assert votes.messages(voted) == (vote,)
        votes.close()
        log.close()
