"""Where an audit stands, in a file: what to go on from after an interruption, or with next month's archive.

The file holds the whole state, the counts so far, and a digest. Whoever goes on from it reads the archive from its
first byte all the same: frames, links, log and certificates of every block are checked again, and the state of the file
must have the root that the block at its height has, which a quorum of districts signed. What is not done again is the
execution of the blocks up to there, with the signatures of their transactions: that, and the counts, are believed
because the same auditor found them sound before.
"""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from node.audit.tally import BehalfKey, BehalfTotal, EvidenceFound, Tally
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, chain_id_of, city_id_of
from node.chain.ledger import Ledger
from node.chain.records import decode_record, encode_record
from node.chain.types import EpochMs, Hash, Height, Id
from node.chain.violations import Violation, ViolationCode

_MAGIC: Final = b"tbaudit1"
_DIGEST_BYTES: Final = 32


class _Counts(msgspec.Struct, array_like=True):
    blocks: int
    transactions: int
    timers: int
    certificates: int
    kinds: dict[str, int]
    signed: dict[str, int]
    due: dict[str, int]
    made: dict[str, int]
    settled: dict[str, int]
    evidence: list[tuple[int, str, int]]
    on_behalf: list[tuple[tuple[str, str, bytes, str, str], int, int]]


class _File(msgspec.Struct, array_like=True):
    chain_id: bytes
    height: int
    time_ms: int
    block_id: bytes
    counts: _Counts
    records: list[bytes]


@dataclass(frozen=True, slots=True)
class Saved:
    """An audit up to a height."""

    height: Height
    block_id: Hash
    ledger: Ledger
    tally: Tally


def save(path: Path, block_id: Hash, ledger: Ledger, tally: Tally) -> None:
    """Write where an audit stands; the file changes at once or not at all.

    Raises:
        OSError: it cannot be written.
    """
    content = _File(
        chain_id=ledger.chain_id,
        height=ledger.height,
        time_ms=ledger.time_ms,
        block_id=block_id,
        counts=_counts(tally),
        records=[encode_record(record) for record in ledger.records.values()],
    )
    raw = _MAGIC + msgspec.msgpack.encode(content)
    new = path.with_name(path.name + ".new")
    new.write_bytes(raw + sha256(raw).digest())
    new.replace(path)


def load(path: Path, genesis: Genesis) -> Saved:
    """Read where an audit stood.

    Raises:
        OSError: it cannot be read.
        Violation: ``CHECKPOINT``: it is damaged, or of another chain.
    """
    raw = path.read_bytes()
    body, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
    if not body.startswith(_MAGIC) or sha256(body).digest() != digest:
        raise _bad(path, "damaged, or not the state of an audit")
    try:
        content = msgspec.msgpack.decode(body[len(_MAGIC) :], type=_File)
        records = [decode_record(record) for record in content.records]
    except (msgspec.DecodeError, UnicodeDecodeError, Malformed) as error:
        raise _bad(path, "of another version") from error
    chain_id = chain_id_of(genesis)
    if content.chain_id != chain_id:
        raise _bad(path, "of another chain")
    ledger = Ledger(chain_id, city_id_of(genesis))
    ledger.load(records)
    ledger.height, ledger.time_ms = Height(content.height), EpochMs(content.time_ms)
    block_id = Hash(content.block_id)
    return Saved(ledger.height, block_id, ledger, _tally(content.counts))


def _counts(tally: Tally) -> _Counts:
    return _Counts(
        blocks=tally.blocks,
        transactions=tally.transactions,
        timers=tally.timers,
        certificates=tally.certificates,
        kinds=dict(tally.kinds),
        signed=dict(tally.signed),
        due=dict(tally.due),
        made=dict(tally.made),
        settled=dict(tally.settled),
        evidence=[(one.height, one.culprit, one.offence_height) for one in tally.evidence],
        on_behalf=[
            ((k.district, k.site, k.recorder, k.consent, k.method), total.orders, total.minutes)
            for k, total in tally.on_behalf.items()
        ],
    )


def _tally(counts: _Counts) -> Tally:
    return Tally(
        blocks=counts.blocks,
        transactions=counts.transactions,
        timers=counts.timers,
        certificates=counts.certificates,
        kinds=Counter(counts.kinds),
        signed=Counter(counts.signed),
        due=Counter(counts.due),
        made=Counter(counts.made),
        settled=Counter(counts.settled),
        evidence=[EvidenceFound(*one) for one in counts.evidence],
        on_behalf={
            BehalfKey(district, site, Id(recorder), consent, method): BehalfTotal(orders, minutes)
            for (district, site, recorder, consent, method), orders, minutes in counts.on_behalf
        },
    )


def _bad(path: Path, why: str) -> Violation:
    return Violation(ViolationCode.CHECKPOINT, 0, f"{path.name}: {why}")
