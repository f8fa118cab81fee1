"""``node doctor`` and ``node upgrade-check``. Neither changes anything."""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.app.doctor.clock import look_at_clock, look_at_peers_clock, newest_of_peers
from node.app.doctor.findings import Finding, Verdict, doubtful, well
from node.app.doctor.formats import Fit, FormatSeen, formats_of
from node.app.doctor.home import (
    GENESIS,
    Machine,
    look_at_config,
    look_at_keys,
    look_at_space,
    read_genesis,
)
from node.app.doctor.network import look_at_doors, look_at_peers
from node.app.doctor.seat import SEAT, look_at_seat
from node.app.doctor.stores import look_at_stores, look_at_the_rest
from node.app.inquiry import ask_public
from node.chain.block import Header, decode_header
from node.chain.certificate import AuthoritySet, authority_set_hash
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.protocol import KNOWN_PROTOCOL
from node.config import NodeConfig, NodeHome, check, load
from node.config.homes import read_seed
from node.console.command import Group, command
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import Fault
from node.console.language import Text, same, t
from node.console.result import Cell, Column, Json, Result, Table
from node.runtime.clock import SystemClock
from node.store.nodelock import NAME as LOCK_NAME
from node.store.shadow import ShadowFiles

RUNNING: Final = t(zh="运行中的节点", en="The running node")
WORDS: Final = {
    Verdict.OK: t(zh="正常", en="ok"),
    Verdict.WARN: t(zh="注意", en="warn"),
    Verdict.FAULT: t(zh="故障", en="FAULT"),
}
FITS: Final = {
    Fit.OPENS: t(zh="原样可用", en="opens as it is"),
    Fit.MIGRATES: t(
        zh="启动时转换，原文件留存", en="the next start migrates it and keeps the old file"
    ),
    Fit.UNKNOWN: t(zh="打不开", en="unknown"),
}
doctor_group: Final = Group("doctor")
"""Holds the verbs until ``register`` puts them under the node's."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that a look found."""

    running: bool
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> int:
        """How many faults."""
        return sum(one.verdict is Verdict.FAULT for one in self.findings)


def register(node_group: Group) -> None:
    """Add the verbs to ``timebank node``."""
    for verb in doctor_group.commands.values():
        node_group.add_command(verb)


def machine_of(home: NodeHome) -> Machine:
    """This machine."""
    try:
        free = shutil.disk_usage(home.data).free
    except OSError:
        free = None
    return Machine(SystemClock().now_ms(), free)


