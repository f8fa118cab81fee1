"""Manual entries of honour minutes, and the month's counts that their quotas and those of events go by."""

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, HashF, IdF, MinutesF, UintF


class HonourEntry(Record, frozen=True, tag=104):
    """One manual entry (补录)."""

    id: IdF
    origin: HashF
    person: IdF
    recorder: IdF
    seconder: IdF
    district: CodeF
    site: CodeF
    service: CodeF
    served_ms: EpochMsF
    minutes: MinutesF
    corrected_min: MinutesF
    """Of the minutes, those taken back."""
    entered_ms: EpochMsF
    evidence: HashF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The entry's id."""
        return self.id


class SiteMonth(Record, frozen=True, tag=102):
    """What one site has entered and opened in one month; the next month's events may be opened in this one."""

    district: CodeF
    site: CodeF
    month: UintF
    """year · 100 + month."""
    entered_min: MinutesF
    events: UintF
    heads: UintF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``district/site/month``."""
        return f"{self.district}/{self.site}/{self.month}".encode()


class RecorderMonth(Record, frozen=True, tag=103):
    """What one recorder has entered in their current month."""

    person: IdF
    month: UintF
    entered_min: MinutesF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The recorder's id."""
        return self.person
