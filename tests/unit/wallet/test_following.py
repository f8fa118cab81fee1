"""A wallet of a city that was founded anew: followed by the link alone, with the account it had."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.chain.genesis import Genesis, chain_id_of, operator_id
from node.chain.genesis_document import to_document
from node.chain.types import Id
from node.console.fault import Fault
from tests.kernel_city import GULOU, seed_of
from tests.regenesis_city import AGAIN, RefoundedCity, draft, lost_city, signed
from wallet.commands import wallet_group
from wallet.home import WalletHome
from wallet.keystore import Cost, seal
from wallet.secret import Secret
from wallet.session.accounts import Slip, account_of, first_actor, remember, remembered
from wallet.session.files import read_genesis_file

CITY, SEALED = lost_city()
DRAFT = draft(CITY, SEALED)
NEW = signed(DRAFT)
PERSON = Id(bytes([7]) * 16)
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


def write(path: Path, genesis: Genesis) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(to_document(genesis)))
    return path


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> WalletHome:
    """A member of staff from genesis, a person with a slip, a wallet that nobody has registered."""
    home = WalletHome(tmp_path / "home")
    write(home.genesis, CITY.genesis)
    for name, seed in (("clerk", f"recorder/{GULOU}"), ("me", "zhao"), ("spare", "nobody")):
        home.save(
            name, seal(Secret(seed_of(seed)), "12345678", path="m/0'", created_ms=1, cost=CHEAP)
        )
    remember(home, "me", Slip.of(CITY.chain_id, PERSON))
    return home


def follow(home: WalletHome, file: Path) -> int:
    words = ["follow", str(file), "--home", str(home.root), "--json"]
    return int(wallet_group.main(words, standalone_mode=False) or 0)


def test_a_wallet_goes_on_with_the_same_accounts(
    home: WalletHome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is derived again: ids are those that the state knows; done twice it is done once."""
    clerk = CITY.staff("recorder", GULOU)
    file = write(tmp_path / "new.json", NEW)
    assert follow(home, file) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["wallets"] == ["clerk", "me"]
    found = read_genesis_file(home.genesis)
    assert chain_id_of(found) == chain_id_of(NEW)
    keys = {name: home.load(name).public_key for name in home.names()}
    assert account_of(home, "me", keys["me"], found) == PERSON
    assert account_of(home, "clerk", keys["clerk"], found) == clerk
    assert clerk in {
        i for i, s in RefoundedCity(NEW, CITY).seeds.items() if s == seed_of(f"recorder/{GULOU}")
    }
    assert remembered(home, "spare") is None
    assert chain_id_of(read_genesis_file(Path(said["kept"]))) == CITY.chain_id
    assert follow(home, file) == 0


def test_an_interrupted_following_is_finished_the_next_time(
    home: WalletHome, tmp_path: Path
) -> None:
    """Some slips are of the new chain already, the genesis is not."""
    remember(home, "me", Slip.of(chain_id_of(NEW), PERSON))
    assert follow(home, write(tmp_path / "new.json", NEW)) == 0
    slip = remembered(home, "me")
    assert slip is not None
    assert (slip.id, slip.chain_id) == (PERSON, chain_id_of(NEW).hex())


def test_a_new_operator_is_found_by_the_new_key(home: WalletHome, tmp_path: Path) -> None:
    """The id is the city's and the key the new set's."""
    assert follow(home, write(tmp_path / "new.json", NEW)) == 0
    key = next(m.operator_key for m in NEW.authorities.members if m.district == GULOU)
    assert AGAIN
    assert first_actor(NEW, key) == operator_id(CITY.chain_id, GULOU)


WRONG: dict[str, Genesis] = {
    "signed by one": replace(DRAFT, signatures=NEW.signatures[:1]),
    "changed after signing": replace(NEW, bureau_key=CITY.genesis.bureau_key),
    "another first genesis": replace(CITY.genesis, created_ms=CITY.genesis.created_ms + 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_recovery_keys_did_not_sign_is_not_followed(
    home: WalletHome, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Exit 1, and nothing of the wallet is another."""
    before = {p: p.read_bytes() for p in home.root.rglob("*") if p.is_file()}
    assert follow(home, write(tmp_path / "new.json", WRONG[name])) == 1
    assert "not-followed" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in home.root.rglob("*") if p.is_file()} == before


def test_a_home_without_a_city_has_nothing_to_follow(tmp_path: Path) -> None:
    """Exit 3; such a wallet begins with the new genesis."""
    empty = WalletHome(tmp_path / "empty")
    assert follow(empty, write(tmp_path / "new.json", NEW)) == 3


def test_a_slip_of_the_lost_chain_is_not_taken_without_following(home: WalletHome) -> None:
    """The new genesis beside an old slip is another city's."""
    with pytest.raises(Fault):
        account_of(home, "me", home.load("me").public_key, NEW)
