"""Transactions and records of every kind, damaged: their decoders raise their documented fault or accept."""

from collections.abc import Callable
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.records import RECORD_SIZE_MAX_BYTES, decode_record, encode_record
from node.chain.tx.envelope import decode_transaction
from tests.money_play import Play

STEPS = 60


@cache
def seeds() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """(one transaction of each body and action, one record of each kind) of a random history."""
    play = Play(11)
    for _ in range(STEPS):
        play.step()
    transactions: dict[object, bytes] = {}
    for _, raws in play.city.blocks:
        for raw in raws:
            body = decode_transaction(raw).body
            transactions[type(body), type(getattr(body, "action", None))] = raw
    records = {type(r): encode_record(r) for r in play.city.ledger.records.values()}
    return tuple(transactions.values()), tuple(records.values())


def damaged(raw: bytes, data: st.DataObject) -> bytes:
    """Some bytes replaced, a piece left out, a piece put in."""
    out = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(out)))
        cut = data.draw(st.integers(0, 3))
        out[at : at + cut] = data.draw(st.binary(max_size=4))
    return bytes(out)


def test_a_random_history_holds_many_kinds() -> None:
    """Or the damaged inputs would say little."""
    transactions, records = seeds()
    assert len(transactions) > 25
    assert len(records) > 20
    assert all(encode(decode_record(raw)) == raw for raw in records)
    assert max(map(len, records)) <= RECORD_SIZE_MAX_BYTES


def settle(decode: Callable[[bytes], object], raw: bytes) -> None:
    """The value, encoded again, is the input; or the one fault came out."""
    try:
        value = decode(raw)
    except Malformed as fault:
        code = fault.code
    else:
        assert encode(value) == raw
        return
    assert code in (ErrorCode.NOT_CANONICAL, ErrorCode.TOO_LARGE)


@given(data=st.data())
def test_damaged_transactions_do_no_harm(data: st.DataObject) -> None:
    """Of every kind of body and action that the history holds."""
    settle(decode_transaction, damaged(data.draw(st.sampled_from(seeds()[0])), data))


@given(data=st.data())
def test_damaged_records_do_no_harm(data: st.DataObject) -> None:
    """The same for what the state remembers."""
    settle(decode_record, damaged(data.draw(st.sampled_from(seeds()[1])), data))
