"""One signing key under a password: a JSON document shaped like EIP-2335 (``docs/spec/keystore.md``).

Argon2id makes a key of the password, AES-256-GCM encrypts the 32-byte Ed25519 seed with the whole public header as
associated data: nobody can exchange the public key, the path or the cost of a file unnoticed.

GCM alone cannot tell a wrong password from a flipped bit. So the file carries a plain checksum over header and
ciphertext: a checksum that differs means damage, a tag that differs under a good checksum means the password. The
checksum needs no secret and tells an attacker nothing that the tag does not.
"""

import secrets
import unicodedata
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Meta
from msgspec.structs import replace

from node.chain import keys
from node.chain.codec import encode
from node.chain.types import UINT_MAX
from node.console.language import t
from wallet.faults import DamagedKeystore, WrongPassword
from wallet.secret import Secret

KEYSTORE_MAX_BYTES: Final = 4_096
"""A keystore has about 800 bytes."""
SALT_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
HEADER_PREFIX: Final = b"timebank/keystore/1\x00"

_Memory = Annotated[int, Meta(ge=64, le=1_048_576)]
_Passes = Annotated[int, Meta(ge=1, le=16)]
_Lanes = Annotated[int, Meta(ge=1, le=8)]
_Hex12 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{24}\Z")]
_Hex32 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Hex48 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{96}\Z")]
_Path = Annotated[str, Meta(pattern=r"\Am(/[0-9]{1,10}'){1,8}\Z")]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A strict JSON object."""


class Cost(_Part, frozen=True):
    """What Argon2id spends on one password. The bounds keep a hostile file from exhausting the machine.

    Attributes:
        memory_kib: memory in KiB, from 64 to 1 GiB.
        passes: passes over the memory.
        lanes: parts of the memory that are filled side by side.
    """

    memory_kib: _Memory
    passes: _Passes
    lanes: _Lanes


STANDARD_COST: Final = Cost(memory_kib=65_536, passes=3, lanes=4)
"""64 MiB and about 0.1 s: the second recommendation of RFC 9106."""


class Kdf(_Part, frozen=True):
    """How the password becomes a key of 32 bytes."""

    function: Literal["argon2id"]
    cost: Cost
    salt: _Hex32


class Cipher(_Part, frozen=True):
    """The encrypted seed: 32 bytes and the tag of 16."""

    function: Literal["aes-256-gcm"]
    nonce: _Hex12
    message: _Hex48


class Keystore(_Part, frozen=True):
    """A keystore file."""

    version: Literal[1]
    suite: Literal[1]
    path: _Path
    pubkey: _Hex32
    created_ms: Annotated[int, Meta(ge=0, le=UINT_MAX)]
    kdf: Kdf
    cipher: Cipher
    checksum: _Hex32

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return bytes.fromhex(self.pubkey)

    def header(self) -> bytes:
        """Every public field in canonical encoding: the associated data of the cipher."""
        cost = self.kdf.cost
        return HEADER_PREFIX + encode(
            (
                self.version,
                self.suite,
                self.path.encode("ascii"),
                self.public_key,
                self.created_ms,
                (cost.memory_kib, cost.passes, cost.lanes),
                bytes.fromhex(self.kdf.salt),
                bytes.fromhex(self.cipher.nonce),
            )
        )

    def open(self, password: str) -> Secret:
        """The 32-byte Ed25519 seed.

        Raises:
            WrongPassword: the password does not open it.
            DamagedKeystore: the key inside is not that of the public key.
        """
        key = _stretch(password, self.kdf)
        nonce, message = bytes.fromhex(self.cipher.nonce), bytes.fromhex(self.cipher.message)
        try:
            seed = AESGCM(key).decrypt(nonce, message, self.header())
        except InvalidTag:
            raise WrongPassword from None
        if keys.public_key(seed) != self.public_key:
            raise DamagedKeystore(
                t(zh="公钥与密钥不符", en="The public key is not that of the key")
            )
        return Secret(seed)


_parse: Final = msgspec.json.Decoder(Keystore).decode


def seal(
    key: Secret, password: str, *, path: str, created_ms: int, cost: Cost = STANDARD_COST
) -> Keystore:
    """Encrypt a signing key under a password, with a new salt and nonce.

    Args:
        key: 32-byte Ed25519 seed.
        password: any text; what ``open`` is later given must be the same after NFKC.
        path: where the key stands in the tree, as ``slip10.path_text`` writes it.
        created_ms: when, by the caller's clock.
        cost: cheaper only in tests.
    """
    empty = Keystore(
        version=1,
        suite=1,
        path=path,
        pubkey=keys.public_key(key.reveal()).hex(),
        created_ms=created_ms,
        kdf=Kdf("argon2id", cost, secrets.token_bytes(SALT_BYTES).hex()),
        cipher=Cipher("aes-256-gcm", secrets.token_bytes(NONCE_BYTES).hex(), ""),
        checksum="",
    )
    stretched = _stretch(password, empty.kdf)
    message = AESGCM(stretched).encrypt(
        bytes.fromhex(empty.cipher.nonce), key.reveal(), empty.header()
    )
    full = replace(empty, cipher=replace(empty.cipher, message=message.hex()))
    return replace(full, checksum=_checksum(full))


def encode_keystore(keystore: Keystore) -> bytes:
    """The file: indented JSON that ends with a line feed."""
    return msgspec.json.format(msgspec.json.encode(keystore), indent=2) + b"\n"


def decode_keystore(raw: bytes) -> Keystore:
    """Read a keystore file; needs no password.

    Raises:
        DamagedKeystore: too large, not strict JSON of this shape, or another checksum.
    """
    if len(raw) > KEYSTORE_MAX_BYTES:
        raise DamagedKeystore(
            t(zh="文件太大，最多 {most} 字节", en="Too large; at most {most} bytes").fill(
                most=KEYSTORE_MAX_BYTES
            )
        )
    try:
        keystore = _parse(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DamagedKeystore(
            t(zh="内容不是密钥文件的格式", en="It does not have the form of a keystore")
        ) from None
    if _checksum(keystore) != keystore.checksum:
        raise DamagedKeystore(t(zh="校验和不符", en="The checksum differs"))
    return keystore


def _stretch(password: str, kdf: Kdf) -> bytes:
    return Argon2id(
        salt=bytes.fromhex(kdf.salt),
        length=KEY_BYTES,
        iterations=kdf.cost.passes,
        lanes=kdf.cost.lanes,
        memory_cost=kdf.cost.memory_kib,
    ).derive(unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass"))


def _checksum(keystore: Keystore) -> str:
    return sha256(keystore.header() + bytes.fromhex(keystore.cipher.message)).hexdigest()
