"""Certificates of service against a naive twin: the same hours, statuses and refusals after any history."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from node.chain.errors import Rejected
from node.chain.policy import DAY_MS, HOUR_MS, month_of
from node.chain.records.entries import HonourEntry
from node.chain.records.remarks import COMPLAINT, complaint_id
from node.chain.records.service_certificates import ServiceCertificate
from node.chain.tx.entries import CorrectHonour, EnterHonour
from node.chain.tx.envelope import Body
from node.chain.tx.orders import AnswerComplaint, Complain
from node.chain.tx.service_certificates import IssueServiceCertificate, RevokeServiceCertificate
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Id, Minutes
from tests.kernel_city import GULOU, SITE, START_MS
from tests.money_city import EVIDENCE, MoneyCity
from tests.reference.naive_certificates import NaiveRegister, Service
from tests.unit.chain.rules.holders import volunteer_of

halves = st.sampled_from([30, 60, 90, 120])
picks = st.integers(0, 1_000)
LAST_MS = START_MS + 240 * DAY_MS
"""Within the year, so that no fund closes; manual entries reach back into the year before."""
ORDER_CORRECTIONS_MAX = 4


@cache
def _founded() -> tuple[MoneyCity, Id]:
    city = MoneyCity()
    return city, volunteer_of(city)


class Registers(RuleBasedStateMachine):
    """One volunteer of both worlds serves, is corrected, asks and revokes."""

    @initialize()
    def found(self) -> None:
        """The same volunteer, who has served nobody yet."""
        founded, self.person = _founded()
        self.city = founded.fork()
        self.twin = NaiveRegister()
        self.orders: list[tuple[Id, list[Id], Service]] = []
        """(order, what each next correction corrects, the twin's service)."""
        self.entries: list[tuple[Id, Service]] = []
        self.complaints: list[tuple[Id, Hash, Service]] = []
        self.ids: list[bytes] = []

    @precondition(lambda self: self.city.now_ms < LAST_MS + 60 * DAY_MS)
    @rule(minutes=halves)
    def serve(self, minutes: int) -> None:
        """An order, settled."""
        order = self.city.earn(self.person, minutes)
        found = self.city.order(order)
        service = self.twin.serve(found.checked_in_ms, "served", minutes, found.final_ms)
        self.orders.append((order, [order], service))

    @rule(minutes=halves, days=st.integers(0, 400))
    def enter(self, minutes: int, days: int) -> None:
        """A manual entry of a service some days ago; refused when the month has enough of them."""
        begun = EpochMs(self.city.now_ms - days * DAY_MS - HOUR_MS)
        action = EnterHonour(
            self.person, GULOU, SITE, Code("company"), begun, Minutes(minutes), EVIDENCE
        )
        try:
            entry = self.city.agree(action, by=("recorder", "reviewer"))
        except Rejected:
            return
        now = self.city.get(HonourEntry, entry).entered_ms
        self.entries.append((entry, self.twin.serve(begun, "honour", minutes, now)))

    @precondition(lambda self: self.orders)
    @rule(pick=picks, minutes=st.sampled_from([0, 30, 60, 90, 120]))
    def correct(self, pick: int, minutes: int) -> None:
        """Two staff say what was right."""
        order, chain, service = self.orders[pick % len(self.orders)]
        if minutes == service.minutes or len(chain) > ORDER_CORRECTIONS_MAX:
            return
        target = chain[-1] if len(chain) > 1 else None
        action = self.city.corrected(order, minutes, target=target, source="payer")
        try:
            chain.append(self.city.agree(action, by=("arbiter", "treasurer")))
        except Rejected:
            return
        self.twin.correct(service, minutes, self.city.now_ms)

    @precondition(lambda self: self.entries)
    @rule(pick=picks)
    def correct_entry(self, pick: int) -> None:
        """Half an hour of a manual entry is taken back, within its first days."""
        entry, service = self.entries[pick % len(self.entries)]
        origin = self.city.get(HonourEntry, entry).origin
        action = CorrectHonour(entry, origin, Minutes(30), EVIDENCE)
        staff = self.city.staff("reviewer", GULOU), self.city.staff("second", GULOU)
        try:
            self.city.two(*staff, action)
        except Rejected:
            return
        self.twin.correct(service, service.minutes - 30, self.city.now_ms)

    @precondition(lambda self: self.orders)
    @rule(pick=picks)
    def complain(self, pick: int) -> None:
        """The elder complains, once for each order."""
        order, _, service = self.orders[pick % len(self.orders)]
        elder = self.city.order(order).recipient
        id_ = complaint_id(self.city.chain_id, COMPLAINT, order, elder)
        if self.city.fault(elder, Complain(order, Code("rude"), EVIDENCE)) is None:
            receipt = self.city.do(elder, Complain(order, Code("rude"), EVIDENCE))
            self.complaints.append((id_, receipt.tx_id, service))
            service.complaints += 1

    @precondition(lambda self: self.complaints)
    @rule(pick=picks)
    def answer(self, pick: int) -> None:
        """An arbiter answers."""
        id_, origin, service = self.complaints.pop(pick % len(self.complaints))
        body = AnswerComplaint(id_, origin, Code("unfounded"), EVIDENCE)
        self.city.do(self.city.staff("arbiter", GULOU), body)
        service.complaints -= 1

    @precondition(lambda self: self.city.now_ms < LAST_MS)
    @rule(days=st.sampled_from([1, 7, 13, 14, 20, 31, 60]))
    def wait(self, days: int) -> None:
        """Time passes."""
        self.city.wait(days * DAY_MS)

    @rule(back=st.integers(-1, 14), length=st.sampled_from([0, 0, 1, 2, 11, 130]))
    def issue(self, back: int, length: int) -> None:
        """A certificate of some months is asked for."""
        last = _months_before(month_of(self.city.now_ms), back)
        first = _months_before(last, length)
        body = IssueServiceCertificate(self.person, first, last, ZERO_HASH)
        self.both(body, lambda now: self.twin.issue(first, last, now))
        known = set(self.ids)
        new = [k for k, r in self.city.ledger.records.items() if isinstance(r, ServiceCertificate)]
        self.ids += [key for key in new if key not in known]

    @precondition(lambda self: self.ids)
    @rule(pick=picks)
    def revoke(self, pick: int) -> None:
        """One of them is given up."""
        number = pick % len(self.ids)
        found = self.record(number)
        name = (found.district, found.year, found.serial)
        body = RevokeServiceCertificate(self.person, *name, Code("unused"), ZERO_HASH)
        self.both(body, lambda _: self.twin.revoke(number))

    def both(self, body: Body, twin: Callable[[int], str]) -> None:
        """The same in both worlds, with the same answer."""
        fault = self.city.fault(self.person, body)
        answer = twin(self.city.now_ms + 1_000)
        assert answer == ("" if fault is None else fault.code.name), fault
        if fault is None:
            self.city.do(self.person, body)

    def record(self, number: int) -> ServiceCertificate:
        """The certificate that was issued as the n-th."""
        found = self.city.ledger.records[self.ids[number]]
        assert isinstance(found, ServiceCertificate)
        return found

    @invariant()
    def the_same_certificates(self) -> None:
        """Hours and status of each."""
        assert len(self.ids) == len(self.twin.certificates)
        for number, certificate in enumerate(self.twin.certificates):
            found = self.record(number)
            assert [found.served_min, found.honour_min] == certificate.hours()
            assert found.status == self.twin.status(number)


def _months_before(month: int, back: int) -> int:
    years, index = divmod(month // 100 * 12 + month % 100 - 1 - back, 12)
    return years * 100 + index + 1


def _play(examples: int, steps: int) -> None:
    search = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(Registers, settings=search)


@pytest.mark.slow
@pytest.mark.feature("H2")
@pytest.mark.feature("G6")
def test_certificates_say_what_their_services_say_after_any_history() -> None:
    """Forty histories of forty moves."""
    _play(40, 40)
