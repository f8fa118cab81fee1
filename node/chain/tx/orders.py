"""What can be said about service orders: one class for each event of the order machine (``node.chain.lifecycle``).

``count`` is the order's event count that the sender saw; with ``origin`` it makes a statement about what the order was
when it was signed. Objections, cancellations and withdrawals carry neither: they must never fail for being a moment
late.
"""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import (
    NO_ID,
    Code,
    CodeF,
    EpochMsF,
    HashF,
    HeightF,
    IdF,
    MinutesF,
    OptionalIdF,
    UintF,
)


class Request(Record, frozen=True, tag=80):
    """An order is asked for: by the recipient, an agent, or a recorder on behalf."""

    recipient: IdF
    payer_kind: CodeF
    """``person``, ``fund``, ``pool`` or ``city-pool``."""
    payer: OptionalIdF
    """The paying person (the recipient or kin); empty for fund and pools."""
    service: CodeF
    district: CodeF
    site: CodeF
    start_ms: EpochMsF
    """Planned start."""
    expected_min: MinutesF
    invited: OptionalIdF
    """The only volunteer who may accept; empty for anyone."""
    job: OptionalIdF
    """Id of the first sibling order of a job for several volunteers; empty for none."""
    rule: CodeF
    """By which rule a pool pays; ``-`` otherwise."""
    consent: CodeF
    """How the recipient agreed: ``own-key``, ``agent``, ``in-person``, ``call-back``, ``standing``."""
    consent_evidence: HashF
    detail: HashF
    """Salted commitment to address, note and exact class in the vault."""


class ApproveOrder(Record, frozen=True, tag=81):
    """A reviewer publishes a requested order; the payer's minutes are held."""

    order: IdF
    origin: HashF
    count: UintF


class RejectOrder(Record, frozen=True, tag=82):
    """A reviewer refuses a requested order."""

    order: IdF
    reason: CodeF


class Withdraw(Record, frozen=True, tag=83):
    """The requesting side takes back an order that nobody has accepted."""

    order: IdF
    reason: CodeF


class Accept(Record, frozen=True, tag=84):
    """A volunteer takes a published order."""

    order: IdF
    origin: HashF
    count: UintF
    credit_to: CodeF
    """``self``, or ``team`` for the team whose member the volunteer is."""
    notice: UintF
    """Version of the risk notice the volunteer has read."""
    insurance: HashF
    """Commitment to the insurance reference; zero for none."""


class GiveBack(Record, frozen=True, tag=85):
    """The volunteer gives an accepted order back, once for each order."""

    order: IdF
    reason: CodeF


class Cancel(Record, frozen=True, tag=86):
    """The requesting side (or, once lapsed, the volunteer) cancels."""

    order: IdF
    reason: CodeF


class Presence(Record, frozen=True):
    """Somebody else's signature that volunteer and recipient met."""

    method: CodeF
    """``none``, ``recipient-wallet`` or ``site-reader``."""
    witness: OptionalIdF
    """Who signed: the recipient, or the recorder whose key the site's reader holds; empty for ``none``."""
    signature: Annotated[bytes, Meta(max_length=64)]
    """Signs order, volunteer, start or end, and the claimed time; empty for ``none``."""


PRESENCE_NONE: Final = Code("none")
NO_PRESENCE: Final = Presence(PRESENCE_NONE, NO_ID, b"")


class CheckIn(Record, frozen=True, tag=87):
    """The service begins."""

    order: IdF
    claimed_ms: EpochMsF
    presence: Presence
    """Of the start, at the claimed time."""


class ReportNoShow(Record, frozen=True, tag=88):
    """The requesting side says that nobody came."""

    order: IdF


class CheckOut(Record, frozen=True, tag=90):
    """The service ends."""

    order: IdF
    claimed_ms: EpochMsF
    reason: CodeF
    """``done``, or why it was cut short."""
    presence: Presence
    """Of the end, at the claimed time."""


class Extend(Record, frozen=True, tag=91):
    """The payer (for fund and pools a reviewer) holds more minutes during the service."""

    order: IdF
    origin: HashF
    count: UintF
    minutes: MinutesF


class ObjectOrder(Record, frozen=True, tag=92):
    """A party objects; the minutes stay where they are until somebody rules."""

    order: IdF
    reason: CodeF
    evidence: HashF


class Confirm(Record, frozen=True, tag=94):
    """The recipient's side confirms minutes, by one of the methods of the method table."""

    order: IdF
    origin: HashF
    count: UintF
    minutes: MinutesF
    method: CodeF
    """``own-key``, ``agent``, ``code``, ``card``, ``call-back`` or ``witness``."""
    proof: Annotated[bytes, Meta(max_length=73)]
    """For ``code`` the sheet, the place and the code's signature; a hash of evidence for staff; empty otherwise."""


class Reduce(Record, frozen=True, tag=95):
    """The volunteer lowers the counted minutes."""

    order: IdF
    minutes: MinutesF


class Endorse(Record, frozen=True, tag=96):
    """A person different from all others on the order vouches for what needs it."""

    order: IdF
    origin: HashF
    count: UintF


class RuleOrder(Record, frozen=True, tag=97):
    """An arbiter's verdict: ``to-volunteer``, ``split``, ``to-payer`` or ``void``."""

    order: IdF
    origin: HashF
    count: UintF
    verdict: CodeF
    minutes: MinutesF
    """For ``split``; 0 otherwise."""
    evidence: HashF


class Appeal(Record, frozen=True, tag=98):
    """A party appeals a verdict, once for each order."""

    order: IdF
    reason: CodeF


class LateReport(Record, frozen=True, tag=99):
    """The volunteer reports a service, or only its end, after a time without network."""

    order: IdF
    started_ms: EpochMsF
    """As claimed; after a check-in the time of that."""
    ended_ms: EpochMsF
    seen_height: HeightF
    """The last marked block whose header the phone had seen."""
    resumed_height: HeightF
    """The marked block that ended a stop of the city in which the claim lies; 0 for none."""
    presence: Presence
    """Of the end, at ``ended_ms``."""


class TimeStatement(Record, frozen=True, tag=100):
    """A recorder states how long a service took that nobody checked out of, by the recipient's word."""

    order: IdF
    origin: HashF
    count: UintF
    minutes: MinutesF
    evidence: HashF
    """Hash of the recipient's statement in the vault."""


class Rate(Record, frozen=True, tag=101):
    """A party's rating of a service; what it says is in the vault."""

    order: IdF
    commitment: HashF
    """Salted commitment to the rating."""


class Complain(Record, frozen=True, tag=102):
    """A party complains about an order, at any time, once; somebody answers within a time."""

    order: IdF
    reason: CodeF
    evidence: HashF


class ContestNoShow(Record, frozen=True, tag=103):
    """The volunteer says that the report of a no-show was wrong."""

    order: IdF
    evidence: HashF


class AnswerComplaint(Record, frozen=True, tag=104):
    """An arbiter answers a complaint, or clears or upholds the mark of a no-show."""

    complaint: IdF
    origin: HashF
    outcome: CodeF
    """``founded``, ``unfounded`` or ``correction``; for a no-show ``cleared`` or ``upheld``."""
    evidence: HashF
