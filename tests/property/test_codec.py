"""Typed decoding against the hand-written decoder with its schemas."""

from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain.block import decode_summary
from node.chain.certificate import decode_authorities, decode_certificate, decode_message
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.statetree import decode_state_proof
from tests.reference import naive_codec as naive
from tests.reference.naive_codec import array, code, data, fields, record, uint

HASH, KEY, SIGNATURE = data(32, 32), data(32, 32), data(64, 64)
CERTIFICATE = record(8, uint, uint, uint, HASH, array(fields(uint, SIGNATURE), 0, 100))
AUTHORITIES = record(11, array(fields(code, uint, KEY, KEY, KEY, KEY), 1, 100))
STATE_PROOF = record(20, data(0, 512), array(data(96, 96), 0, 128))
SUMMARY = record(4, uint, uint, uint, uint, HASH, HASH, HASH, HASH)
PROPOSAL = record(5, uint, uint, uint, uint, HASH, uint, SIGNATURE)
PREVOTE = record(6, uint, uint, uint, data(0, 32), uint, uint, SIGNATURE)
PRECOMMIT = record(7, uint, uint, uint, data(0, 32), uint, SIGNATURE)


def message(value: naive.Value) -> bool:
    return PROPOSAL(value) or PREVOTE(value) or PRECOMMIT(value)


DECODERS = (
    (decode_certificate, CERTIFICATE, 65_536),
    (decode_authorities, AUTHORITIES, 65_536),
    (decode_state_proof, STATE_PROOF, 16_384),
    (decode_summary, SUMMARY, 512),
    (decode_message, message, 512),
)

UINTS = st.integers(0, 2**53 - 1) | st.integers(0, 300)
CODES = st.from_regex(r"\A[a-z0-9._-]{1,32}\Z")
BYTES = st.sampled_from([0, 31, 32, 33, 64, 96]).flatmap(
    lambda size: st.binary(min_size=size, max_size=size)
)
HASHES = st.binary(min_size=32, max_size=32)
SIGNATURES = st.binary(min_size=64, max_size=64)
VALUES = st.recursive(
    UINTS | CODES | BYTES, lambda items: st.lists(items, max_size=9), max_leaves=20
)


def shaped(*items: st.SearchStrategy[naive.Value]) -> st.SearchStrategy[naive.Value]:
    return st.tuples(*items).map(list)


SHAPED: st.SearchStrategy[naive.Value] = st.one_of(
    shaped(
        st.just(8), UINTS, UINTS, UINTS, HASHES, st.lists(shaped(UINTS, SIGNATURES), max_size=5)
    ),
    shaped(st.just(11), st.lists(shaped(CODES, UINTS, *[HASHES] * 4), max_size=3)),
    shaped(st.just(20), BYTES, st.lists(st.binary(min_size=96, max_size=96), max_size=10)),
    shaped(st.just(4), *[UINTS] * 4, *[HASHES] * 4),
    shaped(st.just(5), *[UINTS] * 4, HASHES, UINTS, SIGNATURES),
    shaped(st.just(6), *[UINTS] * 3, BYTES, UINTS, UINTS, SIGNATURES),
    shaped(st.just(7), *[UINTS] * 3, BYTES, UINTS, SIGNATURES),
)


def agree(raw: bytes) -> None:
    """Each decoder accepts exactly what the grammar and its schema accept, and gives it back."""
    try:
        value: naive.Value | None = naive.decode(raw)
    except naive.Refused:
        value = None
    for decode, schema, size_max in DECODERS:
        wanted = value is not None and schema(value) and len(raw) <= size_max
        try:
            decoded = decode(raw)
        except Malformed:
            assert not wanted, raw.hex()
        else:
            assert wanted, raw.hex()
            assert encode(decoded) == raw


@settings(max_examples=300)
@given(VALUES)
def test_both_encoders_write_the_same_bytes_and_the_twin_reads_them(value: naive.Value) -> None:
    """One value, one encoding."""
    raw = encode(value)
    assert raw == naive.encode(value)
    assert naive.decode(raw) == value


@settings(max_examples=1_000)
@given(SHAPED)
def test_values_of_the_right_shape_are_judged_alike(value: naive.Value) -> None:
    """Lengths and bounds, field by field."""
    agree(naive.encode(value))


@settings(max_examples=1_000)
@given(SHAPED, st.data())
def test_damaged_bytes_are_judged_alike(value: naive.Value, data: st.DataObject) -> None:
    """A byte replaced, inserted or left out: both accept or both refuse."""
    raw = bytearray(naive.encode(value))
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255))
    match data.draw(st.sampled_from(["replace", "insert", "delete"])):
        case "replace":
            raw[at] = byte
        case "insert":
            raw.insert(at, byte)
        case _:
            del raw[at]
    agree(bytes(raw))


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_random_bytes_are_judged_alike(raw: bytes) -> None:
    """Nothing else comes out than a value or Malformed."""
    agree(raw)
