"""How people found a city anew after it has lost a quorum for ever: drafted, signed by holders, put into new homes.

The *case* is a directory that travels: ``genesis.json``, the successor, first without signatures;
``previous-genesis.json``, what it is verified from; ``state/``, the lost chain's last state as a snapshot. A survivor
makes it, each holder of a recovery key adds a signature to ``genesis.json`` where the key is kept, and every new node
takes the whole of it. Nothing in it is secret, and nothing of it is believed: whoever uses it verifies every byte.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from node.app.assembly import DistrictNode
from node.app.shelf import previous_of
from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.errors import Malformed
from node.chain.genesis import (
    Genesis,
    SuccessorGenesis,
    base_height,
    chain_id_of,
    check_genesis,
)
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.link import follows, regenesis_bytes, verify_link
from node.chain.reopening import Founding, draft_successor
from node.chain.snapshot import SnapshotCode, SnapshotRefused, check_manifest
from node.chain.types import CODE_PATTERN, Code, EpochMs
from node.config import NodeConfig, NodeHome
from node.config.homes import read_genesis, read_seed, write_genesis
from node.console.fault import usage
from node.console.language import same, t
from node.runtime.snapshots import capture
from node.runtime.successors import Previous, opening_of
from node.store.files import RealFiles
from node.store.nodelock import node_lock
from node.store.snapshotfiles import SnapshotFiles
from node.store.votelog import NAME as VOTES_NAME
from node.store.votelog import VoteLog

NODE_FILE_MAX_BYTES: Final = 65_536
_KEY: Final = r"\A[0-9a-f]{64}\Z"
_KeyText = Annotated[str, Meta(pattern=_KEY)]


class _NodeKeys(msgspec.Struct, frozen=True):
    consensus: _KeyText
    operator: _KeyText
    checkpoint: _KeyText
    tls: _KeyText


class _NodeFile(msgspec.Struct, frozen=True):
    """What ``timebank node init --json`` says of a node that waits for its city."""

    district: Annotated[str, Meta(pattern=CODE_PATTERN)]
    public_keys: _NodeKeys


@dataclass(frozen=True, slots=True)
class Case:
    """The travelling directory."""

    root: Path
    name: str = "genesis.json"
    """Of the successor's file, which may travel alone."""

    @property
    def genesis(self) -> Path:
        """The successor."""
        return self.root / self.name

    @property
    def previous_genesis(self) -> Path:
        """The lost chain's."""
        return self.root / "previous-genesis.json"

    @property
    def state(self) -> SnapshotFiles:
        """The lost chain's last state."""
        return SnapshotFiles(RealFiles(self.root / "state"))

    def successor(self) -> SuccessorGenesis:
        """What is to be signed, or was.

        Raises:
            node.console.fault.Fault: damaged (exit 5), or no successor (exit 3).
            OSError: it cannot be read.
        """
        found = read_genesis(self.genesis)
        if not isinstance(found, SuccessorGenesis):
            raise usage(
                t(zh="{path} 不是重新创立的创世文件", en="{path} founds no city anew").fill(
                    path=str(self.genesis)
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class Wishes:
    """What people decide; what is None or empty stays as the lost chain's genesis had it.

    Attributes:
        nodes: files of ``node init --json``, one for each new seat.
        reason: why, in a sentence.
        bureau_key: signs receipts of first registration.
        recovery_keys: of the holders for the next time.
        threshold: how many of them are needed then.
    """

    nodes: Sequence[Path]
    reason: str
    bureau_key: bytes | None
    recovery_keys: tuple[bytes, ...]
    threshold: int | None


def prepare(home: NodeHome, config: NodeConfig, wishes: Wishes, case: Case) -> SuccessorGenesis:
    """Draft the successor from a surviving node that is stopped, and write the case.

    Raises:
        SnapshotRefused: the node has no block.
        StorageFault: the node runs, or its stores are damaged.
        LinkRefused: the lost genesis names no recovery keys, among others.
        node.console.fault.Fault: a node's file has not the form, or what is wished makes no sense (exit 3).
    """
    old = home.read_genesis()
    node = DistrictNode(config, old, home.read_keys())
    with ExitStack() as stack:
        node.open(stack)
        held = capture(node.executor)
        if held is None:
            raise SnapshotRefused(SnapshotCode.INCOMPLETE, "there is no block yet")
        header, certificate = held.manifest.block.header, held.manifest.certificate
        given = Founding(
            created_ms=EpochMs(max(node.clock.now_ms(), header.time_ms + 1)),
            authorities=_authorities(wishes.nodes),
            bureau_key=wishes.bureau_key or old.bureau_key,
            recovery_threshold=wishes.threshold or old.recovery_threshold,
            recovery_keys=wishes.recovery_keys or old.recovery_keys,
            reason=wishes.reason.encode(),
        )
        decided = (header, certificate)
        new = draft_successor(old, node.executor.ledger, held.manifest.trail, decided, given)
        _need_sense(new)
        follows(old, new)
        case.root.mkdir(parents=True, exist_ok=True)
        held.write(case.state)
    write_genesis(case.previous_genesis, old)
    write_genesis(case.genesis, new)
    return new


def sign(case: Case, old: Genesis, key: Path) -> SuccessorGenesis:
    """Add a holder's signature to a successor's file.

    Args:
        case: whose file is written anew; nothing else of it need be there.
        old: the lost chain's genesis, from the holder's own keeping.
        key: the recovery key's file.

    Raises:
        LinkRefused: it does not follow from that genesis.
        node.console.fault.Fault: the key is none of its recovery keys, or enough have signed (exit 3).
        OSError: a file cannot be read or written.
    """
    new = follows(old, case.successor())
    seed = read_seed(key)
    public = keys.public_key(seed)
    if public not in old.recovery_keys:
        raise usage(
            t(
                zh="这不是前一份创世文件里的恢复密钥：{key}",
                en="This is none of the recovery keys that the genesis before names: {key}",
            ).fill(key=public.hex())
        )
    signer = old.recovery_keys.index(public)
    others = tuple(pair for pair in new.signatures if pair[0] != signer)
    if len(others) >= old.recovery_threshold:
        raise usage(
            t(
                zh="已有 {count} 个签名，正好够了，不需要更多",
                en="{count} have signed, which is just enough; no more are needed",
            ).fill(count=len(others))
        )
    made = (signer, keys.sign(seed, regenesis_bytes(new)))
    signed = replace(new, signatures=tuple(sorted((*others, made))))
    draft = case.genesis.with_name(f"{case.name}.new")
    write_genesis(draft, signed)
    draft.replace(case.genesis)
    return signed


def install(home: NodeHome, case: Case) -> tuple[SuccessorGenesis, Code]:
    """Put a signed successor, and the state that it goes on from, into the home of one of its new nodes.

    Can be done again after an interruption; the genesis comes last.

    Raises:
        LinkRefused: the successor does not follow, is not signed by enough, or the state is another.
        SnapshotRefused: the state does not prove itself.
        StorageFault: the disk fails, or the node runs.
        node.console.fault.Fault: the home is of another chain, or of a node that has no seat (exit 3).
    """
    new = case.successor()
    district = _seat_of(home, new)
    old = read_genesis(case.previous_genesis)
    if home.genesis.exists() and chain_id_of(home.read_genesis()) != chain_id_of(new):
        raise usage(
            t(zh="这个目录属于另一条链：{home}", en="This home is of another chain: {home}").fill(
                home=str(home.root)
            ),
            t(zh="用 timebank node init 建一个新目录。", en="Make a new one: timebank node init."),
        )
    verify_link(old, new)
    files = RealFiles(home.data)
    with node_lock(files):
        opening_of(Previous(old, case.state), new)
        raw = case.state.manifest()
        count = len(check_manifest(old, raw).chunks)
        kept = previous_of(home.data)
        kept.write(raw, (case.state.chunk(index) for index in range(count)))
        opening_of(Previous(old, kept), new)
        write_genesis(home.previous_genesis, old)
        if VOTES_NAME not in files.names() and not home.genesis.exists():
            VoteLog.create(files, chain_id_of(new), base_height(new))
        if not home.config.exists():
            home.config.write_text(f'district = "{district}"\n', encoding="utf-8")
        home.write_genesis(new)
    return new, district


def _seat_of(home: NodeHome, new: SuccessorGenesis) -> Code:
    """The district whose seat has this home's keys."""
    public = keys.public_key(home.read_keys().consensus)
    for member in new.authorities.members:
        if member.consensus_key == public:
            return member.district
    raise usage(
        t(
            zh="新的创世文件里没有这个目录的密钥：{key}",
            en="The new genesis names no seat for this home's keys: {key}",
        ).fill(key=public.hex())
    )


def _authorities(files: Sequence[Path]) -> AuthoritySet:
    """The seats of node files, by district."""
    seats: dict[str, Authority] = {}
    for path in files:
        found = _node_file(path)
        if found.district in seats:
            raise usage(
                t(zh="{district} 有两份节点文件", en="Two node files are of {district}").fill(
                    district=found.district
                )
            )
        four = found.public_keys
        seats[found.district] = Authority(
            Code(found.district),
            SUITE_ED25519_SHA256,
            *map(bytes.fromhex, (four.consensus, four.operator, four.checkpoint, four.tls)),
        )
    return AuthoritySet(tuple(seats[code] for code in sorted(seats)))


def _node_file(path: Path) -> _NodeFile:
    with path.open("rb") as file:
        raw = file.read(NODE_FILE_MAX_BYTES + 1)
    try:
        return msgspec.json.decode(raw, type=_NodeFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise usage(
            t(zh="{path} 不是节点文件：{why}", en="{path} is no node's file: {why}").fill(
                path=str(path), why=str(error)
            ),
            t(
                zh="在新节点上运行 timebank node init --district 区 --json，把输出存成文件。",
                en="Run timebank node init --district CODE --json on the new node and keep what it prints.",
            ),
        ) from error


def _need_sense(new: SuccessorGenesis) -> None:
    try:
        check_genesis(new)
    except Malformed as fault:
        raise usage(
            t(zh="这样的创世文件不成立：{why}", en="Such a genesis makes no sense: {why}").fill(
                why=same(str(fault))
            )
        ) from fault
