"""The keystore: damage told from a wrong password, files whole or absent, and no secret in sight."""

import base64
import contextlib
import copy
import json
import logging
import os
import pickle
import stat
import traceback
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from node.chain import keys
from node.console.exits import ExitCode
from node.console.result import plain
from wallet.faults import BadName, DamagedKeystore, NoWallet, WalletExists, WrongPassword
from wallet.home import WalletHome, password_in
from wallet.keystore import (
    KEYSTORE_MAX_BYTES,
    STANDARD_COST,
    Cost,
    Keystore,
    decode_keystore,
    encode_keystore,
    seal,
)
from wallet.secret import Secret

CASES = json.loads(
    (Path(__file__).parents[2] / "vectors" / "wallet.json").read_text(encoding="utf-8")
)["keystores"]
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
KEY = Secret(bytes(range(100, 132)))
PASSWORD = "时间银行的密码"  # noqa: S105 - of a key made here
CREATED_MS = 1_795_500_000_000
PATH = "m/44'/1'/0'/0'"
HIDDEN = (
    KEY.reveal().hex(),
    base64.b64encode(KEY.reveal()).decode(),
    base64.urlsafe_b64encode(KEY.reveal()).decode().rstrip("="),
    repr(KEY.reveal())[2:-1],
    PASSWORD,
)


def sealed(password: str = PASSWORD, key: Secret = KEY) -> Keystore:
    return seal(key, password, path=PATH, created_ms=CREATED_MS, cost=CHEAP)


def with_fresh_checksum(keystore: Keystore) -> Keystore:
    message = bytes.fromhex(keystore.cipher.message)
    return replace(keystore, checksum=sha256(keystore.header() + message).hexdigest())


WHOLE = sealed()
RAW = encode_keystore(WHOLE)


@pytest.mark.parametrize("case", CASES, ids=["small", "larger"])
def test_the_files_of_the_vectors_open(case: Mapping[str, Any]):
    """A keystore that another wallet wrote, with its header bytes."""
    keystore = decode_keystore(json.dumps(case["file"]).encode())
    assert keystore.header().hex() == case["header"]
    assert keystore.open(case["password"]).reveal().hex() == case["key"]


@pytest.mark.parametrize("case", CASES, ids=["small", "larger"])
def test_the_specification_alone_opens_the_file(case: Mapping[str, Any]):
    """Argon2id, AES-GCM and the checksum put together again from the page."""
    file, header = case["file"], bytes.fromhex(case["header"])
    cost, message = file["kdf"]["cost"], bytes.fromhex(file["cipher"]["message"])
    key = Argon2id(
        salt=bytes.fromhex(file["kdf"]["salt"]),
        length=32,
        iterations=cost["passes"],
        lanes=cost["lanes"],
        memory_cost=cost["memory_kib"],
    ).derive(case["password"].encode())
    seed = AESGCM(key).decrypt(bytes.fromhex(file["cipher"]["nonce"]), message, header)
    assert seed.hex() == case["key"]
    assert sha256(header + message).hexdigest() == file["checksum"]


def test_a_sealed_key_opens_with_its_password():
    """Through the file and back; the public key is readable without a password."""
    keystore = decode_keystore(RAW)
    assert keystore == WHOLE
    assert keystore.public_key == keys.public_key(KEY.reveal())
    assert keystore.open(PASSWORD) == KEY


@pytest.mark.slow
def test_a_new_keystore_spends_64_mib():
    """The default is the documented cost."""
    keystore = seal(KEY, PASSWORD, path=PATH, created_ms=CREATED_MS)
    assert keystore.kdf.cost == STANDARD_COST == Cost(65_536, 3, 4)
    assert keystore.open(PASSWORD) == KEY


def test_the_same_password_typed_otherwise_opens():
    """A full-width letter of an input method is the same letter."""
    assert sealed("ABC12345").open("ＡＢＣ１２３４５") == KEY


