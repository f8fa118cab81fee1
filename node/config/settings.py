"""Every setting of a node: its name, its default, what it accepts."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final, Generic, TypeVar

from node.chain.keys import KEY_BYTES
from node.chain.types import CODE_PATTERN, Code
from node.console.language import Text, t

V = TypeVar("V")
Address = tuple[str, int]
"""Host and port."""

PORT_MAX: Final = 65_535
WAIT_MAX_MS: Final = 10_000
BLOCKS_MAX: Final = 1_000_000
PEERS_MAX: Final = 128
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
LOG_FORMATS: Final = ("auto", "json", "text")
_HOST: Final = re.compile(r"\A[A-Za-z0-9]([A-Za-z0-9.-]{0,252})\Z")
_WHOLE_NUMBER: Final = re.compile(r"\A[0-9]{1,9}\Z")


class Origin(Enum):
    """Where a value came from, strongest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


class NotAccepted(ValueError):  # noqa: N818 - a verdict on the value
    """A value that a setting does not take."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[V]):
    """One setting.

    Attributes:
        name: as in ``node.toml``, with its table: ``doors.public``.
        default: in the form that a file or a variable has; None where a value must be given.
        parse: turns that form into the value; raises ``NotAccepted``.
        accepts: what it takes, for messages.
    """

    name: str
    default: str | None
    parse: Callable[[str], V]
    accepts: Text

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "TIMEBANK_" + self.name.replace(".", "_").upper()


@dataclass(frozen=True, slots=True)
class PeerConfig:
    """Another node of the city.

    Attributes:
        name: its district, or the name of an observer.
        host: name or IP address.
        port: of its peers' door.
        tls_key: its pinned Ed25519 public key, 32 bytes.
    """

    name: str
    host: str
    port: int
    tls_key: bytes


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """The settings of one node.

    Attributes:
        home: the home directory.
        district: whose node this is.
        public_listen: HTTP for everybody.
        peers_listen: the other districts' nodes.
        operations_listen: health, measurements, export; loopback.
        peers: whom to dial and let in.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        log_format: ``json``, ``text``, or ``auto`` for text on a terminal only.
        proposer_wait_ms: a proposer gathers transactions so long after the first.
        others_wait_ms: the others begin to wait for it when a transaction has been pending so long.
        snapshot_every_blocks: a snapshot of the state is made at every multiple of this height.
        origins: where each setting came from, by its name.
    """

    home: Path
    district: Code
    public_listen: Address
    peers_listen: Address
    operations_listen: Address
    peers: tuple[PeerConfig, ...]
    log_level: str
    log_format: str
    proposer_wait_ms: int
    others_wait_ms: int
    snapshot_every_blocks: int
    origins: Mapping[str, Origin] = field(repr=False)

    def origin(self, name: str) -> Origin:
        """Where a setting's value came from.

        Args:
            name: as in ``node.toml``: ``doors.public``; ``peers`` for the list of peers.
        """
        return self.origins[name]

    def shown(self) -> tuple[tuple[str, str, Origin], ...]:
        """Every setting with its value in the form of ``node.toml`` and where it came from."""
        return tuple((name, text, self.origins[name]) for name, text in self._texts())

    def _texts(self) -> tuple[tuple[str, str], ...]:
        return (
            ("district", self.district),
            ("doors.public", address_text(self.public_listen)),
            ("doors.peers", address_text(self.peers_listen)),
            ("doors.operations", address_text(self.operations_listen)),
            ("log.level", self.log_level),
            ("log.format", self.log_format),
            ("pace.proposer_wait_ms", str(self.proposer_wait_ms)),
            ("pace.others_wait_ms", str(self.others_wait_ms)),
            ("snapshots.every_blocks", str(self.snapshot_every_blocks)),
            ("peers", ", ".join(f"{p.name}={address_text((p.host, p.port))}" for p in self.peers)),
        )


def address_text(address: Address) -> str:
    """``host:port``, an IPv6 host in brackets."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_address(text: str) -> Address:
    """Host and port.

    Raises:
        NotAccepted: not of the form ``host:port``.
    """
    host, colon, digits = text.rpartition(":")
    if not colon or _WHOLE_NUMBER.match(digits) is None or int(digits) > PORT_MAX:
        raise NotAccepted(text)
    if host.startswith("[") and host.endswith("]"):
        try:
            return str(ipaddress.IPv6Address(host[1:-1])), int(digits)
        except ipaddress.AddressValueError as error:
            raise NotAccepted(text) from error
    if _HOST.match(host) is None:
        raise NotAccepted(text)
    return host, int(digits)


