"""Real archives from a city in memory: its transactions and outcomes, put into signed blocks.

``drafts_of`` says what a city's blocks held and what came of them; ``seal`` makes headers, certificates and links of
them. A ``Plant`` changes one thing on the way, and everything after it is linked and signed as if it were right, so
that nothing but the planted thing is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from node.chain import keys
from node.chain.archive import (
    KIND_BLOCK,
    KIND_CHANGE,
    KIND_END,
    KIND_GENESIS,
    KIND_TIP,
    ArchivedBlock,
    End,
    frame,
    head,
)
from node.chain.block import Block, Header, Summary, block_id, evidence_root
from node.chain.certificate import (
    CommitCertificate,
    Evidence,
    certificate_hash,
)
from node.chain.codec import encode
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.hashing import derive_id
from node.chain.merkle import Frontier, leaf_hash
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.rules.organisation import receipt_bytes
from node.chain.seats import Epoch, epochs_of
from node.chain.tx.identity import BureauReceipt, Register, RotateKey
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.orders import Accept, ApproveOrder, Confirm
from node.chain.tx.organisation import ApprovePerson, Propose, Second
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_HASH, ZERO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from node.chain.verify import AuthorityChange
from tests.certifying import certify, quorum_of
from tests.kernel_city import FAR_MS, GULOU, JIANYE, SITE, KernelCity, make_genesis, seed_of

T = TypeVar("T")


@dataclass(frozen=True)
class Draft:
    """What a block holds and what executing it gave; neither linked nor signed."""

    time_ms: EpochMs
    transactions: tuple[bytes, ...]
    timer_count: int
    state_root: Hash
    finals_root: Hash
    authorities_hash: Hash
    next_authorities_hash: Hash
    policy_hash: Hash
    evidence: tuple[Evidence, ...] = ()


def drafts_of(city: KernelCity) -> list[Draft]:
    """What a city's blocks held."""
    return [
        Draft(
            time_ms=execution.time_ms,
            transactions=transactions,
            timer_count=len(execution.timers),
            state_root=execution.staged.root,
            finals_root=execution.finals_root,
            authorities_hash=execution.authorities_hash,
            next_authorities_hash=execution.next_authorities_hash,
            policy_hash=execution.policy_hash,
            evidence=city.evidence.get(execution.height, ()),
        )
        for execution, (_, transactions) in zip(city.executions, city.blocks, strict=True)
    ]


def trail_of(city: KernelCity, sealed: Sequence["Sealed"]) -> list[AuthorityChange]:
    """The headers that name another set, with their certificates."""
    return [
        AuthorityChange(
            sealed[epoch.first_height - 2].block.header,
            sealed[epoch.first_height - 2].certificate,
            epoch.authorities,
        )
        for epoch in epochs_of(city.ledger, city.ledger.height)[1:]
    ]


def archive_of(city: KernelCity, plant: "Plant | None" = None) -> bytes:
    """A city's whole history as an archive, right or with one thing planted in it."""
    sealed = seal(city.genesis, drafts_of(city), plant, epochs_of(city.ledger, city.ledger.height))
    trail = (plant or Plant()).trail(trail_of(city, sealed))
    return write_archive(city.genesis, sealed, trail)


@dataclass(frozen=True)
class Sealed:
    """A block as it stands in an archive, with its own certificate."""

    block: Block
    summary: Summary
    id: Hash
    certificate: CommitCertificate


def same(_: int, value: T) -> T:
    """Change nothing."""
    return value


@dataclass(frozen=True)
class Plant:
    """What to change while sealing; each function gets the height and the right value."""

    draft: Callable[[int, Draft], Draft] = same
    summary: Callable[[int, Summary], Summary] = same
    frontier: Callable[[int, Frontier], Frontier] = same
    last_commit: Callable[[int, tuple[CommitCertificate, ...]], tuple[CommitCertificate, ...]] = (
        same
    )
    header: Callable[[int, Header], Header] = same
    signers: Callable[[int, tuple[int, ...]], tuple[int, ...]] = same
    certificate: Callable[[int, CommitCertificate], CommitCertificate] = same
    block: Callable[[int, Block], Block] = same
    trail: Callable[[list[AuthorityChange]], list[AuthorityChange]] = list
    """Gets the whole trail."""


