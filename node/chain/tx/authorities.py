"""What authorities say when the set of authorities changes: subjects of motions, proofs of new keys, moves of homes."""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.certificate import Authority
from node.chain.codec import Record
from node.chain.types import CodeF, HashF, HeightF, IdF, SignatureF, UintF

SITES_MAX: Final = 32
PROOFS_MAX: Final = 2
"""A seat has two keys that sign statements: consensus and operator."""
MOVED_PERSONS_MAX: Final = 12
"""Persons that one statement moves: with districts, position and sender within the keys of a transaction."""
MOVED_FUNDS_MAX: Final = 2
_KeyF = Annotated[bytes, Meta(min_length=32, max_length=32)]


class AddAuthority(Record, frozen=True, tag=3):
    """A seat for a district that has none; a district that the city does not know yet begins with it."""

    authority: Authority
    sites: Annotated[tuple[CodeF, ...], Meta(max_length=SITES_MAX)]
    """Service points of a district that begins; none for one that is known."""


class RotateKeys(Record, frozen=True, tag=4):
    """Other keys for a seat: the whole seat as it will be."""

    authority: Authority


class RemoveAuthority(Record, frozen=True, tag=5):
    """A district gives up its seat; its persons and minutes stay where they are."""

    district: CodeF


class MergeDistrict(Record, frozen=True, tag=6):
    """A district becomes part of another, which succeeds it in everything; its seat, if it has one, goes."""

    district: CodeF
    successor: CodeF


class SuspendSeat(Record, frozen=True, tag=7):
    """An offence that stands on the chain: the seat goes, until a motion adds it again."""

    district: CodeF
    height: HeightF
    """Of the offence."""


AuthoritySubject = AddAuthority | RotateKeys | RemoveAuthority | MergeDistrict | SuspendSeat


class KeyProof(Record, frozen=True):
    """A new key signs its registration: ``possession_bytes`` with the context ``motion ‖ state root``."""

    key: _KeyF
    signature: SignatureF


class ProveKeys(Record, frozen=True, tag=220):
    """Holders of a motion's new keys show that they have them, and a node that follows the chain.

    The state root of a recent height cannot be known before that height is decided, so whoever signs it has the chain
    up to there.
    """

    motion: IdF
    origin: HashF
    height: HeightF
    """Whose state root was signed."""
    proofs: Annotated[tuple[KeyProof, ...], Meta(min_length=1, max_length=PROOFS_MAX)]


class FundName(Record, frozen=True):
    """A fund of a merged district."""

    year: UintF
    purpose: CodeF


class MoveHomes(Record, frozen=True, tag=221):
    """Persons and free minutes of a merged district go to its successor, some at a time."""

    district: CodeF
    """The merged one."""
    site: CodeF
    """Service point of the successor that takes the persons."""
    persons: Annotated[tuple[IdF, ...], Meta(max_length=MOVED_PERSONS_MAX)]
    funds: Annotated[tuple[FundName, ...], Meta(max_length=MOVED_FUNDS_MAX)]
