"""The authority trail of this node's chain: each certified header that names another set, and that set."""

from typing import Final, Protocol

from node.chain.errors import Bug
from node.chain.types import Height
from node.chain.verify import AuthorityChange, Point
from node.runtime.ports import DecidedBlock

_FIRST_SET: Final = 1
"""The set of genesis was never changed to."""


class Chain(Protocol):
    """What is asked of the executor."""

    @property
    def point(self) -> Point:
        """Where the chain stands."""

    def decided(self, height: Height) -> DecidedBlock | None:
        """A decided block."""


def trail_below(chain: Chain, height: Height) -> tuple[AuthorityChange, ...]:
    """The changes whose header is below a height, in order.

    Raises:
        StorageFault: a block of the log does not read.
    """
    found = []
    for epoch in chain.point.epochs[_FIRST_SET:]:
        naming = Height(epoch.first_height - 1)
        if naming >= height:
            break
        decided = chain.decided(naming)
        if decided is None:
            raise Bug(f"block {naming} is below the tip and not here")
        header, certificate = decided.block.header, decided.certificate
        found.append(AuthorityChange(header, certificate, epoch.authorities))
    return tuple(found)
