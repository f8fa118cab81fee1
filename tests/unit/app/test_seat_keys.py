"""A node does not start with somebody else's key, and says what keeps it from starting."""

import errno
import socket
from dataclasses import replace

import pytest
from starlette.applications import Starlette

from node.app.doors import Door
from node.app.seatkeys import need_own_keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.types import Code
from node.config import authority_of, make_keys
from node.console.exits import ExitCode
from node.console.fault import Fault
from node.console.translate import report_of

GULOU, JIANYE = Code("gulou"), Code("jianye")
OWN, OTHER = make_keys(), make_keys()
AUTHORITIES = AuthoritySet((authority_of(GULOU, OWN), authority_of(JIANYE, OTHER)))


def test_a_node_with_its_own_keys_starts_and_so_does_an_observer() -> None:
    """Keys of the seat, and keys of nobody's seat: a new key comes before the set names it."""
    need_own_keys(authority_of(GULOU, OWN), AUTHORITIES)
    need_own_keys(authority_of(GULOU, replace(OWN, consensus=make_keys().consensus)), AUTHORITIES)
    need_own_keys(authority_of(Code("pukou"), make_keys()), AUTHORITIES)


@pytest.mark.parametrize("name", ["consensus", "operator", "checkpoint", "tls"])
def test_a_neighbours_key_in_the_home_stops_the_start(name: str) -> None:
    """Each of the four keys; the message names the key and its owner."""
    mixed: Authority = authority_of(GULOU, replace(OWN, **{name: getattr(OTHER, name)}))
    with pytest.raises(Fault) as caught:
        need_own_keys(mixed, AUTHORITIES)
    report = caught.value.report
    assert (report.code, report.status) == ("foreign-key", ExitCode.STORAGE)
    assert f"keys/{name}.key" in report.why.en
    assert JIANYE in report.why.en


def test_a_port_in_use_is_named() -> None:
    """The operator reads which address, not that a file cannot be written."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use") as caught:
            Door(Starlette(), ("127.0.0.1", port))
    assert caught.value.errno == errno.EADDRINUSE
    report = report_of(caught.value)
    assert (report.code, report.status) == ("address-taken", ExitCode.USAGE)
    assert f"127.0.0.1:{port}" in report.what.en
