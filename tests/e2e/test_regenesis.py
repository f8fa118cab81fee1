"""A city of real processes loses three of its four nodes for ever; recovery keys found it anew; minutes go on."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import msgspec
import pytest

from node.app.commands import node_group
from node.audit.commands import audit_group
from node.chain.errors import ErrorCode, Rejected
from node.chain.genesis import SuccessorGenesis, chain_id_of
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Minutes
from node.city.ceremony import STAFF_PASSWORD, node_toml
from node.city.plan import read_plan
from node.city.stage import Actor, Stage
from node.city.story import Story
from node.city.supervisor import FILE_NAME, CityFile, LocalCity
from node.config import NodeHome
from node.config.homes import read_genesis, write_genesis
from wallet.builder import Signer
from wallet.commands import wallet_group
from wallet.home import PASSWORD_VARIABLE, WalletHome
from wallet.keystore import Cost, seal
from wallet.session.accounts import Slip, remember

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
SURVIVOR = 1
"""Index of the district whose node is left."""


@dataclass(frozen=True)
class Shell:
    """The command line, in this process."""

    capsys: pytest.CaptureFixture[str]

    def node(self, *words: object) -> str:
        return self._run(node_group.main, words)

    def audit(self, *words: object, code: int = 0) -> str:
        return self._run(audit_group.main, words, code)

    def wallet(self, *words: object) -> str:
        return self._run(wallet_group.main, words)

    def _run(self, main: object, words: tuple[object, ...], code: int = 0) -> str:
        assert callable(main)
        self.capsys.readouterr()
        done = main([*map(str, words), "--json"], standalone_mode=False)
        said = self.capsys.readouterr()
        assert int(done or 0) == code, said.out + said.err
        return said.out or said.err


@pytest.fixture(name="lost")
def _lost(tmp_path: Path) -> Iterator[LocalCity]:
    plan = read_plan().first(4)
    city = LocalCity.make(tmp_path / "lost", plan, dict(os.environ), rehearsal=True)
    try:
        yield city
    finally:
        city.down()
        city.close()


def keep_wallet(city: LocalCity, actor: Actor) -> None:
    """A person's wallet among those of the staff."""
    wallets = WalletHome(city.places.staff)
    created_ms = read_genesis(city.places.genesis).created_ms
    kept = seal(actor.signer.key, STAFF_PASSWORD, path="m/0'", created_ms=created_ms, cost=CHEAP)
    wallets.save(actor.name, kept)
    remember(wallets, actor.name, Slip.of(actor.signer.chain_id, actor.id))


def exported(city: LocalCity, district: str, path: Path) -> Path:
    """The archive that a node gives."""
    reply = httpx2.get(f"{city.doors(district).operations}/export", timeout=30)
    assert reply.status_code == 200
    path.write_bytes(reply.content)
    return path


def found_anew(lost: LocalCity, root: Path, shell: Shell) -> LocalCity:
    """What an operator and two holders do, each with the verb of ``docs/operations.md``."""
    places, case = lost.places, root / "case"
    survivor = places.node(lost.districts[SURVIVOR])
    given: list[object] = []
    for code in lost.districts:
        home = root / "again" / "nodes" / code
        said = shell.node("init", "--home", home, "--district", code)
        (root / f"{code}.json").write_text(said)
        given += ["--node", root / f"{code}.json"]
    why = ("--reason", "three sites lost", "--out", case)
    shell.node("regenesis", "prepare", "--home", survivor.root, *given, *why)
    for holder in (1, 3):
        key = ("--key", places.keys / f"recovery-{holder}.key")
        known = ("--previous-genesis", places.genesis)
        shell.node("regenesis", "sign", case / "genesis.json", *key, *known)
    file = msgspec.json.decode((places.root / FILE_NAME).read_bytes(), type=CityFile)
    genesis = read_genesis(case / "genesis.json")
    ports = {Code(code): found for code, found in file.nodes.items()}
    for code in lost.districts:
        home = NodeHome(root / "again" / "nodes" / code)
        shell.node("regenesis", "install", case, "--home", home.root)
        home.config.write_text(node_toml(code, genesis, ports), encoding="utf-8")
    again = root / "again"
    shutil.copy(case / "genesis.json", again / "genesis.json")
    shutil.copy(places.root / FILE_NAME, again / FILE_NAME)
    shutil.copytree(places.keys, again / "keys")
    shutil.copytree(places.staff, again / "staff")
    return LocalCity(again, dict(os.environ))


