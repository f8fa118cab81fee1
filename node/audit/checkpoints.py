"""Checkpoints to compare an archive with: notes that somebody kept, signed by the districts.

The format is ``node.chain.checkpoint``; here a note is read from a file, and met at the block that ends at its size.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from node.chain.certificate import AuthoritySet
from node.chain.checkpoint import Checkpoint, Note, origin_of, parse_note, signers, text_of
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.verify import Point
from node.chain.violations import Incomplete, Violation, ViolationCode


@dataclass(frozen=True, slots=True)
class Noted:
    """A note whose signatures have been looked at.

    Attributes:
        name: where it came from, for messages.
        checkpoint: what it says.
        signers: districts of the authorities whose line verifies.
    """

    name: str
    checkpoint: Checkpoint
    signers: tuple[str, ...]


def origin(genesis: Genesis) -> str:
    """The first line of every note of this chain."""
    return origin_of(genesis.city, chain_id_of(genesis))


def text_at(genesis: Genesis, point: Point) -> str:
    """What a district would sign where the chain stands."""
    frontier = point.frontier
    return text_of(Checkpoint(origin(genesis), frontier.size, frontier.root())).decode()


def read_checkpoint(genesis: Genesis, name: str, raw: bytes) -> Noted:
    """Parse a note and verify its lines under the checkpoint keys of genesis.

    Raises:
        Violation: ``CHECKPOINT``: not a note of this chain, or no district of genesis has signed it.
    """
    try:
        note = parse_note(raw)
        districts = _districts(note, origin(genesis), genesis.authorities)
    except Malformed as fault:
        raise _bad(name, str(fault)) from fault
    if not districts:
        raise _bad(name, "no district of genesis has signed it")
    return Noted(name, note.checkpoint, districts)


def _districts(note: Note, own: str, authorities: AuthoritySet) -> tuple[str, ...]:
    return tuple(authorities.members[index].district for index in signers(note, own, authorities))


def _bad(name: str, why: str, height: int = 0) -> Violation:
    return Violation(ViolationCode.CHECKPOINT, height, f"{name}: {why}")


class Comparison:
    """Checkpoints that wait for the block that ends at their size.

    Attributes:
        matched: each checkpoint met so far, with the height of its block.
    """

    def __init__(self, noted: Iterable[Noted]) -> None:
        """Wait for all of them."""
        self._waiting = sorted(noted, key=lambda one: one.checkpoint.size)
        self.matched: list[tuple[Noted, int]] = []

    def pass_block(self, point: Point) -> None:
        """Compare with every checkpoint up to the end of this block.

        Raises:
            Violation: ``FORK``, the districts signed another log; ``CHECKPOINT``, no block ends there.
        """
        size = point.frontier.size
        while self._waiting and self._waiting[0].checkpoint.size <= size:
            one = self._waiting.pop(0)
            if one.checkpoint.size < size:
                raise _bad(one.name, f"no block ends at {one.checkpoint.size} leaves", point.height)
            if one.checkpoint.root != point.frontier.root():
                signed = " ".join(one.signers)
                raise Violation(
                    ViolationCode.FORK, point.height, f"{one.name}: {signed} signed another log"
                )
            self.matched.append((one, point.height))

    def finish(self, point: Point) -> None:
        """At the end of the archive.

        Raises:
            Incomplete: a checkpoint is of a later block than the archive's last.
        """
        if self._waiting:
            one, size = self._waiting[-1], point.frontier.size
            raise Incomplete(
                point.height,
                f"{one.name} is of a log of {one.checkpoint.size} leaves, the archive has {size}",
            )
