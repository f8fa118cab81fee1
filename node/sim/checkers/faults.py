"""What ends a run."""

from node.chain.types import Height


class Broken(Exception):  # noqa: N818 - the run is broken, not the simulator
    """An invariant does not hold; the text begins with its number, the seed reproduces it."""


class Forked(Broken):
    """Two honest nodes decided different blocks; ``culprits`` are convicted by two messages each."""

    def __init__(self, height: Height, culprits: frozenset[int]) -> None:
        """Keep height and culprits."""
        super().__init__(f"C1: fork at height {height}; convicted: {sorted(culprits)}")
        self.culprits = culprits


class Stalled(Broken):
    """In peace and with everybody there, something brought to an honest node does not become final."""
