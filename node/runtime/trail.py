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

    @property
    def base_trail(self) -> tuple[AuthorityChange, ...]:
        """Changes below the first block here, of a node begun from a snapshot."""

    def decided(self, height: Height) -> DecidedBlock | None:
        """A decided block."""


def trail_below(chain: Chain, height: Height) -> tuple[AuthorityChange, ...]:
    """The changes whose header is below a height, in order.

    Raises:
        StorageFault: a block of the log does not read.
    """
    found = [change for change in chain.base_trail if change.header.height < height]
    known = {change.header.height for change in found}
    for epoch in chain.point.epochs[_FIRST_SET:]:
        naming = Height(epoch.first_height - 1)
        if naming >= height:
            break
        if naming in known:
            continue
        decided = chain.decided(naming)
        if decided is None:
            raise Bug(f"block {naming} is below the tip and not here")
        header, certificate = decided.block.header, decided.certificate
        found.append(AuthorityChange(header, certificate, epoch.authorities))
    return tuple(found)
