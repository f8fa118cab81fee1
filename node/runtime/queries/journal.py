"""What each transaction and timer did: the part of a block's outcome that the chain store does not keep.

Settlements mostly come from timers, which stand in no block, and a proof that a record became final needs all records
that did so in its block. Both are outcomes of execution, so they are written in the batch that brings the state to the
block's height: after a crash journal and state are those of one block.

Keys share the map of the chain store under their own letter; numbers are big endian:

    jm                                  height(8) of the last block kept
    jx tx_id(32)                        effects of a transaction
    jt person(16) height(8) index(4)    orders that a timer changed
    jv person(16) height(8) source(1) index(4)
                                        minutes that a timer (0) or transaction (1) moved into or out of a store
    jf height(8)                        records that became final, in order
    jo order(16)                        height(8) index(4) among them
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

from node.chain.codec import Record, decoder, encode
from node.chain.records import decode_record, key_of
from node.chain.records.bindings import Proposal
from node.chain.records.orders import Order
from node.chain.transition import Execution, Receipt
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.organisation import Second
from node.chain.tx.transfers import Donate, Give
from node.chain.types import Hash, Height, Id, IdF, UintF
from node.store.faults import StorageCode, StorageFault
from node.store.kv import Change, KeyValue, after

_MARK: Final = b"jm"
_HEIGHT: Final = Struct(">Q")
_POSITION: Final = Struct(">QI")
_MOVE: Final = Struct(">QBI")
BY_TIMER: Final = 0
BY_TRANSACTION: Final = 1
_EFFECTS_MAX_BYTES: Final = 65_536
_FINALS_MAX_BYTES: Final = 268_435_456
"""Every order that 2,500 transactions and timers of one block can make final, with a wide margin."""


class Effects(Record, frozen=True):
    """What one transaction did."""

    sender: IdF
    persons: tuple[IdF, ...]
    """Whose records changed."""
    orders: tuple[IdF, ...]
    created: tuple[IdF, ...]
    """Objects that others refer to by id."""
    minutes: UintF
    """Given or donated; 0 for everything else."""


class Movement(Record, frozen=True):
    """Minutes that came into or went out of a person's store, available and held together."""

    gained_min: UintF
    lost_min: UintF
    action: UintF
    """Kind of the action that two staff let happen; 0 for anything else."""


NO_MOVEMENT: Final = Movement(0, 0, 0)
_decode_movement = decoder(Movement, _EFFECTS_MAX_BYTES)
_decode_effects = decoder(Effects, _EFFECTS_MAX_BYTES)
_decode_ids = decoder(tuple[IdF, ...], _EFFECTS_MAX_BYTES)
_decode_finals = decoder(tuple[bytes, ...], _FINALS_MAX_BYTES)


@dataclass(frozen=True, slots=True)
class TimerLine:
    """A timer that changed a person."""

    height: Height
    index: int
    """Position among the timers of its block."""
    orders: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class FinalPlace:
    """Where an order became final."""

    height: Height
    index: int
    """Position among the records that became final in that block."""


