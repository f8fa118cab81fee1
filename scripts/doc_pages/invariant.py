"""One line of the table of invariants."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """One line of the table."""

    id: str
    says: str
    checks: tuple[str, ...]
    fails: tuple[str, ...]
    """Planted bugs that break it, or tests that damage what it guards."""
