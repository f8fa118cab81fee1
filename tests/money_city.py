"""A city for tests of the money-like rules: minutes are earned the long way, and every block is summed in full."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.hashing import derive_id
from node.chain.policy import HOUR_MS, Policy
from node.chain.records.actors import Operator
from node.chain.records.events import Event
from node.chain.records.redemption import Redemption
from node.chain.state import View
from node.chain.transition import apply_transaction, moment_after
from node.chain.tx.corrections import Correct
from node.chain.tx.envelope import Body
from node.chain.tx.events import AttendEvent, LeaveEvent, OpenEvent
from node.chain.tx.governance import ProposeMotion, Subject, VoteMotion
from node.chain.tx.organisation import MoneyAction, Propose, Second
from node.chain.tx.redemption import AttestCapacity, OpenProvider, Redeem
from node.chain.tx.teams import OpenTeam
from node.chain.types import NO_ID, Code, EpochMs, Hash, Height, Id, Minutes
from tests.full_sums import check_full_sums
from tests.kernel_city import DISTRICTS, FAR_MS, GULOU, SITE, KernelCity, make_genesis

EVIDENCE = Hash(bytes([7]) * 32)


class MoneyCity(KernelCity):
    """A kernel city whose every block is added up in full, with the moves that these tests make often.

    No funded order is drawn for a call-back, so that each settles after a day.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        base = policy or Policy(1, Height(0))
        unsampled = replace(base, orders=replace(base.orders, sample_permille=0))
        super().__init__(make_genesis(unsampled), audit=check_full_sums)

    def last_created(self, sender: Id, index: int = 0) -> Id:
        """Id of what the sender's last transaction created."""
        voice = self.ledger.read(b"\x41" + sender)
        actor = voice if isinstance(voice, Operator) else self.person(sender)
        return derive_id(self.chain_id, sender, 0, actor.lanes[0] - 1, index)

    def refusal_before_timers(self, sender: Id, body: Body, after_ms: int) -> ErrorCode:
        """Why a transaction is refused in a block whose timers have not all fired, as in a backlog."""
        time_ms = EpochMs(self.now_ms + after_ms)
        at = moment_after(self.ledger, Height(self.ledger.height + 1), time_ms)
        signed = self.sign(sender, body, valid_until_ms=time_ms)
        with pytest.raises(Rejected) as caught:
            apply_transaction(View(self.ledger), at, signed)
        return caught.value.code

    def agree(self, action: MoneyAction, home: Code = GULOU, *, by: tuple[str, str]) -> Id:
        """Two staff of a district, by part, let an action happen; returns the proposal's id."""
        return self.two(self.staff(by[0], home), self.staff(by[1], home), action)

    def propose(self, sender: Id, action: MoneyAction) -> Second:
        """A proposal, and the second that would let it happen."""
        receipt = self.do(sender, Propose(action))
        return Second(self.last_created(sender), receipt.tx_id)

    def move(self, subject: Subject, voters: int = 3) -> Id:
        """A motion and its votes; returns its id."""
        first, *others = [self.operator(code) for code in DISTRICTS]
        receipt = self.do(first, ProposeMotion(subject, EVIDENCE))
        motion = self.last_created(first)
        for operator in others[: voters - 1]:
            self.do(operator, VoteMotion(motion, receipt.tx_id, 1))
        return motion

    def settle_order(
        self, recipient: Id, volunteer: Id, minutes: int = 60, **changes: object
    ) -> Id:
        """An order from request to settlement, paid by the recipient unless told otherwise."""
        order = self.request(recipient, recipient, expected_min=Minutes(minutes), **changes)
        self.publish(order)
        self.accept(order, volunteer)
        self.serve(order, minutes)
        self.confirm(order, recipient)
        self.wait(25 * HOUR_MS)
        return order

    def earn(self, volunteer: Id, minutes: int = 60, home: Code = GULOU) -> Id:
        """Minutes for a volunteer out of the fund of a district, by serving a new key elder there."""
        elder = self.new_person(f"elder/{self.ledger.height}", home, serve=False, funded=True)
        self.mint(home, minutes)
        return self.settle_order(
            elder, volunteer, minutes, payer_kind="fund", payer=NO_ID, district=home
        )

    def corrected(
        self, order: Id, minutes: int, target: Id | None = None, source: str = "payer"
    ) -> Correct:
        """What two staff would say: these are the right minutes of the order."""
        origin = self.order(order).origin
        if target is not None:
            found = [r for r in self.ledger.records.values() if getattr(r, "id", b"") == target]
            origin = next(r.origin for r in found if type(r).__name__ == "Correction")  # type: ignore[union-attr]
        return Correct(
            order,
            target or order,
            origin,
            Minutes(minutes),
            Code(source),
            Code("fraud"),
            EVIDENCE,
        )

    def open_provider(self, staff: Id, home: Code = GULOU) -> Id:
        """A provider of a district, with one member of staff."""
        return self.agree(OpenProvider(home, (staff,), EVIDENCE), home, by=("treasurer", "second"))

    def attest(self, provider: Id, minutes: int, until_ms: int = FAR_MS, home: Code = GULOU) -> Id:
        """Capacity of a provider."""
        action = AttestCapacity(provider, Minutes(minutes), EpochMs(until_ms), EVIDENCE)
        return self.agree(action, home, by=("treasurer", "second"))

    def redeem(self, person: Id, provider: Id, minutes: int = 60) -> Redemption:
        """A redemption as the ledger leaves it."""
        self.do(person, Redeem(person, provider, Minutes(minutes)))
        return self.get(Redemption, self.last_created(person))

    def event_of(self, **changes: object) -> OpenEvent:
        """An hour of company for three heads in two hours, paid by Gulou's pool."""
        values: dict[str, object] = {
            "district": GULOU,
            "site": SITE,
            "service": "company",
            "payer_kind": "pool",
            "purpose": "-",
            "rule": "pool.events",
            "start_ms": EpochMs(self.now_ms + 2 * HOUR_MS),
            "minutes": Minutes(60),
            "places": 3,
        }
        return OpenEvent(**(values | changes))  # type: ignore[arg-type]

    def open_event(self, **changes: object) -> Event:
        """An event that two staff have opened."""
        id_ = self.agree(self.event_of(**changes), by=("recorder", "second"))
        return self.get(Event, id_)

    def attend(self, event: Id, person: Id, minutes: int = 60) -> None:
        """In and out, the person's own way."""
        start = self.get(Event, event).start_ms
        self.do(person, AttendEvent(event, person), after_ms=max(1_000, start - self.now_ms))
        self.do(person, LeaveEvent(event, person), after_ms=minutes * 60_000)

    def open_team(self, steward: Id, home: Code = GULOU) -> Id:
        """A team of a district."""
        return self.agree(OpenTeam(home, steward), home, by=("recorder", "second"))
