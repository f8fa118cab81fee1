"""What staff and authorities find in lists: suspensions, complaints, closings, recoveries, motions, settlement runs."""

from typing import Final

from wallet.client.answers import Answer, HashHex, IdHex, Uint


class SuspensionView(Answer, frozen=True):
    """A stop of a person's verbs, of a class of service or of a site."""

    subject: str
    """Hexadecimal: a person's id, or ``district/code``."""
    scope: str
    reason: str
    state: str
    since_ms: Uint
    until_ms: Uint
    deciders: tuple[str, ...] = ()
    appealed: Uint = 0
    verdict: str = "-"

    @property
    def of_place(self) -> bool:
        """Whether it stops a class or a site, and no person."""
        return self.scope in {"class", "site"}

    @property
    def name(self) -> str:
        """A person's id, or ``district/code``."""
        return (
            bytes.fromhex(self.subject).decode("ascii", "replace")
            if self.of_place
            else self.subject
        )


class ComplaintView(Answer, frozen=True):
    """A complaint about an order, or an objection to the mark of a no-show."""

    id: IdHex
    origin: HashHex
    kind: str
    order: IdHex
    district: str
    complainant: IdHex
    reason: str
    state: str
    outcome: str = "-"
    due_ms: Uint = 0


class ClosingView(Answer, frozen=True):
    """An account on its way to its end."""

    person: IdHex
    reason: str
    state: str
    opened_ms: Uint = 0
    due_ms: Uint = 0
    heirs: tuple[str, ...] = ()
    survivor: str = ""


class RecoveryView(Answer, frozen=True):
    """A new key on its way into force; ``due_ms`` is until when it can be vetoed."""

    person: IdHex
    state: str
    route: str
    key: str = ""
    due_ms: Uint = 0


class CorrectionView(Answer, frozen=True):
    """One correction of an order; ``target`` is the order or the correction before it."""

    id: IdHex
    origin: HashHex
    order: IdHex
    target: IdHex


class DonationView(Answer, frozen=True):
    """A large donation that may still be taken back."""

    id: IdHex
    origin: HashHex
    person: IdHex
    pool: str
    minutes: Uint
    due_ms: Uint = 0


class EntryView(Answer, frozen=True):
    """A manual entry of honour minutes."""

    id: IdHex
    origin: HashHex
    person: IdHex
    minutes: Uint
    corrected_min: Uint = 0


class DebtView(Answer, frozen=True):
    """A claim on a person, with the transaction that it comes from."""

    id: IdHex
    origin: HashHex
    person: IdHex


class MotionView(Answer, frozen=True):
    """A motion of the authorities; ``subject`` is its content by name."""

    id: IdHex
    origin: HashHex
    state: str
    subject: object = None
    voters: tuple[str, ...] = ()
    opponents: tuple[str, ...] = ()
    due_ms: Uint = 0


class PairView(Answer, frozen=True):
    """The open position of a pair at a run's cut-off; debits passed from ``low`` to ``high``."""

    low: str
    high: str
    debits: Uint = 0
    credits: Uint = 0


class TransferView(Answer, frozen=True):
    """Capacity that changes hands with a run."""

    capacity: IdHex
    target: str
    minutes: Uint


class SettlementView(Answer, frozen=True):
    """A settlement run."""

    id: IdHex
    origin: HashHex
    state: str
    cut_off_height: Uint = 0
    pairs: tuple[PairView, ...] = ()
    transfers: tuple[TransferView, ...] = ()
    needed: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    due_ms: Uint = 0


class Flow(Answer, frozen=True):
    """Minutes out of and into the lower district of a pair."""

    debits_min: Uint
    credits_min: Uint


class PositionView(Answer, frozen=True):
    """What passed between two homes, and what of it is settled."""

    low: str
    high: str
    flow: Flow
    settled: Flow

    @property
    def open_min(self) -> int:
        """What ``low`` has received of ``high`` and nobody has settled; negative when it passed more."""
        flow = self.flow.credits_min - self.flow.debits_min
        return flow - (self.settled.credits_min - self.settled.debits_min)


MATTERS: Final[dict[type[Answer], str]] = {
    ClosingView: "/v1/closings",
    ComplaintView: "/v1/complaints",
    CorrectionView: "/v1/corrections",
    DebtView: "/v1/claims",
    DonationView: "/v1/donations",
    EntryView: "/v1/entries",
    MotionView: "/v1/motions",
    PositionView: "/v1/positions",
    RecoveryView: "/v1/recoveries",
    SettlementView: "/v1/settlements",
    SuspensionView: "/v1/suspensions",
}
"""Views and where their lists are."""