def parse_loopback(text: str) -> Address:
    """An address of this machine only: the operations door asks nobody who they are.

    Raises:
        NotAccepted: not an address, or one that others can reach.
    """
    host, port = parse_address(text)
    try:
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise NotAccepted(text)
    return host, port


def parse_code(text: str) -> Code:
    """A district's code.

    Raises:
        NotAccepted: not a code.
    """
    if re.fullmatch(CODE_PATTERN, text) is None:
        raise NotAccepted(text)
    return Code(text)


def parse_wait(text: str) -> int:
    """Milliseconds.

    Raises:
        NotAccepted: not a whole number from 1 to ``WAIT_MAX_MS``.
    """
    if _WHOLE_NUMBER.match(text) is None or not 1 <= int(text) <= WAIT_MAX_MS:
        raise NotAccepted(text)
    return int(text)


def parse_blocks(text: str) -> int:
    """Blocks.

    Raises:
        NotAccepted: not a whole number from 1 to ``BLOCKS_MAX``.
    """
    if _WHOLE_NUMBER.match(text) is None or not 1 <= int(text) <= BLOCKS_MAX:
        raise NotAccepted(text)
    return int(text)


def parse_key(text: str) -> bytes:
    """A public key of 32 bytes.

    Raises:
        NotAccepted: not 64 hexadecimal digits.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise NotAccepted(text) from error
    if len(key) != KEY_BYTES:
        raise NotAccepted(text)
    return key


def one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """A parser that takes only these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise NotAccepted(text)
        return text

    return parse


def _words(words: tuple[str, ...]) -> Text:
    return Text("、".join(words), ", ".join(words))


ACCEPTS_CODE: Final = t(
    zh="区代码，如 gulou：小写字母、数字、连字符，以字母开头",
    en="a district's code such as gulou: lower-case letters, digits, hyphens",
)
ACCEPTS_ADDRESS: Final = t(
    zh="主机:端口，如 127.0.0.1:8000；端口 0 由系统选",
    en="host:port such as 127.0.0.1:8000; the system chooses for port 0",
)
ACCEPTS_KEY: Final = t(zh="64 位十六进制公钥", en="a public key of 64 hexadecimal digits")
_ACCEPTS_LOOPBACK: Final = t(
    zh="本机地址:端口，如 127.0.0.1:8002", en="loopback:port such as 127.0.0.1:8002"
)
_ACCEPTS_WAIT: Final = t(
    zh="毫秒整数，1 至 {most}", en="a whole number of milliseconds, 1 to {most}"
).fill(most=WAIT_MAX_MS)

_ACCEPTS_BLOCKS: Final = t(
    zh="区块数，1 至 {most}", en="a whole number of blocks, 1 to {most}"
).fill(most=BLOCKS_MAX)

DISTRICT: Final = Setting("district", None, parse_code, ACCEPTS_CODE)
PUBLIC: Final = Setting("doors.public", "127.0.0.1:8000", parse_address, ACCEPTS_ADDRESS)
PEERS: Final = Setting("doors.peers", "127.0.0.1:8001", parse_address, ACCEPTS_ADDRESS)
OPERATIONS: Final = Setting("doors.operations", "127.0.0.1:8002", parse_loopback, _ACCEPTS_LOOPBACK)
LOG_LEVEL: Final = Setting("log.level", "info", one_of(LOG_LEVELS), _words(LOG_LEVELS))
LOG_FORMAT: Final = Setting("log.format", "auto", one_of(LOG_FORMATS), _words(LOG_FORMATS))
PROPOSER_WAIT: Final = Setting("pace.proposer_wait_ms", "10", parse_wait, _ACCEPTS_WAIT)
OTHERS_WAIT: Final = Setting("pace.others_wait_ms", "100", parse_wait, _ACCEPTS_WAIT)
SNAPSHOTS_EVERY: Final = Setting("snapshots.every_blocks", "1000", parse_blocks, _ACCEPTS_BLOCKS)
SETTINGS: Final[tuple[Setting[str] | Setting[Code] | Setting[Address] | Setting[int], ...]] = (
    DISTRICT,
    PUBLIC,
    PEERS,
    OPERATIONS,
    LOG_LEVEL,
    LOG_FORMAT,
    PROPOSER_WAIT,
    OTHERS_WAIT,
    SNAPSHOTS_EVERY,
)
PEER_MEMBERS: Final[Mapping[str, tuple[Callable[[str], object], Text]]] = {
    "name": (parse_code, ACCEPTS_CODE),
    "address": (parse_address, ACCEPTS_ADDRESS),
    "tls_key": (parse_key, ACCEPTS_KEY),
}
"""Members of a ``[[peers]]`` entry: parser and what it accepts."""
