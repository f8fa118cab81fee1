"""From flags, environment and file to a configuration; every mistake is found, not only the first."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from node.config import settings
from node.config.homes import NodeHome
from node.config.lines import places
from node.config.settings import (
    PEER_MEMBERS,
    PEERS_MAX,
    SETTINGS,
    NodeConfig,
    NotAccepted,
    Origin,
    PeerConfig,
    Setting,
    parse_address,
    parse_code,
    parse_key,
)
from node.console.exits import ExitCode
from node.console.fault import Fault, Report
from node.console.language import Text, same, t

CONFIG_MAX_BYTES: Final = 262_144
"""A file with 128 peers has about 20 kB."""
CONFIGURATION_PAGE: Final = "docs/configuration.md"
V = TypeVar("V")
_NEEDED: Final = t(zh="缺少", en="missing")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong setting.

    Attributes:
        place: the file, the variable or ``flag`` where it stands.
        line: in the file, from 1; None where there is none.
        name: of the setting, as in ``node.toml``.
        found: the value, or a word for what is wrong.
        accepts: what it takes.
    """

    place: str
    line: int | None
    name: str
    found: Text
    accepts: Text

    def said(self) -> Text:
        """One line for people."""
        where = self.place if self.line is None else f"{self.place}:{self.line}"
        return t(
            zh="{where}：{name}：{found}；可用：{accepts}",
            en="{where}: {name}: {found}; accepted: {accepts}",
        ).fill(where=where, name=self.name, found=self.found, accepts=self.accepts)


class BadConfiguration(Fault):
    """The configuration has mistakes (exit 3).

    Attributes:
        mistakes: all of them, in the order of the file.
    """

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        """Explain them, one a line."""
        lines = [mistake.said() for mistake in mistakes]
        super().__init__(
            Report(
                "configuration",
                ExitCode.USAGE,
                what=t(
                    zh="配置有 {count} 处错误", en="The configuration has {count} mistakes"
                ).fill(count=len(mistakes)),
                why=Text(
                    "\n".join(said.zh for said in lines), "\n".join(said.en for said in lines)
                ),
                remedy=t(
                    zh="改正后用 timebank node config-check 再查一遍。",
                    en="Correct them, then check again: timebank node config-check",
                ),
                page=CONFIGURATION_PAGE,
            )
        )
        self.mistakes = mistakes


@dataclass(slots=True)
class _Sources:
    """Where values are looked for, and the mistakes found on the way."""

    overrides: Mapping[str, str]
    environment: Mapping[str, str]
    file: str
    values: dict[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)

    def wrong(self, name: str, found: Text, accepts: Text, place: str | None = None) -> None:
        line = self.lines.get(name) if place is None else None
        self.mistakes.append(Mistake(place or self.file, line, name, found, accepts))

    def take(self, setting: Setting[V]) -> V | None:
        """The value of a setting; None where there is none, or a wrong one."""
        found = self._find(setting.name, setting.variable, setting.default)
        if found is None:
            self.wrong(setting.name, _NEEDED, setting.accepts)
            return None
        origin, value, place = found
        self.origins[setting.name] = origin
        try:
            return setting.parse(_as_text(value))
        except NotAccepted:
            self.wrong(setting.name, same(str(value)), setting.accepts, place)
            return None

    def _find(
        self, name: str, variable: str, default: str | None
    ) -> tuple[Origin, object, str | None] | None:
        if name in self.overrides:
            return Origin.FLAG, self.overrides[name], "flag"
        if variable in self.environment:
            return Origin.ENVIRONMENT, self.environment[variable], variable
        if name in self.values:
            return Origin.FILE, self.values[name], None
        return None if default is None else (Origin.DEFAULT, default, "default")


def load(home: Path, overrides: Mapping[str, str], environment: Mapping[str, str]) -> NodeConfig:
    """The configuration of the node in ``home``.

    Args:
        home: the home directory; a missing ``config/node.toml`` counts as an empty one.
        overrides: values of flags by the name of the setting, such as ``doors.public``.
        environment: the process's variables.

    Raises:
        BadConfiguration: with every mistake.
        OSError: the file cannot be read.
    """
    config, mistakes = _read(home, overrides, environment)
    if config is None or mistakes:
        raise BadConfiguration(mistakes)
    return config


