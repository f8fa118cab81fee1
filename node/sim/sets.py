"""Which set is due at which height: what the checkers hold the program to, found without its help."""

from collections.abc import Iterable
from typing import Final, assert_never

from node.chain.certificate import AuthoritySet
from node.chain.records.motions import Motion
from node.chain.tx.authorities import (
    AddAuthority,
    AuthoritySubject,
    MergeDistrict,
    RemoveAuthority,
    RotateKeys,
    SuspendSeat,
)
from node.chain.types import Height, Id

BLOCKS_TO_EFFECT: Final = 2
"""A set decided in block h signs from block h + 2. Written down again: the number in the program may be wrong."""


class DecidedSets:
    """The sets that passed motions make, one after the other."""

    def __init__(self, first: AuthoritySet) -> None:
        """The set of genesis signs from height 1 on."""
        self._epochs: list[tuple[int, AuthoritySet]] = [(1, first)]
        self._known: set[Id] = set()

    @property
    def changes(self) -> int:
        """How often the set has changed."""
        return len(self._epochs) - 1

    def at(self, height: Height) -> AuthoritySet:
        """The set that signs a height, as far as it is known."""
        return next(found for first, found in reversed(self._epochs) if first <= max(1, height))

    def learn(self, height: Height, motions: Iterable[Motion]) -> None:
        """A block is final, and these are the motions of the state after it."""
        for motion in motions:
            if motion.state != "passed" or motion.id in self._known:
                continue
            self._known.add(motion.id)
            if isinstance(motion.subject, AuthoritySubject):
                before = self._epochs[-1][1]
                after = _changed(before, motion.subject)
                if after != before:
                    self._epochs.append((height + BLOCKS_TO_EFFECT, after))


def _changed(authorities: AuthoritySet, subject: AuthoritySubject) -> AuthoritySet:
    seats = {member.district: member for member in authorities.members}
    match subject:
        case AddAuthority() | RotateKeys():
            seats[subject.authority.district] = subject.authority
        case RemoveAuthority() | MergeDistrict() | SuspendSeat():
            seats.pop(subject.district, None)
        case _:
            assert_never(subject)
    return AuthoritySet(tuple(seats[code] for code in sorted(seats)))
