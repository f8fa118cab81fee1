"""A person's new key as their wallet hands it to the desk: public key and proof, nothing secret."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from node.chain import keys
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.types import Hash, Id
from node.console.language import t
from wallet.client.answers import HASH_HEX
from wallet.session.faults import bad_file
from wallet.session.files import read_json

NEW_KEY_WORD = t(zh="新密钥文件", en="a new key's file")


class NewKeyFile(msgspec.Struct, frozen=True):
    """The file; further members, such as the words of a form, are ignored."""

    key: Annotated[str, Meta(pattern=HASH_HEX)]
    possession: Annotated[str, Meta(pattern=r"\A[0-9a-f]{128}\Z")]


class NewKey(msgspec.Struct, frozen=True):
    """A new key and the proof that its holder wants it for this account."""

    key: bytes
    possession: bytes


def read_new_key(path: Path, chain_id: Hash, person: Id) -> NewKey:
    """The new key of a file, once its proof holds for this person.

    Raises:
        node.console.fault.Fault: it is no such file, or its proof is of another person or city (exit 5).
        OSError: it cannot be read.
    """
    file = read_json(path, NewKeyFile, NEW_KEY_WORD)
    new = NewKey(bytes.fromhex(file.key), bytes.fromhex(file.possession))
    if not keys.has_possession(chain_id, SUITE_ED25519_SHA256, new.key, person, new.possession):
        raise bad_file(path, NEW_KEY_WORD, "the proof is not of this person")
    return new
