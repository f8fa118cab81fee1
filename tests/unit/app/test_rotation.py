"""A rotated key: made, proven, put in place when the set names it, and the old one destroyed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from node.app.rotation import NAMES, finish, next_key, prepare, prove
from node.chain import keys
from node.chain.certificate import AuthoritySet
from node.chain.rules.authorities import proof_context
from node.chain.types import Hash, Id
from node.config import NodeHome, authority_of, make_keys
from node.config.homes import read_seed
from node.console.fault import Fault
from tests.kernel_city import GULOU

CHAIN, MOTION, ROOT = Hash(bytes(32)), Id(bytes(16)), Hash(bytes([1]) * 32)


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> NodeHome:
    home = NodeHome(tmp_path)
    home.make()
    home.write_keys(make_keys())
    return home


@pytest.mark.feature("B6")
def test_the_old_key_is_gone_once_the_set_names_the_new_one(home: NodeHome) -> None:
    """Not before: a node that gave its key away early could not sign until the change."""
    old = home.read_keys()
    new = prepare(home)
    assert prepare(home) == new, "asked twice, made once"
    before = AuthoritySet((authority_of(GULOU, old),))
    with pytest.raises(Fault):
        finish(home, before, before, GULOU)
    assert home.read_keys() == old
    seat = authority_of(GULOU, old)
    named = AuthoritySet(
        (type(seat)(GULOU, 1, new, seat.operator_key, seat.checkpoint_key, seat.tls_key),)
    )
    held = home.key("consensus").open("rb")
    with pytest.raises(Fault):
        finish(home, before, named, GULOU)
    assert finish(home, named, named, GULOU) == ("consensus",)
    assert set(held.read()) == {0}, "the old file's bytes are overwritten"
    held.close()
    assert keys.public_key(read_seed(home.key("consensus"))) == new
    assert not next_key(home, "consensus").exists()
    assert finish(home, named, named, GULOU) == ()
    assert keys.public_key(home.read_keys().consensus) == new


@pytest.mark.feature("B6")
def test_the_new_key_signs_motion_and_root(home: NodeHome) -> None:
    """What ``ProveKeys`` carries."""
    new = prepare(home)
    signature = prove(home, CHAIN, MOTION, ROOT)
    assert keys.has_possession(CHAIN, 1, new, proof_context(MOTION, ROOT), signature)


@pytest.mark.feature("B6", "K11")
def test_all_keys_but_that_of_votes_change_as_soon_as_the_set_that_waits_names_them(
    home: NodeHome,
) -> None:
    """Peers let in the new TLS key from then on, and no other. Nothing changes while one key is not named."""
    old = home.read_keys()
    others = [name for name in NAMES if name != "consensus"]
    made = {name: prepare(home, name) for name in others}
    present = AuthoritySet((authority_of(GULOU, old),))
    seat = present.members[0]
    for missing in others:
        named = {f"{name}_key": key for name, key in made.items() if name != missing}
        with pytest.raises(Fault, match=missing):
            finish(home, present, AuthoritySet((replace(seat, **named),)), GULOU)
        assert home.read_keys() == old
    coming = AuthoritySet((replace(seat, **{f"{name}_key": key for name, key in made.items()}),))
    assert set(finish(home, present, coming, GULOU)) == set(others)
    assert authority_of(GULOU, home.read_keys()) == coming.members[0]
