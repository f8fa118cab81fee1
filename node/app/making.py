"""``node init``: a home for one node."""

from dataclasses import dataclass
from pathlib import Path

from node.chain import keys
from node.chain.genesis import base_height, chain_id_of
from node.config import NodeHome, NodeKeys, make_keys
from node.config.homes import read_genesis
from node.config.settings import NotAccepted, parse_code
from node.console.fault import usage
from node.console.language import t
from node.store.files import RealFiles
from node.store.votelog import VoteLog

_NAMES = ("consensus", "operator", "checkpoint", "tls")


@dataclass(frozen=True, slots=True)
class MadeHome:
    """What ``node init`` made."""

    home: str
    district: str
    public_keys: dict[str, bytes]
    chain_id: str | None
    """None while the city is not founded yet."""


def make_home(home: NodeHome, genesis_path: Path | None, district: str) -> MadeHome:
    """Make what is missing: directories, keys, and with a genesis the settings and an empty vote log.

    The vote log is made only together with the keys' first genesis: a key that may have signed must never be given an
    empty log.

    Raises:
        node.console.fault.Fault: the genesis is of other keys or lacks the district (exit 3).
        OSError: something cannot be read or written.
    """
    try:
        code = parse_code(district)
    except NotAccepted as error:
        why = t(zh="“{code}”不是区的代码。", en="{code} is no code of a district.")
        raise usage(why.fill(code=district)) from error
    fresh = not home.key("consensus").exists()
    home.make()
    if fresh:
        home.write_keys(make_keys())
    node_keys = home.read_keys()
    public = _public(node_keys)
    if genesis_path is None:
        return MadeHome(str(home.root), code, public, None)
    genesis = read_genesis(genesis_path)
    seats = {member.district: member for member in genesis.authorities.members}
    seat = seats.get(code)
    if seat is not None and seat.consensus_key != public["consensus"]:
        why = t(
            zh="创世文件里 {district} 的公钥不是这个目录里的密钥。",
            en="The genesis names other keys for {district} than this home has.",
        )
        raise usage(why.fill(district=code))
    first = not home.genesis.exists()
    home.write_genesis(genesis)
    if first and not any(home.data.iterdir()):
        VoteLog.create(RealFiles(home.data), chain_id_of(genesis), base_height(genesis))
    if not home.config.exists():
        home.config.write_text(f'district = "{code}"\n', encoding="utf-8")
    return MadeHome(str(home.root), code, public, chain_id_of(genesis).hex())


def _public(node_keys: NodeKeys) -> dict[str, bytes]:
    return {name: keys.public_key(getattr(node_keys, name)) for name in _NAMES}
