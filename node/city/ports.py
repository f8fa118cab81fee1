"""Ports of a local city's doors, on loopback."""

import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.chain.types import Code
from node.console.fault import usage
from node.console.language import t

LOOPBACK: Final = "127.0.0.1"
DOORS: Final = 3
CHOSEN_FROM: Final = 20_000
CHOSEN_UNTIL: Final = 32_000
"""Below the range from which systems take ports of outgoing connections: a stopped node finds its port free again."""
PORT_MAX: Final = 65_535
TRIES: Final = 200


@dataclass(frozen=True, slots=True)
class NodePorts:
    """Where one node listens."""

    public: int
    peers: int
    operations: int


def choose(districts: Sequence[Code], base: int | None) -> dict[Code, NodePorts]:
    """Three ports in a row for each district.

    Args:
        districts: in the order in which ports are given.
        base: the first port, or None to look for a free row.

    Raises:
        node.console.fault.Fault: a port of the row is taken, or no free row was found (exit 3).
    """
    count = DOORS * len(districts)
    if base is not None:
        if base + count - 1 > PORT_MAX or not _all_free(base, count):
            raise usage(
                t(
                    zh="端口 {first} 至 {last} 不全可用",
                    en="Not all ports from {first} to {last} are free",
                ).fill(first=base, last=base + count - 1),
                t(zh="换一个 --base-port，或不指定。", en="Name another --base-port, or none."),
            )
        return _row(districts, base)
    for _ in range(TRIES):
        first = CHOSEN_FROM + secrets.randbelow(CHOSEN_UNTIL - CHOSEN_FROM - count)
        if _all_free(first, count):
            return _row(districts, first)
    raise usage(
        t(zh="找不到空闲端口", en="No free ports were found"),
        t(zh="用 --base-port 指定。", en="Name them with --base-port."),
    )


def _row(districts: Sequence[Code], first: int) -> dict[Code, NodePorts]:
    starts = range(first, first + DOORS * len(districts), DOORS)
    return {
        code: NodePorts(start, start + 1, start + 2)
        for code, start in zip(districts, starts, strict=True)
    }


def _all_free(first: int, count: int) -> bool:
    return all(_free(port) for port in range(first, first + count))


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
