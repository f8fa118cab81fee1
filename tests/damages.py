"""Archives whose file is damaged, and the parts to damage one with: frames and end can be made anew around anything."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from msgspec.structs import replace as change

from node.chain.archive import (
    FRAME_BYTES,
    HEAD_BYTES,
    KIND_BLOCK,
    KIND_CHANGE,
    KIND_END,
    KIND_GENESIS,
    End,
    frame,
)
from node.chain.certificate import (
    AuthoritySet,
    authority_set_hash,
)
from node.chain.codec import decoder, encode
from node.chain.limits import ARCHIVE_RECORD_MAX_BYTES
from node.chain.types import Hash, Height
from node.chain.verify import AuthorityChange
from node.chain.violations import ViolationCode
from tests.archives import archive_of, drafts_of, seal
from tests.kernel_city import KernelCity, make_genesis

AT = 6
"""Height of most plants; its block has one transaction, and four blocks follow it."""
OTHER: Hash = Hash(bytes(range(32)))
KIND_OF_ARCHIVED_BLOCK = 17


@dataclass(frozen=True)
class Corruption:
    """One thing that is wrong with an archive."""

    name: str
    code: ViolationCode
    height: int
    archive: bytes
    structural: bool = True
    index: int | None = None


def flipped(raw: bytes) -> bytes:
    """One bit changed, in the middle."""
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


@dataclass(frozen=True)
class Cut:
    """An archive cut into its head and its records, each with its frame."""

    head: bytes
    records: tuple[tuple[int, bytes], ...]
    """(kind, body)."""

    def without(self, number: int) -> "Cut":
        """One record left out."""
        return replace(self, records=self.records[:number] + self.records[number + 1 :])

    def having(self, number: int, kind: int, body: bytes) -> "Cut":
        """Another record in the place of one."""
        records = (*self.records[:number], (kind, body), *self.records[number + 1 :])
        return replace(self, records=records)

    def joined(
        self, *, digest: Hash | None = None, counts: dict[str, object] | None = None
    ) -> bytes:
        """The file again, with frames and end made anew."""
        raw = self.head
        for number, (kind, body) in enumerate(self.records):
            if kind == KIND_END:
                height = sum(1 for other, _ in self.records if other == KIND_BLOCK)
                end = change(
                    decode_end(body),
                    **{
                        "records": number,
                        "height": height,
                        "digest": digest or sha256(raw).digest(),
                        **(counts or {}),
                    },
                )
                raw += frame(number, kind, encode(end))
            else:
                raw += frame(number, kind, body)
        return raw


def cut(archive: bytes) -> Cut:
    """Take an archive apart."""
    records, position = [], HEAD_BYTES
    while position < len(archive):
        length, kind = (
            int.from_bytes(archive[position : position + 4], "big"),
            archive[position + 4],
        )
        begin = position + FRAME_BYTES
        records.append((kind, archive[begin : begin + length]))
        position = begin + length
    return Cut(archive[:HEAD_BYTES], tuple(records))


decode_end: Callable[[bytes], End] = decoder(End, 256)


def damaged_files(city: KernelCity) -> list[Corruption]:
    """Every kind of damage to a file, made from a city of ``small_story``."""
    sound = archive_of(city)
    whole, last = cut(sound), len(city.blocks)
    code = ViolationCode
    return [
        *_changed_bytes(sound, whole),
        *_changed_records(city, whole, last),
        Corruption("bytes after the end", code.TRAILING_BYTES, last, sound + b"\x00"),
        Corruption("digest of the end", code.END_DIGEST, last, whole.joined(digest=OTHER)),
        Corruption(
            "records of the end", code.END_COUNTS, last, whole.joined(counts={"records": last})
        ),
        Corruption("tip of the end", code.END_COUNTS, last, whole.joined(counts={"tip": OTHER})),
        Corruption("a change that is none", code.AUTHORITY_TRAIL, AT, _idle_change(city, whole)),
        Corruption("a change by others", code.AUTHORITY_TRAIL, 1, _foreign_change(city, whole)),
    ]


def _changed_bytes(sound: bytes, whole: Cut) -> list[Corruption]:
    """In the head and in frames."""
    code, check = ViolationCode, HEAD_BYTES + 8
    broken = sound[:check] + flipped(sound[check : check + 1]) + sound[check + 1 :]
    return [
        Corruption("another magic", code.BAD_MAGIC, 0, b"TIMEBANK" + sound[8:]),
        Corruption("another format", code.UNKNOWN_FORMAT, 0, sound[:9] + b"\x02" + sound[10:]),
        Corruption("another suite", code.UNKNOWN_FORMAT, 0, sound[:11] + b"\x02" + sound[12:]),
        Corruption("another chain", code.GENESIS_MISMATCH, 0, sound[:12] + OTHER + sound[44:]),
        Corruption("frame check", code.BAD_FRAME, 0, broken),
        Corruption("record too long", code.BAD_FRAME, AT - 1, _too_long(sound, whole)),
    ]


def _changed_records(city: KernelCity, whole: Cut, last: int) -> list[Corruption]:
    """Left out, repeated, swapped, of another form; record 0 is genesis, record h the block at height h."""
    code, records = ViolationCode, whole.records
    body, following = records[AT][1], records[AT + 1][1]
    other = make_genesis(policy=change(city.genesis.policy, activation_height=Height(1)))
    twice = replace(whole, records=(*records[: AT + 1], *records[AT:]))
    swapped = whole.having(AT, KIND_BLOCK, following).having(AT + 1, KIND_BLOCK, body)
    unknown = whole.having(AT, 9, body)
    longer = whole.having(AT, KIND_BLOCK, body + b"\x00")
    wide = whole.having(AT, KIND_BLOCK, _longer_form(body))
    foreign = whole.having(0, KIND_GENESIS, encode(other))
    return [
        Corruption("another genesis record", code.BAD_GENESIS, 0, foreign.joined()),
        Corruption("unknown record kind", code.BAD_RECORD_KIND, AT - 1, unknown.joined()),
        Corruption("block left out", code.HEIGHT, AT, whole.without(AT).joined()),
        Corruption("block twice", code.HEIGHT, AT + 1, twice.joined()),
        Corruption("blocks swapped", code.HEIGHT, AT, swapped.joined()),
        Corruption(
            "tip certificate left out", code.RECORD_ORDER, last, whole.without(last + 1).joined()
        ),
        Corruption("bytes after the value", code.NOT_CANONICAL, AT, longer.joined()),
        Corruption("longer form of an integer", code.NOT_CANONICAL, AT, wide.joined()),
    ]


def _too_long(sound: bytes, whole: Cut) -> bytes:
    """A frame that is sound and announces more than a record may have."""
    begin = HEAD_BYTES + sum(FRAME_BYTES + len(body) for _, body in whole.records[:AT])
    announced = (ARCHIVE_RECORD_MAX_BYTES + 1).to_bytes(4, "big") + bytes([KIND_BLOCK])
    check = sha256(AT.to_bytes(8, "big") + announced).digest()[:4]
    return sound[:begin] + announced + check + sound[begin + FRAME_BYTES :]


def _longer_form(body: bytes) -> bytes:
    """The kind of the archived block, 17, in two bytes instead of one."""
    assert body[:2] == bytes([0x93, KIND_OF_ARCHIVED_BLOCK])
    return body[:1] + b"\xcc" + body[1:]


def _idle_change(city: KernelCity, whole: Cut) -> bytes:
    """A trail with a header that changes nothing."""
    sealed = seal(city.genesis, drafts_of(city))[AT - 1]
    step = AuthorityChange(sealed.block.header, sealed.certificate, city.genesis.authorities)
    return _with_change(whole, step)


def _foreign_change(city: KernelCity, whole: Cut) -> bytes:
    """A trail whose header nobody of genesis has signed."""
    sealed = seal(city.genesis, drafts_of(city))[0]
    rest = AuthoritySet(city.genesis.authorities.members[1:])
    header = change(
        sealed.block.header, next_authorities_hash=authority_set_hash(city.chain_id, rest)
    )
    return _with_change(whole, AuthorityChange(header, sealed.certificate, rest))


def _with_change(whole: Cut, step: AuthorityChange) -> bytes:
    first, *others = whole.records
    return replace(whole, records=(first, (KIND_CHANGE, encode(step)), *others)).joined()
