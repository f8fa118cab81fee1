"""The driver: what comes from peers, timers and clients becomes events of consensus; what a peer lacks is given to it.

Single-threaded and synchronous. The application and the simulator call the same methods, one at a time:
``start``, ``on_message``, ``on_timer``, ``on_connected``, ``on_disconnected``, ``on_pending``, ``share``.

Messages of the height in progress are verified and fed to the engine. Those of the height after it are kept, unverified
and few, until their height begins: a node that is a moment late must not wait for their repetition. Later ones only say
that this node is behind (the authorities may have changed); earlier ones are answered with a decided header.
"""

from collections.abc import Sequence
from typing import assert_never

from node.chain.block import block_id
from node.chain.certificate import Polka, Proposal, SignedMessage
from node.chain.errors import Malformed
from node.chain.types import EpochMs, Hash, Height
from node.consensus.events import TimeoutFired, VoteReceived, WorkDue
from node.consensus.schedule import is_timely
from node.consensus.state import State
from node.consensus.views import messages_to_resend, waiting_for
from node.consensus.wire import (
    POLKAS_MAX,
    BlocksMessage,
    BlocksRequest,
    BodiesMessage,
    BodiesRequest,
    DecidedHeader,
    PeerMessage,
    ProposalMessage,
    StatusMessage,
    TransactionsMessage,
    VotesMessage,
    decode_peer_message,
    encode_message,
)
from node.net.faults import FaultCode, PeerFault
from node.runtime.catchup import CatchUp
from node.runtime.early import EarlyMessage, EarlyMessages
from node.runtime.engine import Engine
from node.runtime.ports import Ports, ResendTimer, RoundTimer, SyncTimer, Timer, WorkTimer
from node.runtime.serving import ANSWER_MAX_BYTES, Serving
from node.runtime.signer import Signer
from node.runtime.timeouts import (
    DEFAULT_PACE,
    Pace,
    resend_delay_ms,
    work_due_ms,
)


