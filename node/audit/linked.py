"""The chain before a successor's: audited in full, held against the link, and handed on as the state to begin with.

A city that was founded anew has two archives or more. The later one begins with the state that the earlier one ends
with, so nothing of it can be judged without the earlier one; and an earlier one that goes on beyond the link shows that
blocks were lost, or that two cities claim to be one.
"""

from dataclasses import dataclass
from pathlib import Path

from node.audit.auditor import Auditor, OpenArchive, Origin, Outcome, Progress, silent
from node.chain.block import block_id
from node.chain.genesis import Genesis, SuccessorGenesis, chain_id_of
from node.chain.link import LinkCode, LinkRefused, verify_link
from node.chain.reopening import reopened
from node.chain.types import Hash, Height
from node.chain.violations import Incomplete, Violation, ViolationCode


@dataclass(frozen=True, slots=True)
class Earlier:
    """An archive of the chain before, and the genesis that it is verified from."""

    path: Path
    genesis: Genesis
    open: OpenArchive


@dataclass(frozen=True, slots=True)
class Passed:
    """An earlier chain that is sound and leads to the next."""

    path: Path
    chain_id: Hash
    height: Height
    state_root: Hash
    reason: str
    """Why the next one was founded, as its genesis says."""


def check_link(old: Genesis, new: Genesis, outcome: Outcome) -> SuccessorGenesis:
    """That a successor follows from just the block at which a sound archive of the chain before ends.

    Raises:
        Violation: ``LINK``, with the link's own number in the reason.
        Incomplete: the archive ends before that block.
    """
    point = outcome.point
    try:
        following = verify_link(old, new)
    except LinkRefused as fault:
        raise _violation(fault, point.height) from fault
    header = following.link.header
    if point.height < header.height:
        reason = f"the archive of the chain before ends here, the link is at {header.height}"
        raise Incomplete(point.height, reason)
    if point.height > header.height:
        reason = f"the chain before goes on to height {point.height}"
        raise _violation(LinkRefused(LinkCode.HISTORY, reason), Height(header.height + 1))
    if point.block_id != block_id(point.chain_id, header):
        reason = "the chain before has another block"
        raise _violation(LinkRefused(LinkCode.HISTORY, reason), header.height)
    return following


def origin_after(old: Genesis, new: Genesis, auditor: Auditor, outcome: Outcome) -> Origin:
    """What a successor's chain begins with, after a sound audit of the chain before.

    Raises:
        Violation: ``LINK``.
        Incomplete: the archive of the chain before ends too early.
    """
    following = check_link(old, new, outcome)
    try:
        ledger = reopened(auditor.ledger.records.values(), following)
    except LinkRefused as fault:
        raise _violation(fault, outcome.point.height) from fault
    certificates = outcome.signatures - outcome.tally.transactions
    signatures = certificates + len(following.link.certificate.signatures)
    return Origin(ledger, outcome.tally, signatures + len(following.signatures))


def follow(
    earlier: tuple[Earlier, ...], genesis: Genesis, jobs: int = 1, progress: Progress = silent
) -> tuple[Origin | None, tuple[Passed, ...]]:
    """Audit the chains before a genesis, oldest first; each must lead to the next, and the last to the genesis.

    Raises:
        Violation: the first thing that is wrong with an archive or a link.
        Incomplete: an archive ends too early.
    """
    origin: Origin | None = None
    passed = []
    following = [one.genesis for one in earlier[1:]] + [genesis]
    for one, new in zip(earlier, following, strict=True):
        auditor = Auditor(one.genesis, one.open, origin=origin)
        outcome = auditor.run(jobs, progress)
        if outcome.fault is not None:
            raise outcome.fault
        origin = origin_after(one.genesis, new, auditor, outcome)
        assert isinstance(new, SuccessorGenesis), "its link was verified"
        passed.append(
            Passed(
                one.path,
                chain_id_of(one.genesis),
                outcome.point.height,
                outcome.state_root,
                new.link.reason.decode("utf-8", "replace"),
            )
        )
    return origin, tuple(passed)


def _violation(fault: LinkRefused, height: Height) -> Violation:
    return Violation(ViolationCode.LINK, height, str(fault))
