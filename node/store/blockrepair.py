"""Repair of a damaged block log: keep every record that is sound, fetch the others.

Works on the files, not on an open log, since a damaged one does not open. Here only checksums are
known: what comes from peers is verified by whoever fetches it, and the whole log, hash chain and
certificates, by the replay that follows a repair.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from node.chain.codec import encode
from node.chain.types import Hash, Height
from node.store import frames
from node.store.blocklog import segment_first, segment_name, segment_names
from node.store.files import File, Files
from node.store.segment import HEADER_BYTES, RECORD_MAGIC, header_bytes

NEW_NAME = "blocks.new"

Fetch = Callable[[Height], tuple[bytes, bytes]]
"""Height to verified block and certificate bytes; raises what it likes when nobody has them."""


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What a repair did."""

    kept: int
    """Blocks that were sound."""
    fetched: tuple[Height, ...]


def repair_block_log(
    files: Files,
    chain_id: Hash,
    fetch: Fetch,
    first: Height,
    last: Height,
    distrusted: Collection[Height] = (),
) -> RepairReport:
    """Make the log whole; a segment without damage is not touched.

    Each segment is written anew, synced and renamed over the damaged one, so that a crash or a
    failing ``fetch`` leaves every sound record where it was; the repair may be run again.

    Args:
        files: the data directory, with no log open on it.
        chain_id: for the headers of new segments.
        fetch: asked for every height that is damaged or missing, in order.
        first: height at which the log has to begin, 1 unless a snapshot began it.
        last: height the log has to reach at least, such as the applied height; 0 for whatever
            the log has itself.
        distrusted: fetched even where a sound record stands: its block has turned out not to be valid.

    Raises:
        StorageFault: the disk fails.
    """
    if NEW_NAME in files.names():
        files.remove(NEW_NAME)
    firsts = [segment_first(name) for name in segment_names(files)]
    if not firsts or firsts[0] > first:
        firsts.insert(0, first)
    kept = 0
    fetched: list[Height] = []
    for start, following in zip(firsts, [*firsts[1:], None], strict=True):
        found = _salvage(files, start)
        bodies = {height: body for height, body in found.items() if height not in distrusted}
        stop = following or max([last, *found]) + 1
        missing = [Height(h) for h in range(start, stop) if h not in bodies]
        kept += stop - start - len(missing)
        if not missing and _is_sound(files, chain_id, start, bodies):
            continue
        bodies.update((height, encode(fetch(height))) for height in missing)
        fetched += missing
        _write_segment(files, chain_id, start, [bodies[h] for h in range(start, stop)])
    return RepairReport(kept, tuple(fetched))


def _salvage(files: Files, first: Height) -> dict[int, bytes]:
    """Bodies of all sound records in the segment of this first height, wherever they stand.

    Heights that a file of this size has no room for are not believed.
    """
    name = segment_name(first)
    if name not in files.names():
        return {}
    raw = _read_whole(files.open(name))
    beyond = first + len(raw) // frames.FRAME_BYTES
    bodies: dict[int, bytes] = {}
    place = raw.find(RECORD_MAGIC)
    while place >= 0:
        frame = frames.parse(raw[place : place + frames.FRAME_BYTES])
        stop = place + 1
        if frame is not None and first <= frame.height < beyond:
            stop = place + frame.record_bytes
            body = frames.body_of(raw[place:stop])
            if body is not None:
                bodies[frame.height] = body
        place = raw.find(RECORD_MAGIC, stop)
    return bodies


def _is_sound(files: Files, chain_id: Hash, first: Height, bodies: dict[int, bytes]) -> bool:
    """Whether the file is exactly its header and its records."""
    name = segment_name(first)
    if name not in files.names():
        return False
    raw = _read_whole(files.open(name))
    length = sum(frames.FRAME_BYTES + len(body) + len(frames.END) for body in bodies.values())
    return raw[:HEADER_BYTES] == header_bytes(first, chain_id) and len(raw) == HEADER_BYTES + length


def _read_whole(file: File) -> bytes:
    raw = file.read(0, file.size())
    file.close()
    return raw


def _write_segment(files: Files, chain_id: Hash, first: Height, bodies: list[bytes]) -> None:
    file = files.create(NEW_NAME)
    file.write(0, header_bytes(first, chain_id))
    end = HEADER_BYTES
    for height, body in enumerate(bodies, start=first):
        record = frames.pack(RECORD_MAGIC, height, end, body)
        file.write(end, record)
        end += len(record)
    file.sync()
    file.close()
    files.rename(NEW_NAME, segment_name(first))
    files.sync_directory()