class Driver:
    """One node, between its ports and its engine."""

    def __init__(
        self, chain_id: Hash, signer: Signer, ports: Ports, pace: Pace = DEFAULT_PACE
    ) -> None:
        """Prepare; nothing happens before ``start``.

        Args:
            chain_id: the genesis hash.
            signer: of the node's consensus key; a key that is in no set makes an observer.
            ports: the world.
            pace: tuning, which touches no safety.
        """
        self._chain_id = chain_id
        self._ports = ports
        self._pace = pace
        self._engine = Engine(chain_id, signer, ports, pace)
        self._serving = Serving(ports, self._engine.candidates)
        self._catch_up = CatchUp(chain_id, ports, self._engine)
        self._early = EarlyMessages()
        self._settled = Height(0)
        self._work_planned_ms: int | None = None
        self._resend_number = 0
        self._resent = 0

    @property
    def state(self) -> State:
        """The consensus state, for those who watch."""
        return self._engine.state

    def waiting_for(self) -> tuple[str, ...]:
        """Districts whose message the current step waits for."""
        return tuple(self._engine.district(i) for i in waiting_for(self.state))

    def stop_signing(self) -> None:
        """Sign nothing more in this run: another instance of this node is at work."""
        self._engine.signer.stop()

    def hold_signing(self) -> None:
        """Before ``start``: follow and sign nothing until ``begin_signing``."""
        self._engine.signer.hold()

    def pause_signing(self) -> None:
        """The disk is nearly full: follow and sign nothing until ``resume_signing``."""
        self._engine.signer.paused = True

    def resume_signing(self) -> None:
        """There is space again: sign from now on, unless something else forbids it."""
        signer = self._engine.signer
        if not signer.paused:
            return
        signer.paused = False
        if not signer.held:
            self._sign_again()

    def begin_signing(self) -> None:
        """So many peers have let this instance in that no other can be at work: sign from now on."""
        if self._engine.signer.held:
            self._sign_again()

    def _sign_again(self) -> None:
        self._engine.begin_signing()
        self._work_planned_ms = None
        self._plan_work()
        self._say_again(None)
        self._settle()

    def start(self) -> None:
        """Resume from the logs and begin to act."""
        self._engine.start()
        self._settle()

    def on_connected(self, peer: str, tip: Height) -> None:
        """A peer is there; it says that it has decided ``tip``."""
        self._engine.connected.add(peer)
        self._catch_up.claim(peer, tip)
        self._say_again(peer)
        self._catch_up.look()

    def on_disconnected(self, peer: str) -> None:
        """A peer is gone."""
        self._engine.connected.discard(peer)
        self._catch_up.forget(peer)
        self._early.forget(peer)
        self._serving.forget(peer)

    def on_pending(self) -> None:
        """Transactions may be pending that were not before."""
        self._plan_work()

    def share(self, transactions: Sequence[bytes]) -> None:
        """Make transactions that were admitted here known to all peers; at most a frame full."""
        self._broadcast(TransactionsMessage(tuple(transactions)))
        self._plan_work()

    def on_timer(self, timer: Timer) -> None:
        """A timer of ``Timers.schedule`` ran out."""
        match timer:
            case RoundTimer():
                self._engine.feed(TimeoutFired(timer.kind, timer.height, timer.round))
            case WorkTimer():
                self._on_work_timer(timer)
            case ResendTimer():
                self._on_resend_timer(timer)
            case SyncTimer():
                self._catch_up.on_timer(timer)
            case _:
                assert_never(timer)
        self._settle()

    def on_message(self, peer: str, kind: int, payload: bytes, arrival_ms: EpochMs) -> None:
        """A frame arrived; ``arrival_ms`` is the local clock at that moment.

        Whatever the bytes are, the only consequence of a wrong one is ``Notices.peer_fault``.
        """
        try:
            self._receive(EarlyMessage(peer, kind, payload, arrival_ms))
        except PeerFault as fault:
            self._ports.notices.peer_fault(peer, fault)
        self._settle()

    def _receive(self, raw: EarlyMessage) -> None:
        try:
            message = decode_peer_message(raw.kind, raw.payload)
        except Malformed as fault:
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, str(fault)) from fault
        match message:
            case ProposalMessage():
                if self._is_current(raw, message.proposal.height):
                    self._on_proposal(raw, message)
            case VotesMessage():
                if self._is_current(raw, message.votes[0].height):
                    self._on_votes(message)
            case DecidedHeader():
                self._catch_up.on_decided(raw.peer, message)
            case BlocksMessage():
                self._catch_up.on_blocks(raw.peer, message)
            case _:
                self._on_small_talk(raw.peer, message)

    def _on_small_talk(
        self,
        peer: str,
        message: StatusMessage
        | BodiesRequest
        | BlocksRequest
        | BodiesMessage
        | TransactionsMessage,
    ) -> None:
        match message:
            case StatusMessage():
                self._catch_up.claim(peer, message.height)
                if message.height < self._engine.tip.height:
                    self._serving.old_height(peer, Height(message.height + 1))
                self._catch_up.look()
            case BodiesRequest():
                self._serving.bodies(peer, message)
            case BlocksRequest():
                self._serving.blocks(peer, message)
            case BodiesMessage():
                self._engine.candidates.fill_raw(message.block_id, message.transactions)
                self._engine.look_again()
            case TransactionsMessage():
                self._ports.pool.receive(peer, message.transactions)
                self._plan_work()
            case _:
                assert_never(message)

    def _is_current(self, raw: EarlyMessage, height: Height) -> bool:
        """Whether a message is of the height in progress; what follows if it is not."""
        now = self._engine.height
        if height < now:
            self._serving.old_height(raw.peer, height)
        elif height > now:
            self._catch_up.claim(raw.peer, Height(height - 1))
            if height == now + 1:
                self._early.keep(raw)
            self._catch_up.look()
        return height == now

    def _on_proposal(self, raw: EarlyMessage, message: ProposalMessage) -> None:
        proposal, header, state = message.proposal, message.header, self.state
        proposer = state.authorities.proposer(state.height, proposal.round)
        if proposal.signer != proposer or raw.peer != self._engine.district(proposer):
            return
        named = header.height == proposal.height
        if not named or block_id(self._chain_id, header) != proposal.block_id:
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, "a header that the proposal does not name")
        self._verify(proposal)
        self._verify_polkas(message.polkas)
        tip_ms = self._engine.tip.time_ms
        timely = is_timely(
            tip_ms,
            header.time_ms,
            raw.arrival_ms,
            proposal.round,
            rate=self._pace.clock_rate,
        )
        self._engine.propose_to_core(
            message, raw.peer, timely=timely and header.maker == proposal.signer
        )

    def _on_votes(self, message: VotesMessage) -> None:
        height = self._engine.height
        if any(vote.height != height for vote in message.votes):
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, "votes of several heights")
        self._verify_polkas(message.polkas)
        polkas = message.polkas
        for vote in message.votes:
            if self._engine.height != height:
                return
            if vote.signer < len(self.state.authorities.members) and not polkas:
                known = self.state.at(vote.round).message_like(vote)
                if known == vote:
                    continue
            self._verify(vote)
            self._engine.feed(VoteReceived(vote, polkas))
            polkas = ()

    def _verify(self, message: SignedMessage) -> None:
        """Check a signature of the height in progress, and whether it is our own key that another copy uses."""
        engine = self._engine
        if not engine.verifier.message(message):
            raise PeerFault(FaultCode.MESSAGE_SIGNATURE, f"{type(message).__name__.lower()}")
        engine.heard(message.signer)
        own = message.signer == self.state.me and engine.signer.answers_for(message.height)
        if own and message not in engine.signer.signed(message.height):
            engine.signer.stop()
            self._ports.notices.second_copy(message)

    def _verify_polkas(self, polkas: tuple[Polka, ...]) -> None:
        for polka in polkas:
            if polka.height != self._engine.height:
                raise PeerFault(FaultCode.MESSAGE_MALFORMED, "a polka of another height")
            if (polka.round, polka.block_id) in self.state.polkas:
                continue
            reason = self._engine.verifier.polka(polka)
            if reason is not None:
                raise PeerFault(FaultCode.MESSAGE_SIGNATURE, reason)

    def _settle(self) -> None:
        """After every input: if a height has begun, do what belongs to its beginning."""
        while self._settled != self._engine.height:
            self._settled = self._engine.height
            self._work_planned_ms = None
            self._resent = 0
            self._schedule_resend()
            self._plan_work()
            for raw in self._early.take():
                try:
                    self._receive(raw)
                except PeerFault as fault:
                    self._ports.notices.peer_fault(raw.peer, fault)
            self._catch_up.look()

    def _plan_work(self) -> None:
        if self.state.work_due:
            return
        now_ms, due_ms = self._ports.clock.now_ms(), self._due_ms()
        if self._work_planned_ms is None or due_ms < self._work_planned_ms:
            self._work_planned_ms = due_ms
            timer = WorkTimer(self._engine.height)
            self._ports.timers.schedule(max(0, due_ms - now_ms), timer)

    def _on_work_timer(self, timer: WorkTimer) -> None:
        if timer.height != self._engine.height or self.state.work_due:
            return
        self._work_planned_ms = None
        if self._due_ms() > self._ports.clock.now_ms():
            self._plan_work()
            return
        self._tell_proposers()
        self._engine.feed(WorkDue(timer.height))

    def _due_ms(self) -> int:
        state = self.state
        return work_due_ms(
            self._pace,
            proposing=state.authorities.proposer(state.height, 0) == state.me,
            oldest_ms=self._ports.pool.oldest_ms(),
            timer_due_ms=self._ports.blocks.next_due_ms(),
            tip_time_ms=self._engine.tip.time_ms,
            begun=self._engine.tip.certificate is not None,
        )

    def _tell_proposers(self) -> None:
        """Those who will propose may have missed what is pending here."""
        state = self.state
        proposers = {state.authorities.proposer(state.height, r) for r in (0, 1)} - {state.me}
        pending = self._ports.pool.pending(ANSWER_MAX_BYTES // 2) if proposers else ()
        if pending:
            for index in sorted(proposers):
                self._send(self._engine.district(index), TransactionsMessage(pending))

    def _schedule_resend(self) -> None:
        self._resend_number += 1
        delay_ms = resend_delay_ms(self._resent + 1)
        self._ports.timers.schedule(delay_ms, ResendTimer(self._resend_number))

    def _on_resend_timer(self, timer: ResendTimer) -> None:
        if timer.number != self._resend_number:
            return
        self._resent += 1
        self._say_again(None)
        self._engine.request_bodies()
        self._schedule_resend()

    def _say_again(self, peer: str | None) -> None:
        """Repeat where we are and what is held of this round and the one before, to one peer or to all."""
        state = self.state
        messages: list[PeerMessage] = [StatusMessage(self._engine.tip.height, state.round)]
        votes, polkas = [], dict[tuple[int, Hash], Polka]()
        for message, behind in messages_to_resend(state):
            if not isinstance(message, Proposal):
                votes.append(message)
                polkas.update(((p.round, p.block_id), p) for p in behind)
            elif message.signer == state.me and message.round == state.round:
                own = self._engine.proposal_message(message, behind)
                messages += [own] if own is not None else []
        if votes:
            rest = tuple(polkas[key] for key in sorted(polkas))
            messages.append(VotesMessage(tuple(votes), rest[-POLKAS_MAX:]))
        for out in messages:
            if peer is None:
                self._broadcast(out)
            else:
                self._send(peer, out)

    def _send(self, peer: str, message: PeerMessage) -> None:
        self._ports.outbox.send(peer, *encode_message(message))

    def _broadcast(self, message: PeerMessage) -> None:
        self._ports.outbox.broadcast(*encode_message(message))
