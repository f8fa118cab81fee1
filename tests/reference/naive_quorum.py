"""Quorum arithmetic, slow and obvious: every subset of authorities is looked at. Imports nothing of the project."""

from itertools import combinations


def smallest_quorum(n: int) -> int:
    """Fewest authorities that are more than two thirds of n."""
    return next(q for q in range(n + 1) if 3 * q > 2 * n)


def quorums_share_an_honest_member(n: int) -> bool:
    """Whether any two quorums have more than f = (n - 1) // 3 members in common."""
    quorums = [set(members) for members in combinations(range(n), smallest_quorum(n))]
    return all(len(a & b) > (n - 1) // 3 for a in quorums for b in quorums)


def value_of_quorum(votes: dict[int, bytes], n: int) -> bytes | None:
    """The value for which some set of quorum size voted as one, or None."""
    for members in combinations(sorted(votes), smallest_quorum(n)):
        values = {votes[i] for i in members}
        if len(values) == 1:
            return values.pop()
    return None


def certain_round(rounds: dict[int, int], n: int) -> int:
    """The highest round that, whoever the f liars are, some honest authority has reached; -1 for none."""
    faults = (n - 1) // 3
    best = -1
    for round_ in set(rounds.values()):
        there = [i for i, reached in rounds.items() if reached >= round_]
        all_may_lie = any(set(there) <= set(liars) for liars in combinations(range(n), faults))
        if not all_may_lie:
            best = max(best, round_)
    return best
