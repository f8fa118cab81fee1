"""What must be refused, made from what is right: one change to a valid transaction.

A change to the envelope or to the bytes has one code that must be the answer. A change to what is said carries what
was changed and how, so that whoever tries it can look up which answers are right.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.limits import LANES_MAX, TRANSACTION_SIZE_MAX_BYTES
from node.chain.policy import DAY_MS
from node.chain.tx.envelope import SignedTransaction, Transaction, transaction_id
from node.chain.types import EpochMs, Hash, Id
from node.sim.workload.hands import Hand, signed_with

FAR: Final = 10_000
NONSENSE: Final = "nonsense"
DEEP_FIELDS: Final = frozenset({"action", "presence", "receipt"})
"""Fields whose value has fields of its own that a change may go into."""

Twist = Callable[[Transaction, int], Transaction]
"""Of a transaction and the time of its block."""


def _number(tx: Transaction, by: int) -> Transaction:
    lane, number = tx.sequence
    return replace(tx, sequence=(lane, number + by))


ENVELOPE: Final[Mapping[ErrorCode, Twist]] = {
    ErrorCode.UNKNOWN_VERSION: lambda tx, _: replace(tx, version=tx.version + 1),
    ErrorCode.UNKNOWN_SUITE: lambda tx, _: replace(tx, suite=9),
    ErrorCode.UNKNOWN_SENDER: lambda tx, _: replace(tx, sender=Id(bytes(16))),
    ErrorCode.EXPIRED: lambda tx, now: replace(tx, valid_until_ms=EpochMs(now - 1)),
    ErrorCode.VALIDITY_TOO_LONG: lambda tx, now: replace(
        tx, valid_until_ms=EpochMs(now + 400 * DAY_MS)
    ),
    ErrorCode.STALE_POLICY: lambda tx, _: replace(tx, policy_version=FAR),
    ErrorCode.TOO_MANY_LANES: lambda tx, _: replace(tx, sequence=(LANES_MAX, 0)),
    ErrorCode.SEQUENCE_GAP: lambda tx, _: _number(tx, 1),
    ErrorCode.SEQUENCE_USED: lambda tx, _: _number(tx, -1 if tx.sequence[1] else 0),
}
"""By the code that each must be refused with; the last has none for an actor's first transaction."""
BYTES: Final[Sequence[tuple[ErrorCode, Callable[[bytes], bytes]]]] = (
    (ErrorCode.NOT_CANONICAL, lambda raw: raw[:-1]),
    (ErrorCode.NOT_CANONICAL, lambda raw: raw + b"\x00"),
    (ErrorCode.NOT_CANONICAL, lambda raw: bytes([raw[0] ^ 1]) + raw[1:]),
    (ErrorCode.TOO_LARGE, lambda raw: raw + bytes(TRANSACTION_SIZE_MAX_BYTES)),
)
"""(code, change of the bytes) of what is no transaction any more."""


class Change(NamedTuple):
    """What was changed about a statement."""

    kind: str
    """Of the statement, or of the action, receipt or proof of presence in it."""
    field: str
    """Its name; empty when another actor makes the whole statement."""
    way: str
    """``other``, ``zeros`` (bytes), ``zero``, ``more``, ``huge``, ``earlier``; ``same`` for no change after all."""


class Mutant(NamedTuple):
    """A changed transaction, with the code that it must be refused with or with what was changed."""

    signed: SignedTransaction
    expects: ErrorCode | Change


class Mutator:
    """Changes transactions whose signers it knows."""

    def __init__(self, chain_id: Hash, rng: Random) -> None:
        """Knows nobody yet."""
        self._chain_id = chain_id
        self._rng = rng

    def envelope(self, hand: Hand, signed: SignedTransaction, now_ms: int) -> Mutant:
        """Who says it, when, as which of theirs, or under whose signature is not right."""
        code = self._rng.choice((*ENVELOPE, ErrorCode.BAD_SIGNATURE))
        if code is ErrorCode.BAD_SIGNATURE or (
            code is ErrorCode.SEQUENCE_USED and not signed.tx.sequence[1]
        ):
            return self._badly_signed(hand, signed)
        changed = ENVELOPE[code](signed.tx, now_ms)
        return Mutant(signed_with(hand.seed, self._chain_id, changed), code)

    def _badly_signed(self, hand: Hand, signed: SignedTransaction) -> Mutant:
        """By another key, for another chain, or with one bit turned."""
        way = self._rng.randrange(3)
        if way == 0:
            mutant = signed_with(self._rng.randbytes(32), self._chain_id, signed.tx)
        elif way == 1:
            mutant = signed_with(hand.seed, Hash(self._rng.randbytes(32)), signed.tx)
        else:
            signature = bytes([signed.tx.signature[0] ^ 1]) + signed.tx.signature[1:]
            raw = signed.raw[: -len(signature)] + signature
            mutant = SignedTransaction(
                raw, replace(signed.tx, signature=signature), transaction_id(raw)
            )
        return Mutant(mutant, ErrorCode.BAD_SIGNATURE)

    def statement(self, hand: Hand, signed: SignedTransaction) -> Mutant:
        """One field of what is said is another."""
        body, what = self._changed(signed.tx.body)
        tx = replace(signed.tx, body=body)
        return Mutant(signed_with(hand.seed, self._chain_id, tx), what)

    def speaker(self, hand: Hand, number: int, signed: SignedTransaction) -> Mutant:
        """Somebody else says it, under their own key and next number."""
        tx = replace(signed.tx, sender=hand.id, sequence=(0, number))
        kind = type(signed.tx.body).__name__
        return Mutant(signed_with(hand.seed, self._chain_id, tx), Change(kind, "", "other"))

    def _changed(self, record: Struct) -> tuple[Struct, Change]:
        names, kind = record.__struct_fields__, type(record).__name__
        if not names:
            return record, Change(kind, "", "same")
        name = self._rng.choice(names)
        value = getattr(record, name)
        if name in DEEP_FIELDS and isinstance(value, Struct):
            deep, what = self._changed(value)
            return replace(record, **{name: deep}), what
        way, other = self._other(value)
        return replace(record, **{name: other}), Change(
            kind, name, way if other != value else "same"
        )

    def _other(self, value: object) -> tuple[str, object]:
        """How it is another, and the other one."""
        ways: dict[str, object] = {"same": value}
        match value:
            case bytes():
                ways = {"other": self._rng.randbytes(len(value)), "zeros": bytes(len(value))}
            case str():
                ways = {"other": NONSENSE}
            case int():
                ways = {"zero": 0, "more": value + 7, "huge": value * FAR + 1}
                ways["earlier"] = max(0, value - DAY_MS)
            case _:
                pass
        return self._rng.choice([*ways.items()])
