"""Everything about an archive that needs no state: framing, form, links, certificates, trail, log, end.

One pass, one block in memory. A block is believed once the next record, which carries its certificate, has been looked
at; until then the walk may still take it back. That matters for one case: when block h+1 names another block before it
than the archive has, either may be wrong. If the certificate in block h+1 is sound and proves that other block, then
the one at h is not what the city decided, and h is the first bad height.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from node.chain.archive import (
    KIND_BLOCK,
    ArchivedBlock,
    ByteSource,
    End,
    Framed,
    check_end,
    decode_entry,
    read_frames,
)
from node.chain.block import Block, Header, Summary, block_id
from node.chain.certificate import CommitCertificate, certificate_fault
from node.chain.codec import encode
from node.chain.genesis import Genesis, base_height, chain_id_of, unsigned
from node.chain.keys import Verify
from node.chain.keys import verify as verify_now
from node.chain.records import StateRecord
from node.chain.types import Height
from node.chain.verify import AuthorityChange, Point, check_block, check_tip, start, walk_trail
from node.chain.violations import Violation, ViolationCode

SIGNATURES_OF_EVIDENCE: Final = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A block whose structure is sound, and where the chain stands before and after it."""

    block: Block
    summary: Summary
    before: Point
    after: Point


class Walk:
    """One pass over an archive.

    Attributes:
        point: where the chain stands after the last sound block.
        signatures: of certificates and evidence that have verified.
        tip_certificate: that of the last block, once it was read.
        changes: the trail of authority changes, as the archive has it.
    """

    def __init__(
        self,
        source: ByteSource,
        genesis: Genesis,
        opening: Iterable[StateRecord] = (),
        verify: Verify = verify_now,
    ) -> None:
        """Walk from the first byte on.

        Args:
            source: the archive.
            genesis: what is trusted.
            opening: the state before a successor's first block.
            verify: what believes the signatures of certificates that stand in blocks.
        """
        self.point = start(genesis, opening)
        self.signatures = 0
        self.tip_certificate: CommitCertificate | None = None
        self._source = source
        self._genesis = genesis
        self._verify = verify
        self.changes: list[AuthorityChange] = []
        self._trail: dict[int, AuthorityChange] = {}

    def steps(self) -> Iterator[Step]:
        """The blocks in order, each checked; exhausted only when the end of the file is sound too.

        Raises:
            Violation: the first thing that is wrong.
            Incomplete: the file stops early.
        """
        for framed in read_frames(self._source, self.point.chain_id, self.point.height):
            height = self.point.height + (framed.kind == KIND_BLOCK)
            entry = decode_entry(framed, height)
            match entry:
                case Genesis():
                    self._check_genesis(entry)
                case AuthorityChange():
                    self._take_change(entry)
                case ArchivedBlock():
                    yield self._step(entry)
                case CommitCertificate():
                    check_tip(self.point, entry)
                    self.signatures += len(entry.signatures)
                    self.tip_certificate = entry
                case End():
                    self._finish(framed, entry)
                case _:
                    assert_never(entry)

    def _check_genesis(self, genesis: Genesis) -> None:
        if encode(unsigned(genesis)) != encode(unsigned(self._genesis)):
            raise Violation(ViolationCode.BAD_GENESIS, 0, "the archive holds another genesis")

    def _step(self, entry: ArchivedBlock) -> Step:
        before, block = self.point, entry.block
        try:
            change = self._trail.get(block.header.height)
            following = None if change is None else change.authorities
            after = check_block(before, block, entry.summary, following, self._verify)
        except Violation as fault:
            if fault.code is ViolationCode.PREVIOUS_ID and _is_disowned(before, block):
                raise Violation(
                    ViolationCode.CERTIFICATE, before.height, "the city certified another block"
                ) from fault
            raise
        self._check_trail(block.header)
        for certificate in block.last_commit:
            self.signatures += len(certificate.signatures)
        self.signatures += SIGNATURES_OF_EVIDENCE * len(block.evidence)
        self.point = after
        return Step(block, entry.summary, before, after)

    def _take_change(self, change: AuthorityChange) -> None:
        """The next step of the trail, certified by the set that the step before made."""
        last = self.changes[-1] if self.changes else None
        seated = self._genesis.authorities if last is None else last.authorities
        if last is not None and change.header.height <= last.header.height:
            raise Violation(
                ViolationCode.AUTHORITY_TRAIL, change.header.height, "the trail is out of order"
            )
        walk_trail(self.point.chain_id, seated, (change,))
        self.changes.append(change)
        self._trail[change.header.height] = change

    def _check_trail(self, header: Header) -> None:
        """The trail has exactly the headers that change the set, as they stand in the chain."""
        change = self._trail.pop(header.height, None)
        changes = header.next_authorities_hash != header.authorities_hash
        chain_id = self.point.chain_id
        own = change is not None and block_id(chain_id, change.header) == block_id(chain_id, header)
        if changes != (change is not None) or (change is not None and not own):
            raise Violation(
                ViolationCode.AUTHORITY_TRAIL, header.height, "trail and blocks tell two stories"
            )

    def _finish(self, framed: Framed, end: End) -> None:
        height = self.point.height
        if self._trail:
            beyond = next(iter(self._trail))
            raise Violation(
                ViolationCode.AUTHORITY_TRAIL, height, f"the trail goes on to height {beyond}"
            )
        check_end(framed, end, height, self.point.block_id)


def _is_disowned(point: Point, block: Block) -> bool:
    """Whether a sound certificate shows that the city decided another block at the point's height."""
    if len(block.last_commit) != 1:
        return False
    certificate = block.last_commit[0]
    return (
        certificate.height == point.height
        and certificate.block_id == block.header.previous_id
        and certificate_fault(point.chain_id, point.authorities, certificate) is None
    )


def find_transaction(
    source: ByteSource, genesis: Genesis, raw: bytes, before: tuple[int, int]
) -> tuple[int, int] | None:
    """Where the same bytes stand earlier in an archive: (height, index), or None.

    Args:
        source: the archive, from its first byte.
        genesis: its genesis.
        raw: the signed transaction.
        before: (height, index) to look before.
    """
    height = base_height(genesis)
    for framed in read_frames(source, chain_id_of(genesis), height):
        if framed.kind != KIND_BLOCK:
            continue
        height = Height(height + 1)
        entry = decode_entry(framed, height)
        assert isinstance(entry, ArchivedBlock)
        for index, other in enumerate(entry.block.transactions):
            if (height, index) >= before:
                return None
            if other == raw:
                return height, index
    return None