def is_running(home: NodeHome) -> bool:
    """Whether a process holds the data directory."""
    try:
        with (home.data / LOCK_NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def examine(
    home: NodeHome, environment: dict[str, str], machine: Callable[[NodeHome], Machine] = machine_of
) -> Diagnosis:
    """Look at everything once.

    Args:
        home: the node's.
        environment: the process's variables.
        machine: clock and space.
    """
    running, seen = is_running(home), machine(home)
    findings = [*look_at_config(home, environment), *look_at_keys(home), look_at_space(seen)]
    config = None
    if not check(home.root, {}, environment):
        config = load(home.root, {}, environment)
    genesis = read_genesis(home)
    if isinstance(genesis, Finding):
        findings.append(genesis)
    else:
        findings.append(well(GENESIS, same(genesis.city)))
        findings += _of_chain(home, config, genesis, seen, running=running)
    if config is not None:
        findings += [_answer(config)] if running else look_at_doors(config)
        peers = _peers(home, config)
        findings += peers
        reached = any(one.verdict is Verdict.OK for one in peers)
        if reached and not running and not isinstance(genesis, Finding):
            findings += _against_the_others(home, config, genesis, seen)
    return Diagnosis(running, tuple(findings))


def _of_chain(
    home: NodeHome, config: NodeConfig | None, genesis: Genesis, machine: Machine, *, running: bool
) -> list[Finding]:
    findings: list[Finding] = []
    newest: Header | None = None
    sets: tuple[AuthoritySet, ...] = ()
    if not running:
        stores = look_at_stores(home, genesis)
        findings += stores.findings
        newest, sets = stores.newest, stores.authorities
    elif config is not None:
        newest = _running_header(config)
        if newest is not None and newest.next_authorities_hash == authority_set_hash(
            chain_id_of(genesis), genesis.authorities
        ):
            sets = (genesis.authorities,)
    findings += look_at_the_rest(home, genesis)
    findings.append(look_at_clock(machine.now_ms, genesis, newest))
    if config is not None and sets:
        findings.append(look_at_seat(home, config, sets))
    elif running and newest is not None:
        said = t(
            zh="席位在创世之后变更过；节点停止时才核对",
            en="the set has changed since genesis: compared of a node that stands still",
        )
        findings.append(well(SEAT, said))
    return findings


def _against_the_others(
    home: NodeHome, config: NodeConfig, genesis: Genesis, machine: Machine
) -> tuple[Finding, ...]:
    """The clock against other districts, where one answers; not of a rehearsal."""
    if genesis.rehearsal_rate != 1:
        return ()
    try:
        newest = newest_of_peers(config, genesis, home.read_keys())
    except (Fault, OSError):
        return ()
    return () if newest is None else (look_at_peers_clock(machine.now_ms, genesis, newest),)


def _running_header(config: NodeConfig) -> Header | None:
    """The newest block of a running node; None when it does not answer."""
    try:
        height = ask_public(config, "/v1/status")["height"]
        return decode_header(
            bytes.fromhex(str(ask_public(config, f"/v1/blocks/{height}")["header_raw"]))
        )
    except (Fault, Malformed, ValueError, KeyError):
        return None


def _peers(home: NodeHome, config: NodeConfig) -> tuple[Finding, ...]:
    try:
        return look_at_peers(config, read_seed(home.key("tls")))
    except (Fault, OSError):
        """The key has its finding already."""
        return ()


def _answer(config: NodeConfig) -> Finding:
    """What the running node says of itself: its stores are in use, so it is asked instead."""
    try:
        answer = ask_public(config, "/v1/status")
    except Fault as fault:
        return doubtful(RUNNING, "D12", fault.report.why, same("timebank node status"))
    reasons = answer["reasons"]
    assert isinstance(reasons, list)
    if reasons:
        said = same(" ".join(map(str, reasons)))
        return doubtful(RUNNING, "D12", said, same("timebank node status"))
    coming, known = int(str(answer["protocol_next"])), int(str(answer["protocol_known"]))
    if coming > known:
        said = t(zh="请在高度 {h} 之前更新", en="update before height {h}")
        height = str(answer["protocol_next_height"])
        return doubtful(RUNNING, "D13", said.fill(h=height), same("timebank node status"))
    return well(RUNNING, t(zh="高度 {h}", en="height {h}").fill(h=str(answer["height"])))


@command(
    doctor_group,
    "doctor",
    help=t(
        zh="查看节点的一切：配置、密钥、磁盘、时钟、数据、端口、邻居；只看不改，并说下一步做什么。",
        en="Look at everything of a node: configuration, keys, disk, clock, data, ports, peers; changes nothing and "
        "says what to do next.",
    ),
)
@pass_console
def doctor(console: Console) -> ExitCode:
    """Exit 1 when there is a fault."""
    found = examine(NodeHome(console.home), dict(console.environment))
    columns = (
        Column(t(zh="查看", en="Looked at")),
        Column(t(zh="结果", en="Result")),
        Column(t(zh="代码", en="Code")),
        Column(t(zh="看到", en="Seen")),
        Column(t(zh="下一步", en="Do next")),
    )
    rows = [
        (one.subject, WORDS[one.verdict], one.code or "-", one.said, one.remedy)
        for one in found.findings
    ]
    data: dict[str, Json] = {
        "running": found.running,
        "faults": found.faults,
        "findings": [_finding_data(one, console.lang) for one in found.findings],
    }
    console.emit(Result(data, Table(columns, rows)))
    return ExitCode.REFUSED if found.faults else ExitCode.OK


def _finding_data(one: Finding, lang: str) -> dict[str, Json]:
    def chosen(text: Text) -> str:
        return text.zh if lang == "zh" else text.en

    return {
        "subject": one.subject.en,
        "verdict": one.verdict.value,
        "code": one.code or None,
        "seen": chosen(one.said),
        "next": None if one.remedy.en == "-" else chosen(one.remedy),
    }


@command(
    doctor_group,
    "upgrade-check",
    help=t(
        zh="这个版本的程序能否打开这份数据：各文件的格式、协议版本，并试着打开一遍；只看不改。",
        en="Whether this release opens this data: formats, protocol version, and a trial of opening; changes nothing.",
    ),
)
@pass_console
def upgrade_check(console: Console) -> ExitCode:
    """Exit 5 when something does not open, or a protocol version was decided that this release does not know."""
    home = NodeHome(console.home)
    genesis = home.read_genesis()
    stores = look_at_stores(home, genesis)
    formats = tuple(formats_of(ShadowFiles(Path(home.data)), genesis, stores.newest))
    faults = [one for one in stores.findings if one.verdict is Verdict.FAULT]
    known = all(one.version <= KNOWN_PROTOCOL for one in stores.protocols)
    opens = not faults and known and all(one.fit is not Fit.UNKNOWN for one in formats)
    columns = (
        Column(t(zh="数据", en="Data")),
        Column(t(zh="文件或高度", en="File or height")),
        Column(t(zh="现有格式", en="Has")),
        Column(t(zh="本版本可读", en="This release opens")),
        Column(t(zh="结果", en="Result")),
    )
    rows: list[tuple[Cell, ...]] = [_format_row(one) for one in formats]
    rows += [(one.subject, "-", "-", one.code or "-", one.said) for one in stores.findings]
    data: dict[str, Json] = {
        "opens": opens,
        "formats": [_format_data(one) for one in formats],
        "trial": [_finding_data(one, console.lang) for one in stores.findings],
    }
    console.emit(Result(data, Table(columns, rows)))
    return ExitCode.OK if opens else ExitCode.STORAGE


def _format_row(one: FormatSeen) -> tuple[Text, str, int, int, Text]:
    return (one.subject, one.file, one.found, one.opens, FITS[one.fit])


def _format_data(one: FormatSeen) -> dict[str, Json]:
    return {
        "subject": one.subject.en,
        "file": one.file,
        "found": one.found,
        "opens": one.opens,
        "fit": one.fit.value,
    }
