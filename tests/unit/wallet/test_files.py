"""Files that people hand to a wallet: whole ones are read, anything else ends in one documented fault."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.chain.genesis_document import to_document
from node.chain.types import Code, Id
from node.console.exits import ExitCode
from node.console.fault import Fault
from tests.kernel_city import GULOU, KernelCity
from wallet.desk.receipts import read_receipt
from wallet.secret import Secret
from wallet.session.accounts import Slip, first_actor, read_slip
from wallet.session.card import card_file, make_card, read_card
from wallet.session.files import json_bytes, read_genesis_file, read_key_file, write_whole

READERS: tuple[Callable[[Path], object], ...] = (
    read_card,
    read_slip,
    read_receipt,
    read_genesis_file,
)
CITY = KernelCity()
CARD = make_card(CITY.chain_id, GULOU, Secret(bytes([5]) * 32), Secret(bytes([6]) * 32))
NESTED = b"[" * 60_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=400) | st.just(NESTED) | st.text(max_size=200).map(str.encode))
@pytest.mark.parametrize("read", READERS)
def test_any_bytes_end_in_the_fault_of_a_bad_file(
    tmp_path: Path, read: Callable[[Path], object], raw: bytes
):
    """Exit 5 and the file's name; never a traceback."""
    path = tmp_path / "file"
    path.write_bytes(raw)
    with pytest.raises(Fault) as caught:
        read(path)
    assert caught.value.report.code == "bad-file"
    assert caught.value.report.status is ExitCode.STORAGE
    assert str(path) in caught.value.report.what.en


def test_a_file_beyond_its_limit_is_not_parsed(tmp_path: Path):
    """However sound it might be."""
    path = tmp_path / "file"
    path.write_bytes(b" " * 65_537)
    with pytest.raises(Fault, match="more than 65536 bytes"):
        read_slip(path)


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_card_with_a_flipped_bit_is_the_same_card_or_none(tmp_path: Path, at: int, bit: int):
    """Both forms: the JSON file and the text of the QR code."""
    path = tmp_path / "card"
    for raw in (json_bytes(card_file(CARD)), CARD.qr_text().encode()):
        changed = bytearray(raw)
        changed[at % len(raw)] ^= 1 << bit
        path.write_bytes(bytes(changed))
        assert _read_or_code(path) in (CARD, "bad-file")


def _read_or_code(path: Path) -> object:
    try:
        return read_card(path)
    except Fault as fault:
        return fault.report.code


def test_a_card_survives_both_of_its_forms(tmp_path: Path):
    """File and QR code hold the same."""
    path = tmp_path / "card"
    for raw in (json_bytes(card_file(CARD)), CARD.qr_text().encode()):
        path.write_bytes(raw)
        assert read_card(path) == CARD


def test_a_genesis_file_whose_readable_half_was_changed_is_refused(tmp_path: Path):
    """What a person reads is what the wallet uses."""
    path, document = tmp_path / "genesis.json", to_document(CITY.genesis)
    path.write_text(json.dumps(document))
    assert read_genesis_file(path) == CITY.genesis
    readable = document["genesis"]
    assert isinstance(readable, dict)
    readable["city"] = "shanghai"
    path.write_text(json.dumps(document))
    with pytest.raises(Fault):
        read_genesis_file(path)


@pytest.mark.parametrize("text", ["", "zz" * 32, "11" * 31, "11" * 33])
def test_a_key_file_holds_32_bytes_in_hexadecimal(tmp_path: Path, text: str):
    """The message does not repeat what the file holds."""
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Fault) as caught:
        read_key_file(path)
    assert not text or text not in str(caught.value.report)


def test_a_failed_write_leaves_the_earlier_file_and_nothing_else(tmp_path: Path):
    """Whole or not at all."""
    target = tmp_path / "taken"
    target.mkdir()
    (target / "inside").write_text("x")
    with pytest.raises(OSError, match="taken"):
        write_whole(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_genesis_names_the_accounts_of_its_own_people():
    """Staff by their key, operators by theirs, nobody else."""
    recorder = CITY.staff("recorder", GULOU)
    assert first_actor(CITY.genesis, CITY.person(recorder).key) == recorder
    member = CITY.genesis.authorities.members[0]
    assert first_actor(CITY.genesis, member.operator_key) == CITY.operator(Code(member.district))
    assert first_actor(CITY.genesis, CARD.key) is None


def test_a_slip_of_another_city_is_noticed():
    """Exit 3, with both chain ids."""
    slip = Slip.of(CITY.chain_id, Id(bytes(16)))
    slip.require_city(CITY.chain_id)
    with pytest.raises(Fault) as caught:
        slip.require_city(type(CITY.chain_id)(bytes(32)))
    assert caught.value.report.status is ExitCode.USAGE
