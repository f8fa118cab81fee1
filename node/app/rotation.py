"""``node rotate-key``: another key for a seat, and the end of the old one.

First without ``--finish``: a new key is made beside the old one, and its public half is printed for a motion; keys that
sign statements, the consensus and the operator key, then sign the motion and a recent state root (``--prove``). When
the change is in effect, with ``--finish``: the new key takes the old one's place and the old one is destroyed, so that
nobody can ever sign for its time again. What a file system keeps of an overwritten file is not in our hands: keys
belong on a medium that keeps nothing.

The other districts let in the new TLS key, and no other, from the block that passes the motion, two blocks before the
new set signs. So every key but the consensus key may be put in place as soon as the set that waits names it.
"""

import os
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Final

import click

from node.app.assembly import DistrictNode
from node.app.storage import translated
from node.chain import keys
from node.chain.certificate import AuthoritySet
from node.chain.genesis import chain_id_of
from node.chain.rules.authorities import proof_context
from node.chain.seats import schedule_of
from node.chain.state import View
from node.chain.types import Code, Hash, Id
from node.config import NodeHome, NodeKeys, load
from node.config.homes import make_keys, read_seed, write_seed
from node.console.command import Group, command, option
from node.console.console import Console, pass_console
from node.console.fault import usage
from node.console.language import same, t
from node.console.result import Facts, Result

CONSENSUS: Final = "consensus"
NAMES: Final = tuple(part.name for part in fields(NodeKeys))
PROVEN: Final = (CONSENSUS, "operator")
"""Keys that a motion needs a proof of."""


def next_key(home: NodeHome, name: str) -> Path:
    """The file of a key that is not in effect yet."""
    return home.key(f"{name}-next")


def prepare(home: NodeHome, name: str = CONSENSUS) -> bytes:
    """Make the next key of a kind unless it is there; its public half."""
    path = next_key(home, name)
    if not path.exists():
        write_seed(path, getattr(make_keys(), name))
    return keys.public_key(read_seed(path))


def prove(home: NodeHome, chain_id: Hash, motion: Id, root: Hash, name: str = CONSENSUS) -> bytes:
    """The next key's signature for ``ProveKeys``, 64 bytes."""
    seed = read_seed(next_key(home, name))
    context = proof_context(motion, root)
    return keys.sign(seed, keys.possession_bytes(chain_id, keys.public_key(seed), context))


def finish(
    home: NodeHome, present: AuthoritySet, coming: AuthoritySet, district: Code
) -> tuple[str, ...]:
    """Put the next keys in the old ones' place and destroy those; done before, it does nothing.

    Args:
        home: has the keys.
        present: the set that signs the next block; the consensus key waits until it names the next one.
        coming: the set that waits for its height, or the present one again.
        district: whose seat.

    Returns:
        The keys that were put in place now.

    Raises:
        node.console.fault.Fault: a next key is there that its set does not name (exit 3); none was put in place.
        OSError: a file cannot be read or written.
    """
    waiting = [name for name in NAMES if next_key(home, name).exists()]
    for name in waiting:
        _require_named(home, present if name == CONSENSUS else coming, district, name)
    for name in waiting:
        _overwrite(home.key(name))
        next_key(home, name).replace(home.key(name))
    folder = os.open(home.key(CONSENSUS).parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return tuple(waiting)


def _require_named(home: NodeHome, named: AuthoritySet, district: Code, name: str) -> None:
    public = keys.public_key(read_seed(next_key(home, name)))
    seats = (member for member in named.members if member.district == district)
    if not any(getattr(seat, f"{name}_key") == public for seat in seats):
        raise usage(
            t(zh="新密钥还没有生效：{name}", en="The new key is not in effect yet: {name}").fill(
                name=name
            ),
            t(zh="等动议通过并生效后再试。", en="Try again when the motion has taken effect."),
        )


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
        zh="更换本区席位的密钥：先生成，再签名证明，生效后（节点须已停止）换上并销毁旧密钥。",
        en="Change a key of the seat: make one, prove it, and when it is in effect (node stopped) put it in place and "
        "destroy the old one.",
    ),
)
@option(
    "--key",
    "name",
    type=click.Choice(NAMES),
    default=CONSENSUS,
    show_default=True,
    help=t(zh="哪一把密钥。", en="Which key."),
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
def rotate_key(
    console: Console, *, name: str, proof: tuple[str, str] | None, finishing: bool
) -> None:
    """One step of a rotation; ``--finish`` puts all keys in place that wait."""
    home = NodeHome(console.home)
    if finishing:
        done = _finish_offline(console)
        said = t(zh="已换上新密钥：{names}", en="In place: {names}").fill(
            names=", ".join(done) or "-"
        )
        console.emit(Result({"rotated": list(done)}, said))
        return
    if proof is not None and name not in PROVEN:
        raise usage(t(zh="这把密钥不用证明", en="This key needs no proof"))
    key = prepare(home, name)
    facts = [(t(zh="新公钥", en="New public key"), same(key.hex()))]
    data = {f"{name}_key": key.hex()}
    if proof is not None:
        motion, root = (_hex(text) for text in proof)
        chain_id = chain_id_of(home.read_genesis())
        signature = prove(home, chain_id, Id(motion), Hash(root), name).hex()
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


def _finish_offline(console: Console) -> tuple[str, ...]:
    """Read the sets from the node's own stores; the lock on them keeps a running node out."""
    config = load(console.home, {}, console.environment)
    home = NodeHome(config.home)
    node = DistrictNode(config, home.read_genesis(), home.read_keys())
    with translated(config.home), ExitStack() as stack:
        node.open(stack)
        present = node.executor.tip.authorities
        waiting = schedule_of(View(node.executor.ledger)).waiting
        coming = waiting[0].authorities if waiting else present
        done = finish(home, present, coming, config.district)
        if CONSENSUS in done:
            # The new key has signed nothing anywhere, so its memory may begin at any height.
            node.stores.votes.rejoin(node.executor.tip.height)
        return done
