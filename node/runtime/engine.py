"""The loop around the core: events in, ``step``, effects out, in order.

One turn takes an event through the core and executes its effects, some of which give further events; when none is
left, what was signed becomes durable and then leaves. Proposal and prevote of a proposer share a sync; other messages
have their own, in the order of signing, because a power loss may keep any part of what shares a sync, and a node that
has lost its prevote and kept its precommit would owe the others a vote for ever. A precommit for a block is preceded by
a sync of the proposal log; a decision, and a polka that is kept, by everything that was signed before it: a kept polka
with an own prevote that was lost would speak against the node after a crash.

Catching up uses the same ``finish`` as consensus: a block that others decided ends the height here too.
"""

from collections import deque
from typing import assert_never

from node.chain.block import Block, block_id, decode_block
from node.chain.certificate import (
    CommitCertificate,
    Polka,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    decode_polka,
)
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.merkle import leaf_hash
from node.chain.types import EpochMs, Hash, Height
from node.consensus.core import enter_height, step
from node.consensus.effects import (
    Cast,
    CheckBlock,
    Decide,
    Effect,
    Ignore,
    KeepBlock,
    KeepPolka,
    ReportEvidence,
    RequestBlock,
    ScheduleTimeout,
)
from node.consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    ProposalReceived,
    Start,
    VoteReceived,
)
from node.consensus.schedule import CLOCK_PRECISION_MS, Timeout
from node.consensus.state import State
from node.consensus.wire import (
    POLKAS_MAX,
    BodiesRequest,
    PeerMessage,
    ProposalMessage,
    VotesMessage,
    encode_message,
)
from node.runtime.candidates import Candidates
from node.runtime.ports import Ports, RoundTimer, Tip
from node.runtime.signer import Signer
from node.runtime.statements import said
from node.runtime.timeouts import GONE_PROPOSER_MS, HEARD_HEIGHTS, Pace
from node.runtime.verifier import Verifier


