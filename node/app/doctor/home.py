"""Configuration, genesis, keys, clock, space: what a node's home says before any store is opened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from node.app.doctor.findings import Finding, doubtful, ill, of_fault, well
from node.chain.block import Header
from node.chain.certificate import Authority, authority_set_hash
from node.chain.genesis import Genesis, chain_id_of
from node.config import NodeConfig, NodeHome, NodeKeys, authority_of, check
from node.config.homes import read_seed
from node.console.fault import Fault
from node.console.formats import instant
from node.console.language import same, t
from node.store.space import ACCEPT_FLOOR_BYTES, SIGN_FLOOR_BYTES, WARN_FLOOR_BYTES

CLOCK_AHEAD_MAX_MS: Final = 2_000
"""Of the newest block over this machine's clock: voters refuse more than seconds."""
MIB: Final = 1_048_576
CONFIG: Final = t(zh="配置", en="Configuration")
GENESIS: Final = t(zh="创世文件", en="Genesis")
SEAT: Final = t(zh="席位", en="Seat")
SPACE: Final = t(zh="磁盘空间", en="Disk space")
CLOCK: Final = t(zh="时钟", en="Clock")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine says of itself.

    Attributes:
        now_ms: its clock, milliseconds since 1970.
        free_bytes: space left where the data is; None when nobody knows.
    """

    now_ms: int
    free_bytes: int | None


def look_at_config(home: NodeHome, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Every mistake of the settings."""
    mistakes = check(home.root, {}, environment)
    if not home.config.is_file():
        said = t(zh="没有 {path}", en="There is no {path}").fill(path=str(home.config))
        yield ill(CONFIG, "D01", said, same(f"timebank node init --home {home.root}"))
    elif not mistakes:
        yield well(CONFIG, same(str(home.config)))
    for one in mistakes:
        said = same(f"{one.place}:{one.line} {one.name}" if one.line else f"{one.place} {one.name}")
        yield ill(CONFIG, "D01", said, same(f"timebank node config-check --home {home.root}"))


def read_genesis(home: NodeHome) -> Genesis | Finding:
    """The genesis, or what is wrong with it."""
    try:
        return home.read_genesis()
    except Fault as fault:
        return of_fault(GENESIS, "D02", fault)
    except OSError as error:
        remedy = t(zh="向市民政局索取创世文件。", en="Get the genesis file from the bureau.")
        return ill(GENESIS, "D02", same(f"{home.genesis}: {error.strerror}"), remedy)


def look_at_keys(home: NodeHome) -> Iterator[Finding]:
    """Each of the four files: there, readable by nobody else, a key."""
    for part in fields(NodeKeys):
        path = home.key(part.name)
        subject = t(zh="密钥 {name}", en="Key {name}").fill(name=part.name)
        try:
            read_seed(path)
        except Fault as fault:
            yield of_fault(subject, "D03", fault)
        except OSError as error:
            remedy = t(zh="从备份恢复这个密钥文件。", en="Restore this key file from the backup.")
            yield ill(subject, "D03", same(f"{path}: {error.strerror}"), remedy)
        else:
            yield well(subject, same(str(path)))


def look_at_seat(
    home: NodeHome, config: NodeConfig, genesis: Genesis, newest: Header | None
) -> Finding:
    """Whether the keys are those of the district's seat, as genesis names it while the set is that of genesis."""
    try:
        own = authority_of(config.district, home.read_keys())
    except (Fault, OSError):
        return doubtful(SEAT, "D04", t(zh="密钥读不出，未核对", en="Not compared: keys unreadable"))
    first = genesis.authorities
    named = authority_set_hash(chain_id_of(genesis), first)
    if newest is not None and newest.next_authorities_hash != named:
        said = t(
            zh="席位在创世之后变更过；用 govern 查看现在的席位",
            en="The set has changed since genesis; not compared",
        )
        return doubtful(SEAT, "D04", said)
    for member in first.members:
        if member.district == config.district:
            return _compared(home, own, member)
    said = t(zh="{district} 没有席位，只作旁观", en="{district} has no seat: an observer")
    return doubtful(SEAT, "D04", said.fill(district=config.district))


def _compared(home: NodeHome, own: Authority, seat: Authority) -> Finding:
    different = [
        name for name in Authority.__struct_fields__ if getattr(own, name) != getattr(seat, name)
    ]
    if not different:
        return well(SEAT, same(seat.district))
    said = t(
        zh="{district} 的席位用的是别的密钥：{names}",
        en="The seat of {district} has other keys: {names}",
    ).fill(district=seat.district, names=", ".join(different))
    return ill(SEAT, "D04", said, same(f"timebank node config-show --home {home.root}"))


def look_at_space(machine: Machine) -> Finding:
    """Against the floors at which a node warns, stops accepting, and stops signing."""
    free = machine.free_bytes
    if free is None:
        return doubtful(SPACE, "D05", t(zh="无法得知", en="Unknown"))
    said = t(
        zh="剩 {free} MiB；低于 {accept} 不收交易，低于 {sign} 不签名",
        en="{free} MiB free; below {accept} no new transactions, below {sign} no signing",
    ).fill(free=free // MIB, accept=ACCEPT_FLOOR_BYTES // MIB, sign=SIGN_FLOOR_BYTES // MIB)
    remedy = t(zh="腾出空间或扩大磁盘。", en="Free space, or enlarge the disk.")
    if free < ACCEPT_FLOOR_BYTES:
        return ill(SPACE, "D05", said, remedy)
    if free < WARN_FLOOR_BYTES:
        return doubtful(SPACE, "D05", said, remedy)
    return well(SPACE, said)


def look_at_clock(machine: Machine, genesis: Genesis, newest: Header | None) -> Finding:
    """A clock behind the chain is wrong here, since a quorum took the block; a rehearsal has a clock of its own."""
    said = instant(machine.now_ms)
    if genesis.rehearsal_rate != 1:
        return well(CLOCK, said)
    least = genesis.created_ms if newest is None else newest.time_ms
    if least - machine.now_ms <= CLOCK_AHEAD_MAX_MS:
        return well(CLOCK, said)
    late = t(
        zh="{now}，比最新区块晚了 {ms} 毫秒", en="{now}, {ms} ms behind the newest block"
    ).fill(now=instant(machine.now_ms), ms=least - machine.now_ms)
    return ill(CLOCK, "D06", late, same("timedatectl status"))
