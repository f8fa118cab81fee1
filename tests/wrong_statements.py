"""What a lying authority slips into blocks: wrong transactions, with the history that makes them wrong.

The history is played in a ledger in this process first. Whoever tells the lies gets it block by block, to bring it to
the nodes that are to be lied to; then each lie is wrong for its own reason and for no other.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from node.chain.errors import ErrorCode
from node.chain.genesis import Genesis
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, HOUR_MS, IssuancePolicy, OrderPolicy, PersonPolicy, Policy
from node.chain.records.redemption import Redemption
from node.chain.tx.envelope import Body, SignedTransaction
from node.chain.tx.identity import GrantAgent, Register, RevokeAgent
from node.chain.tx.issuance import ProposeMint
from node.chain.tx.orders import ApproveOrder, Confirm, Request, Withdraw
from node.chain.tx.organisation import GrantRole, Propose
from node.chain.tx.redemption import AttestCapacity, Capture, OpenProvider, Redeem
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from tests.kernel_city import FAR_MS, SITE, KernelCity, seed_of

EVIDENCE: Final = Hash(bytes([7]) * 32)
KEY_ELDERS: Final = Code("key-elders")
CAP: Final = Minutes(60)
POLICY: Final = Policy(
    1,
    Height(0),
    orders=OrderPolicy(sample_permille=0, cooling_strong_ms=HOUR_MS),
    persons=PersonPolicy(cap_min=CAP, kin_rest_ms=HOUR_MS),
    issuance=IssuancePolicy(allowance_month_min=Minutes(180)),
)
"""Short waits and small caps, so that a history of a day comes up against them."""


class Lie(NamedTuple):
    """A wrong transaction and what honest nodes must call it."""

    raw: bytes
    code: ErrorCode


class Plot(KernelCity):
    """A city in which the lies are prepared.

    Attributes:
        home: the district whose staff speaks in the history.
        elsewhere: another one; its staff has said nothing.
        year: in which funds are minted.
    """

    def __init__(
        self, genesis: Genesis, operators: Sequence[bytes], now_ms: int, year: int
    ) -> None:
        super().__init__(genesis, now_ms)
        self.year = year
        codes = [district.code for district in genesis.districts]
        self.elsewhere, self.home = codes[:2]
        for code, seed in zip(codes, operators, strict=True):
            self.seeds[self.operator(code)] = seed
        self._live()

    def _live(self) -> None:
        """An elder and a volunteer who are kin, two services, a gift, a held redemption, an agent come and gone."""
        home = self.home
        self.elder = self.new_person("elder", home, serve=False, funded=True)
        self.volunteer = self.new_person("volunteer", home)
        self.child = self.new_person("child", home)
        self.mint(home, 1_000, year=self.year)
        self.bind_kin(self.volunteer, self.child, "sibling")
        self._served()
        self.do(self.volunteer, Give(self.child, Minutes(30)))
        self._served()
        self._redeem()
        self.unconfirmed = self._served(confirmed=False)
        self.unpaid = self._fund_order(120)
        self.agent = self.new_person("neighbour", home)
        self.do(self.elder, GrantAgent(self.agent, (Code("request"),)))
        assert self.fault(self.agent, self._asked_by_agent()) is None
        self.do(self.elder, RevokeAgent(self.elder, self.agent))

    def _fund_order(self, minutes: int) -> Id:
        changes = {"payer_kind": "fund", "payer": NO_ID, "district": self.home}
        return self.request(self.elder, self.elder, expected_min=Minutes(minutes), **changes)

    def _served(self, *, confirmed: bool = True) -> Id:
        """One hour of company, paid by the fund."""
        order = self._fund_order(60)
        self.publish(order)
        self.accept(order, self.volunteer)
        self.serve(order)
        if confirmed:
            self.confirm(order, self.elder)
            self.wait(2 * HOUR_MS)
        return order

    def _redeem(self) -> None:
        staff = self.new_person("provider-staff", self.home)
        by = self.staff("treasurer", self.home), self.staff("second", self.home)
        provider = self.two(*by, OpenProvider(self.home, (staff,), EVIDENCE))
        action = AttestCapacity(provider, Minutes(10_000), FAR_MS, EVIDENCE)
        self.capacity, self.captor = self.two(*by, action), staff
        number = self.next_number(self.volunteer)
        self.do(self.volunteer, Redeem(self.volunteer, provider, Minutes(20)))
        held = derive_id(self.chain_id, self.volunteer, 0, number, 0)
        self.redemption = self.get(Redemption, held)

    def _captured(self, minutes: int) -> Capture:
        held = self.redemption
        return Capture(held.id, held.origin, self.capacity, Minutes(minutes), EVIDENCE)

    def _asked_by_agent(self) -> Request:
        return Request(
            recipient=self.elder,
            payer_kind=Code("person"),
            payer=self.elder,
            service=Code("company"),
            district=self.home,
            site=SITE,
            start_ms=EpochMs(self.now_ms + DAY_MS),
            expected_min=Minutes(60),
            invited=NO_ID,
            job=NO_ID,
            rule=Code("-"),
            consent=Code("agent"),
            consent_evidence=ZERO_HASH,
            detail=ZERO_HASH,
        )

    def lies(self) -> Iterator[Lie]:
        """One for each way to break a rule; each is refused in this city too, and for its own reason."""
        for signed, code in (
            *self._about_envelopes(),
            *self._about_people(),
            *self._about_minutes(),
        ):
            fault = self.attempt(signed)
            assert fault is not None, f"{code.name} was admitted"
            assert fault.code is code, f"{code.name}: {fault}"
            yield Lie(signed.raw, code)

    def _lie(
        self, sender: Id, body: Body, code: ErrorCode, **changes: object
    ) -> tuple[SignedTransaction, ErrorCode]:
        day = {"valid_until_ms": EpochMs(self.now_ms + DAY_MS)}
        return self.sign(sender, body, **(day | changes)), code

    def _about_envelopes(self) -> Iterator[tuple[SignedTransaction, ErrorCode]]:
        clerk, gift = self.staff("clerk", self.elsewhere), Donate(Code("district"), Minutes(60))
        lie, code = self._lie, ErrorCode
        number = self.next_number(clerk)
        yield lie(clerk, gift, code.BAD_SIGNATURE, seed=seed_of("somebody else"))
        yield lie(clerk, gift, code.EXPIRED, valid_until_ms=EpochMs(self.now_ms))
        far = EpochMs(self.now_ms + 400 * DAY_MS)
        yield lie(clerk, gift, code.VALIDITY_TOO_LONG, valid_until_ms=far)
        yield lie(clerk, gift, code.SEQUENCE_GAP, sequence=(0, number + 3))
        yield lie(clerk, gift, code.STALE_POLICY, policy_version=2)
        yield lie(Id(bytes(16)), gift, code.UNKNOWN_SENDER, seed=seed_of("nobody"))

    def _about_people(self) -> Iterator[tuple[SignedTransaction, ErrorCode]]:
        """Who may not say it: without the role, alone where two are needed, for somebody who has revoked it."""
        lie, code, there = self._lie, ErrorCode, self.elsewhere
        register = Register(there, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
        yield lie(self.staff("arbiter", there), register, code.ROLE_MISSING)
        me = self.staff("recorder", there)
        grant = GrantRole(me, Code("treasurer"), there, Code("-"), FAR_MS)
        yield lie(me, Propose(grant), code.SAME_PERSON)
        mint = ProposeMint(there, self.year, KEY_ELDERS, Minutes(10**9), ZERO_HASH)
        yield lie(self.staff("treasurer", there), mint, code.NOT_AUTHORITY)
        withdraw = Withdraw(Id(bytes(16)), Code("error"))
        yield lie(self.staff("clerk", there), withdraw, code.NO_SUCH_OBJECT)
        yield lie(self.agent, self._asked_by_agent(), code.NOT_A_PARTY)

    def _about_minutes(self) -> Iterator[tuple[SignedTransaction, ErrorCode]]:
        """What is not there, beyond what is held, beyond a cap."""
        lie, code, there = self._lie, ErrorCode, self.elsewhere
        clerk = self.staff("clerk", there)
        yield lie(clerk, Donate(Code("district"), Minutes(60)), code.INSUFFICIENT_MINUTES)
        yield lie(clerk, Give(self.staff("arbiter", there), Minutes(30)), code.NOT_KIN)
        mint = ProposeMint(there, self.year, KEY_ELDERS, Minutes(10**9), ZERO_HASH)
        yield lie(self.operator(there), mint, code.BUDGET_EXCEEDED)
        assert self.fault(self.captor, self._captured(20)) is None
        yield lie(self.captor, self._captured(21), code.MINUTES_OUT_OF_RANGE)
        served = self.order(self.unconfirmed)
        assert served.hold_min == served.counted_min == CAP
        more = Confirm(served.id, served.origin, served.events, Minutes(90), Code("own-key"), b"")
        yield lie(self.elder, more, code.MINUTES_OUT_OF_RANGE)
        assert self.fault(self.volunteer, Give(self.child, Minutes(30))) is None
        yield lie(self.volunteer, Give(self.child, Minutes(31)), code.CAP_REACHED)
        asked = self.order(self.unpaid)
        approve = ApproveOrder(asked.id, asked.origin, asked.events)
        yield lie(self.staff("second", self.home), approve, code.ALLOWANCE_USED)
