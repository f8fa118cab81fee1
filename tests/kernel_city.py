"""A city in memory for tests of the kernel: real keys, real genesis, real transitions, no machinery around them."""

from dataclasses import dataclass, field

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.genesis import (
    Genesis,
    GenesisDistrict,
    GenesisPerson,
    chain_id_of,
    genesis_person_id,
    new_ledger,
    operator_id,
)
from node.chain.hashing import derive_id, digest
from node.chain.policy import HOUR_MS, Policy, ServiceClass
from node.chain.records import StateRecord
from node.chain.records.actors import Operator, Person, Role
from node.chain.records.orders import Order
from node.chain.rules.envelope import next_number
from node.chain.rules.organisation import receipt_bytes
from node.chain.state import View
from node.chain.transition import BlockRun, Execution, Receipt
from node.chain.tx.envelope import Body, SignedTransaction, Transaction, parse
from node.chain.tx.identity import AcceptKin, BureauReceipt, OfferKin, Register
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.orders import (
    Accept,
    ApproveOrder,
    CheckIn,
    CheckOut,
    Confirm,
    Request,
)
from node.chain.tx.organisation import ApproveKin, ApprovePerson, Propose, Second
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from node.chain.codec import encode

START_MS = 1_772_000_000_000
FAR_MS = EpochMs(START_MS + 10 * 365 * 24 * HOUR_MS)
GULOU, JIANYE = Code("gulou"), Code("jianye")
DISTRICTS = (GULOU, JIANYE, Code("qinhuai"), Code("xuanwu"))
SITE = Code("site-1")


def seed_of(name: str) -> bytes:
    """A key seed for tests, from a name."""
    return digest("test-seed", Hash(b""), name.encode())


def service(code: str, **changes: object) -> ServiceClass:
    """A plain service class."""
    values: dict[str, object] = {
        "code": code,
        "parent": code,
        "risk": 1,
        "weight_permille": 1_000,
        "version": 1,
        "siblings": 1,
        "home_visit": 0,
        "training": 0,
        "urgent": 0,
        "retired": 0,
        "districts": (),
    }
    return ServiceClass(**(values | changes))  # type: ignore[arg-type]


def make_genesis(policy: Policy | None = None, districts: tuple[Code, ...] = DISTRICTS) -> Genesis:
    """Four districts, each with a recorder, two reviewers, an arbiter and a caller."""
    members = tuple(
        Authority(
            code,
            1,
            *(keys.public_key(seed_of(f"{use}/{code}")) for use in ("consensus", "operator", "checkpoint", "tls")),
        )
        for code in districts
    )
    persons = tuple(
        GenesisPerson(
            code,
            SITE,
            keys.public_key(seed_of(f"{name}/{code}")),
            tuple(Role(Code(role), code, Code("-"), FAR_MS) for role in roles)
            + ((Role(Code("arbiter"), Code("city"), Code("-"), FAR_MS),) if name == "city-arbiter" else ()),
            EpochMs(0),
        )
        for code in districts
        for name, roles in STAFF.items()
    )
    return Genesis(
        version=1,
        suite=1,
        city=Code("nanjing"),
        name_zh="南京".encode(),
        name_en=b"Nanjing",
        created_ms=EpochMs(START_MS),
        rehearsal_rate=1,
        districts=tuple(GenesisDistrict(c, c.encode(), c.encode(), (SITE, Code("site-2"))) for c in districts),
        authorities=AuthoritySet(members),
        bureau_key=keys.public_key(seed_of("bureau")),
        recovery_threshold=0,
        recovery_keys=(),
        policy=policy or Policy(1, Height(0)),
        catalogue=(
            service("company"),
            service("cleaning", weight_permille=1_500),
            service("bathing", siblings=2, home_visit=1),
            service("medical", training=1),
            service("hospice", parent="company"),
            service("retired-class", retired=1),
        ),
        persons=persons,
    )


STAFF: dict[str, tuple[str, ...]] = {
    "recorder": ("recorder", "operator"),
    "reviewer": ("reviewer", "operator"),
    "second": ("reviewer", "caller"),
    "arbiter": ("arbiter",),
    "city-arbiter": (),
}


