"""One driver on real logs in memory, with peers played by hand and a clock that the test moves."""

from hashlib import sha256

from msgspec.structs import replace

from node.chain import keys
from node.chain.block import Block, block_id
from node.chain.certificate import (
    NO_SIGNATURE,
    Authority,
    AuthoritySet,
    CommitCertificate,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    make_certificate,
    sign_bytes,
)
from node.chain.merkle import leaf_hash
from node.chain.types import Code, EpochMs, Hash, Height, Round
from node.consensus.wire import (
    PeerMessage,
    ProposalMessage,
    VotesMessage,
    decode_peer_message,
    encode_message,
)
from node.net.faults import PeerFault
from node.runtime.driver import Driver
from node.runtime.ports import Ports, Timer
from node.runtime.signer import Signer
from node.runtime.statements import StatementLog
from node.sim.toyblocks import ToyBlocks, ToyPool, ToyRejoining
from node.store.memoryfiles import MemoryFiles
from node.store.proposallog import ProposalLog
from node.store.votelog import VoteLog

CHAIN = Hash(sha256(b"desk").digest())
GENESIS_MS = EpochMs(1_800_000_000_000)
SEEDS = [sha256(b"seed %d" % i).digest() for i in range(4)]
KEYS = [keys.public_key(seed) for seed in SEEDS]
AUTHORITIES = AuthoritySet(
    tuple(Authority(Code(f"d{i}"), 1, k, k, k, k) for i, k in enumerate(KEYS))
)
NAMES = [f"d{i}" for i in range(4)]


def signed(message: SignedMessage) -> SignedMessage:
    """The message under its signer's key."""
    raw = keys.sign(SEEDS[message.signer], sign_bytes(CHAIN, message))
    return replace(message, signature=raw)


class Desk:
    """The node, and everything that it does to the world."""

    def __init__(self, me: int = 3, files: MemoryFiles | None = None) -> None:
        self.me = me
        self.now = GENESIS_MS + 1_000
        self.sent: list[tuple[str, PeerMessage]] = []
        self.timers: list[tuple[int, Timer]] = []
        self.notices: list[tuple[str, object]] = []
        if files is None:
            files = MemoryFiles()
            VoteLog.create(files, CHAIN)
        self.files = files
        self.pool = ToyPool(self)
        self.blocks = ToyBlocks(CHAIN, lambda _: AUTHORITIES, GENESIS_MS, files, self.pool)
        self.vote_log = VoteLog(files, CHAIN, self.blocks.tip.height)
        self.rejoining = ToyRejoining(self.pool, NAMES[me], b"n" * 16)
        self.statements = StatementLog(files)
        ports = Ports(
            clock=self,
            timers=self,
            outbox=self,
            blocks=self.blocks,
            pool=self.pool,
            vote_log=self.vote_log,
            proposal_log=ProposalLog(files),
            rejoining=self.rejoining,
            notices=self,
            statements=self.statements,
        )
        self.driver = Driver(CHAIN, Signer(CHAIN, SEEDS[me], self.vote_log), ports)
        self.driver.start()

    # The ports that the desk plays itself.

    def now_ms(self) -> EpochMs:
        return EpochMs(self.now)

    def schedule(self, delay_ms: int, timer: Timer) -> None:
        self.timers.append((self.now + delay_ms, timer))

    def send(self, peer: str, kind: int, payload: bytes) -> None:
        self.sent.append((peer, decode_peer_message(kind, payload)))

    def broadcast(self, kind: int, payload: bytes) -> None:
        self.send("all", kind, payload)

    def peer_fault(self, peer: str, fault: PeerFault) -> None:
        self.notices.append((peer, fault.code))

    def evidence(self, evidence: object, signer: int) -> None:
        self.notices.append(("evidence", signer))

    def second_copy(self, message: SignedMessage) -> None:
        self.notices.append(("second copy", message))

    def block_refused(self, height: Height, block_id: Hash, reason: str) -> None:
        self.notices.append(("refused", reason))

    def clock_behind(self, ahead_ms: int) -> None:
        self.notices.append(("clock behind", ahead_ms))

    def decided(self, height: Height, round_: Round) -> None:
        self.notices.append(("decided", height))

    # What tests do.

    def wait(self, milliseconds: int) -> None:
        """Let time pass and timers run out, in order."""
        end = self.now + milliseconds
        while due := sorted((t for t in self.timers if t[0] <= end), key=lambda t: t[0]):
            self.timers.remove(due[0])
            self.now = max(self.now, due[0][0])
            self.driver.on_timer(due[0][1])
        self.now = end

    def hear(self, peer: int, message: PeerMessage, at_ms: int | None = None) -> None:
        """A message of a peer arrives."""
        arrival = self.now if at_ms is None else at_ms
        self.driver.on_message(NAMES[peer], *encode_message(message), EpochMs(arrival))

    def said(self, kind: type) -> list[PeerMessage]:
        """Messages of one kind that the node sent, to whomever."""
        return [message for _, message in self.sent if isinstance(message, kind)]

    def votes(self) -> list[tuple[str, int, Hash]]:
        """Own votes sent for the first time, in order."""
        found: dict[tuple[str, int, Hash], None] = {}
        for message in self.said(VotesMessage):
            for vote in message.votes:
                if vote.signer == self.me:
                    found[type(vote).__name__, int(vote.round), vote.block_id] = None
        return list(found)

    def tip(self) -> int:
        """Newest decided height."""
        return self.blocks.tip.height


def make_block(desk: Desk, maker: int, *transactions: bytes, time_ms: int | None = None) -> Block:
    """A valid block on the desk's tip, made elsewhere."""
    pool = ToyPool(desk)
    maker_blocks = ToyBlocks(CHAIN, lambda _: AUTHORITIES, GENESIS_MS, desk.files, pool)
    for raw in transactions:
        pool.add(raw)
    return maker_blocks.build(EpochMs(desk.now if time_ms is None else time_ms), maker)


def proposal_of(block: Block, signer: int, round_: int = 0) -> ProposalMessage:
    """A fresh proposal of a block."""
    header = block.header
    name = block_id(CHAIN, header)
    proposal = signed(Proposal(1, header.height, Round(round_), 0, name, signer, NO_SIGNATURE))
    assert isinstance(proposal, Proposal)
    ids = tuple(leaf_hash(raw) for raw in block.transactions)
    return ProposalMessage(proposal, header, block.last_commit, ids, block.evidence, ())


def prevote_of(block: Block, signer: int, round_: int = 0, jr: int = 0) -> VotesMessage:
    """A first vote for a block."""
    name = block_id(CHAIN, block.header)
    vote = Prevote(1, block.header.height, Round(round_), name, jr, signer, NO_SIGNATURE)
    return VotesMessage((signed(vote),), ())


def precommit_of(block: Block, signer: int, round_: int = 0) -> VotesMessage:
    """A second vote for a block."""
    name = block_id(CHAIN, block.header)
    vote = Precommit(1, block.header.height, Round(round_), name, signer, NO_SIGNATURE)
    return VotesMessage((signed(vote),), ())


def certificate_of(block: Block, signers: tuple[int, ...] = (0, 1, 2)) -> CommitCertificate:
    """The precommits of some authorities."""
    return make_certificate([precommit_of(block, i).votes[0] for i in signers])
