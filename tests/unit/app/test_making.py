"""``node init``: which homes get an empty vote log."""

import shutil
from pathlib import Path

from msgspec.structs import replace

from node.app.making import make_home
from node.config import NodeHome
from node.config.homes import write_genesis
from node.store.votelog import NAME
from tests.kernel_city import GULOU, make_genesis


def test_a_home_whose_data_is_lost_gets_no_second_vote_log(tmp_path: Path) -> None:
    """Its key may have signed: without a vote log the node abstains until its return is on the record."""
    home = NodeHome(tmp_path / "home")
    own = make_home(home, None, GULOU).public_keys
    genesis = make_genesis()
    first, *others = genesis.authorities.members
    assert first.district == GULOU
    seat = replace(first, consensus_key=own["consensus"])
    authorities = replace(genesis.authorities, members=(seat, *others))
    document = tmp_path / "genesis.json"
    write_genesis(document, replace(genesis, authorities=authorities))
    make_home(home, document, GULOU)
    assert (home.data / NAME).exists()
    shutil.rmtree(home.data)
    make_home(home, document, GULOU)
    assert not (home.data / NAME).exists()
