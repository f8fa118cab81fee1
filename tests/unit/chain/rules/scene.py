"""One order in a small town, driven through signed transactions only: where the order machine is tested."""

from dataclasses import dataclass, replace
from functools import cache

from msgspec import structs

from node.chain.hashing import derive_id
from node.chain.policy import HOUR_MS, MINUTE_MS, Policy
from node.chain.records.marks import TimeMark
from node.chain.records.orders import Order
from node.chain.rules.orders.presence import Meeting, ServiceMoment
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    Appeal,
    ApproveOrder,
    CheckIn,
    CheckOut,
    Confirm,
    Endorse,
    Extend,
    LateReport,
    ObjectOrder,
    Presence,
    Request,
    RuleOrder,
    TimeStatement,
)
from node.chain.tx.organisation import Attest, GrantRole
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, SITE, KernelCity, make_genesis
from tests.kernel_genesis import UNSAMPLED

EVIDENCE = Hash(bytes([7]) * 32)
NOBODY = Id(bytes([9]) * 16)


@dataclass
class Scene:
    """Zhao, a key elder with a phone; Li and Wang, volunteers; Gulou's staff and a filled fund; and one order."""

    city: KernelCity
    elder: Id
    volunteer: Id
    stranger: Id
    order: Id = NO_ID

    def fork(self) -> "Scene":
        """The same moment in another city."""
        return replace(self, city=self.city.fork())

    def staff(self, name: str) -> Id:
        """Gulou's staff, by part."""
        return self.city.staff(name, GULOU)

    def now(self) -> Order:
        """The order as it stands."""
        return self.city.order(self.order)

    def fresh(self) -> tuple[Id, Hash, int]:
        """(id, origin, event count) of the order as it stands."""
        order = self.now()
        return order.id, order.origin, order.events

    def give_role(
        self, person: Id, role: str, district: Code = GULOU, until_ms: EpochMs = FAR_MS
    ) -> "Scene":
        """One more role for a person, by two operators."""
        action = GrantRole(person, Code(role), district, Code("-"), until_ms)
        proposer, seconder = (self.city.staff(name, district) for name in ("recorder", "reviewer"))
        self.city.two(proposer, seconder, action)
        return self

    def may_serve(self, person: Id, until_ms: EpochMs = FAR_MS) -> "Scene":
        """Attested anew: may serve until then, and receive; by two reviewers who are not concerned."""
        action = Attest(person, until_ms, FAR_MS, FAR_MS, ZERO_HASH)
        self.give_role(self.staff("clerk"), "reviewer")
        self.city.two(self.staff("clerk"), self.staff("reviewer"), action)
        return self

    def request_body(self, **changes: object) -> Request:
        """An hour of company for the elder in two hours, paid by the fund."""
        values: dict[str, object] = {
            "recipient": self.elder,
            "payer_kind": "fund",
            "payer": NO_ID,
            "service": "company",
            "district": GULOU,
            "site": SITE,
            "start_ms": EpochMs(self.city.now_ms + 2 * HOUR_MS),
            "expected_min": Minutes(60),
            "invited": NO_ID,
            "job": NO_ID,
            "rule": "-",
            "consent": "own-key",
            "consent_evidence": ZERO_HASH,
            "detail": ZERO_HASH,
        }
        return Request(**(values | changes))  # type: ignore[arg-type]

    def request(self, sender: Id | None = None, **changes: object) -> "Scene":
        """Ask for it, by the elder unless told otherwise; a recorder asks on behalf."""
        by = sender or self.elder
        if by in {self.staff("recorder"), self.staff("clerk")}:
            changes = {"consent": "in-person", "consent_evidence": EVIDENCE} | changes
        number = self.city.person(by).lanes[0]
        self.city.do(by, self.request_body(**changes))
        self.order = derive_id(self.city.chain_id, by, 0, number, 0)
        return self

    def approve_body(self) -> ApproveOrder:
        """A reviewer's word."""
        return ApproveOrder(*self.fresh())

    def publish(self) -> "Scene":
        """Approved by ``second``, so that ``reviewer`` stays an outsider."""
        self.city.do(self.staff("second"), self.approve_body())
        return self

    def accept_body(self, **changes: object) -> Accept:
        """A volunteer's word."""
        return structs.replace(Accept(*self.fresh(), Code("self"), 1, ZERO_HASH), **changes)

    def accept(self) -> "Scene":
        """Taken by Li."""
        self.city.do(self.volunteer, self.accept_body())
        return self

    def presence(self, method: str, moment: ServiceMoment, claimed_ms: int) -> Presence:
        """A proof by who may give it: the elder's wallet, or Gulou's clerk for the reader of a site."""
        if method == "none":
            return NO_PRESENCE
        order = self.now()
        witness = order.recipient if method == "recipient-wallet" else self.staff("clerk")
        meeting = Meeting(self.order, order.volunteer, moment, EpochMs(claimed_ms))
        return meeting.signed(self.city.chain_id, self.city.seeds[witness], Code(method), witness)

    def check_in_body(self, presence: str = "none", *, late: bool = False) -> CheckIn:
        """The service begins about now; a claim far from block time makes it a late report."""
        claimed = 0 if late else self.city.now_ms
        proof = self.presence(presence, ServiceMoment.START, claimed)
        return CheckIn(self.order, EpochMs(claimed), proof)

    def check_in(self, presence: str = "none", *, late: bool = False) -> "Scene":
        """At the planned start."""
        wait = max(1_000, self.now().start_ms - self.city.now_ms)
        self.city.wait(wait)
        self.city.do(self.volunteer, self.check_in_body(presence, late=late))
        return self

    def check_out_body(self, presence: str = "none") -> CheckOut:
        """The service ends about now."""
        now = EpochMs(self.city.now_ms)
        return CheckOut(
            self.order, now, Code("done"), self.presence(presence, ServiceMoment.END, now)
        )

    def check_out(self, minutes: int = 60, presence: str = "none") -> "Scene":
        """After so many minutes."""
        self.city.wait(minutes * MINUTE_MS - 1_000)
        self.city.do(self.volunteer, self.check_out_body(presence))
        return self

    def mark(self, before_ms: int) -> int:
        """Height of the last mark of time not later than this."""
        heights = (
            m.height
            for m in self.city.ledger.records.values()
            if isinstance(m, TimeMark) and m.time_ms <= before_ms
        )
        return max(heights, default=0)

    def late_report_body(self, minutes: int = 60, **changes: object) -> LateReport:
        """The service ended just now; where nobody checked in, it began so many minutes ago."""
        end = self.city.now_ms
        begun = self.now().checked_in_ms
        start = begun or end - minutes * MINUTE_MS
        values: dict[str, object] = {
            "order": self.order,
            "started_ms": EpochMs(start),
            "ended_ms": EpochMs(end),
            "seen_height": Height(self.mark(start)),
            "resumed_height": Height(0),
            "presence": NO_PRESENCE,
        }
        return LateReport(**(values | changes))  # type: ignore[arg-type]

    def late_report(self, minutes: int = 60, **changes: object) -> "Scene":
        """By Li."""
        self.city.do(self.volunteer, self.late_report_body(minutes, **changes))
        return self

    def statement_body(self, minutes: int = 30) -> TimeStatement:
        """A recorder's word on an unclosed service."""
        return TimeStatement(*self.fresh(), Minutes(minutes), EVIDENCE)

    def confirm_body(
        self, minutes: int | None = None, method: str = "own-key", proof: bytes = b""
    ) -> Confirm:
        """The recipient's side's word."""
        counted = self.now().counted_min if minutes is None else minutes
        return Confirm(*self.fresh(), Minutes(counted), Code(method), proof)

    def confirm(self, minutes: int | None = None) -> "Scene":
        """By the elder's own key."""
        self.city.do(self.elder, self.confirm_body(minutes))
        return self

    def object_body(self, reason: str = "absent") -> ObjectOrder:
        """A party's objection."""
        return ObjectOrder(self.order, Code(reason), ZERO_HASH)

    def object(self, by: Id | None = None) -> "Scene":
        """By the elder unless told otherwise."""
        self.city.do(by or self.elder, self.object_body())
        return self

    def rule_body(self, verdict: str = "to-volunteer", minutes: int = 0) -> RuleOrder:
        """An arbiter's verdict."""
        return RuleOrder(*self.fresh(), Code(verdict), Minutes(minutes), ZERO_HASH)

    def rule(self, verdict: str = "to-volunteer", minutes: int = 0, by: str = "arbiter") -> "Scene":
        """By the district's arbiter unless told otherwise."""
        self.city.do(self.staff(by), self.rule_body(verdict, minutes))
        return self

    def appeal(self) -> "Scene":
        """By the elder."""
        self.city.do(self.elder, Appeal(self.order, Code("unfair")))
        return self

    def endorse(self) -> "Scene":
        """By ``reviewer``, who has no other part."""
        self.city.do(self.staff("reviewer"), Endorse(*self.fresh()))
        return self

    def lapse(self) -> "Scene":
        """Until the timer of the order has fired."""
        self.city.wait(max(1, self.now().due_ms - self.city.now_ms))
        return self

    def extend_body(self, minutes: int = 30) -> Extend:
        """More minutes held during the service."""
        return Extend(*self.fresh(), Minutes(minutes))

    def earn(self, person: Id, minutes: int) -> "Scene":
        """Let a person earn minutes, day by day, by serving a second key elder whom the fund pays for."""
        patron = self.city.new_person(f"patron-{self.city.ledger.height}", funded=True)
        while minutes > 0:
            hour = min(minutes, 480)
            order = self.city.request(
                patron, patron, payer_kind="fund", payer=NO_ID, expected_min=Minutes(hour)
            )
            self.city.publish(order)
            self.city.accept(order, person)
            self.city.serve(order, hour)
            self.city.confirm(order, patron)
            self.city.wait(self.city.order(order).due_ms - self.city.now_ms)
            minutes -= hour
        return self


@cache
def _town() -> Scene:
    return _build(UNSAMPLED)


def _build(policy: Policy) -> Scene:
    city = KernelCity(make_genesis(policy))
    elder = city.new_person("zhao", serve=False, funded=True)
    volunteer, stranger = city.new_person("li"), city.new_person("wang")
    city.mint(GULOU, 60_000)
    return Scene(city, elder, volunteer, stranger)


def town(policy: Policy | None = None) -> Scene:
    """A new scene without an order; another policy than the default is built from genesis."""
    return _town().fork() if policy is None else _build(policy)
