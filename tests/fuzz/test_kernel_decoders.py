"""Every decoder of the kernel's foundation: whatever the bytes, a value or ``Malformed`` comes out.

The search budget comes from the profile: ``pytest --hypothesis-profile=fuzz``.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.chain import block, certificate, keys, statetree
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.types import NO_HASH, Code, EpochMs, Hash, Height, Round

DECODERS: dict[str, Callable[[bytes], object]] = {
    "block": block.decode_block,
    "header": block.decode_header,
    "summary": block.decode_summary,
    "message": certificate.decode_message,
    "certificate": certificate.decode_certificate,
    "polka": certificate.decode_polka,
    "evidence": certificate.decode_evidence,
    "authorities": certificate.decode_authorities,
    "state proof": statetree.decode_state_proof,
    "public key": decoder(keys.PublicKey, 64),
}
_HASH, _SIGNATURE = Hash(bytes(range(32))), bytes(64)
_HEIGHT, _ROUND, _TIME = Height(9), Round(0), EpochMs(1_760_000_000_000)
_VOTE = certificate.Precommit(1, _HEIGHT, _ROUND, _HASH, 0, _SIGNATURE)
_OTHER = certificate.Precommit(1, _HEIGHT, _ROUND, NO_HASH, 0, _SIGNATURE)
_CERTIFICATE = certificate.make_certificate([_VOTE])
_EVIDENCE = certificate.make_evidence(_VOTE, _OTHER)
_HEADER = block.Header(
    1, 1, _HEIGHT, _TIME, _HASH, _HASH, 0, 2, 0, 300, _HASH, _HASH, _HASH, _HASH, _HASH, _HASH
)
SEEDS: tuple[Record, ...] = (
    block.Block(_HEADER, (_CERTIFICATE,), (b"\x91\x01", b"\x91\x02"), (_EVIDENCE,)),
    _HEADER,
    block.Summary(_HEIGHT, _TIME, 2, 0, _HASH, _HASH, _HASH, _HASH),
    _VOTE,
    certificate.Prevote(1, _HEIGHT, _ROUND, _HASH, 0, 1, _SIGNATURE),
    certificate.Proposal(1, _HEIGHT, _ROUND, 0, _HASH, 1, _SIGNATURE),
    _CERTIFICATE,
    certificate.Polka(_HEIGHT, _ROUND, _HASH, ((0, 0, _SIGNATURE),)),
    _EVIDENCE,
    certificate.AuthoritySet((certificate.Authority(Code("gulou"), 1, *[bytes(32)] * 4),)),
    statetree.StateProof(bytes(64), (bytes(96),) * 3),
    keys.PublicKey(1, bytes(32)),
)


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


def damaged(raw: bytes, data: st.DataObject) -> bytes:
    """Some bytes replaced, a piece left out, a piece put in."""
    out = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(out)))
        cut = data.draw(st.integers(0, 3))
        out[at : at + cut] = data.draw(st.binary(max_size=4))
    return bytes(out)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: type(seed).__name__)
def test_each_seed_is_accepted_by_a_decoder(seed: Record) -> None:
    """The damaged inputs start from sound ones."""
    assert seed in [_decoded(decode, encode(seed)) for decode in DECODERS.values()]


def _decoded(decode: Callable[[bytes], object], raw: bytes) -> object:
    try:
        return decode(raw)
    except Malformed:
        return None


@pytest.mark.parametrize("name", DECODERS)
@given(raw=st.binary(max_size=600))
def test_random_bytes_do_no_harm(name: str, raw: bytes) -> None:
    """From bytes without any structure."""
    settle(DECODERS[name], raw)


@pytest.mark.parametrize("name", DECODERS)
@given(data=st.data())
def test_damaged_records_do_no_harm(name: str, data: st.DataObject) -> None:
    """From records of every kind, also of kinds the decoder does not expect."""
    settle(DECODERS[name], damaged(encode(data.draw(st.sampled_from(SEEDS))), data))


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("lead", [b"\x91", b"\xdc\x00\x01", b"\x81\x01", b"\xdd\xff\xff\xff\xff"])
def test_deep_nesting_and_huge_lengths_do_no_harm(name: str, lead: bytes) -> None:
    """Neither the stack nor the memory is the sender's to use up."""
    settle(DECODERS[name], lead * 200)
    settle(DECODERS[name], lead * 3_000)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80), st.integers())
def test_signature_checks_are_total(
    key: bytes, message: bytes, signature: bytes, suite: int
) -> None:
    """No bytes make ``verify`` raise, and random ones never verify."""
    assert keys.verify(suite, key, message, signature) is False
    assert keys.verify(1, key[:32].ljust(32), message, signature[:64].ljust(64)) is False


@given(st.binary(max_size=40), st.integers(0, 3))
def test_admission_of_keys_raises_only_its_fault(key: bytes, suite: int) -> None:
    """A key is admitted or refused with one of two codes."""
    code: ErrorCode | None = None
    try:
        keys.check_public_key(suite, key)
    except Malformed as fault:
        code = fault.code
    assert code in (None, ErrorCode.BAD_PUBLIC_KEY, ErrorCode.UNKNOWN_SUITE)
