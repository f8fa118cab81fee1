"""The vote log: everything this node has signed at heights that are not decided, before it is sent.

**Theory.** A node that forgets a vote it has sent may sign against it, and then it is a liar by
every proof there is. So this log is never cut. A slot (``voteslot``) is one sector: after a crash it
is whole, or zeros because it never was acknowledged and therefore never sent. Slots that share a
sync may come through a crash in any combination, so each says how many slots were durable before
it; a gap is sound when no slot behind it claims it to have been durable, and a mark fills it. All
else, in the last slot too, may be a vote that was sent and then damaged; so may a log that is missing, one
from a backup, or one that another key has signed. In all these cases the log is unusable and the
node *abstains*: it follows without signing until the chain itself says that it may sign again
(``rejoin``).

**Marks.** To know an old log from a current one, the log must have reached the height that the block
log has. Usually the node's own vote shows it. A node that decides a height without having signed at
it writes a mark first (``reach``), before that block is durable. Below a mark nothing is signed any
more; a quorum of others had signed there, so they do not need us. The first slot of every file is a
mark, so an empty file is never mistaken for an empty log.

**Forgetting.** When the file has grown, the slots of heights above the tip are written to a new file
that begins with a mark, synced, and renamed over the old one; the directory is synced before the
next vote. Only ``create``, which comes with the making of the key, begins a log for a new node.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from node.chain.certificate import SignedMessage
from node.chain.types import Hash, Height
from node.store import voteslot
from node.store.faults import StorageCode, StorageFault
from node.store.files import File, Files
from node.store.voteslot import SECTOR_BYTES, SLOT_BYTES, Entry, Mark, Slot, Trace

NAME: Final = "votes.log"
NEW_NAME: Final = "votes.new"
OLD_NAME: Final = "votes.unusable"
"""Where an unusable log is kept for the operator when the node rejoins."""
SLOTS_BEFORE_RENEWAL: Final = 1_024
"""4 MiB, some 340 heights: renewal costs three syncs and is rare."""
SLOTS_AHEAD: Final = 64
"""Slots the file grows by, as zeros: a sync that changes no file size is half as long."""
SLOTS_MAX: Final = 65_536
"""256 MiB; a file beyond this is none of ours."""


class Condition(Enum):
    """What a vote log is good for."""

    FRESH = "fresh"
    """Of a new key that never signed."""
    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"
    STALE = "stale"
    """Older than the block log."""
    FOREIGN = "foreign"
    """Signed with another key."""


FROM_NOTHING: Final = Height(0)
"""Before block 1."""


class VoteLog:
    """The open log. Every method raises ``StorageFault``; after one, nothing may be signed."""

    def __init__(self, files: Files, chain_id: Hash, tip: Height) -> None:
        """Read all slots and judge them; cuts nothing, fills gaps that never were sent.

        Args:
            files: the data directory.
            chain_id: the chain whose messages these are.
            tip: newest height of the block log, 0 when it is empty.
        """
        self._files = files
        self._chain_id = chain_id
        self._entries: list[Entry] = []
        self._floor = Height(0)
        self._reached = -1
        self._file: File | None = None
        self.reason = ""
        """Why the log is unusable, in English; empty when it is usable."""
        if NEW_NAME in files.names():
            files.remove(NEW_NAME)
        self.condition = self._load(tip)
        """What the log is good for; ``rejoin`` makes it whole."""

    @classmethod
    def create(cls, files: Files, chain_id: Hash, base: Height = FROM_NOTHING) -> None:
        """Make the log of a new key; never call it for a key that may have signed.

        Args:
            files: the data directory.
            chain_id: the chain whose messages these will be.
            base: the height before the chain's first block.

        Raises:
            StorageFault: ``FILE_EXISTS`` when there is a log, among others.
        """
        if NAME in files.names():
            raise StorageFault(StorageCode.FILE_EXISTS, NAME, "there is a vote log already")
        _write_new(files, chain_id, [Mark(base)]).close()

    @property
    def may_sign(self) -> bool:
        """Whether the node may sign at all; else it abstains."""
        return self.condition in {Condition.FRESH, Condition.WHOLE}

    @property
    def signs_above(self) -> Height:
        """Nothing is signed at this height or below."""
        return self._floor

    @property
    def reached(self) -> Height:
        """The highest height of any slot that reads, 0 for none; of a damaged log it may be too low."""
        return Height(max(self._reached, 0))

    @property
    def newest(self) -> SignedMessage | None:
        """What was signed last of all that the file holds; None when it holds marks alone."""
        messages = (entry for entry in reversed(self._entries) if not isinstance(entry, Mark))
        return next(messages, None)

    def distrust(self, reason: str) -> None:
        """Whoever knows the key has seen that the log is not this node's: it is unusable."""
        self.condition = Condition.FOREIGN
        self.reason = reason

    def messages(self, height: Height) -> tuple[SignedMessage, ...]:
        """Everything signed at one height, in the order of signing."""
        return tuple(e for e in self._entries if not isinstance(e, Mark) and e.height == height)

    def append(self, messages: Sequence[SignedMessage]) -> None:
        """Make signed messages durable with one sync; when it returns they may be sent.

        Raises:
            StorageFault: ``VOTE_LOG_UNUSABLE`` when the node abstains or may not sign at this
                height; ``WRITE_FAILED``, ``DISK_FULL``.
        """
        for message in messages:
            if message.height <= self._floor:
                reason = f"nothing is signed at height {message.height} any more"
                raise StorageFault(StorageCode.VOTE_LOG_UNUSABLE, NAME, reason)
        self._append(messages)

    def reach(self, height: Height) -> None:
        """Say that this height is decided, before its block becomes durable.

        Writes a mark if the node has signed nothing there or above; free of cost otherwise, and
        without effect while the node abstains. While catching up, the last height of a batch will
        do for all of it.
        """
        if self.may_sign and self._reached < height:
            self._append([Mark(height)])

    def forget_below(self, height: Height) -> None:
        """Drop slots of heights below, whose blocks are durable, if the file has grown."""
        if self.may_sign and len(self._entries) >= SLOTS_BEFORE_RENEWAL:
            kept = [e for e in self._entries if not isinstance(e, Mark) and e.height >= height]
            floor = max(self._floor, Height(height - 1))
            self._replace([Mark(floor), *kept])

    def rejoin(self, height: Height) -> None:
        """Begin again: from now on the node signs above ``height`` and nowhere else.

        The caller has seen the node's rejoin transaction in the decided block of that height, or
        an operator has taken the responsibility. An unusable file is kept as ``votes.unusable``.
        """
        if NAME in self._files.names():
            self._files.rename(NAME, OLD_NAME)
        self._replace([Mark(height)])
        self.condition = Condition.WHOLE
        self.reason = ""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _append(self, entries: Sequence[Entry]) -> None:
        if self._file is None or not self.may_sign:
            raise StorageFault(StorageCode.VOTE_LOG_UNUSABLE, NAME, self.reason or "no log")
        _write(self._file, self._chain_id, len(self._entries), entries)
        self._remember(entries)
        self.condition = Condition.WHOLE

    def _replace(self, entries: list[Entry]) -> None:
        self.close()
        self._file = _write_new(self._files, self._chain_id, entries)
        self._entries, self._floor, self._reached = [], Height(0), -1
        self._remember(entries)

    def _remember(self, entries: Sequence[Entry]) -> None:
        self._entries.extend(entries)
        for entry in entries:
            self._reached = max(self._reached, entry.height)
            if isinstance(entry, Mark):
                self._floor = max(self._floor, entry.height)

    def _load(self, tip: Height) -> Condition:
        if NAME not in self._files.names():
            self.reason = "there is no vote log"
            return Condition.MISSING
        self._file = self._files.open(NAME)
        slots, self.reason = _read_slots(self._file, self._chain_id)
        self._remember([slot.entry for slot in slots.values()])
        if self.reason:
            return Condition.DAMAGED
        if self._reached < tip:
            self.reason = f"reaches height {self._reached}, the block log {tip}"
            return Condition.STALE
        self._fill_gaps(self._file, slots)
        return Condition.FRESH if self._entries == [Mark(Height(0))] else Condition.WHOLE

    def _fill_gaps(self, file: File, slots: dict[int, Slot]) -> None:
        """Put marks that say nothing new where a crash took slots that never were sent."""
        filler = Mark(self._floor)
        for number in range(max(slots)):
            if number not in slots:
                _write(file, self._chain_id, number, [filler])
                self._entries.insert(number, filler)


