"""``timebank node regenesis`` over real homes: drafted by a survivor, signed by holders, installed on a new node."""

import json
import shutil
from pathlib import Path

import pytest

from node.app.beside import look_beside
from node.app.commands import node_group
from node.app.doctor.stores import look_at_stores
from node.app.recovery import rebuild_home
from node.chain.genesis import SuccessorGenesis, chain_id_of
from node.chain.link import verify_link
from node.config import NodeHome
from node.config.homes import read_genesis
from node.store.faults import StorageCode, StorageFault
from tests.unit.app.homes import GULOU, RealHome, make_home

HEIGHT = 3


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """Exit code, and all that was said."""
    capsys.readouterr()
    code = node_group.main([*map(str, words), "--json"], standalone_mode=False)
    said = capsys.readouterr()
    return int(code or 0), said.out + said.err


@pytest.fixture(name="lost")
def _lost(tmp_path: Path) -> RealHome:
    """A node that is left of a city, stopped."""
    return make_home(tmp_path, HEIGHT)


@pytest.fixture(name="new")
def _new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> NodeHome:
    """A node that waits for its city; its file lies beside it."""
    home = NodeHome(tmp_path / "new")
    code, said = run(capsys, "init", "--home", home.root, "--district", GULOU)
    assert code == 0
    (tmp_path / "new.json").write_text(said)
    return home


