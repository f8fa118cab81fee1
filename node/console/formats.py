"""How minutes, instants and identifiers are written for people.

People read UTC+8, the civil time of the cities this is for, and hours with minutes; machines read milliseconds and
minutes as the ledger has them.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from node.console.language import Lang, Text, t

CIVIL_ZONE: Final = timezone(timedelta(hours=8))
HOUR_MINUTES: Final = 60
SHORT_ID_CHARACTERS: Final = 12


def minutes_text(minutes: int, lang: Lang) -> str:
    """``90`` as ``1 小时 30 分`` or ``1 h 30 min``; never a decimal hour.

    Args:
        minutes: whole minutes; negative for a debt between districts.
        lang: the reader's language.
    """
    hours, rest = divmod(abs(minutes), HOUR_MINUTES)
    hour_word, minute_word = ("小时", "分") if lang == "zh" else ("h", "min")
    parts = []
    if hours:
        parts.append(f"{hours} {hour_word}")
    if rest or not hours:
        parts.append(f"{rest} {minute_word}")
    return ("-" if minutes < 0 else "") + " ".join(parts)


def duration(minutes: int) -> Text:
    """``minutes_text`` in both languages, for a cell or a sentence."""
    return Text(minutes_text(minutes, "zh"), minutes_text(minutes, "en"))


def time_text(time_ms: int, lang: Lang) -> str:
    """An instant to the minute in civil time: ``2026-11-24 13:45``, in English with ``UTC+8``."""
    civil = _civil(time_ms).strftime("%Y-%m-%d %H:%M")
    return civil if lang == "zh" else f"{civil} UTC+8"


def instant(time_ms: int) -> Text:
    """``time_text`` in both languages, for a cell or a sentence."""
    return Text(time_text(time_ms, "zh"), time_text(time_ms, "en"))


def date_text(time_ms: int, lang: Lang) -> str:
    """The civil day of an instant: ``2026年11月24日`` or ``2026-11-24``."""
    day = _civil(time_ms)
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.strftime("%Y-%m-%d")


def rfc3339(time_ms: int) -> str:
    """An instant for machines that want text: ``2026-11-24T05:45:00.000Z``."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time_ms % 1000:03d}Z"


def short_id(value: bytes) -> str:
    """The first 12 hexadecimal characters of an id or hash, for tables; JSON always has all of it."""
    return value.hex()[:SHORT_ID_CHARACTERS]


def yes_no(*, value: bool) -> Text:
    """A truth value as a word."""
    return t(zh="是", en="yes") if value else t(zh="否", en="no")


def _civil(time_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=CIVIL_ZONE) + timedelta(hours=8, milliseconds=time_ms)
