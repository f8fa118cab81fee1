"""Pending transactions: admission, order, limits, and what became of them.

Admission, cheapest first: size and form; here already; room; the envelope's guards on the tip and the sender's own
pending ones; the signature; the rules. Rules are judged on the tip plus this sender's own pending transactions, never
on other people's: the order of arrival must not decide. Numbers up to 16 ahead of a gap are kept aside, checked for
form and signature only, and not passed on, until the gap closes or ten minutes have passed.

After a block only those are judged again whose records it changed; what a proposer finds wrong later leaves then. A
refusal is this node's answer now and is not remembered against the transaction; only the last few are kept so that
somebody who asks is told why.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from node.chain import keys
from node.chain.errors import ErrorCode, Malformed, Rejected
from node.chain.records import KINDS
from node.chain.records.accounts import City, District, Fund, Position
from node.chain.records.actors import Operator, Person
from node.chain.rules.envelope import find_actor, next_number
from node.chain.state import View
from node.chain.tx.envelope import SignedTransaction, parse, sign_bytes
from node.chain.types import EpochMs, Hash, Id
from node.runtime.ahead import Ahead
from node.runtime.answers import Answers
from node.runtime.application import LedgerApplication
from node.runtime.clock import Clock, monotonic_ms

COUNT_MAX: Final = 20_000
"""Ten full blocks."""
SIZE_MAX_BYTES: Final = 33_554_432
SENDER_MAX: Final = 64
AHEAD_MAX: Final = 16
"""How far from the next number of its lane a transaction is still kept."""
VERIFIED_MAX: Final = 100_000
"""Signatures remembered as verified, by transaction id and key."""
_SHARED_KINDS: Final = frozenset(KINDS[kind] for kind in (City, District, Fund, Position))
"""Records of totals, which every block changes; that they changed makes nobody's transaction wrong."""


@dataclass(frozen=True, slots=True)
class _Pending:
    signed: SignedTransaction
    arrival_ms: EpochMs
    touched: frozenset[bytes]
    """Keys of the records it changes, without the shared totals."""
    home: str