@pytest.mark.parametrize("guess", ["", PASSWORD + " ", "\udcff", "x" * 1_000])
def test_a_wrong_password_is_called_that(guess: str):
    """The file is whole, so the person is told to try again (exit 3)."""
    with pytest.raises(WrongPassword) as caught:
        decode_keystore(RAW).open(guess)
    assert caught.value.report.status is ExitCode.USAGE


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_flipped_bit_is_damage_and_never_a_wrong_password(place: int, change: int):
    """Any byte of the file changed: refused as damaged, or the very same keystore in other spaces."""
    raw = bytearray(RAW)
    raw[place] ^= change
    with contextlib.suppress(DamagedKeystore):
        assert decode_keystore(bytes(raw)) == WHOLE


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_arbitrary_bytes_are_only_ever_damaged(raw: bytes):
    """The reader raises its documented fault and nothing else."""
    with pytest.raises(DamagedKeystore):
        decode_keystore(raw)


def test_deep_json_is_damage_and_not_a_crash():
    """Nesting within the size limit."""
    with pytest.raises(DamagedKeystore):
        decode_keystore(b"[" * KEYSTORE_MAX_BYTES)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("version", 2),
        ("suite", 2),
        ("path", "m/44'/1'/0'/0"),
        ("created_ms", -1),
        ("surplus", 1),
        ("pubkey", "00"),
        ("kdf", {"function": "scrypt"}),
    ],
)
def test_a_file_of_another_shape_is_refused(member: str, value: object):
    """Strict: every member as specified and no other."""
    content = json.loads(RAW) | {member: value}
    with pytest.raises(DamagedKeystore):
        decode_keystore(json.dumps(content).encode())


@pytest.mark.parametrize(
    "cost", [(2**30, 1, 1), (64, 1_000_000, 1), (64, 1, 1_000), (0, 1, 1), (64, 0, 1), (64, 1, 0)]
)
def test_a_hostile_cost_is_refused_before_it_is_spent(cost: tuple[int, int, int]):
    """Nobody's machine is exhausted by opening a file, even with a checksum that fits."""
    hostile = replace(WHOLE, kdf=replace(WHOLE.kdf, cost=Cost(*cost)))
    with pytest.raises(DamagedKeystore, match="form"):
        decode_keystore(encode_keystore(with_fresh_checksum(hostile)))


def test_an_exchanged_public_key_is_noticed_even_with_a_fresh_checksum():
    """The cipher authenticates the header; whoever rewrites the checksum too still opens nothing."""
    forged = with_fresh_checksum(replace(WHOLE, pubkey=keys.public_key(bytes(32)).hex()))
    with pytest.raises(WrongPassword):
        decode_keystore(encode_keystore(forged)).open(PASSWORD)


def test_two_keystores_of_one_key_share_no_salt_and_no_nonce():
    """Fresh randomness for every file."""
    first, second = sealed(), sealed()
    assert first.kdf.salt != second.kdf.salt
    assert first.cipher.nonce != second.cipher.nonce
    assert first.cipher.message != second.cipher.message


