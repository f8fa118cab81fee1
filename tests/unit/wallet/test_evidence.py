"""``govern evidence``: offences listed, the file that convicts fetched, checked and kept."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.audit.proofs import check_file
from node.chain.certificate import Prevote, make_evidence
from node.chain.codec import encode
from node.chain.conviction import make_conviction
from tests.authority_city import message
from tests.kernel_city import GULOU
from tests.unit.wallet.terminal import Terminal, terminal


@pytest.fixture(name="at")
def _at(tmp_path: Path) -> Iterator[Terminal]:
    with terminal(tmp_path / "home") as made:
        made.adopt(GULOU, made.door.city.operator(GULOU))
        yield made


def conviction_at(at: Terminal) -> bytes:
    """The file of two prevotes of Gulou at height 1."""
    chain_id = at.door.city.chain_id
    pair = make_evidence(*(message(Prevote, block, chain_id=chain_id) for block in (1, 2)))
    return encode(make_conviction(chain_id, pair, None, ()))


@pytest.mark.feature("B5")
def test_offences_are_listed(at: Terminal) -> None:
    """None, then one."""
    assert at.ask("govern", "evidence", "--as", GULOU) == {"offences": []}
    line: dict[str, object] = {
        "district": "gulou",
        "height": 1,
        "round": 0,
        "kind": "prevote",
        "block_height": 3,
        "evidence": "a3" * 32,
    }
    at.door.offences.append(line)
    assert at.ask("govern", "evidence", "--as", GULOU)["offences"] == [line]


@pytest.mark.feature("B5")
def test_the_file_is_checked_before_it_is_kept_and_by_anybody_after(
    at: Terminal, tmp_path: Path
) -> None:
    """A node that sends something else gets nothing onto the disk."""
    out = tmp_path / "one.bin"
    command = ("govern", "evidence", "1", "--out", str(out), "--as", GULOU)
    assert at.fails(*command)["code"] == "node-problem"
    good = conviction_at(at)
    at.door.conviction = good[:-1] + bytes([good[-1] ^ 1])
    assert at.fails(*command)["code"] == "strange-answer"
    assert not out.exists()
    at.door.conviction = good
    data = at.ask(*command)
    assert (data["district"], data["height"], data["kind"]) == ("gulou", 1, "prevote")
    assert check_file(at.door.city.genesis, out).fault is None
    audit = ("audit", "verify-proof", str(out), "--genesis", str(at.home / "config/genesis.json"))
    assert json.loads(at.run(*audit, "--json").stdout)


@pytest.mark.feature("B5")
def test_the_node_fetches_the_file_too(at: Terminal, tmp_path: Path) -> None:
    """From its own public door; exit 2 when there is none."""
    address = at.address.removeprefix("http://")
    (at.home / "config/node.toml").write_text(
        f'district = "gulou"\n[doors]\npublic = "{address}"\n', encoding="utf-8"
    )
    out = tmp_path / "one.bin"
    command = ("node", "evidence", "1", "--out", str(out), "--json")
    assert at.run(*command).exit_code == 2
    assert not out.exists()
    at.door.conviction = conviction_at(at)
    outcome = at.run(*command)
    assert outcome.exit_code == 0, outcome.stdout + outcome.stderr
    assert check_file(at.door.city.genesis, out).fault is None


@pytest.mark.feature("B5")
def test_a_height_needs_a_file_to_write(at: Terminal) -> None:
    """Usage, exit 3."""
    assert at.fails("govern", "evidence", "1", "--as", GULOU)["exit"] == 3
