"""What liars have let honest nodes see, which is all that can convict them.

Moves do not depend on it: a liar may say anything at any time, whatever it has shown. So of two configurations that are
alike but for it, the one that shows less can do all that the other can, and convicts nobody whom the other does not.
Only the least are kept. Of a liar that two votes convict already nothing more is remembered than that.
"""

from collections.abc import Callable, Iterable
from itertools import combinations

from node.sim.explore.statements import Said, Voiced

Shown = tuple[frozenset[Said] | None, ...]
"""For each liar the votes that honest nodes hold; None once two of them convict it."""


def with_votes(
    shown: Shown,
    liars: tuple[int, ...],
    votes: Iterable[Voiced],
    convicts: Callable[[Voiced, Voiced], bool],
) -> Shown:
    """What is shown when honest nodes get these votes too; those of others than liars are left out."""
    more = list(votes)
    held = (
        _with(known, liar, {said for signer, said in more if signer == liar}, convicts)
        for known, liar in zip(shown, liars, strict=True)
    )
    return tuple(sorted(held, key=lambda known: (known is None, sorted(known or ()))))


def _with(
    known: frozenset[Said] | None,
    liar: int,
    more: set[Said],
    convicts: Callable[[Voiced, Voiced], bool],
) -> frozenset[Said] | None:
    if known is None or more <= known:
        return known
    together = known | more
    caught = any(convicts((liar, a), (liar, b)) for a, b in combinations(together, 2))
    return None if caught else together


def caught(shown: Shown, liars: tuple[int, ...]) -> frozenset[int]:
    """The liars that are convicted."""
    return frozenset(liar for liar, known in zip(liars, shown, strict=True) if known is None)


def _is_less(one: Shown, other: Shown) -> bool:
    return all(b is None or (a is not None and a <= b) for a, b in zip(one, other, strict=True))


def least(found: Iterable[Shown]) -> list[Shown]:
    """Those that show no more than any other."""
    kept: list[Shown] = []
    for one in found:
        if not any(_is_less(other, one) for other in kept):
            kept = [other for other in kept if not _is_less(one, other)]
            kept.append(one)
    return kept
