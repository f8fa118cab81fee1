"""Configuration, genesis, keys, space: what a node's home says before any store is opened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from node.app.doctor.findings import Finding, doubtful, ill, of_fault, well
from node.chain.genesis import Genesis
from node.config import NodeHome, NodeKeys, check
from node.config.homes import read_seed
from node.console.fault import Fault
from node.console.language import same, t
from node.store.space import ACCEPT_FLOOR_BYTES, SIGN_FLOOR_BYTES, WARN_FLOOR_BYTES

MIB: Final = 1_048_576
CONFIG: Final = t(zh="配置", en="Configuration")
GENESIS: Final = t(zh="创世文件", en="Genesis")
SPACE: Final = t(zh="磁盘空间", en="Disk space")


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
