"""Is a history what one ledger, doing one thing after the other, could have answered?

Every committed write has a place, (height, index), and every read names the height that it shows; so the order that has
to be found is given, and it is only checked. What a node promises (``docs/spec/http.md``):

- writes are linearizable: one that was called final before another was handed in stands in an earlier block;
- a read shows exactly the writes up to its height: none lost, none twice, none of later blocks;
- at one node, heights never go back, and a read begun after the node called a write final shows it;
- a fenced read is linearizable: its reader wrote something first, and waited for a node that shows that write; it shows
  everything that anybody had been told of when the reader began to write.

Any other read at another node may be old. A node that lost its disk is another node.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


class NotLinearizable(Exception):  # noqa: N818 - a finding, not a fault of this program
    """No order explains the history; the message names two events that contradict each other."""


@dataclass(frozen=True, slots=True)
class Write:
    """A change of accounts that some node has called final.

    Attributes:
        name: of the transaction; told again, it is the same write.
        node: who called it final.
        begun_s: when the client first handed it in.
        ended_s: when the client was told.
        place: height and index in the block.
        changes: account and what is added to it.
    """

    name: str
    node: str
    begun_s: float
    ended_s: float
    place: tuple[int, int]
    changes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What a node answered: its height, and the balance of an account there if one was asked for.

    Attributes:
        node: who answered.
        begun_s: when it was asked.
        ended_s: when it had answered.
        height: the newest block that the answer shows.
        account: whose balance; empty for none.
        balance: of that account.
        fence_s: when the reader began the write that this read is not older than; None without one.
    """

    node: str
    begun_s: float
    ended_s: float
    height: int
    account: str = ""
    balance: int = 0
    fence_s: float | None = None


def require_linearizable(
    writes: Sequence[Write], reads: Sequence[Read], opening: Callable[[str], int] = lambda _: 0
) -> int:
    """Check a whole history.

    Args:
        writes: all that became final, in any order.
        reads: in any order.
        opening: balance of an account before the first write.

    Returns:
        How many events were checked.

    Raises:
        NotLinearizable: naming what contradicts.
    """
    _require_one_place(writes)
    _require_real_time(writes)
    _require_balances(writes, reads, opening)
    _require_memory(writes, reads)
    _require_fences(writes, reads)
    return len(writes) + len(reads)


def _require_one_place(writes: Iterable[Write]) -> None:
    places: dict[str, Write] = {}
    names: dict[tuple[int, int], Write] = {}
    for write in writes:
        first = places.setdefault(write.name, write)
        if first.place != write.place:
            raise NotLinearizable(f"one write at two places: {first} and {write}")
        other = names.setdefault(write.place, write)
        if other.name != write.name:
            raise NotLinearizable(f"two writes at one place: {other} and {write}")


def _require_real_time(writes: Sequence[Write]) -> None:
    """A write handed in after another was called final stands in a later block."""
    ended = sorted(writes, key=lambda write: write.ended_s)
    known, newest = 0, None
    for write in sorted(writes, key=lambda write: write.begun_s):
        while known < len(ended) and ended[known].ended_s < write.begun_s:
            if newest is None or ended[known].place[0] > newest.place[0]:
                newest = ended[known]
            known += 1
        if newest is not None and write.place[0] <= newest.place[0]:
            raise NotLinearizable(f"{write} began after {newest} was final and stands before it")


def _require_balances(
    writes: Iterable[Write], reads: Iterable[Read], opening: Callable[[str], int]
) -> None:
    changes: dict[str, list[tuple[int, int]]] = {}
    for write in {write.name: write for write in writes}.values():
        for account, added in write.changes:
            changes.setdefault(account, []).append((write.place[0], added))
    for read in reads:
        if not read.account:
            continue
        seen = (added for height, added in changes.get(read.account, ()) if height <= read.height)
        expected = opening(read.account) + sum(seen)
        if read.balance != expected:
            raise NotLinearizable(f"{read}: the writes up to its height come to {expected}")


def _require_memory(writes: Iterable[Write], reads: Sequence[Read]) -> None:
    """At one node nothing goes back: neither behind a read nor behind a write that it called final."""
    for node in {read.node for read in reads}:
        told = [(w.ended_s, w.place[0]) for w in writes if w.node == node]
        shown = [(r.ended_s, r.height) for r in reads if r.node == node]
        known = sorted((*told, *shown))
        highest = _running_maximum([height for _, height in known])
        for read in (read for read in reads if read.node == node):
            before = bisect_left(known, (read.begun_s, -1))
            if before and read.height < highest[before - 1]:
                raise NotLinearizable(f"{read}: the node had shown {highest[before - 1]} before")


def _require_fences(writes: Iterable[Write], reads: Iterable[Read]) -> None:
    """A fenced read shows every write that anybody was told of before its fence was begun."""
    known = sorted((write.ended_s, write.place[0]) for write in writes)
    highest = _running_maximum([height for _, height in known])
    for read in reads:
        before = 0 if read.fence_s is None else bisect_left(known, (read.fence_s, -1))
        if before and read.height < highest[before - 1]:
            raise NotLinearizable(f"{read}: somebody was told of {highest[before - 1]} before")


def _running_maximum(values: Iterable[int]) -> list[int]:
    found: list[int] = []
    for value in values:
        found.append(max(value, found[-1]) if found else value)
    return found
