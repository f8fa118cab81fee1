"""What must hold in every configuration, told without the code that is explored (numbers as in ``consensus.md``).

Only ``convicts`` and ``message_of`` are shared with production: the question is whether *that* definition of evidence
names the right ones.
"""

from functools import cache
from typing import NamedTuple

from node.chain import certificate
from node.chain.types import Hash
from node.sim.explore.seat import Local
from node.sim.explore.statements import NIL, NONE, Kind, Said, Voiced, message_of, told
from node.sim.explore.world import Heard, Seat


class Violation(Exception):  # noqa: N818 - the protocol is in error, not the explorer
    """Something that must hold does not; ``story`` tells the story, one move a line."""

    def __init__(self, reason: str) -> None:
        """A reason, and no story yet."""
        super().__init__(reason)
        self.story: tuple[str, ...] = ()


class Rules(NamedTuple):
    """The city as the judge sees it."""

    nodes: int
    liars: int
    valid: tuple[Hash, ...]

    @property
    def quorum(self) -> int:
        """⌊2n/3⌋+1."""
        return 2 * self.nodes // 3 + 1

    @property
    def faults(self) -> int:
        """⌊(n-1)/3⌋."""
        return (self.nodes - 1) // 3


class Judge:
    """Looks at every step of an honest node, and at every pair of certificates."""

    def __init__(self, rules: Rules) -> None:
        """A judge of one city."""
        self._rules = rules
        self._accepted = cache(self._could_be_accepted)
        self.convicts = cache(self._convicts)
        """``convicts(one, other)``: whether two statements do, as production sees it."""

    def step(self, before: Seat, after: Seat, heard: Heard) -> None:
        """C2 to C5, C14 and validity of what one node has just said.

        Raises:
            Violation: one of them does not hold.
        """
        said_before = len(before.said)
        for place in range(said_before, len(after.said)):
            said, earlier = after.said[place], after.said[:place]
            self._not_convicted(after.me, said, earlier)
            self._justified(after.me, said, earlier, heard)
            if said.block != NIL and said.block not in self._rules.valid:
                raise Violation(f"invalid block: {told((after.me, said))}")
        self._lock(before.local, after)

    def fork(self, culprits: int) -> None:
        """C1, C15: a fork needs more than f liars, and then two votes each convict more than f of them.

        Raises:
            Violation: it does not.
        """
        if self._rules.liars <= self._rules.faults:
            raise Violation("agreement: two blocks can be decided")
        if culprits <= self._rules.faults:
            raise Violation(f"a fork convicts only {culprits}")

    def _convicts(self, one: Voiced, other: Voiced) -> bool:
        count = self._rules.nodes
        return certificate.convicts(message_of(one, count), message_of(other, count))

    def _not_convicted(self, me: int, said: Said, earlier: tuple[Said, ...]) -> None:
        for other in earlier:
            if self.convicts((me, other), (me, said)):
                raise Violation(f"convicts itself: {told((me, other))}; {told((me, said))}")
            if (other.kind, other.round) == (said.kind, said.round) or other.round > said.round:
                raise Violation(f"out of turn: {told((me, other))}; {told((me, said))}")

    def _justified(self, me: int, said: Said, earlier: tuple[Said, ...], heard: Heard) -> None:
        if said.block == NIL:
            return
        if said.kind is Kind.PRECOMMIT and not self._accepted(heard, said.round, said.block):
            raise Violation(f"C3, no polka: {told((me, said))}")
        if said.kind is not Kind.PREVOTE:
            return
        if said.earlier != NONE and not self._accepted(heard, said.earlier, said.block):
            raise Violation(f"C4, a justification that never was: {told((me, said))}")
        for lock in earlier:
            against = lock.kind is Kind.PRECOMMIT and lock.block not in (NIL, said.block)
            if against and said.earlier < lock.round:
                raise Violation(f"C4, against a lock: {told((me, lock))}; {told((me, said))}")

    def _lock(self, before: Local, after: Seat) -> None:
        now = after.local
        locks = [s for s in after.said if s.kind is Kind.PRECOMMIT and s.block != NIL]
        last = (locks[-1].round, locks[-1].block) if locks else (NONE, NIL)
        if (now.locked_round, now.locked_block) != last:
            raise Violation(f"the lock of {after.me} is not its last precommit")
        if now.locked_round > now.valid_round or now.locked_round < before.locked_round:
            raise Violation(
                f"C5: {after.me} is locked in {now.locked_round}, valid {now.valid_round}"
            )

    def _could_be_accepted(self, heard: Heard, round_: int, block: Hash) -> bool:
        if (round_, block) in heard.polkas:
            return True
        justified = sum(
            said.earlier == NONE
            or (said.earlier < round_ and self._accepted(heard, said.earlier, block))
            for statements in heard.speech
            for said in statements
            if (said.kind, said.round, said.block) == (Kind.PREVOTE, round_, block)
        )
        return justified + self._rules.liars >= self._rules.quorum
