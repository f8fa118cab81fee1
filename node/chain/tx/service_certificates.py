"""What can be said about service certificates (服务记录证明): ask for one, declare one void."""

from node.chain.codec import Record
from node.chain.types import CodeF, HashF, IdF, UintF


class IssueServiceCertificate(Record, frozen=True, tag=240):
    """The person, or a recorder for them, asks for a certificate of what was served in whole months; it is free."""

    person: IdF
    from_month: UintF
    """First month, year · 100 + month in UTC+8."""
    until_month: UintF
    """Last month; it must be over."""
    evidence: HashF
    """Hash of the person's request where a recorder asks; zero otherwise."""


class RevokeServiceCertificate(Record, frozen=True, tag=241):
    """The person gives a certificate up, or a certifier declares it void; whoever checks its number is told."""

    person: IdF
    """Whose it is."""
    district: CodeF
    """With the next two, its number."""
    year: UintF
    serial: UintF
    reason: CodeF
    evidence: HashF
    """Hash of what a certifier goes by; zero where the person asks."""