class Mempool:
    """The pool of one node. Used from one thread."""

    def __init__(self, chain_id: Hash, clock: Clock) -> None:
        """An empty pool; ``attach`` gives it the state machine before anything is submitted."""
        self.answers = Answers()
        self._chain_id = chain_id
        self._clock = clock
        self._app: LedgerApplication | None = None
        self.announce: Callable[[bytes], None] = _to_nobody
        """Hears of every transaction that became executable here and did not come from a peer."""
        self._from_peers = False
        self._pending: OrderedDict[Hash, _Pending] = OrderedDict()
        self._layers: dict[Id, View] = {}
        """Tip state with a sender's pending transactions applied; only for senders that have some."""
        self._by_sender: dict[Id, dict[Hash, None]] = {}
        self._ahead = Ahead()
        self._size_bytes = 0
        self._districts: dict[str, int] = {}
        self._verified: OrderedDict[tuple[Hash, bytes], None] = OrderedDict()

    def attach(self, app: LedgerApplication) -> None:
        """Judge by this state machine from now on."""
        self._app = app

    def __len__(self) -> int:
        """Executable transactions."""
        return len(self._pending)

    def submit(self, raw: bytes) -> SignedTransaction:
        """Admit one transaction, or find it here already.

        Raises:
            Rejected: this node's answer now.
        """
        try:
            signed = parse(raw)
        except Malformed as fault:
            self.answers.count(fault.code)
            raise
        if signed.tx_id not in self._pending and not self._ahead.holds(signed):
            try:
                self._admit(signed)
            except Rejected as fault:
                self._note(signed, fault.code)
                raise
        return signed

    def is_executable(self, tx_id: Hash) -> bool:
        """Whether the transaction could stand in the next block (and is worth passing on)."""
        return tx_id in self._pending

    def waits(self, tx_id: Hash) -> bool:
        """Whether the transaction waits here for an earlier one of its lane."""
        return self._ahead.has(tx_id)

    def _note(self, signed: SignedTransaction, code: ErrorCode) -> None:
        """Keep a refusal; a used number and a passed deadline are final once the chain, not the pool, says so."""
        ledger = self._machine.ledger
        final = False
        if code is ErrorCode.EXPIRED:
            final = ledger.time_ms > signed.tx.valid_until_ms
        elif code is ErrorCode.SEQUENCE_USED:
            view = View(ledger)
            actor = view.get(Person, signed.tx.sender) or view.get(Operator, signed.tx.sender)
            lane, number = signed.tx.sequence
            final = actor is not None and number < next_number(actor, lane)
        self.answers.note(signed.tx_id, code, final=final)

    def receive(self, peer: str, transactions: Sequence[bytes]) -> None:
        """Admit what a peer sent, under the same rules as anybody's; peers have told everybody else."""
        for raw in transactions:
            self._from_peers = True
            try:
                self.submit(raw)
            except Rejected:
                continue
            finally:
                self._from_peers = False

    def find(self, transaction_ids: Sequence[Hash]) -> Mapping[Hash, bytes]:
        """Those of the transactions that are here, by id."""
        found = ((id_, self._pending.get(id_)) for id_ in transaction_ids)
        return {id_: entry.signed.raw for id_, entry in found if entry is not None}

    def body(self, tx_id: Hash) -> SignedTransaction | None:
        """A pending transaction, decoded."""
        entry = self._pending.get(tx_id)
        return None if entry is None else entry.signed

    def oldest_ms(self) -> EpochMs | None:
        """Arrival of the oldest executable transaction."""
        return next((entry.arrival_ms for entry in self._pending.values()), None)

    def pending(self, size_max_bytes: int) -> tuple[bytes, ...]:
        """The oldest executable transactions, together at most this long."""
        chosen: list[bytes] = []
        room = size_max_bytes
        for entry in self._pending.values():
            room -= len(entry.signed.raw)
            if room < 0:
                break
            chosen.append(entry.signed.raw)
        return tuple(chosen)

    def candidates(self) -> Iterator[SignedTransaction]:
        """Executable transactions, oldest first, each sender's in sequence."""
        return iter([entry.signed for entry in self._pending.values()])

    def known(self, tx_id: Hash, key: bytes) -> bool:
        """Whether this transaction's signature was verified under this key."""
        return (tx_id, key) in self._verified

    def refused(self, signed: SignedTransaction, fault: Rejected) -> None:
        """A candidate no longer satisfies the rules and leaves."""
        self._remove(signed.tx_id)
        self._layers.pop(signed.tx.sender, None)
        self._note(signed, fault.code)

    def committed(
        self, transactions: Iterable[SignedTransaction], changed: Set[bytes], time_ms: EpochMs
    ) -> None:
        """A block is final: its transactions leave, and what it made wrong leaves too; gaps close.

        Args:
            transactions: of the block.
            changed: keys of the records it changed.
            time_ms: block time.
        """
        for signed in transactions:
            self._remove(signed.tx_id)
            if self._ahead.holds(signed):
                self._ahead.take(signed.tx.sender, signed.tx.sequence)
            self.answers.forget(signed.tx_id)
        self._layers.clear()
        touched = frozenset(changed)  # a view of keys would be walked once for each pending one
        affected = {
            entry.signed.tx.sender
            for entry in self._pending.values()
            if entry.signed.tx.valid_until_ms < time_ms or not entry.touched.isdisjoint(touched)
        }
        for sender in affected:
            self._layer(sender)
        self._retry_ahead()

    def next_number(self, sender: Id, lane: int) -> int:
        """The next free number of a lane, counting pending ones.

        Raises:
            Rejected: ``UNKNOWN_SENDER``.
        """
        number = self._following(sender, lane)
        while self._ahead.find(sender, (lane, number)) is not None:
            number += 1
        return number

    @property
    def _machine(self) -> LedgerApplication:
        assert self._app is not None, "attach comes before use"
        return self._app

    def _layer(self, sender: Id) -> View:
        """The sender's layer on the present tip; pending ones that no longer fit leave."""
        layer = self._layers.get(sender)
        if layer is not None:
            return layer
        layer = View(self._machine.ledger)
        for tx_id in list(self._by_sender.get(sender, ())):
            signed = self._pending[tx_id].signed
            try:
                self._machine.check(signed, self._clock.now_ms(), layer)
            except Rejected as fault:
                self._remove(tx_id)
                self._note(signed, fault.code)
        if sender in self._by_sender:
            self._layers[sender] = layer
        return layer

    def _following(self, sender: Id, lane: int) -> int:
        """The number that the next executable transaction of a lane has.

        Raises:
            Rejected: ``UNKNOWN_SENDER``.
        """
        view = self._layer(sender)
        actor = view.get(Person, sender) or view.get(Operator, sender)
        if actor is None:
            raise Rejected(ErrorCode.UNKNOWN_SENDER, sender.hex())
        return next_number(actor, lane)

    def _admit(self, signed: SignedTransaction) -> None:
        """Every check of admission; the transaction is executable or ahead afterwards.

        Raises:
            Rejected: nothing has changed.
        """
        sender = signed.tx.sender
        if len(self._pending) >= COUNT_MAX or self._size_bytes + len(signed.raw) > SIZE_MAX_BYTES:
            raise Rejected(ErrorCode.MEMPOOL_FULL, f"{len(self._pending)} pending")
        count = len(self._by_sender.get(sender, ())) + self._ahead.count(sender)
        if count >= SENDER_MAX:
            raise Rejected(ErrorCode.SENDER_PENDING_FULL, f"{count} pending")
        layer = self._layer(sender)
        actor = find_actor(layer, sender)
        home = self._share(actor.home if isinstance(actor, Person) else "")
        try:
            touched = self._machine.check(signed, self._clock.now_ms(), layer)
        except Rejected as fault:
            if fault.code is ErrorCode.SEQUENCE_GAP and self._keep_ahead(signed, actor.key):
                return
            raise
        self._verified[signed.tx_id, actor.key] = None
        if len(self._verified) > VERIFIED_MAX:
            self._verified.popitem(last=False)
        own = frozenset(key for key in touched if key[0] not in _SHARED_KINDS)
        self._pending[signed.tx_id] = _Pending(signed, self._clock.now_ms(), own, home)
        self._by_sender.setdefault(sender, {})[signed.tx_id] = None
        self._layers[sender] = layer
        self._size_bytes += len(signed.raw)
        self._districts[home] = self._districts.get(home, 0) + 1
        if not self._from_peers:
            self.announce(signed.raw)
        self._from_peers = False
        self._close_gap(signed)

    def _share(self, home: str) -> str:
        """The sender's district; once the pool is half full none may take more than its share.

        Raises:
            Rejected: ``MEMPOOL_FULL``.
        """
        crowded = len(self._pending) >= COUNT_MAX // 2
        share = COUNT_MAX // max(1, len(self._machine.ledger.districts))
        if crowded and self._districts.get(home, 0) >= share:
            raise Rejected(ErrorCode.MEMPOOL_FULL, f"the share of {home or 'the authorities'}")
        return home

    def _keep_ahead(self, signed: SignedTransaction, key: bytes) -> bool:
        """Keep a transaction that comes too early in its lane, if it is not too far ahead and there is room.

        Raises:
            Rejected: ``SEQUENCE_USED``, another one waits with this number; ``BAD_SIGNATURE``.
        """
        sender, (lane, number) = signed.tx.sender, signed.tx.sequence
        if number - self._following(sender, lane) > AHEAD_MAX or self._ahead.is_full:
            return False
        if self._ahead.find(sender, (lane, number)) is not None:
            raise Rejected(ErrorCode.SEQUENCE_USED, f"another one waits as {lane}/{number}")
        message = sign_bytes(self._chain_id, signed.raw)
        if not keys.verify(signed.tx.suite, key, message, signed.tx.signature):
            raise Malformed(ErrorCode.BAD_SIGNATURE, signed.tx_id.hex())
        self._ahead.keep(signed, monotonic_ms())
        return True

    def _close_gap(self, signed: SignedTransaction) -> None:
        lane, number = signed.tx.sequence
        following = self._ahead.take(signed.tx.sender, (lane, number + 1))
        if following is not None:
            self._try(following)

    def _retry_ahead(self) -> None:
        """Gaps may have closed by a block; what has waited too long leaves."""
        for expired in self._ahead.expire(monotonic_ms()):
            self.answers.note(expired.tx_id, ErrorCode.SEQUENCE_GAP)
        for sender, (lane, number) in self._ahead.places():
            if number <= self._following(sender, lane):
                waiting = self._ahead.take(sender, (lane, number))
                if waiting is not None:
                    self._try(waiting)

    def _try(self, signed: SignedTransaction) -> None:
        try:
            self._admit(signed)
        except Rejected as fault:
            self._note(signed, fault.code)

    def _remove(self, tx_id: Hash) -> None:
        entry = self._pending.pop(tx_id, None)
        if entry is None:
            return
        own = self._by_sender[entry.signed.tx.sender]
        del own[tx_id]
        if not own:
            del self._by_sender[entry.signed.tx.sender]
        self._size_bytes -= len(entry.signed.raw)
        self._districts[entry.home] -= 1


def _to_nobody(raw: bytes) -> None:
    """Nobody listens yet."""