def test_a_saved_keystore_is_for_its_owner_only(tmp_path: Path):
    """Mode 0600 in a directory of mode 0700, whatever the umask allows."""
    before = os.umask(0)
    try:
        path = WalletHome(tmp_path / "home").save("me", WHOLE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes() == RAW


def test_saving_leaves_one_file_and_never_overwrites(tmp_path: Path):
    """No draft remains, and a second wallet of the name is refused with the first untouched."""
    home = WalletHome(tmp_path)
    home.save("me", WHOLE)
    with pytest.raises(WalletExists):
        home.save("me", sealed())
    assert [path.name for path in home.keystores.iterdir()] == ["me.json"]
    assert home.load("me") == WHOLE
    assert home.names() == ("me",)


def test_a_failed_save_leaves_nothing_behind(tmp_path: Path):
    """A directory that cannot be written gives the system's error and no file."""
    home = WalletHome(tmp_path)
    home.keystores.write_text("a file stands where the directory should be")
    with pytest.raises(OSError, match="exist"):
        home.save("me", WHOLE)
    assert [path.name for path in tmp_path.iterdir()] == ["keystore"]


def test_a_change_of_password_replaces_the_file(tmp_path: Path):
    """The same key under a new password; another key is refused."""
    home = WalletHome(tmp_path)
    home.save("me", WHOLE)
    home.replace("me", sealed("another password"))
    assert home.load("me").open("another password") == KEY
    with pytest.raises(AssertionError):
        home.replace("me", sealed(key=Secret(bytes(32))))


def test_a_damaged_file_is_named_by_its_path(tmp_path: Path):
    """The person learns which file to restore."""
    home = WalletHome(tmp_path)
    path = home.save("me", WHOLE)
    path.write_bytes(RAW[:-20])
    with pytest.raises(DamagedKeystore) as caught:
        home.load("me")
    assert str(path) in caught.value.report.what.zh
    assert str(path) in caught.value.report.what.en


def test_an_oversized_file_is_damage(tmp_path: Path):
    """The reader stops at the limit."""
    home = WalletHome(tmp_path)
    home.save("me", WHOLE).write_bytes(RAW + b" " * KEYSTORE_MAX_BYTES)
    with pytest.raises(DamagedKeystore, match="4096"):
        home.load("me")


def test_a_missing_wallet_is_called_that(tmp_path: Path):
    """Exit 3 and how to make one."""
    with pytest.raises(NoWallet) as caught:
        WalletHome(tmp_path).load("me")
    assert "timebank wallet new" in caught.value.report.remedy.en


@pytest.mark.parametrize("name", ["", "..", "../me", "A", ".me", "a/b", "x" * 33, "me\n", "名"])
def test_a_name_cannot_leave_the_directory(tmp_path: Path, name: str):
    """Names are plain; everything else is refused before a path is made."""
    with pytest.raises(BadName):
        WalletHome(tmp_path).path(name)


def test_the_password_of_a_script_comes_from_its_variable():
    """Handed in as a mapping; empty counts as unset."""
    assert password_in({"TIMEBANK_PASSWORD": "x"}) == "x"
    assert password_in({"TIMEBANK_PASSWORD": ""}) is None
    assert password_in({}) is None


def test_no_secret_stands_in_a_representation_a_log_or_a_file(caplog: pytest.LogCaptureFixture):
    """Key and password in hexadecimal, base64 and plain appear nowhere."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%s %r %s", KEY, KEY, f"{KEY}")
    shown = caplog.text + repr(WHOLE) + str(WHOLE) + repr([KEY]) + RAW.decode()
    assert not any(secret in shown for secret in HIDDEN)


def test_no_secret_stands_in_an_exception_or_its_traceback():
    """What a wrong password and a damaged file raise, with their whole chain."""
    for attempt in (lambda: WHOLE.open("x" + PASSWORD), lambda: decode_keystore(RAW[:-3])):
        with pytest.raises((WrongPassword, DamagedKeystore)) as caught:
            attempt()
        shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.report)
        assert caught.value.__suppress_context__
        assert not any(secret in shown for secret in HIDDEN)


def test_a_secret_is_neither_pickled_nor_copied_nor_written_as_json():
    """The ways by which a value leaves a process unseen are shut."""
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with pytest.raises(TypeError):
        copy.copy(KEY)
    with pytest.raises(TypeError):
        plain(KEY, "en")
    with pytest.raises(TypeError):
        msgspec.json.encode(KEY)
    with pytest.raises(TypeError):
        hash(KEY)


def test_secrets_compare_by_value():
    """Two holders of the same bytes are equal, others are not."""
    assert Secret(b"a") == Secret(b"a")
    assert Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"
    assert len(Secret(b"abc")) == 3
