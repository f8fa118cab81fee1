"""What the core asks of the driver, which executes effects in order and finishes each before the next.

Order is safety: ``KeepBlock`` and ``KeepPolka`` stand before the precommit that depends on them, and ``Cast`` is
durable before it is sent, so that no crash can un-say a vote or lose the block that it locks.
"""

from dataclasses import dataclass

from node.chain.certificate import CommitCertificate, Evidence, Polka, SignedMessage
from node.chain.types import Hash, Height, Round
from node.consensus.schedule import Timeout


@dataclass(frozen=True, slots=True)
class RequestBlock:
    """Build a block and answer with ``BlockBuilt``."""

    height: Height
    round: Round


@dataclass(frozen=True, slots=True)
class CheckBlock:
    """Fetch what is missing of the proposed block, execute it, answer with ``BlockChecked``."""

    block_id: Hash


@dataclass(frozen=True, slots=True)
class Cast:
    """Sign the message, make it durable, send it to all with its polkas, and give it back as an event."""

    message: SignedMessage
    polkas: tuple[Polka, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepBlock:
    """Put the block's body into the proposal log; durable before the next precommit leaves."""

    block_id: Hash


@dataclass(frozen=True, slots=True)
class KeepPolka:
    """Put an accepted polka into the proposal log; durable before the next precommit leaves."""

    polka: Polka


@dataclass(frozen=True, slots=True)
class ScheduleTimeout:
    """Give ``TimeoutFired`` back after ``delay_ms``; earlier timers of the height need not be stopped."""

    kind: Timeout
    height: Height
    round: Round
    delay_ms: int


@dataclass(frozen=True, slots=True)
class Decide:
    """The block is final; the next event of this node is the ``Start`` of the next height."""

    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class ReportEvidence:
    """An authority signed two messages that no honest node signs both of."""

    evidence: Evidence
    signer: int


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing happened; ``reason`` says why."""

    reason: str


Effect = (
    RequestBlock
    | CheckBlock
    | Cast
    | KeepBlock
    | KeepPolka
    | ScheduleTimeout
    | Decide
    | ReportEvidence
    | Ignore
)