class Journal:
    """Answers. Every method raises ``StorageFault``."""

    def __init__(self, kv: KeyValue) -> None:
        """Use the chain store's map."""
        self._kv = kv

    @property
    def height(self) -> Height:
        """The last block kept; 0 for none."""
        raw = self._kv.get(_MARK)
        return Height(0 if raw is None else _HEIGHT.unpack(raw)[0])

    def check(self, height: Height) -> None:
        """Believe the journal only if it was written with the state.

        Args:
            height: of the state; 0 before the first block.

        Raises:
            StorageFault: ``DATABASE_DAMAGED``.
        """
        if self.height != height:
            reason = f"the journal ends at height {self.height}, the state at {height}"
            raise StorageFault(StorageCode.DATABASE_DAMAGED, "index database", reason)

    def effects(self, tx_id: Hash) -> Effects | None:
        """What a final transaction did."""
        raw = self._kv.get(b"jx" + tx_id)
        return None if raw is None else _decode_effects(raw)

    def timers(self, person: Id, before: Height | None = None) -> Iterator[TimerLine]:
        """Timers that changed a person, newest first, below the height ``before`` if given."""
        prefix = b"jt" + person
        stop = after(prefix) if before is None else prefix + _HEIGHT.pack(before)
        for key, raw in self._kv.iterate(prefix, stop, reverse=True):
            height, index = _POSITION.unpack(key[len(prefix) :])
            yield TimerLine(Height(height), index, _decode_ids(raw))

    def movement(self, person: Id, height: Height, source: int, index: int) -> Movement:
        """What a timer or transaction moved of a person; ``NO_MOVEMENT`` for nothing."""
        raw = self._kv.get(b"jv" + person + _MOVE.pack(height, source, index))
        return NO_MOVEMENT if raw is None else _decode_movement(raw)

    def finals(self, height: Height) -> tuple[bytes, ...]:
        """Canonical bytes of the records that became final in a block, in order."""
        raw = self._kv.get(b"jf" + _HEIGHT.pack(height))
        return () if raw is None else _decode_finals(raw)

    def final_place(self, order: Id) -> FinalPlace | None:
        """Where an order became final."""
        raw = self._kv.get(b"jo" + order)
        if raw is None:
            return None
        height, index = _POSITION.unpack(raw)
        return FinalPlace(Height(height), index)

    def final_order(self, order: Id) -> Order | None:
        """An order as it became final."""
        place = self.final_place(order)
        if place is None:
            return None
        record = decode_record(self.finals(place.height)[place.index])
        return record if isinstance(record, Order) else None


def journal_mark(height: Height) -> tuple[Change, ...]:
    """What begins a journal whose state comes from a snapshot of this height."""
    return ((_MARK, _HEIGHT.pack(height)),)


def journal_entries(
    execution: Execution, transactions: tuple[SignedTransaction, ...]
) -> tuple[Change, ...]:
    """What is kept of one block's outcome."""
    height = _HEIGHT.pack(execution.height)
    batch: list[Change] = [(_MARK, height)]
    pairs = zip(transactions, execution.receipts, strict=True)
    for index, (signed, receipt) in enumerate(pairs):
        batch.append((b"jx" + signed.tx_id, encode(_effects(execution, signed, receipt))))
        action = _action(execution, signed)
        batch += _movements(execution.height, (BY_TRANSACTION, index), receipt, action)
    for index, receipt in enumerate(execution.timers):
        batch += _movements(execution.height, (BY_TIMER, index), receipt, 0)
        place, orders = _POSITION.pack(execution.height, index), encode(receipt.orders)
        batch += [(b"jt" + person + place, orders) for person in receipt.persons]
    if execution.finals:
        batch.append((b"jf" + height, encode(execution.finals)))
        batch += _places(execution)
    return tuple(batch)


def _movements(
    height: Height, source: tuple[int, int], receipt: Receipt, action: int
) -> Iterator[Change]:
    place = _MOVE.pack(height, *source)
    for person, minutes in receipt.moved:
        moved = Movement(max(0, minutes), max(0, -minutes), action)
        yield b"jv" + person + place, encode(moved)


def _action(execution: Execution, signed: SignedTransaction) -> int:
    """The kind of the action that a second let happen."""
    body = signed.tx.body
    if not isinstance(body, Second):
        return 0
    proposal = execution.staged.changes.get(key_of(Proposal, body.proposal))
    tag = proposal.action.__struct_config__.tag if isinstance(proposal, Proposal) else 0
    return tag if isinstance(tag, int) else 0


def _effects(execution: Execution, signed: SignedTransaction, receipt: Receipt) -> Effects:
    changes = execution.staged.changes
    # Objects that others refer to remember the transaction they came from; bookkeeping (pairs, positions) does not.
    created = tuple(Id(key[1:]) for key in receipt.created if hasattr(changes.get(key), "origin"))
    body = signed.tx.body
    minutes = body.minutes if isinstance(body, Give | Donate) else 0
    return Effects(signed.tx.sender, receipt.persons, receipt.orders, created, minutes)


def _places(execution: Execution) -> Iterator[Change]:
    for index, raw in enumerate(execution.finals):
        record = decode_record(raw)
        if isinstance(record, Order):
            yield b"jo" + record.id, _POSITION.pack(execution.height, index)