def seal(
    genesis: Genesis,
    drafts: Sequence[Draft],
    plant: Plant | None = None,
    epochs: Sequence[Epoch] = (),
) -> list[Sealed]:
    """Link and sign drafts; by the set of genesis unless ``epochs`` says when another begins."""
    plant = plant or Plant()
    chain_id = chain_id_of(genesis)
    sealed: list[Sealed] = []
    frontier, previous = Frontier(0, ()), chain_id
    last_commit: tuple[CommitCertificate, ...] = ()
    for height, right in enumerate(drafts, base_height(genesis) + 1):
        seated = [e.authorities for e in epochs if e.first_height <= height] or [
            genesis.authorities
        ]
        draft = plant.draft(height, right)
        summary = plant.summary(height, _summary(height, draft))
        leaves = [leaf_hash(raw) for raw in (*draft.transactions, encode(summary))]
        frontier = frontier.extend(leaves)[0]
        last_commit = plant.last_commit(height, last_commit)
        shown = plant.frontier(height, frontier)
        maker = height % len(seated[-1].members)
        header = plant.header(
            height, _header(chain_id, height, draft, shown, previous, last_commit, maker)
        )
        id_ = block_id(chain_id, header)
        signers = plant.signers(height, quorum_of(genesis, height, seated[-1]))
        own = certify(genesis, height, id_, signers, authorities=seated[-1])
        certificate = plant.certificate(height, own)
        block = plant.block(height, Block(header, last_commit, draft.transactions, draft.evidence))
        sealed.append(Sealed(block, summary, id_, certificate))
        previous, last_commit = id_, (certificate,)
    return sealed


def _summary(height: int, draft: Draft) -> Summary:
    return Summary(
        height=Height(height),
        time_ms=draft.time_ms,
        transaction_count=len(draft.transactions),
        timer_count=draft.timer_count,
        state_root=draft.state_root,
        finals_root=draft.finals_root,
        next_authorities_hash=draft.next_authorities_hash,
        policy_hash=draft.policy_hash,
    )


def _header(  # noqa: PLR0917 - what a header is made of
    chain_id: Hash,
    height: int,
    draft: Draft,
    frontier: Frontier,
    previous: Hash,
    last_commit: tuple[CommitCertificate, ...],
    maker: int,
) -> Header:
    return Header(
        version=1,
        suite=1,
        height=Height(height),
        time_ms=draft.time_ms,
        previous_id=previous,
        last_commit_hash=certificate_hash(chain_id, last_commit[0]) if last_commit else NO_HASH,
        maker=maker,
        transaction_count=len(draft.transactions),
        log_number=0,
        log_size=frontier.size,
        log_root=frontier.root(),
        state_root=draft.state_root,
        evidence_root=evidence_root(chain_id, draft.evidence),
        authorities_hash=draft.authorities_hash,
        next_authorities_hash=draft.next_authorities_hash,
        policy_hash=draft.policy_hash,
    )


def write_archive(
    genesis: Genesis, sealed: Sequence[Sealed], trail: Sequence[AuthorityChange] = ()
) -> bytes:
    """The archive file of a sealed chain, wrong heights and all; ``ArchiveWriter`` would refuse those."""
    chain_id = chain_id_of(genesis)
    entries = [(KIND_GENESIS, encode(genesis))]
    entries += [(KIND_CHANGE, encode(change)) for change in trail]
    entries += [(KIND_BLOCK, encode(ArchivedBlock(one.block, one.summary))) for one in sealed]
    entries += [(KIND_TIP, encode(one.certificate)) for one in sealed[-1:]]
    raw = head(chain_id) + b"".join(
        frame(number, kind, body) for number, (kind, body) in enumerate(entries)
    )
    tip = sealed[-1].id if sealed else chain_id
    height = Height(base_height(genesis) + len(sealed))
    end = End(len(entries), height, tip, Hash(sha256(raw).digest()))
    return raw + frame(len(entries), KIND_END, encode(end))


def small_story(genesis: Genesis | None = None) -> KernelCity:
    """Ten blocks with everything structural: registrations, approvals, a mint, an order settled, a key rotated.

    Steps share blocks where the rules allow it, so that every byte of the archive can be tried.
    """
    city = KernelCity(genesis or make_genesis())
    elder, helper = _two_persons_and_a_mint(city)
    order = city.request(
        city.staff("recorder", GULOU),
        elder,
        payer_kind="fund",
        payer=b"",
        consent="in-person",
        consent_evidence=bytes([1]) * 32,
    )
    found = city.order(order)
    city.block(
        city.sign(city.staff("second", GULOU), ApproveOrder(order, found.origin, found.events)),
        city.sign(
            helper, Accept(order, found.origin, found.events + 1, Code("self"), 1, ZERO_HASH)
        ),
    )
    city.serve(order, 60)
    found = city.order(order)
    seed = seed_of("li after the loss")
    key = keys.public_key(seed)
    proof = keys.sign(seed, keys.possession_bytes(city.chain_id, key, helper))
    city.block(
        city.sign(
            elder,
            Confirm(order, found.origin, found.events, found.counted_min, Code("own-key"), b""),
        ),
        city.sign(helper, RotateKey(1, key, proof)),
    )
    city.seeds[helper] = seed
    city.wait(25 * HOUR_MS)
    city.do(helper, Donate(Code("district"), Minutes(30)))
    return city