def check(
    home: Path, overrides: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[Mistake, ...]:
    """Every mistake of the configuration in ``home``; empty if there is none.

    Raises:
        OSError: the file cannot be read.
    """
    return _read(home, overrides, environment)[1]


def _read(
    home: Path, overrides: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[NodeConfig | None, tuple[Mistake, ...]]:
    sources = _Sources(overrides, environment, str(NodeHome(home).config))
    document = _parse(NodeHome(home).config, sources)
    known = {setting.name for setting in SETTINGS}
    _flatten(document, known, sources)
    peers = _peers(document.get("peers", []), sources)
    sources.origins["peers"] = Origin.FILE if "peers" in document else Origin.DEFAULT
    district = sources.take(settings.DISTRICT)
    public, others, operations = (
        sources.take(door) for door in (settings.PUBLIC, settings.PEERS, settings.OPERATIONS)
    )
    level, format_ = sources.take(settings.LOG_LEVEL), sources.take(settings.LOG_FORMAT)
    gather, patience = sources.take(settings.PROPOSER_WAIT), sources.take(settings.OTHERS_WAIT)
    every = sources.take(settings.SNAPSHOTS_EVERY)
    mistakes = tuple(sorted(sources.mistakes, key=lambda mistake: mistake.line or 0))
    if mistakes or district is None or public is None or others is None or operations is None:
        return None, mistakes
    assert level is not None and format_ is not None, "no mistake, so every value is there"  # noqa: PT018
    assert gather is not None and patience is not None, "no mistake, so every value is there"  # noqa: PT018
    assert every is not None, "no mistake, so every value is there"
    origins = sources.origins
    return NodeConfig(
        home,
        district,
        public,
        others,
        operations,
        peers,
        level,
        format_,
        gather,
        patience,
        every,
        origins,
    ), ()


def _parse(path: Path, sources: _Sources) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(CONFIG_MAX_BYTES + 1)
    except FileNotFoundError:
        return {}
    form = t(zh="TOML，UTF-8，最多 {most} 字节", en="TOML in UTF-8, at most {most} bytes").fill(
        most=CONFIG_MAX_BYTES
    )
    if len(raw) > CONFIG_MAX_BYTES:
        sources.wrong("-", t(zh="文件太大", en="the file is too large"), form)
        return {}
    try:
        text = raw.decode("utf-8")
        document: Mapping[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        sources.wrong("-", same(str(error)), form)
        return {}
    sources.lines = places(text)
    return document


def _flatten(document: Mapping[str, object], known: set[str], sources: _Sources) -> None:
    """Put every known value into ``sources`` under its full name; report the others."""
    for name, value in document.items():
        if name == "peers":
            continue
        members = (
            {f"{name}.{key}": inner for key, inner in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
        for full, inner in members.items():
            if full in known:
                sources.values[full] = inner
            else:
                accepts = Text("、".join(sorted(known)), ", ".join(sorted(known)))
                sources.wrong(full, t(zh="没有这个设置", en="no such setting"), accepts)


def _peers(value: object, sources: _Sources) -> tuple[PeerConfig, ...]:
    if not isinstance(value, list) or len(value) > PEERS_MAX:
        accepts = t(zh="[[peers]] 表，最多 {most} 个", en="[[peers]] tables, at most {most}")
        sources.wrong("peers", same(type(value).__name__), accepts.fill(most=PEERS_MAX))
        return ()
    peers: list[PeerConfig] = []
    for index, entry in enumerate(value):
        peer = _peer(f"peers[{index}]", entry, sources)
        if peer is None:
            continue
        twin = next((p for p in peers if p.name == peer.name or p.tls_key == peer.tls_key), None)
        if twin is not None:
            accepts = t(zh="每个名称和公钥只出现一次", en="each name and each key once")
            sources.wrong(f"peers[{index}].name", same(peer.name), accepts)
        peers.append(peer)
    return tuple(peers)


def _peer(name: str, entry: object, sources: _Sources) -> PeerConfig | None:
    members = entry if isinstance(entry, dict) else {}
    before = len(sources.mistakes)
    names = ", ".join(PEER_MEMBERS)
    for unknown in sorted(set(members) - set(PEER_MEMBERS)):
        no_such = t(zh="没有这个设置", en="no such setting")
        sources.wrong(f"{name}.{unknown}", no_such, same(names))
    for member, (parse, accepts) in PEER_MEMBERS.items():
        if member not in members:
            line = f"{name}.{member}"
            sources.mistakes.append(
                Mistake(sources.file, sources.lines.get(name), line, _NEEDED, accepts)
            )
            continue
        try:
            parse(_as_text(members[member]))
        except NotAccepted:
            sources.wrong(f"{name}.{member}", same(str(members[member])), accepts)
    if len(sources.mistakes) > before:
        return None
    host, port = parse_address(members["address"])
    return PeerConfig(parse_code(members["name"]), host, port, parse_key(members["tls_key"]))


def _as_text(value: object) -> str:
    """A value as a variable would have it.

    Raises:
        NotAccepted: a list, a table, a date.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotAccepted(str(value))
    return str(value)