class Engine:
    """One node's consensus, one height after the other."""

    def __init__(self, chain_id: Hash, signer: Signer, ports: Ports, pace: Pace) -> None:
        """Prepare; ``start`` begins.

        Args:
            chain_id: the genesis hash.
            signer: of the node's consensus key, which for an observer is in no set.
            ports: the world.
            pace: tuning.
        """
        self._chain_id = chain_id
        self._ports = ports
        self._pace = pace
        self._events: deque[Event] = deque()
        self._unsent: list[tuple[SignedMessage, tuple[Polka, ...]]] = []
        self._wanted: set[Hash] = set()
        self._heard: dict[int, Height] = {}
        self.signer = signer
        self.verifier = Verifier(chain_id)
        self.candidates = Candidates(chain_id)
        self.connected: set[str] = set()
        self.state: State

    @property
    def height(self) -> Height:
        """The height in progress."""
        return self.state.height

    @property
    def tip(self) -> Tip:
        """The newest decided block."""
        return self._ports.blocks.tip

    def district(self, index: int) -> str:
        """The peer's name of an authority of this height."""
        return self.state.authorities.members[index].district

    def start(self) -> None:
        """Begin where the logs say that the node stopped."""
        self._enter(restart=True)
        self._turn()
        if self.signer.abstains:
            self._ports.rejoining.submit()

    def begin_signing(self) -> None:
        """Enter the height again, as after a restart, now as one that signs."""
        self.signer.release()
        self._enter(restart=True)
        self._turn()

    def feed(self, *events: Event) -> None:
        """One turn for each event."""
        for event in events:
            self._events.append(event)
            self._turn()

    def heard(self, signer: int) -> None:
        """A valid message of an authority of this height has come."""
        self._heard[signer] = self.height

    def propose_to_core(self, message: ProposalMessage, peer: str, *, timely: bool) -> None:
        """A verified proposal arrived from its proposer, who has the bodies that an earlier one may never have sent."""
        waited_for = message.proposal.block_id in self._wanted
        self.candidates.offer(message, peer)
        self.candidates.bound(self._needed())
        self.feed(ProposalReceived(message.proposal, timely, message.polkas))
        self.look_again()
        if waited_for:
            self.request_bodies()

    def look_again(self) -> None:
        """Check blocks that the core waits for and whose bodies may have come."""
        for name in sorted(self._wanted):
            self._check(name)
        self._turn()

    def request_bodies(self) -> None:
        """Ask for the transactions that wanted blocks lack: the proposer, or everybody if it is gone."""
        for name in sorted(self._wanted):
            missing = self.candidates.missing(name)
            if missing is None:
                continue
            source, ids = missing
            kind, payload = encode_message(BodiesRequest(self.height, name, ids))
            if source in self.connected:
                self._ports.outbox.send(source, kind, payload)
            else:
                self._ports.outbox.broadcast(kind, payload)

    def finish(self, block: Block, certificate: CommitCertificate) -> str | None:
        """End the height with a block that others decided; certificate and link are verified.

        Of a block that was checked here the own body is taken: a peer may send another under the same header.

        Returns:
            Why the block is not valid here, or None when it is final.
        """
        name = block_id(self._chain_id, block.header)
        own = self.candidates.whole(name)
        if own is not None and self.state.verdicts.get(name):
            block = own
        else:
            reason = self._ports.blocks.check(block)
            if reason is not None:
                self._ports.notices.block_refused(self.height, name, reason)
                return reason
        self._commit(block, certificate)
        self._turn()
        return None

    def proposal_message(
        self, proposal: Proposal, polkas: tuple[Polka, ...]
    ) -> ProposalMessage | None:
        """A proposal with the parts of its block, if the block is here."""
        block = self.candidates.whole(proposal.block_id)
        if block is None:
            return None
        ids = tuple(leaf_hash(raw) for raw in block.transactions)
        return ProposalMessage(
            proposal, block.header, block.last_commit, ids, block.evidence, polkas[-POLKAS_MAX:]
        )

    def _turn(self) -> None:
        while self._events:
            self.state, effects = step(self.state, self._events.popleft())
            for effect in effects:
                self._execute(effect)
        self._release()

    def _execute(self, effect: Effect) -> None:
        match effect:
            case RequestBlock():
                self._build(effect)
            case CheckBlock():
                self._wanted.add(effect.block_id)
                self._check(effect.block_id)
                self.request_bodies()
            case Cast():
                self._cast(effect)
            case KeepBlock():
                self._keep_block(effect.block_id)
            case KeepPolka():
                self._keep_polka(effect.polka)
            case ScheduleTimeout():
                self._schedule(effect)
            case Decide():
                self._decide(effect.certificate)
            case ReportEvidence():
                self._ports.blocks.report_evidence(effect.evidence)
                self._ports.notices.evidence(effect.evidence, effect.signer)
            case Ignore():
                pass
            case _:
                assert_never(effect)

    def _build(self, effect: RequestBlock) -> None:
        assert self.state.me is not None
        now_ms, earliest_ms = self._ports.clock.now_ms(), self.tip.time_ms + 1
        if earliest_ms > now_ms + CLOCK_PRECISION_MS:
            self._ports.notices.clock_behind(earliest_ms - now_ms)
        block = self._ports.blocks.build(EpochMs(max(now_ms, earliest_ms)), self.state.me)
        name = self.candidates.hold(block)
        self._events.append(BlockBuilt(effect.height, effect.round, name))

    def _check(self, name: Hash) -> None:
        missing = self.candidates.missing(name)
        if missing is not None:
            self.candidates.fill(name, self._ports.pool.find(missing[1]))
        block = self.candidates.whole(name)
        if block is None:
            return
        self._wanted.discard(name)
        reason = self._ports.blocks.check(block)
        if reason is not None:
            self.candidates.drop(name)
            self._ports.notices.block_refused(self.height, name, reason)
        self._events.append(BlockChecked(name, valid=reason is None))

    def _cast(self, cast: Cast) -> None:
        if not self.signer.may_sign(cast.message.height):
            return
        if not isinstance(cast.message, Prevote):
            self._release()
        message = self.signer.sign(cast.message)
        self._unsent.append((message, cast.polkas))
        match message:
            case Proposal():
                self._events.append(ProposalReceived(message, timely=True, polkas=cast.polkas))
            case Prevote() | Precommit():
                self._events.append(VoteReceived(message, cast.polkas))
            case _:
                assert_never(message)

    def _keep_block(self, name: Hash) -> None:
        block = self.candidates.whole(name)
        if block is not None:
            self._ports.proposal_log.keep_block(encode(block))

    def _keep_polka(self, polka: Polka) -> None:
        """Keep a polka, but never one with an own vote that a crash could still make unsaid."""
        self._release()
        self._ports.proposal_log.keep_polka(encode(polka))

    def _schedule(self, effect: ScheduleTimeout) -> None:
        delay_ms = effect.delay_ms
        if effect.kind is Timeout.PROPOSE and effect.round == 0 and self._proposer_is_gone():
            delay_ms = min(delay_ms, GONE_PROPOSER_MS)
        timer = RoundTimer(effect.kind, effect.height, effect.round)
        self._ports.timers.schedule(delay_ms, timer)

    def _proposer_is_gone(self) -> bool:
        proposer = self.state.authorities.proposer(self.height, self.state.round)
        silent = self._heard.get(proposer, Height(0)) < self.height - HEARD_HEIGHTS
        return (
            proposer != self.state.me and silent and self.district(proposer) not in self.connected
        )

    def _decide(self, certificate: CommitCertificate) -> None:
        block = self.candidates.whole(certificate.block_id)
        assert block is not None, "the core decides blocks that were checked here"
        self._commit(block, certificate)

    def _commit(self, block: Block, certificate: CommitCertificate) -> None:
        self._release()
        height, log = self.height, self._ports.vote_log
        log.reach(height)
        if self._ports.statements is not None:
            self._ports.statements.keep(height, (*said(self.state), *certificate.votes()))
        self._ports.blocks.commit(block, certificate)
        log.forget_below(Height(height + 1))
        if self.signer.abstains:
            self._come_back(block)
        self._ports.notices.decided(height, certificate.round)
        self._enter(restart=False)

    def _come_back(self, block: Block) -> None:
        if self._ports.rejoining.stands_in(block):
            self._ports.vote_log.rejoin(block.header.height)
        else:
            self._ports.rejoining.submit()

    def _enter(self, *, restart: bool) -> None:
        tip = self.tip
        height = Height(tip.height + 1)
        self.verifier.use(tip.authorities)
        self.candidates.clear()
        self._wanted.clear()
        self._events.clear()
        self._ports.proposal_log.start(height)
        me = self._index_in(tip)
        signing = me is not None and self.signer.may_sign(height)
        start = Start(
            height,
            tip.authorities,
            me,
            signing,
            restored=self.signer.signed(height) if signing else (),
            polkas=self._kept_polkas() if restart else (),
            blocks=self._kept_blocks() if restart else (),
            timeouts=self._pace.timeouts,
        )
        self.state, effects = enter_height(start)
        for effect in effects:
            self._execute(effect)

    def _index_in(self, tip: Tip) -> int | None:
        names = [member.consensus_key for member in tip.authorities.members]
        return names.index(self.signer.public_key) if self.signer.public_key in names else None

    def _kept_polkas(self) -> tuple[Polka, ...]:
        kept = []
        for raw in self._ports.proposal_log.contents().polkas:
            try:
                polka = decode_polka(raw)
            except Malformed:
                continue
            if self.verifier.polka(polka) is None:
                kept.append(polka)
        return tuple(kept)

    def _kept_blocks(self) -> tuple[Hash, ...]:
        kept = []
        for raw in self._ports.proposal_log.contents().blocks:
            try:
                block = decode_block(raw)
            except Malformed:
                continue
            if self._ports.blocks.check(block) is None:
                kept.append(self.candidates.hold(block))
        return tuple(kept)

    def _release(self) -> None:
        """Make durable what was signed, then send it."""
        if not self._unsent:
            return
        if self.signer.must_keep_block_first:
            self._ports.proposal_log.sync()
        self.signer.flush()
        unsent, self._unsent = self._unsent, []
        for message, polkas in unsent:
            out = self._message_of(message, polkas)
            if out is not None:
                self._ports.outbox.broadcast(*encode_message(out))

    def _message_of(self, message: SignedMessage, polkas: tuple[Polka, ...]) -> PeerMessage | None:
        if isinstance(message, Proposal):
            return self.proposal_message(message, polkas)
        return VotesMessage((message,), polkas[-POLKAS_MAX:])

    def _needed(self) -> set[Hash]:
        state = self.state
        proposal = state.current.proposal
        names = {state.locked_block, state.valid_block, *self._wanted}
        return names if proposal is None else names | {proposal.block_id}
