"""Those who may sign: persons (volunteers, elders, staff alike) and the operators of authorities."""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record
from node.chain.hashing import ID_BYTES, digest
from node.chain.records.accounts import EMPTY, Totals
from node.chain.types import (
    NO_ID,
    ZERO_HASH,
    Code,
    CodeF,
    EpochMs,
    EpochMsF,
    Hash,
    HashF,
    Id,
    IdF,
    Minutes,
    MinutesF,
    OptionalIdF,
    UintF,
)

KeyBytesF = Annotated[bytes, Meta(max_length=32)]


class Role(Record, frozen=True):
    """A staff role: recorder, reviewer, arbiter, treasurer, certifier, caller, issuer, privacy, operator; auditor."""

    role: CodeF
    district: CodeF
    site: CodeF
    """``-`` for the whole district."""
    until_ms: EpochMsF


class Kin(Record, frozen=True):
    """One side of a kin binding, as seen by the holder of the record."""

    other: IdF
    relation: CodeF
    """What the other is to the holder."""
    binding: IdF
    bound_ms: EpochMsF


class Agency(Record, frozen=True):
    """A person who may act for the holder of the record."""

    agent: IdF
    verbs: tuple[CodeF, ...]


class Gate(Record, frozen=True):
    """A training, qualification or other condition that a person meets for a time."""

    gate: CodeF
    until_ms: EpochMsF
    commitment: HashF


class Interval(Record, frozen=True):
    """A service taken or done, for overlap, day and week limits."""

    order: IdF
    start_ms: EpochMsF
    end_ms: EpochMsF
    minutes: MinutesF
    site: CodeF


class Allowance(Record, frozen=True):
    """What the fund holds and has paid for a key elder in one month."""

    month: UintF
    """year · 100 + month."""
    held: MinutesF
    used: MinutesF


class Person(Record, frozen=True, tag=64):
    """One person: keys, flags, bindings and all their accounts."""

    id: IdF
    origin: HashF
    """Id of the registering transaction; zero for persons of genesis."""
    home: CodeF
    site: CodeF
    recorder: OptionalIdF
    """Who registered them; never their second."""
    status: CodeF
    """``pending``, ``active``, ``closing`` or ``closed``."""
    number: UintF
    """Volunteer number within the home district; 0 until approved."""
    suite: UintF
    key: KeyBytesF
    recovery_key: KeyBytesF
    lanes: tuple[UintF, ...]
    """Next sequence number of each lane."""
    quota_day: UintF
    quota_used: UintF
    may_serve_until_ms: EpochMsF
    may_receive_until_ms: EpochMsF
    may_be_funded_until_ms: EpochMsF
    commitment: HashF
    flags_commitment: HashF
    roles: tuple[Role, ...]
    kin: tuple[Kin, ...]
    agents: tuple[Agency, ...]
    principals: UintF
    """For how many persons this one is agent."""
    gates: tuple[Gate, ...]
    serving: OptionalIdF
    """The order in which the person is checked in now."""
    available: Totals
    held: Totals
    honour: Totals
    earned_min: MinutesF
    """Ever earned by service; what may be given is bounded by it."""
    given_min: MinutesF
    served_min: MinutesF
    """Settled minutes of service, unweighted: the measure of stars."""
    intervals: tuple[Interval, ...]
    allowances: tuple[Allowance, ...]
    silence_month: UintF
    silence_used: UintF
    contacts: tuple[IdF, ...]
    """Persons who may support a recovery of the account, several of them together."""
    guarded: UintF
    """1 for a person who acts only with a guardian; why, only the vault knows."""
    guardians: tuple[IdF, ...]
    household: tuple[IdF, ...]
    """Persons with whom this one declared to live."""
    open_orders: UintF
    """Orders for this person that are not final."""
    claimed_min: MinutesF
    """Of all claims on this person, what is neither repaid nor written off."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The person's id."""
        return self.id

    @property
    def store_min(self) -> Minutes:
        """Minutes available and held."""
        return Minutes(self.available.balance + self.held.balance)

    def has_role(self, role: str, district: str, time_ms: EpochMs) -> bool:
        """Whether the person holds a staff role in a district at a time."""
        return any(
            r.role == role and r.district == district and time_ms < r.until_ms for r in self.roles
        )

    def has_gate(self, gate: str, time_ms: EpochMs) -> bool:
        """Whether the person meets a condition at a time."""
        return any(g.gate == gate and time_ms < g.until_ms for g in self.gates)

    def is_related(self, other: bytes) -> bool:
        """Whether the other is bound kin, agent, guardian or declared household of this person."""
        bound = {k.other for k in self.kin} | {a.agent for a in self.agents}
        return other in bound or other in self.guardians or other in self.household


class Operator(Record, frozen=True, tag=65):
    """A voice of one authority: its operator's for governance, or its seat's, whose key is the consensus key."""

    id: IdF
    district: CodeF
    suite: UintF
    key: KeyBytesF
    lanes: tuple[UintF, ...]
    quota_day: UintF
    quota_used: UintF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The operator's id."""
        return self.id


Actor = Person | Operator


def operator_id(city_id: Hash, district: Code) -> Id:
    """Id of an authority's governance voice: digest("operator", city_id, district)[:16]."""
    return Id(digest("operator", city_id, district.encode())[:ID_BYTES])


def seat_id(city_id: Hash, district: Code) -> Id:
    """Id of an authority's seat, which its consensus key speaks for: digest("seat", city_id, district)[:16]."""
    return Id(digest("seat", city_id, district.encode())[:ID_BYTES])


ACTIVE: Final = Code("active")
PENDING: Final = Code("pending")
CLOSING: Final = Code("closing")
CLOSED: Final = Code("closed")


def new_person(  # noqa: PLR0913 - a record's constructor, by keyword
    id_: Id,
    origin: Hash,
    home: Code,
    site: Code,
    *,
    suite: int,
    key: bytes,
    recovery_key: bytes,
    recorder: Id,
    commitment: Hash,
) -> Person:
    """A person as registration leaves them: pending, without flags, roles or minutes."""
    return Person(
        id=id_,
        origin=origin,
        home=home,
        site=site,
        recorder=recorder,
        status=PENDING,
        number=0,
        suite=suite,
        key=key,
        recovery_key=recovery_key,
        lanes=(0,),
        quota_day=0,
        quota_used=0,
        may_serve_until_ms=EpochMs(0),
        may_receive_until_ms=EpochMs(0),
        may_be_funded_until_ms=EpochMs(0),
        commitment=commitment,
        flags_commitment=ZERO_HASH,
        roles=(),
        kin=(),
        agents=(),
        principals=0,
        gates=(),
        serving=NO_ID,
        available=EMPTY,
        held=EMPTY,
        honour=EMPTY,
        earned_min=Minutes(0),
        given_min=Minutes(0),
        served_min=Minutes(0),
        intervals=(),
        allowances=(),
        silence_month=0,
        silence_used=0,
        contacts=(),
        guarded=0,
        guardians=(),
        household=(),
        open_orders=0,
        claimed_min=Minutes(0),
        touch=b"",
    )
