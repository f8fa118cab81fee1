"""A bench for the core: one node, peers whose messages are made up, own votes given back at once."""

from node.chain.certificate import (
    Authority,
    AuthoritySet,
    Polka,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
)
from node.chain.types import NO_HASH, Code, Hash, Height, Round
from node.consensus.core import enter_height, step
from node.consensus.effects import Cast, Decide, Effect, Ignore, ScheduleTimeout
from node.consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    ProposalReceived,
    Start,
    TimeoutFired,
    VoteReceived,
    WorkDue,
)
from node.consensus.schedule import Timeout
from node.consensus.state import State

NIL = NO_HASH
V, W, X = (Hash(name * 32) for name in (b"v", b"w", b"x"))


def authorities(count: int) -> AuthoritySet:
    """A set whose keys nobody holds; the core never looks at them."""
    key = bytes(32)
    return AuthoritySet(
        tuple(Authority(Code(f"d{i:03}"), 1, key, key, key, key) for i in range(count))
    )


def signature(signer: int) -> bytes:
    """Stands for the signature of one authority."""
    return bytes([signer]) * 64


def proposal(
    round_: int, block: Hash, valid_round: int = -1, *, n: int = 4, height: int = 4
) -> Proposal:
    """What the proposer of the round says."""
    signer = (height + round_) % n
    return Proposal(
        1, Height(height), Round(round_), valid_round + 1, block, signer, signature(signer)
    )


def prevote(signer: int, round_: int, block: Hash, jr: int = -1, *, height: int = 4) -> Prevote:
    """A first vote; ``jr`` is -1 for none, as in the paper."""
    return Prevote(1, Height(height), Round(round_), block, jr + 1, signer, signature(signer))


def precommit(signer: int, round_: int, block: Hash, *, height: int = 4) -> Precommit:
    """A second vote."""
    return Precommit(1, Height(height), Round(round_), block, signer, signature(signer))


def polka(round_: int, block: Hash, signers: tuple[int, ...] = (0, 1, 2), jr: int = -1) -> Polka:
    """The prevotes of a quorum, bundled."""
    entries = tuple((signer, jr + 1, signature(signer)) for signer in signers)
    return Polka(Height(4), Round(round_), block, entries)


class Lab:
    """One node at height 4 of four authorities; authority 0 proposes round 0, authority 1 round 1, and so on."""

    def __init__(
        self,
        me: int | None = 3,
        *,
        n: int = 4,
        signing: bool = True,
        idle: bool = False,
        **start: object,
    ) -> None:
        self.n = n
        self.log: list[Effect] = []
        set_ = authorities(n)
        self.start = Start(Height(4), set_, me, signing and me is not None, **start)  # type: ignore[arg-type]
        self.state: State
        self.state, effects = enter_height(self.start)
        self._after(effects)
        if not idle:
            self.give(WorkDue(Height(4)))

    def give(self, *events: Event) -> list[Effect]:
        """Step through events, own votes given back at once; what came out, in order."""
        begun = len(self.log)
        for event in events:
            self.state, effects = step(self.state, event)
            self._after(effects)
        return self.log[begun:]

    def _after(self, effects: tuple[Effect, ...]) -> None:
        self.log += effects
        for effect in effects:
            if isinstance(effect, Cast):
                self._return(effect)

    def _return(self, cast: Cast) -> None:
        message = cast.message
        event: Event
        if isinstance(message, Proposal):
            event = ProposalReceived(message, timely=True, polkas=cast.polkas)
        else:
            event = VoteReceived(message, cast.polkas)
        self.state, effects = step(self.state, event)
        self._after(effects)

    def votes(self, *votes: Prevote | Precommit) -> list[Effect]:
        """Votes that arrive alone."""
        return self.give(*(VoteReceived(vote) for vote in votes))

    def proposes(
        self,
        round_: int,
        block: Hash,
        valid_round: int = -1,
        polkas: tuple[Polka, ...] = (),
        *,
        timely: bool = True,
    ) -> list[Effect]:
        """A proposal arrives; its block is not checked yet."""
        message = proposal(round_, block, valid_round, n=self.n)
        return self.give(ProposalReceived(message, timely, polkas))

    def valid(self, block: Hash) -> list[Effect]:
        """The block was executed and is good."""
        return self.give(BlockChecked(block, valid=True))

    def invalid(self, block: Hash) -> list[Effect]:
        """The block was executed and is not good."""
        return self.give(BlockChecked(block, valid=False))

    def built(self, block: Hash) -> list[Effect]:
        """The block that was asked for is there."""
        return self.give(BlockBuilt(self.state.height, self.state.round, block))

    def fires(self, kind: Timeout) -> list[Effect]:
        """The timer of the current round runs out."""
        return self.give(TimeoutFired(kind, self.state.height, self.state.round))

    def to_round(self, round_: int) -> None:
        """Nobody agrees until ``round_`` begins: nil all around."""
        while self.state.round < round_:
            now = self.state.round
            others = [i for i in range(self.n) if i != self.start.me]
            self.fires(Timeout.PROPOSE)
            self.votes(*(prevote(i, now, NIL) for i in others))
            self.votes(*(precommit(i, now, NIL) for i in others))

    def lock_on(self, block: Hash, round_: int = 0) -> None:
        """A polka of this round locks the node."""
        self.proposes(round_, block)
        self.valid(block)
        self.votes(prevote(0, round_, block), prevote(1, round_, block), prevote(2, round_, block))
        assert self.state.locked_block == block


def casts(effects: list[Effect]) -> list[tuple[str, int, Hash]]:
    """(type, round, block) of each message cast."""
    return [
        (type(e.message).__name__, int(e.message.round), e.message.block_id)
        for e in effects
        if isinstance(e, Cast)
    ]


def cast_messages(effects: list[Effect]) -> list[SignedMessage]:
    """The messages cast."""
    return [e.message for e in effects if isinstance(e, Cast)]


def timers(effects: list[Effect]) -> list[tuple[Timeout, int]]:
    """(kind, round) of each timer set."""
    return [(e.kind, int(e.round)) for e in effects if isinstance(e, ScheduleTimeout)]


def decisions(effects: list[Effect]) -> list[Hash]:
    """Blocks decided."""
    return [e.certificate.block_id for e in effects if isinstance(e, Decide)]


def reasons(effects: list[Effect]) -> list[str]:
    """Why things were ignored."""
    return [e.reason for e in effects if isinstance(e, Ignore)]