@pytest.fixture(name="case")
def _case(
    lost: RealHome, new: NodeHome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Path:
    """What the survivor drafted."""
    case = tmp_path / "case"
    words = ("--node", f"{new.root}.json", "--reason", "flood 2026", "--out", case)
    code, said = run(capsys, "regenesis", "prepare", "--home", lost.root, *words)
    assert code == 0, said
    assert json.loads(said)["missing"] == 2
    return case


def sign(
    capsys: pytest.CaptureFixture[str], lost: RealHome, case: Path, holder: int, *more: object
) -> tuple[int, str]:
    key = lost.root.parent.parent / "keys" / f"recovery-{holder}.key"
    known = ("--previous-genesis", lost.home.genesis, "--key", key)
    return run(capsys, "regenesis", "sign", case / "genesis.json", *known, *more)


@pytest.mark.slow
def test_a_city_is_drafted_signed_and_installed(
    lost: RealHome, new: NodeHome, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of three holders; the new node opens at the lost height with the lost state, and can be rebuilt."""
    before = lost.contents()
    named = chain_id_of(read_genesis(case / "genesis.json"))
    assert sign(capsys, lost, case, 3, "--chain-id", named.hex())[0] == 0
    code, said = sign(capsys, lost, case, 1)
    assert (code, json.loads(said)["signed_by"]) == (0, [0, 2])
    assert "district = " not in str(new.config)
    code, said = run(capsys, "regenesis", "install", case, "--home", new.root)
    assert code == 0, said
    assert run(capsys, "regenesis", "install", case, "--home", new.root)[0] == 0, "again"
    genesis = new.read_genesis()
    assert verify_link(lost.home.read_genesis(), genesis) == genesis
    assert chain_id_of(genesis) == named
    again = RealHome(new, lost.founding)
    with again.opened() as node:
        tip = node.executor.tip
        assert (tip.height, tip.block_id, tip.certificate) == (HEIGHT, named, None)
        assert node.stores.votes.may_sign
        assert len(node.executor.ledger.records) > 0
    assert rebuild_home(new, lambda _height, _last: None).height == HEIGHT
    assert lost.contents().keys() >= before.keys(), "the survivor's home stays as it is"


def test_nobody_installs_what_too_few_have_signed(
    lost: RealHome, new: NodeHome, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused with the link's number, and the home is as it was."""
    assert sign(capsys, lost, case, 1)[0] == 0
    code, said = run(capsys, "regenesis", "install", case, "--home", new.root)
    assert (code, "L07" in said) == (1, True)
    assert not new.genesis.exists()


def test_holders_refuse_what_is_not_what_they_agreed_on(
    lost: RealHome, case: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Another chain id, another genesis before, a key that nobody named, and one signature too many."""
    assert sign(capsys, lost, case, 1, "--chain-id", "00" * 32)[0] == 3
    other = make_home(tmp_path / "other", 0)
    key = other.root.parent.parent / "keys" / "recovery-1.key"
    place = case / "genesis.json"
    words = ("regenesis", "sign", place, "--key", key, "--previous-genesis")
    assert run(capsys, *words, lost.home.genesis)[0] == 3
    code, said = run(capsys, *words, other.home.genesis)
    assert (code, "L02" in said) == (1, True)
    assert [sign(capsys, lost, case, holder)[0] for holder in (1, 2, 2, 3)] == [0, 0, 0, 3]
    found = read_genesis(place)
    assert isinstance(found, SuccessorGenesis)
    assert [signer for signer, _ in found.signatures] == [0, 1]


def test_a_damaged_state_is_not_installed(
    lost: RealHome, new: NodeHome, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The signatures are good; one bit of the people's state is not."""
    for holder in (1, 2):
        sign(capsys, lost, case, holder)
    chunk = case / "state" / "chunk-00000"
    raw = bytearray(chunk.read_bytes())
    raw[len(raw) // 2] ^= 1
    chunk.write_bytes(raw)
    code, said = run(capsys, "regenesis", "install", case, "--home", new.root)
    assert (code, "N07" in said) == (1, True)
    assert not new.genesis.exists()


def test_a_home_of_another_chain_or_without_a_seat_is_left_alone(
    lost: RealHome, case: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The survivor's own home, and a node that the new genesis does not name."""
    for holder in (1, 2):
        sign(capsys, lost, case, holder)
    stranger = tmp_path / "stranger"
    run(capsys, "init", "--home", stranger, "--district", GULOU)
    for home in (lost.root, stranger):
        assert run(capsys, "regenesis", "install", case, "--home", home)[0] == 3
    assert not (stranger / "config" / "genesis.json").exists()


def test_a_new_node_whose_last_state_is_gone_says_what_helps(
    lost: RealHome, new: NodeHome, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not start an empty city."""
    for holder in (1, 2):
        sign(capsys, lost, case, holder)
    assert run(capsys, "regenesis", "install", case, "--home", new.root)[0] == 0
    shutil.rmtree(new.data / "previous")
    with pytest.raises(StorageFault) as caught, RealHome(new, lost.founding).opened():
        pass
    assert caught.value.code is StorageCode.PREVIOUS_MISSING
    assert "regenesis install" in caught.value.command("HOME")


def test_a_node_file_that_is_none_is_refused(
    lost: RealHome, new: NodeHome, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not JSON of init, or two of one district; nothing is written."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"district": "gulou"}')
    begin = ("regenesis", "prepare", "--home", lost.root, "--reason", "fire", "--out")
    right = f"{new.root}.json"
    for files in ((wrong,), (right, right)):
        words = [word for path in files for word in ("--node", path)]
        assert run(capsys, *begin, tmp_path / "out", *words)[0] == 3
    assert not (tmp_path / "out").exists()


def test_the_doctor_knows_a_city_founded_anew(
    lost: RealHome, new: NodeHome, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the first block everything is well; a last state that is damaged, or gone, has its number."""
    for holder in (1, 2):
        sign(capsys, lost, case, holder)
    assert run(capsys, "regenesis", "install", case, "--home", new.root)[0] == 0
    with RealHome(new, lost.founding).opened():
        pass
    genesis = new.read_genesis()
    assert {found.code for found in look_at_stores(new, genesis).findings} == {""}
    assert list(look_beside(new, genesis)) == []
    chunk = new.data / "previous" / "chunk-00000"
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"\x01")
    for again in range(2):
        (damage,) = look_beside(new, genesis)
        assert (damage.file, damage.code) == ("data/previous", StorageCode.PREVIOUS_MISSING), again
        shutil.rmtree(new.data / "previous", ignore_errors=True)
