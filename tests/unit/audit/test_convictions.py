"""Files that convict: made from an archive, checked by a stranger, and useless for a lie."""

from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace as change

from node.audit.convictions import Found, convictions_of
from node.audit.proofs import check_file, checked_data
from node.chain.certificate import Prevote, make_evidence
from node.chain.codec import encode
from node.chain.conviction import decode_conviction, verify_conviction
from node.chain.errors import ErrorCode, Malformed
from node.chain.seats import epochs_of
from tests.archives import archive_of
from tests.authority_city import message, succession_story
from tests.kernel_city import GULOU, seed_of

CITY = succession_story()
ARCHIVE = archive_of(CITY)
EPOCHS = epochs_of(CITY.ledger, CITY.ledger.height)


@pytest.fixture(name="found", scope="module")
def _found() -> tuple[Found, ...]:
    return convictions_of(CITY.genesis, lambda: BytesIO(ARCHIVE))


@pytest.mark.feature("B5")
def test_every_piece_of_evidence_becomes_a_file_that_proves_itself(
    found: tuple[Found, ...], tmp_path: Path
) -> None:
    """Of the old key and of the new one, each against the set of its own height; from genesis alone."""
    assert len(found) == 2
    for one in found:
        path = tmp_path / "one.conviction"
        path.write_bytes(one.file)
        checked = check_file(CITY.genesis, path)
        assert checked.fault is None
        data = checked_data(checked)
        assert (data["sound"], data["district"], data["kind"]) == (True, GULOU, "prevote")
    assert [len(decode_conviction(one.file).trail) for one in found] == [0, 2]


def refused(raw: bytes) -> ErrorCode:
    with pytest.raises(Malformed) as caught:
        verify_conviction(CITY.genesis, raw)
    return caught.value.code


@pytest.mark.feature("B5")
def test_a_file_that_hides_a_rotation_convicts_nobody(found: tuple[Found, ...]) -> None:
    """A retired key speaks about a height after its time: the header before that height names another set."""
    real = decode_conviction(found[1].file)
    height = found[1].convicted.height
    said = {"chain_id": CITY.chain_id, "height": height, "seed": seed_of("consensus/gulou")}
    pair = make_evidence(*(message(Prevote, n, **said) for n in (1, 2)))  # type: ignore[arg-type]
    assert refused(encode(change(real, evidence=pair))) is ErrorCode.BAD_SIGNATURE
    for trail in ((), real.trail[:1]):
        lie = change(real, evidence=pair, trail=trail)
        assert refused(encode(lie)) is ErrorCode.BAD_FIELD


@pytest.mark.feature("B5")
def test_other_damage_is_refused_with_its_code(found: tuple[Found, ...]) -> None:
    """Version, chain, header and trail are each bound."""
    real = decode_conviction(found[1].file)
    early = decode_conviction(found[0].file)
    cases = (
        (change(real, version=2), ErrorCode.UNKNOWN_VERSION),
        (change(real, chain_id=bytes(32)), ErrorCode.WRONG_CHAIN),
        (change(real, anchor=()), ErrorCode.BAD_FIELD),
        (change(real, anchor=early.anchor), ErrorCode.BAD_FIELD),
        (change(early, trail=real.trail), ErrorCode.BAD_FIELD),
        (change(real, trail=real.trail[::-1]), ErrorCode.BAD_FIELD),
    )
    for lie, code in cases:
        assert refused(encode(lie)) is code
    certificate = real.anchor[0].certificate
    few = change(certificate, signatures=certificate.signatures[:1])
    lie = change(real, anchor=(change(real.anchor[0], certificate=few),))
    assert refused(encode(lie)) is ErrorCode.BAD_FIELD


def test_no_flipped_bit_of_a_file_still_convicts(found: tuple[Found, ...]) -> None:
    """Every byte is bound by a signature, a hash or the canonical form."""
    raw = found[0].file
    for at in range(len(raw)):
        lie = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(Malformed):
            verify_conviction(CITY.genesis, lie)
