"""The page of the peers' protocol says what the code does."""

import re
from pathlib import Path

from node.net.faults import FaultCode, PeerFault
from node.net.handshake import RefusalCode

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "spec" / "peers.md").read_text("utf-8")


def test_every_fault_stands_in_the_page_with_its_action() -> None:
    """The number in a log line can be looked up."""
    rows = re.findall(r"^\| P(\d\d) \| (\w+) \| .+ \| (\w+) \|$", PAGE, re.MULTILINE)
    assert [(int(number), name, action) for number, name, action in rows] == [
        (code.value, code.name, PeerFault(code).action.value) for code in FaultCode
    ]


def test_every_refusal_stands_in_the_page() -> None:
    """Other implementations need the numbers."""
    rows = re.findall(r"^ *\| (\d) \| ([A-Z_]+) \|", PAGE, re.MULTILINE)
    assert [(int(number), name) for number, name in rows] == [
        (code.value, code.name) for code in RefusalCode
    ]


def test_the_example_bytes_are_vectors() -> None:
    """An example that nobody computes goes stale."""
    vectors = (ROOT / "tests" / "vectors" / "frames.json").read_text("utf-8")
    example = PAGE.split("```")[1]
    for line in example.strip().splitlines():
        assert f'"{line.replace(" ", "")}"' in vectors
