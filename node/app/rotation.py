"""``node rotate-key``: another consensus key for a seat, and the end of the old one.

First without an option: a new key is made beside the old one, and its public half is printed for a motion. Then with
``--prove``: it signs the motion and a recent state root. When the change is in effect, with ``--finish``: the new key
takes the old one's place and the old one is destroyed, so that nobody can ever sign for its time again. What a file
system keeps of an overwritten file is not in our hands: keys belong on a medium that keeps nothing.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from node.app.assembly import DistrictNode
from node.app.storage import translated
from node.chain import keys
from node.chain.certificate import AuthoritySet
from node.chain.genesis import chain_id_of
from node.chain.rules.authorities import proof_context
from node.chain.types import Code, Hash, Id
from node.config import NodeHome, load
from node.config.homes import make_keys, read_seed, write_seed
from node.console.command import Group, command, option
from node.console.console import Console, pass_console
from node.console.fault import usage
from node.console.language import same, t
from node.console.result import Facts, Result

NEXT: Final = "consensus-next"
"""Name of the file of the key that is not in effect yet."""


def prepare(home: NodeHome) -> bytes:
    """Make the next key unless it is there; its public half."""
    path = home.key(NEXT)
    if not path.exists():
        write_seed(path, make_keys().consensus)
    return keys.public_key(read_seed(path))


def prove(home: NodeHome, chain_id: Hash, motion: Id, root: Hash) -> bytes:
    """The next key's signature for ``ProveKeys``, 64 bytes."""
    seed = read_seed(home.key(NEXT))
    context = proof_context(motion, root)
    return keys.sign(seed, keys.possession_bytes(chain_id, keys.public_key(seed), context))


def finish(home: NodeHome, authorities: AuthoritySet, district: Code) -> bool:
    """Put the next key in the old one's place and destroy that; done before, it does nothing.

    Returns:
        Whether it was done now.

    Raises:
        node.console.fault.Fault: the set does not name the next key for the district (exit 3).
        OSError: a file cannot be read or written.
    """
    coming, present = home.key(NEXT), home.key("consensus")
    if not coming.exists():
        return False
    public = keys.public_key(read_seed(coming))
    if not any((m.district, m.consensus_key) == (district, public) for m in authorities.members):
        raise usage(
            t(zh="新密钥还没有生效", en="The new key is not in effect yet"),
            t(zh="等动议通过并生效后再试。", en="Try again when the motion has taken effect."),
        )
    _overwrite(present)
    coming.replace(present)
    folder = os.open(present.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return True


def _overwrite(path: Path) -> None:
    """Zeros over the file's bytes, synced."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())


def register(node_group: Group) -> None:
    """Add the verb to ``timebank node``."""
    for verb in rotation_group.commands.values():
        node_group.add_command(verb)


rotation_group: Final = Group("rotation")
"""Holds the verb until ``register`` puts it under the node's."""


@command(
    rotation_group,
    "rotate-key",
    help=t(
        zh="更换本区席位的共识密钥：先生成，再签名证明，生效后（节点须已停止）换上并销毁旧密钥。",
        en="Change the seat's consensus key: make one, prove it, and when it is in effect (node stopped) put it in "
        "place and destroy the old one.",
    ),
)
@option(
    "--prove",
    "proof",
    nargs=2,
    help=t(
        zh="用新密钥签名：动议编号和近期区块的状态根，均为十六进制。",
        en="Sign with the new key: the motion's id and the state root of a recent block, in hexadecimal.",
    ),
)
@option(
    "--finish", "finishing", is_flag=True, help=t(zh="换上并销毁。", en="Put in place, destroy.")
)
@pass_console
def rotate_key(console: Console, *, proof: tuple[str, str] | None, finishing: bool) -> None:
    """One step of a rotation."""
    home = NodeHome(console.home)
    if finishing:
        _finish_offline(console)
        console.emit(
            Result({"rotated": True}, t(zh="已换上新密钥。", en="The new key is in place."))
        )
        return
    key = prepare(home)
    facts = [(t(zh="新公钥", en="New public key"), same(key.hex()))]
    data = {"consensus_key": key.hex()}
    if proof is not None:
        motion, root = (_hex(text) for text in proof)
        signature = prove(home, chain_id_of(home.read_genesis()), Id(motion), Hash(root)).hex()
        facts.append((t(zh="证明签名", en="Proof"), same(signature)))
        data["signature"] = signature
    console.emit(Result(data, Facts(tuple(facts))))


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise usage(
            t(zh="“{text}”不是十六进制", en="{text} is not hexadecimal").fill(text=text),
            t(zh="写动议编号和状态根。", en="Give the motion's id and the state root."),
        ) from error


def _finish_offline(console: Console) -> None:
    """Read the set from the node's own stores; the lock on them keeps a running node out."""
    config = load(console.home, {}, console.environment)
    home = NodeHome(config.home)
    node = DistrictNode(config, home.read_genesis(), home.read_keys())
    with translated(config.home), ExitStack() as stack:
        node.open(stack)
        if finish(home, node.executor.tip.authorities, config.district):
            # The new key has signed nothing anywhere, so its memory may begin at any height.
            node.stores.votes.rejoin(node.executor.tip.height)