def test_minutes_survive_the_loss_of_the_quorum(
    lost: LocalCity,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Earned before, spent after; a statement of the lost chain counts no more; the auditor follows both chains."""
    monkeypatch.setenv(PASSWORD_VARIABLE, STAFF_PASSWORD)
    shell = Shell(capsys)
    for code in lost.districts:
        lost.start(code)
    lost.wait_agreed()
    stage = Stage(lost)
    story = Story(stage, lambda _line: None)
    for step in ("register", "mint", "earn"):
        story.play(step)
    earned = story.person("li").available.balance
    assert earned > 0
    unsent = story.people["li"].session.sign(Donate(Code("district"), Minutes(10)))
    keep_wallet(lost, story.people["li"])

    survivor = lost.districts[SURVIVOR]
    for code in lost.districts:
        if code != survivor:
            lost.kill(code)
            shutil.rmtree(lost.places.node(code).root)
    old = exported(lost, survivor, tmp_path / "old.bin")
    lost.stop(survivor)
    stage.close()

    city = found_anew(lost, tmp_path, shell)
    try:
        for code in city.districts:
            city.start(code)
        followed = ("--home", city.places.staff, city.places.genesis)
        assert "li" in json.loads(shell.wallet("follow", *followed))["wallets"]
        city.wait_agreed()
        spend_old_minutes(city, story, shell, earned, unsent.raw)
        city.stop(city.districts[0])
        city.start(city.districts[0])
        city.wait_agreed()
        new = exported(city, city.districts[0], tmp_path / "new.bin")
    finally:
        city.down()
        city.close()
    verified(shell, (old, new), lost, city)


def spend_old_minutes(
    city: LocalCity, story: Story, shell: Shell, earned: int, unsent: bytes
) -> None:
    """The same people with the same keys: what Li stored in the lost chain pays here, what he signed there is void."""
    stage = Stage(city)
    try:
        home = ("--home", city.places.staff, "--as", "li")
        door = ("--node", city.doors(city.districts[0]).public)
        said = json.loads(shell.wallet("balance", *home, *door))
        assert said["available_min"] == earned
        story.stage = stage
        for name, actor in story.people.items():
            signer = Signer(stage.chain_id, actor.id, actor.signer.key)
            story.people[name] = Actor(name, stage.client(city.districts[0]), signer)
        with pytest.raises(Rejected) as caught:
            story.people["li"].client.submit(unsent)
        assert caught.value.code in {ErrorCode.BAD_SIGNATURE, ErrorCode.EXPIRED}
        story.play("redeem")
        assert story.person("li").available.balance < earned
        assert story.person("wang").available.balance > 0
    finally:
        stage.close()


def verified(shell: Shell, archives: tuple[Path, Path], lost: LocalCity, city: LocalCity) -> None:
    """Both archives and the link; without one of the two signatures the link does not hold."""
    old, new = archives
    before = ("--previous", old, "--previous-genesis", lost.places.genesis)
    said = json.loads(shell.audit("verify", new, "--genesis", city.places.genesis, *before))
    assert (said["verdict"], said["previous"][0]["reason"]) == ("sound", "three sites lost")
    assert said["height"] > said["previous"][0]["height"]
    assert all(one["holds"] for one in said["identities"])
    document = json.loads(city.places.genesis.read_text())
    genesis = read_genesis(city.places.genesis)
    assert isinstance(genesis, SuccessorGenesis)
    assert document["chain_id"] == chain_id_of(genesis).hex()
    few = tampered(genesis, city.places.root / "few.json")
    assert "V222" in shell.audit("verify", new, "--genesis", few, *before, code=1)


def tampered(genesis: SuccessorGenesis, path: Path) -> Path:
    """The same genesis with one signature less."""
    write_genesis(path, msgspec.structs.replace(genesis, signatures=genesis.signatures[:1]))
    return path
