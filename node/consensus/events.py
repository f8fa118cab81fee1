"""What the driver tells the core. Signatures, attached polkas included, are verified before an event is made."""

from dataclasses import dataclass

from node.chain.certificate import AuthoritySet, Polka, Proposal, SignedMessage, Vote
from node.chain.types import Hash, Height, Round
from node.consensus.schedule import DEFAULT_TIMEOUTS, Timeout, Timeouts


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a height, after a decision or after a restart.

    Attributes:
        height: the height to decide.
        authorities: the set that decides it.
        me: own index in the set; None for an observer.
        signing: False while the node abstains; an observer never signs.
        restored: own signed messages of this height from the vote log; empty unless after a restart.
        polkas: polkas of this height from the proposal log, verified.
        blocks: ids of kept blocks of this height that were executed and found valid.
        timeouts: how long rounds wait.
    """

    height: Height
    authorities: AuthoritySet
    me: int | None
    signing: bool
    restored: tuple[SignedMessage, ...] = ()
    polkas: tuple[Polka, ...] = ()
    blocks: tuple[Hash, ...] = ()
    timeouts: Timeouts = DEFAULT_TIMEOUTS


@dataclass(frozen=True, slots=True)
class WorkDue:
    """There is something to decide: a pending transaction, a due timer, or the heartbeat."""

    height: Height


@dataclass(frozen=True, slots=True)
class ProposalReceived:
    """A proposal, with the polkas that justify a re-proposal.

    ``timely`` is ``schedule.is_timely`` at the arrival of its bytes; it matters for fresh proposals only.
    """

    proposal: Proposal
    timely: bool
    polkas: tuple[Polka, ...] = ()


@dataclass(frozen=True, slots=True)
class VoteReceived:
    """A prevote or precommit, with the polkas that justify it; one's own votes too, once they are durable."""

    vote: Vote
    polkas: tuple[Polka, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockBuilt:
    """The answer to ``RequestBlock``: a block made here, executed and held."""

    height: Height
    round: Round
    block_id: Hash


@dataclass(frozen=True, slots=True)
class BlockChecked:
    """The answer to ``CheckBlock``: the block is here and executed, and valid or not."""

    block_id: Hash
    valid: bool


@dataclass(frozen=True, slots=True)
class TimeoutFired:
    """A timer of ``ScheduleTimeout`` ran out."""

    kind: Timeout
    height: Height
    round: Round


Event = WorkDue | ProposalReceived | VoteReceived | BlockBuilt | BlockChecked | TimeoutFired
