"""Bugs of what a node believes: certificates, sets, blocks, times."""

from dataclasses import replace
from typing import Final

from node.chain import seats
from node.chain.certificate import AuthoritySet, CommitCertificate, certificate_fault
from node.chain.rules import authorities
from node.chain.types import Height
from node.runtime import driver
from node.runtime.ports import Tip
from node.runtime.verifier import Verifier
from node.sim.mutants.hunting import HONEST, LIAR, Mutant, Patch, always, nothing
from node.sim.plans import Plan, changing_plan
from node.sim.toyblocks import ToyBlocks

_use = Verifier.use
_CHANGING: Final = Plan(seed=40_000, nodes=5, term_heights=3)


def _certificate_by_count(self: Verifier, certificate: CommitCertificate) -> str | None:
    """The check without the one that signers are distinct."""
    assert self._authorities is not None
    if len(certificate.signatures) < self._authorities.quorum:
        return "too few"
    return next(
        ("a signature does not verify" for v in certificate.votes() if not self.message(v)), None
    )


def _use_first(self: Verifier, met: AuthoritySet) -> None:
    _use(self, met if self._authorities is None else self._authorities)


def _commit_by_present_set(self: ToyBlocks, commit: tuple[CommitCertificate, ...]) -> str | None:
    if not commit:
        return None
    return certificate_fault(self._chain_id, self.tip.authorities, commit[0])


def _with_next_set(self: ToyBlocks) -> Tip:
    """The tip, but the next block is decided by the set of the one after it."""
    following = self._authorities_at(Height(self._tip.height + 2))
    return replace(self._tip, authorities=following)


VERIFICATION: Final = (
    Mutant(
        "time-not-judged",
        "Voters take whatever time a proposal has.",
        replace(HONEST, clocks=True),
        (Patch(driver, "is_timely", always),),
    ),
    Mutant(
        "roots-not-compared",
        "A block is valid whatever it executes to.",
        LIAR,
        (Patch(ToyBlocks, "check", nothing),),
    ),
    Mutant(
        "certificate-not-verified",
        "Decided blocks of others are taken on trust.",
        LIAR,
        (Patch(Verifier, "certificate", nothing),),
        seeds=200,
    ),
    Mutant(
        "signer-counted-twice",
        "A certificate counts every signature, however often one signed.",
        LIAR,
        (Patch(Verifier, "certificate", _certificate_by_count),),
        seeds=200,
    ),
    Mutant(
        "first-set-for-ever",
        "Votes and certificates are verified against the set that a node met first.",
        _CHANGING,
        (Patch(Verifier, "use", _use_first),),
    ),
    Mutant(
        "set-change-too-soon",
        "A set signs from the block that announces it, one height too soon.",
        _CHANGING,
        (Patch(ToyBlocks, "tip", property(_with_next_set)),),
    ),
    *(
        Mutant(
            f"set-decided-{when}",
            f"A motion on the set takes effect {blocks} blocks after it has passed.",
            changing_plan(50_000),
            tuple(Patch(owner, "EFFECT_BLOCKS", blocks) for owner in (seats, authorities)),
            seeds=20,
        )
        for when, blocks in (("too-soon", 1), ("too-late", 3))
    ),
    Mutant(
        "commit-of-wrong-set",
        "The last commit is verified against the set of the block that carries it.",
        _CHANGING,
        (Patch(ToyBlocks, "_commit_fault", _commit_by_present_set),),
    ),
)
