"""How people type minutes, times, ids and evidence; each complains in both languages (exit 3)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, NoReturn

import click

from node.chain.errors import Malformed
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS
from node.chain.records.service_certificates import CertificateNumber, parse_number
from node.chain.records.service_hours import MONTH_BASE
from node.chain.types import CODE_PATTERN, UINT_MAX, Code, EpochMs, Hash, Minutes
from node.console.fault import usage
from node.console.formats import CIVIL_ZONE
from node.console.language import Text, t

EVIDENCE_MAX_BYTES: Final = 1_073_741_824
"""A recording of an hour is far smaller."""
_CHUNK_BYTES: Final = 1_048_576
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_DURATION: Final = re.compile(
    r"(?:(?P<hours>\d{1,6})\s*(?:小时|h)\s*)?(?:(?P<minutes>\d{1,8})\s*(?:分钟|分|min|m)?)?"
)
_RELATIVE: Final = re.compile(r"\+(?P<count>\d{1,6})(?P<unit>[mhd])")
_UNITS_MS: Final = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_NUMBER: Final = re.compile(r"\d{13,16}")
_CODE: Final = re.compile(CODE_PATTERN)
_MONTH: Final = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])", re.ASCII)
_HOUR_MIN: Final = 60


@dataclass(frozen=True, slots=True)
class When:
    """A time as it was typed: an instant, or so long from the node's now."""

    ms: int
    relative: bool

    def at(self, now_ms: int) -> EpochMs:
        """The instant, in milliseconds since 1970."""
        return EpochMs(now_ms + self.ms if self.relative else self.ms)


def parse_minutes(text: str) -> Minutes | None:
    """Minutes of ``90``, ``1h30m``, ``2h`` or ``1 小时 30 分``; None for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or found.group() == "":
        return None
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    return Minutes(hours * _HOUR_MIN + minutes)


def parse_when(text: str, *, whole_day: bool) -> When | None:
    """The time of ``+2h``, ``2026-11-24T14:00`` (civil time, UTC+8), ``2026-11-24`` or milliseconds; else None.

    Args:
        text: what was typed.
        whole_day: a bare day means its end, not its beginning.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        return When(int(relative["count"]) * _UNITS_MS[relative["unit"]], relative=True)
    if _NUMBER.fullmatch(text):
        return When(int(text), relative=False) if int(text) <= UINT_MAX else None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        return None
    if whole_day and len(text) == len("2026-11-24"):
        typed += timedelta(days=1)
    civil = typed if typed.tzinfo is not None else typed.replace(tzinfo=CIVIL_ZONE)
    ms = (civil - _EPOCH) // _MS
    return When(ms, relative=False) if ms >= 0 else None


class _Bilingual(click.ParamType):  # type: ignore[type-arg]
    """A parameter whose complaint exists in both languages."""

    def refuse(self, value: object, want: Text) -> NoReturn:
        """Say what would have been right.

        Raises:
            node.console.fault.Fault: always (exit 3).
        """
        raise usage(
            t(zh="看不懂：{value}", en="Not understood: {value}").fill(value=repr(value)),
            t(zh="要{want}", en="It takes {want}").fill(want=want),
        )


class MinutesType(_Bilingual):
    """Minutes of service."""

    name = "minutes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Minutes:
        """From text."""
        if isinstance(value, int):
            return Minutes(value)
        minutes = parse_minutes(str(value))
        if minutes is None:
            self.refuse(value, t(zh="分钟数，如 90 或 1小时30分", en="minutes, as 90 or 1h30m"))
        return minutes


class WhenType(_Bilingual):
    """A time."""

    name = "time"

    def __init__(self, *, whole_day: bool = False) -> None:
        """A bare day means its end when ``whole_day``."""
        self.whole_day = whole_day

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> When:
        """From text."""
        if isinstance(value, When):
            return value
        when = parse_when(str(value), whole_day=self.whole_day)
        if when is None:
            self.refuse(
                value,
                t(
                    zh="时间，如 2026-11-24T14:00（北京时间）、2026-11-24、+2h、+90d",
                    en="a time, as 2026-11-24T14:00 (UTC+8), 2026-11-24, +2h or +90d",
                ),
            )
        return when


class HexType(_Bilingual):
    """Bytes of a fixed length in hexadecimal."""

    def __init__(self, name: str, length: int) -> None:
        """So many bytes."""
        self.name = name
        self.length = length

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """From text."""
        if isinstance(value, bytes):
            return value
        try:
            raw = bytes.fromhex(str(value))
        except ValueError:
            raw = b""
        if len(raw) != self.length:
            self.refuse(
                value,
                t(zh="{count} 位十六进制编号", en="an id of {count} hexadecimal characters").fill(
                    count=2 * self.length
                ),
            )
        return raw


class CodeType(_Bilingual):
    """A code: a district, a site, a service, a reason."""

    name = "code"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Code:
        """From text."""
        if _CODE.match(str(value)) is None:
            self.refuse(value, t(zh="代码，由 a-z 0-9 . _ - 组成", en="a code of a-z 0-9 . _ -"))
        return Code(str(value))


class MonthType(_Bilingual):
    """A month, as year · 100 + month."""

    name = "month"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """From text."""
        found = _MONTH.fullmatch(str(value))
        if found is None:
            self.refuse(value, t(zh="月份，如 2026-01", en="a month, as 2026-01"))
        return int(found["year"]) * MONTH_BASE + int(found["month"])


class NumberType(_Bilingual):
    """The number of a service certificate."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> CertificateNumber:
        """From text; a typing error is found here."""
        if isinstance(value, CertificateNumber):
            return value
        try:
            return parse_number(str(value))
        except Malformed:
            self.refuse(
                value,
                t(
                    zh="证明编号，如 gulou-2026-000042-S34WNP；请核对有没有抄错",
                    en="a certificate's number, as gulou-2026-000042-S34WNP; look for a typing error",
                ),
            )


class EvidenceType(_Bilingual):
    """Evidence: a file, of which the hash goes on the chain, or the hash itself."""

    name = "file|hash"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Hash:
        """From a path or 64 hexadecimal characters.

        Raises:
            OSError: the file cannot be read.
        """
        if isinstance(value, bytes):
            return Hash(value)
        text = str(value)
        if re.fullmatch(r"[0-9a-f]{64}", text):
            return Hash(bytes.fromhex(text))
        path = Path(text)
        if not path.is_file() or path.stat().st_size > EVIDENCE_MAX_BYTES:
            self.refuse(value, t(zh="证据文件或它的 SHA-256", en="a file or its SHA-256"))
        return _file_hash(path)


def _file_hash(path: Path) -> Hash:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return Hash(digest.digest())


def codes(text: str) -> tuple[Code, ...]:
    """Codes separated by commas.

    Raises:
        node.console.fault.Fault: one of them is none (exit 3).
    """
    return tuple(CODE.convert(part.strip(), None, None) for part in text.split(","))


MINUTES: Final = MinutesType()
WHEN: Final = WhenType()
UNTIL: Final = WhenType(whole_day=True)
ID: Final = HexType("id", 16)
TX_ID: Final = HexType("tx-id", 32)
CODE: Final = CodeType()
MONTH: Final = MonthType()
NUMBER: Final = NumberType()
EVIDENCE: Final = EvidenceType()