def _two_persons_and_a_mint(city: KernelCity) -> tuple[Id, Id]:
    """Three blocks: who registers, who proposes, who seconds."""
    recorder, reviewer, second = (
        city.staff(part, GULOU) for part in ("recorder", "reviewer", "second")
    )
    names, persons, registered = ("zhao", "li"), [], []
    for index, name in enumerate(names):
        seed = seed_of(name)
        key = keys.public_key(seed)
        proof = keys.sign(seed, keys.possession_bytes(city.chain_id, key, GULOU.encode()))
        body = Register(GULOU, SITE, 1, key, proof, b"", b"", ZERO_HASH)
        registered.append(city.sign(recorder, body, sequence=(0, index)))
        persons.append(derive_id(city.chain_id, recorder, 0, index, 0))
        city.seeds[persons[-1]] = seed
    city.block(*registered)
    proposals = [
        city.sign(reviewer, Propose(_approval(city, person, one.tx_id)), sequence=(0, index))
        for index, (person, one) in enumerate(zip(persons, registered, strict=True))
    ]
    operators = [city.operator(d.code) for d in city.genesis.districts]
    mint = city.sign(
        operators[0], ProposeMint(GULOU, 2026, Code("key-elders"), Minutes(6_000), ZERO_HASH)
    )
    city.block(*proposals, mint)
    seconds = [
        city.sign(
            second,
            Second(derive_id(city.chain_id, reviewer, 0, index, 0), one.tx_id),
            sequence=(0, index),
        )
        for index, one in enumerate(proposals)
    ]
    minted = derive_id(city.chain_id, operators[0], 0, 0, 0)
    votes = [city.sign(operator, VoteMint(minted, mint.tx_id, 1)) for operator in operators[1:3]]
    city.block(*seconds, *votes)
    return persons[0], persons[1]


def _approval(city: KernelCity, person: Id, origin: Hash) -> ApprovePerson:
    bureau = keys.sign(seed_of("bureau"), receipt_bytes(city.chain_id, person, GULOU, 1))
    return ApprovePerson(
        person, origin, FAR_MS, FAR_MS, FAR_MS, ZERO_HASH, BureauReceipt(1, bureau)
    )


def _one_order(city: KernelCity, elder: Id, helper: Id) -> None:
    order = city.request(
        city.staff("recorder", GULOU),
        elder,
        payer_kind="fund",
        payer=b"",
        consent="in-person",
        consent_evidence=bytes([1]) * 32,
    )
    city.publish(order)
    city.accept(order, helper)
    city.serve(order, 60)
    city.confirm(order, elder)
    city.wait(25 * HOUR_MS)


def long_story() -> KernelCity:
    """Earned in Gulou, redeemed in Jianye, given to a parent, donated to the city: every kind of total moves."""
    city = KernelCity()
    elder = city.new_person("zhao", GULOU, serve=False, funded=True)
    li = city.new_person("li", GULOU)
    wang = city.new_person("wang", JIANYE)
    city.mint(GULOU, 6_000)
    _one_order(city, elder, li)
    redeemed = city.request(li, li, district=JIANYE)
    city.publish(redeemed)
    city.accept(redeemed, wang)
    city.serve(redeemed, 60)
    city.confirm(redeemed, li)
    city.wait(25 * HOUR_MS)
    mother = city.new_person("mother", JIANYE)
    city.bind_kin(wang, mother)
    city.wait(8 * DAY_MS)
    city.do(wang, Give(mother, Minutes(20)))
    city.do(wang, Donate(Code("city"), Minutes(30)))
    waiting = city.request(
        city.staff("recorder", GULOU),
        elder,
        payer_kind="fund",
        payer=b"",
        consent="in-person",
        consent_evidence=bytes([1]) * 32,
    )
    city.publish(waiting)
    return city


def with_draft(height: int, **changes: object) -> Plant:
    """Change a block's draft at one height."""
    return Plant(draft=lambda at, draft: replace(draft, **changes) if at == height else draft)  # type: ignore[arg-type]