@dataclass
class KernelCity:
    """Drives a ledger block by block; every helper goes through signed transactions."""

    genesis: Genesis = field(default_factory=make_genesis)
    now_ms: int = START_MS

    def __post_init__(self) -> None:
        self.chain_id = chain_id_of(self.genesis)
        self.ledger = new_ledger(self.genesis)
        self.seeds: dict[Id, bytes] = {}
        self.executions: list[Execution] = []
        index = 0
        for code in [d.code for d in self.genesis.districts]:
            for name in STAFF:
                self.seeds[genesis_person_id(self.chain_id, index)] = seed_of(f"{name}/{code}")
                index += 1
            self.seeds[operator_id(self.chain_id, code)] = seed_of(f"operator/{code}")

    def staff(self, name: str, district: str) -> Id:
        """A genesis person by part and district."""
        codes = [d.code for d in self.genesis.districts]
        return genesis_person_id(self.chain_id, codes.index(district) * len(STAFF) + list(STAFF).index(name))

    def operator(self, district: Code) -> Id:
        """An authority's operator."""
        return operator_id(self.chain_id, district)

    def get(self, kind: type[StateRecord], id_: bytes) -> StateRecord:
        """A record of the tip."""
        return View(self.ledger).need(kind, id_)

    def person(self, id_: Id) -> Person:
        """A person of the tip."""
        return View(self.ledger).need(Person, id_)

    def order(self, id_: Id) -> Order:
        """An order of the tip."""
        return View(self.ledger).need(Order, id_)

    def sign(self, sender: Id, body: Body, **changes: object) -> SignedTransaction:
        """A transaction by a known actor, with the next number of lane 0 unless told otherwise."""
        view = View(self.ledger)
        actor = view.get(Person, sender) or view.get(Operator, sender)
        number = next_number(actor, 0) if actor else 0
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
        run = BlockRun(self.ledger, Height(self.ledger.height + 1), EpochMs(self.now_ms))
        for signed in transactions:
            run.add(signed)
        return self._adopt(run)

    def _adopt(self, run: BlockRun) -> Execution:
        execution = run.close()
        self.ledger.adopt(execution.staged, self.ledger.frontier, execution.height, execution.time_ms)
        self.executions.append(execution)
        return execution

    def do(self, sender: Id, body: Body, after_ms: int = 1_000) -> Receipt:
        """One transaction in a block of its own."""
        self.now_ms += after_ms
        run = BlockRun(self.ledger, Height(self.ledger.height + 1), EpochMs(self.now_ms))
        receipt = run.add(self.sign(sender, body))
        self._adopt(run)
        return receipt

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
    ) -> Id:
        """Registered by a recorder, proposed by a reviewer, seconded by another."""
        recorder = self.staff("recorder", home)
        seed = seed_of(name)
        key = b"" if keyless else keys.public_key(seed)
        proof = b"" if keyless else keys.sign(seed, keys.possession_bytes(self.chain_id, key, home.encode()))
        number = self.person(recorder).lanes[0]
        receipt = self.do(recorder, Register(home, SITE, 1, key, proof, b"", b"", ZERO_HASH))
        person = derive_id(self.chain_id, recorder, 0, number, 0)
        self.seeds[person] = seed
        bureau = keys.sign(seed_of("bureau"), receipt_bytes(self.chain_id, person, home, 1))
        action = ApprovePerson(
            person,
            receipt.tx_id,
            FAR_MS if serve else EpochMs(0),
            FAR_MS if receive else EpochMs(0),
            FAR_MS if funded else EpochMs(0),
            ZERO_HASH,
            BureauReceipt(1, bureau),
        )
        self.two(self.staff("reviewer", home), self.staff("second", home), action)
        return person

    def two(self, proposer: Id, seconder: Id, action: object) -> Id:
        """Propose and second an action."""
        number = self.person(proposer).lanes[0]
        receipt = self.do(proposer, Propose(action))  # type: ignore[arg-type]
        proposal = derive_id(self.chain_id, proposer, 0, number, 0)
        self.do(seconder, Second(proposal, receipt.tx_id))
        return proposal

    def mint(self, district: Code, minutes: int, purpose: str = "key-elders", year: int = 2026) -> None:
        """A voted mint."""
        operators = [self.operator(d.code) for d in self.genesis.districts]
        receipt = self.do(operators[0], ProposeMint(district, year, Code(purpose), Minutes(minutes), ZERO_HASH))
        number = self.get(Operator, operators[0]).lanes[0] - 1  # type: ignore[union-attr]
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
        self.do(self.staff("second", found.district), ApproveOrder(order, found.origin, found.events))

    def accept(self, order: Id, volunteer: Id) -> None:
        """A volunteer takes it."""
        found = self.order(order)
        self.do(volunteer, Accept(order, found.origin, found.events, Code("self"), 1, ZERO_HASH))

    def serve(self, order: Id, minutes: int = 60) -> None:
        """Check in at the planned start, and out after so many minutes."""
        found = self.order(order)
        wait = max(1_000, found.start_ms - self.now_ms)
        self.do(found.volunteer, CheckIn(order, EpochMs(self.now_ms + wait), Code("none")), after_ms=wait)
        spent = minutes * 60_000
        self.do(
            found.volunteer,
            CheckOut(order, EpochMs(self.now_ms + spent), Code("done"), Code("none")),
            after_ms=spent,
        )

    def confirm(self, order: Id, confirmer: Id, minutes: int | None = None, method: str = "own-key") -> None:
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
        self.two(self.staff("reviewer", home), self.staff("second", home), ApproveKin(binding, offer.tx_id))
        return binding


def sign_transaction(chain_id: Hash, seed: bytes, tx: Transaction) -> SignedTransaction:
    """Sign and parse, as a wallet does."""
    from node.chain.tx.envelope import sign_bytes

    raw = encode(tx)
    return parse(raw[:-64] + keys.sign(seed, sign_bytes(chain_id, raw)))
