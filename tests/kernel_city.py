"""A city in memory for tests of the kernel: real keys, real genesis, real transitions, no machinery around them."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import TypeVar

from node.chain import keys
from node.chain.certificate import Evidence
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Rejected
from node.chain.genesis import (
    Genesis,
    chain_id_of,
    genesis_person_id,
    new_ledger,
    operator_id,
    seat_id,
)
from node.chain.hashing import derive_id
from node.chain.ledger import Ledger
from node.chain.policy import HOUR_MS
from node.chain.records import StateRecord
from node.chain.records.actors import Operator, Person
from node.chain.records.orders import Order
from node.chain.rules.envelope import next_number
from node.chain.rules.organisation import receipt_bytes
from node.chain.state import View
from node.chain.transition import BlockRun, Execution, Receipt
from node.chain.tx.envelope import Body, SignedTransaction, Transaction, parse, sign_bytes
from node.chain.tx.identity import AcceptKin, BureauReceipt, OfferKin, Register
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    ApproveOrder,
    CheckIn,
    CheckOut,
    Confirm,
    Request,
)
from node.chain.tx.organisation import ApproveKin, ApprovePerson, Propose, Second
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from tests.kernel_genesis import (
    DISTRICTS,
    FAR_MS,
    GULOU,
    JIANYE,
    SITE,
    STAFF,
    START_MS,
    make_genesis,
    seed_of,
    service,
)

__all__ = [
    "DISTRICTS",
    "FAR_MS",
    "GULOU",
    "JIANYE",
    "SITE",
    "STAFF",
    "START_MS",
    "KernelCity",
    "make_genesis",
    "seed_of",
    "service",
    "sign_transaction",
]

R = TypeVar("R", bound=StateRecord)


@dataclass
class KernelCity:
    """Drives a ledger block by block; every helper goes through signed transactions."""

    genesis: Genesis = field(default_factory=make_genesis)
    now_ms: int = START_MS
    audit: Callable[[Ledger], None] | None = None
    """Asked after every adopted block."""

    def __post_init__(self) -> None:
        self.chain_id = chain_id_of(self.genesis)
        self.ledger = new_ledger(self.genesis)
        self.seeds: dict[Id, bytes] = {}
        self.executions: list[Execution] = []
        self.blocks: list[tuple[int, tuple[bytes, ...]]] = []
        """(time, signed transactions) of every block, to replay them elsewhere."""
        self.evidence: dict[int, tuple[Evidence, ...]] = {}
        """By height, of the blocks that have any."""
        index = 0
        for code in [d.code for d in self.genesis.districts]:
            for name in STAFF:
                self.seeds[genesis_person_id(self.chain_id, index)] = seed_of(f"{name}/{code}")
                index += 1
            self.seeds[operator_id(self.chain_id, code)] = seed_of(f"operator/{code}")
            self.seeds[seat_id(self.chain_id, code)] = seed_of(f"consensus/{code}")

    def staff(self, name: str, district: str) -> Id:
        """A genesis person by part and district."""
        codes = [d.code for d in self.genesis.districts]
        return genesis_person_id(
            self.chain_id, codes.index(Code(district)) * len(STAFF) + list(STAFF).index(name)
        )

    def operator(self, district: Code) -> Id:
        """An authority's operator."""
        return operator_id(self.chain_id, district)

    def seat(self, district: Code) -> Id:
        """An authority's seat, whose key is the consensus key."""
        return seat_id(self.chain_id, district)

    def fork(self) -> "KernelCity":
        """Another city that begins where this one stands, and goes its own way."""
        other = copy(self)
        other.ledger = _copy_of(self.ledger)
        other.seeds, other.executions, other.blocks = dict(self.seeds), [], []
        return other

    def get(self, kind: type[R], id_: bytes) -> R:
        """A record of the tip."""
        return View(self.ledger).need(kind, id_)

    def person(self, id_: Id) -> Person:
        """A person of the tip."""
        return View(self.ledger).need(Person, id_)

    def order(self, id_: Id) -> Order:
        """An order of the tip."""
        return View(self.ledger).need(Order, id_)

    def next_number(self, sender: Id) -> int:
        """The next number of an actor's lane 0; 0 for a stranger."""
        view = View(self.ledger)
        actor = view.get(Person, sender) or view.get(Operator, sender)
        return next_number(actor, 0) if actor else 0

    def sign(self, sender: Id, body: Body, **changes: object) -> SignedTransaction:
        """A transaction by a known actor, with the next number of lane 0 unless told otherwise."""
        number = self.next_number(sender)
        values: dict[str, object] = {
            "version": 1,
            "suite": 1,
            "sender": sender,
            "sequence": (0, number),
            "valid_until_ms": EpochMs(self.now_ms + 2 * HOUR_MS),
            "policy_version": 1,
            "body": body,
            "signature": bytes(64),
        }
        seed = changes.pop("seed", None) or self.seeds[sender]
        return sign_transaction(self.chain_id, seed, Transaction(**(values | changes)))  # type: ignore[arg-type]

    def block(self, *transactions: SignedTransaction, after_ms: int = 1_000) -> Execution:
        """Execute and adopt one block with these transactions, so much later."""
        self.now_ms += after_ms
        run = self._next()
        for signed in transactions:
            run.add(signed)
        return self._adopt(run, transactions)

    def _next(self) -> BlockRun:
        return BlockRun(self.ledger, Height(self.ledger.height + 1), EpochMs(self.now_ms))

    def _adopt(self, run: BlockRun, transactions: tuple[SignedTransaction, ...]) -> Execution:
        execution = run.close()
        self.ledger.adopt(
            execution.staged, self.ledger.frontier, execution.height, execution.time_ms
        )
        self.executions.append(execution)
        self.blocks.append((self.now_ms, tuple(signed.raw for signed in transactions)))
        if self.audit:
            self.audit(self.ledger)
        return execution

    def do(self, sender: Id, body: Body, after_ms: int = 1_000) -> Receipt:
        """One transaction in a block of its own."""
        self.now_ms += after_ms
        run = self._next()
        signed = self.sign(sender, body)
        receipt = run.add(signed)
        self._adopt(run, (signed,))
        return receipt

    def attempt(self, signed: SignedTransaction, after_ms: int = 1_000) -> Rejected | None:
        """Try a transaction in the next block without adopting it; a refusal must leave no trace in the state root."""
        self.now_ms += after_ms
        untouched = self._next().close().staged.root
        run = self._next()
        fault: Rejected | None = None
        try:
            run.add(signed)
        except Rejected as raised:
            fault = raised
        root = run.close().staged.root
        self.ledger.unstage()
        self.now_ms -= after_ms
        assert (root == untouched) == (fault is not None)
        return fault

    def fault(self, sender: Id, body: Body, after_ms: int = 1_000) -> Rejected | None:
        """What would become of a transaction in the next block: its refusal, or None; the city stays as it was."""
        until = EpochMs(self.now_ms + after_ms + HOUR_MS)
        return self.attempt(self.sign(sender, body, valid_until_ms=until), after_ms)

    def refusal(self, sender: Id, body: Body, after_ms: int = 1_000) -> ErrorCode:
        """Why a transaction in the next block is refused; the city stays as it was."""
        fault = self.fault(sender, body, after_ms)
        assert fault is not None, f"{type(body).__name__} was admitted"
        return fault.code

    def wait(self, ms: int) -> Execution:
        """Let time pass: a block without transactions."""
        return self.block(after_ms=ms)

    def new_person(
        self,
        name: str,
        home: Code = GULOU,
        *,
        serve: bool = True,
        receive: bool = True,
        funded: bool = False,
        keyless: bool = False,
        card: bool = False,
    ) -> Id:
        """Registered by a recorder, proposed by a reviewer, seconded by another."""
        recorder = self.staff("recorder", home)
        seed = seed_of(name)
        key = b"" if keyless else keys.public_key(seed)
        proof = (
            b""
            if keyless
            else keys.sign(seed, keys.possession_bytes(self.chain_id, key, home.encode()))
        )
        number = self.person(recorder).lanes[0]
        card_key = card_proof = b""
        if card:
            card_key, card_proof = self.new_key(f"{name}/card", home.encode())
        register = Register(home, SITE, 1, key, proof, card_key, card_proof, ZERO_HASH)
        receipt = self.do(recorder, register)
        person = derive_id(self.chain_id, recorder, 0, number, 0)
        self.seeds[person] = seed
        return self.approve(
            person, receipt.tx_id, home, serve=serve, receive=receive, funded=funded
        )

    def approve(
        self,
        person: Id,
        origin: Hash,
        home: Code = GULOU,
        *,
        serve: bool = True,
        receive: bool = True,
        funded: bool = False,
    ) -> Id:
        """Admit a registered person, by two reviewers and with the bureau's receipt."""
        bureau = keys.sign(seed_of("bureau"), receipt_bytes(self.chain_id, person, home, 1))
        action = ApprovePerson(
            person,
            origin,
            FAR_MS if serve else EpochMs(0),
            FAR_MS if receive else EpochMs(0),
            FAR_MS if funded else EpochMs(0),
            ZERO_HASH,
            BureauReceipt(1, bureau),
        )
        self.two(self.staff("reviewer", home), self.staff("second", home), action)
        return person

    def new_key(self, name: str, context: bytes) -> tuple[bytes, bytes]:
        """A key from a name and the proof of its possession."""
        key = keys.public_key(seed_of(name))
        proof = keys.possession_bytes(self.chain_id, key, context)
        return key, keys.sign(seed_of(name), proof)

    def two(self, proposer: Id, seconder: Id, action: object) -> Id:
        """Propose and second an action."""
        number = self.person(proposer).lanes[0]
        receipt = self.do(proposer, Propose(action))  # type: ignore[arg-type]
        proposal = derive_id(self.chain_id, proposer, 0, number, 0)
        self.do(seconder, Second(proposal, receipt.tx_id))
        return proposal

    def mint(
        self, district: Code, minutes: int, purpose: str = "key-elders", year: int = 2026
    ) -> None:
        """A voted mint."""
        operators = [self.operator(d.code) for d in self.genesis.districts]
        receipt = self.do(
            operators[0], ProposeMint(district, year, Code(purpose), Minutes(minutes), ZERO_HASH)
        )
        number = self.get(Operator, operators[0]).lanes[0] - 1
        proposal = derive_id(self.chain_id, operators[0], 0, number, 0)
        for operator in operators[1:3]:
            self.do(operator, VoteMint(proposal, receipt.tx_id, 1))

    def request(self, requester: Id, recipient: Id, **changes: object) -> Id:
        """An order of company for an hour, two hours from now; returns its id."""
        values: dict[str, object] = {
            "recipient": recipient,
            "payer_kind": "person",
            "payer": recipient,
            "service": "company",
            "district": GULOU,
            "site": SITE,
            "start_ms": EpochMs(self.now_ms + 2 * HOUR_MS),
            "expected_min": Minutes(60),
            "invited": NO_ID,
            "job": NO_ID,
            "rule": "-",
            "consent": "own-key",
            "consent_evidence": ZERO_HASH,
            "detail": ZERO_HASH,
        }
        number = self.person(requester).lanes[0]
        self.do(requester, Request(**(values | changes)))  # type: ignore[arg-type]
        return derive_id(self.chain_id, requester, 0, number, 0)

    def publish(self, order: Id) -> None:
        """A reviewer approves."""
        found = self.order(order)
        self.do(
            self.staff("second", found.district), ApproveOrder(order, found.origin, found.events)
        )

    def accept(self, order: Id, volunteer: Id) -> None:
        """A volunteer takes it."""
        found = self.order(order)
        self.do(volunteer, Accept(order, found.origin, found.events, Code("self"), 1, ZERO_HASH))

    def serve(self, order: Id, minutes: int = 60) -> None:
        """Check in at the planned start, and out after so many minutes."""
        found = self.order(order)
        wait = max(1_000, found.start_ms - self.now_ms)
        self.do(
            found.volunteer,
            CheckIn(order, EpochMs(self.now_ms + wait), NO_PRESENCE),
            after_ms=wait,
        )
        spent = minutes * 60_000
        self.do(
            found.volunteer,
            CheckOut(order, EpochMs(self.now_ms + spent), Code("done"), NO_PRESENCE),
            after_ms=spent,
        )

    def confirm(
        self, order: Id, confirmer: Id, minutes: int | None = None, method: str = "own-key"
    ) -> None:
        """Confirm what was counted (or less)."""
        found = self.order(order)
        agreed = Minutes(found.counted_min if minutes is None else minutes)
        proof = b"" if method in {"own-key", "agent"} else bytes(32)
        self.do(confirmer, Confirm(order, found.origin, found.events, agreed, Code(method), proof))

    def bind_kin(self, first: Id, second: Id, relation: str = "parent") -> Id:
        """Offered, accepted, approved by two staff."""
        number = self.person(first).lanes[0]
        offer = self.do(first, OfferKin(second, Code(relation)))
        binding = derive_id(self.chain_id, first, 0, number, 0)
        self.do(second, AcceptKin(binding, offer.tx_id, Code("own-key"), ZERO_HASH))
        home = self.person(first).home
        self.two(
            self.staff("reviewer", home),
            self.staff("second", home),
            ApproveKin(binding, offer.tx_id),
        )
        return binding


def sign_transaction(chain_id: Hash, seed: bytes, tx: Transaction) -> SignedTransaction:
    """Sign and parse, as a wallet does."""
    raw = encode(tx)
    return parse(raw[:-64] + keys.sign(seed, sign_bytes(chain_id, raw)))


def _copy_of(ledger: Ledger) -> Ledger:
    """A ledger of its own with the same state: arrays are copied, not hashed again."""
    ledger.unstage()
    other = copy(ledger)
    other.records, other._timers = dict(ledger.records), list(ledger._timers)
    other.tree = copy(ledger.tree)
    other.tree._cells = list(ledger.tree._cells)
    other.tree._rows = [bytearray(row) for row in ledger.tree._rows]
    return other
