"""Replay of recorded blocks in a process of its own: ``python -m tests.replaying FILE`` writes one state root a line.

The file holds the genesis in hexadecimal, then for each block its time and its transactions, separated by spaces.
"""

import sys
from pathlib import Path

from node.chain.codec import encode
from node.chain.genesis import decode_genesis, new_ledger
from node.chain.transition import BlockRun
from node.chain.tx.envelope import parse
from node.chain.types import EpochMs, Height
from tests.kernel_city import KernelCity


def record(city: KernelCity) -> str:
    """Genesis and blocks of a city, as text."""
    lines = [encode(city.genesis).hex()]
    for time_ms, raws in city.blocks:
        lines.append(" ".join([str(time_ms), *(raw.hex() for raw in raws)]))
    return "\n".join(lines)


def roots(recorded: str) -> list[str]:
    """The state root after each recorded block, from genesis on."""
    first, *lines = recorded.splitlines()
    ledger = new_ledger(decode_genesis(bytes.fromhex(first)))
    found = [ledger.tree.root.hex()]
    for height, line in enumerate(lines, 1):
        time_ms, *raws = line.split()
        run = BlockRun(ledger, Height(height), EpochMs(int(time_ms)))
        for raw in raws:
            run.add(parse(bytes.fromhex(raw)))
        execution = run.close()
        ledger.adopt(execution.staged, ledger.frontier, execution.height, execution.time_ms)
        found.append(execution.staged.root.hex())
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(roots(Path(sys.argv[1]).read_text(encoding="ascii"))))
