"""Two archives of one chain, from two districts: one history, or two.

Both are walked in step with everything checked that needs no state. At the first height where they have different
blocks the city has forked: two quorums of one set of authorities certified two blocks, so at least f + 1 of them signed
both. Who signed both in one round is convicted by these two signatures alone. Who signed them in different rounds may
have been right to change, if the votes of a round between allowed it; archives do not hold those votes, so such
authorities are named apart, for the districts to be asked for their vote logs.

The certificate of the last block of an archive is never compared: two honest nodes hold different ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from node.audit.structure import Step, Walk
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Evidence,
    check_evidence,
    make_evidence,
)
from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import Hash, Height
from node.chain.violations import Incomplete, Violation

OpenArchive = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Side:
    """How far one archive goes, and what is wrong with it.

    Attributes:
        height: of its last sound block.
        fault: why it goes no further; None at its sound end.
    """

    height: Height
    fault: Violation | Incomplete | None


@dataclass(frozen=True, slots=True)
class Fork:
    """Two certified blocks at one height.

    Attributes:
        height: where the histories part.
        ids: of the two blocks.
        rounds: in which they were decided.
        evidence: for each district that signed both in one round, the proof.
        both: districts that signed both, in different rounds.
    """

    height: Height
    ids: tuple[Hash, Hash]
    rounds: tuple[int, int]
    evidence: tuple[tuple[str, Evidence], ...]
    both: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What two archives say of each other.

    Attributes:
        agreed: the last height at which they have the same block.
        sides: of the first and the second archive.
        fork: where they part; None if one continues the other or they are the same.
    """

    agreed: Height
    sides: tuple[Side, Side]
    fork: Fork | None

    @property
    def fault(self) -> Violation | Incomplete | None:
        """The first fault of either archive, violations first."""
        faults = [side.fault for side in self.sides if side.fault is not None]
        return next((f for f in faults if isinstance(f, Violation)), next(iter(faults), None))


@dataclass(frozen=True, slots=True)
class _Certified:
    step: Step
    certificate: CommitCertificate


class _Reader:
    """The blocks of one archive, each with a certificate, and what stopped the reading."""

    def __init__(self, source: BinaryIO, genesis: Genesis) -> None:
        self._walk = Walk(source, genesis)
        self.fault: Violation | Incomplete | None = None
        self.blocks = self._certified()

    @property
    def side(self) -> Side:
        return Side(self._walk.point.height, self.fault)

    def _certified(self) -> Iterator[_Certified]:
        waiting: Step | None = None
        try:
            for step in self._walk.steps():
                if waiting is not None:
                    yield _Certified(waiting, step.block.last_commit[0])
                waiting = step
        except (Violation, Incomplete) as fault:
            self.fault = fault
        if waiting is not None and self._walk.tip_certificate is not None:
            yield _Certified(waiting, self._walk.tip_certificate)


def compare(genesis: Genesis, one: OpenArchive, other: OpenArchive) -> Compared:
    """Walk two archives in step, up to the first height where they part."""
    with one() as first, other() as second:
        readers = _Reader(first, genesis), _Reader(second, genesis)
        agreed, fork = Height(0), None
        for a, b in zip(readers[0].blocks, readers[1].blocks, strict=False):
            if a.step.after.block_id != b.step.after.block_id:
                fork = _fork(chain_id_of(genesis), a, b)
                break
            agreed = a.step.after.height
        if fork is None:
            for reader in readers:
                for _ in reader.blocks:
                    pass
        return Compared(agreed, (readers[0].side, readers[1].side), fork)


def _fork(chain_id: Hash, one: _Certified, other: _Certified) -> Fork:
    authorities = one.step.after.authorities
    first = {vote.signer: vote for vote in one.certificate.votes()}
    second = {vote.signer: vote for vote in other.certificate.votes()}
    signers = sorted(first.keys() & second.keys())
    rounds = one.certificate.round, other.certificate.round
    evidence: tuple[tuple[str, Evidence], ...] = ()
    if rounds[0] == rounds[1]:
        evidence = tuple(
            (authorities.members[i].district, make_evidence(first[i], second[i])) for i in signers
        )
        for _, pair in evidence:
            check_evidence(chain_id, authorities, pair)
    return Fork(
        height=one.step.after.height,
        ids=(one.step.after.block_id, other.step.after.block_id),
        rounds=rounds,
        evidence=evidence,
        both=() if evidence else _districts(authorities, signers),
    )


def _districts(authorities: AuthoritySet, indices: list[int]) -> tuple[str, ...]:
    return tuple(authorities.members[index].district for index in indices)
