"""What can be said to stop something for a time: a person's verbs, a class of service, a site."""

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, HashF, IdF


class RenewSuspension(Record, frozen=True, tag=21):
    """A suspension goes on, or begins again soon after its end: only two people decide that."""

    person: IdF
    scope: CodeF
    reason: CodeF
    until_ms: EpochMsF
    evidence: HashF


class Suspend(Record, frozen=True, tag=65):
    """A reviewer stops a person's verbs; services under way finish."""

    person: IdF
    scope: CodeF
    """``accept``: takes no service; ``outgoing``: gives nothing out of the account."""
    reason: CodeF
    until_ms: EpochMsF
    evidence: HashF


class EndSuspension(Record, frozen=True, tag=66):
    """A different reviewer lifts a suspension, or an arbiter answers the appeal against it."""

    person: IdF
    scope: CodeF
    verdict: CodeF
    """``lifted``; or ``upheld`` by an arbiter."""


class AppealSuspension(Record, frozen=True, tag=67):
    """The suspended person asks an arbiter."""

    scope: CodeF
    evidence: HashF


class Pause(Record, frozen=True, tag=68):
    """A reviewer stops a class of service in a district, or a site, for safety."""

    kind: CodeF
    """``class`` or ``site``."""
    district: CodeF
    code: CodeF
    reason: CodeF
    until_ms: EpochMsF
    evidence: HashF


class Resume(Record, frozen=True, tag=69):
    """A different reviewer ends a pause."""

    kind: CodeF
    district: CodeF
    code: CodeF
