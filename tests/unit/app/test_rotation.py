"""A rotated key: made, proven, put in place when the set names it, and the old one destroyed."""

from pathlib import Path

import pytest

from node.app.rotation import NEXT, finish, prepare, prove
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
        finish(home, before, GULOU)
    assert home.read_keys() == old
    seat = authority_of(GULOU, old)
    named = AuthoritySet(
        (type(seat)(GULOU, 1, new, seat.operator_key, seat.checkpoint_key, seat.tls_key),)
    )
    held = home.key("consensus").open("rb")
    finish(home, named, GULOU)
    assert set(held.read()) == {0}, "the old file's bytes are overwritten"
    held.close()
    assert keys.public_key(read_seed(home.key("consensus"))) == new
    assert not home.key(NEXT).exists()
    finish(home, named, GULOU)
    assert keys.public_key(home.read_keys().consensus) == new


@pytest.mark.feature("B6")
def test_the_new_key_signs_motion_and_root(home: NodeHome) -> None:
    """What ``ProveKeys`` carries."""
    new = prepare(home)
    signature = prove(home, CHAIN, MOTION, ROOT)
    assert keys.has_possession(CHAIN, 1, new, proof_context(MOTION, ROOT), signature)