def _read_slots(file: File, chain_id: Hash) -> tuple[dict[int, Slot], str]:
    """All whole slots by number, and what is wrong with the file, if anything."""
    count = -(-file.size() // SLOT_BYTES)
    if count > SLOTS_MAX:
        return {}, f"{count} slots, more than {SLOTS_MAX}"
    slots: dict[int, Slot] = {}
    first_gap = count
    for number in range(count):
        slot = voteslot.parse(chain_id, number, file.read(number * SLOT_BYTES, SECTOR_BYTES))
        if slot is Trace.ABSENT:
            first_gap = min(first_gap, number)
        elif isinstance(slot, Trace):
            return slots, f"slot {number} at byte {number * SLOT_BYTES} is damaged"
        elif slot.durable > first_gap:
            return slots, f"slot {first_gap} at byte {first_gap * SLOT_BYTES} is gone"
        else:
            slots[number] = slot
    if 0 not in slots or not isinstance(slots[0].entry, Mark):
        return slots, "does not begin with a mark"
    return slots, ""


def _write(file: File, chain_id: Hash, start: int, entries: Sequence[Entry]) -> None:
    """Write entries to the slots from ``start`` on, those before being durable, and sync once."""
    size = file.size()
    if size < (start + len(entries)) * SLOT_BYTES:
        file.write(size, bytes((len(entries) + SLOTS_AHEAD) * SLOT_BYTES))
    for number, entry in enumerate(entries, start=start):
        slot = voteslot.pack(chain_id, number, Slot(entry, start))
        file.write(number * SLOT_BYTES, slot)
    file.sync()


def _write_new(files: Files, chain_id: Hash, entries: Sequence[Entry]) -> File:
    file = files.create(NEW_NAME)
    _write(file, chain_id, 0, entries)
    files.rename(NEW_NAME, NAME)
    files.sync_directory()
    return file
