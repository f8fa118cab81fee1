"""Who decided blocks when, who broke the protocol, and what is on the way to change the set."""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.certificate import AuthoritySet
from node.chain.codec import Record
from node.chain.limits import AUTHORITIES_MAX, AUTHORITY_CHANGES_MAX
from node.chain.types import Code, CodeF, HashF, Height, HeightF, IdF, OptionalIdF, RoundF, UintF

SCHEDULE_ID: Final = b"schedule"
_KeyF = Annotated[bytes, Meta(min_length=32, max_length=32)]


class OpenChange(Record, frozen=True):
    """A motion about the set that is neither passed nor refused nor expired."""

    motion: IdF
    proposer: CodeF
    """The district that moved it; ``-`` for one that the chain opened itself, after an offence."""
    district: CodeF
    """Whose seat it is about."""
    candidate: OptionalIdF
    """Voice of a district that has no seat yet; empty for none."""
    unproven: tuple[_KeyF, ...]
    """New keys whose holders have not shown that they have them."""


class WaitingSet(Record, frozen=True):
    """The set that a passed motion made, before it signs."""

    effective_height: HeightF
    motion: IdF
    authorities: AuthoritySet


class AuthoritySchedule(Record, frozen=True, tag=110):
    """Past sets, the one that waits, and the open motions; written at the first offence or motion about the set."""

    past: Annotated[tuple[UintF, ...], Meta(max_length=AUTHORITY_CHANGES_MAX)]
    """First heights of the sets before the present one, ascending."""
    waiting: Annotated[tuple[WaitingSet, ...], Meta(max_length=1)]
    open: Annotated[tuple[OpenChange, ...], Meta(max_length=2 * AUTHORITIES_MAX)]
    """At most one of each proposer, and one opened by the chain for each seat."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """There is one."""
        return SCHEDULE_ID


class PastSet(Record, frozen=True, tag=111):
    """An authority set that signs no more; evidence of its heights is verified against it."""

    first_height: HeightF
    authorities: AuthoritySet
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The first height that it signed, eight bytes big endian."""
        return height_id(self.first_height)


class Offence(Record, frozen=True, tag=112):
    """An authority broke the protocol at a height; one entry for each authority and height."""

    district: CodeF
    height: HeightF
    """Of the two messages."""
    round: RoundF
    """Of the first of them."""
    kind: CodeF
    """``proposal``, ``prevote`` or ``precommit`` for two different ones, or ``amnesia``."""
    evidence: HashF
    """digest("evidence", chain_id, encode(evidence)): the pair stands in the body of the block."""
    block_height: HeightF
    """Of the block that holds the pair."""
    motion: OptionalIdF
    """The suspension that it opened; empty if the seat was gone or one is open already."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """Height (eight bytes big endian) and district."""
        return offence_id(self.height, self.district)


class RootMark(Record, frozen=True, tag=113):
    """State root after a recent block, kept while a motion needs proofs of new keys."""

    height: HeightF
    root: HashF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The height, eight bytes big endian."""
        return height_id(self.height)


class Merger(Record, frozen=True, tag=114):
    """A district that became part of another."""

    district: CodeF
    successor: CodeF
    since_height: HeightF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The merged district's code."""
        return self.district.encode()


def height_id(height: int) -> bytes:
    """Eight bytes big endian."""
    return height.to_bytes(8, "big")


def offence_id(height: Height, district: Code) -> bytes:
    """Height (eight bytes big endian) and district."""
    return height_id(height) + district.encode()
