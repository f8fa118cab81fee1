"""What a trouble says when it is over."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Met:
    """What happened.

    Attributes:
        kind: the same for all of a kind.
        districts: whom it met.
        note: how much of it.
    """

    kind: str
    districts: tuple[str, ...]
    note: str = ""
