"""The file that carries a new key from a new phone to the contacts who vouch for it.

It holds the account, the new public key and the proof that its holder wants it for this account; nothing in it is
secret. A contact compares with the person themselves that the file is theirs before vouching.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.chain import keys
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.types import Hash, Id
from node.console.language import t
from wallet.builder import possession
from wallet.client.answers import HASH_HEX, ID_HEX
from wallet.secret import Secret
from wallet.session.faults import bad_file, other_city
from wallet.session.files import read_json

WISH_WORD: Final = t(zh="换钥请求", en="a wish for a new key")


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish for a new key of an account."""

    kind: Literal["timebank-new-key"]
    version: Literal[1]
    chain_id: Annotated[str, Meta(pattern=HASH_HEX)]
    account: Annotated[str, Meta(pattern=ID_HEX)]
    suite: Literal[1]
    key: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    possession: Annotated[str, Meta(pattern=r"\A[0-9a-f]{128}\Z")]

    @property
    def id(self) -> Id:
        """The account's id."""
        return Id(bytes.fromhex(self.account))

    @property
    def public_key(self) -> bytes:
        """The new key."""
        return bytes.fromhex(self.key)

    @property
    def proof(self) -> bytes:
        """Its possession proof for the account."""
        return bytes.fromhex(self.possession)


def make_wish(chain_id: Hash, account: Id, key: Secret) -> Wish:
    """The wish of a new wallet for an account."""
    seed = key.reveal()
    public, proof = keys.public_key(seed), possession(chain_id, seed, account)
    return Wish(
        "timebank-new-key",
        1,
        chain_id.hex(),
        account.hex(),
        SUITE_ED25519_SHA256,
        public.hex(),
        proof.hex(),
    )


def read_wish(path: Path, chain_id: Hash) -> Wish:
    """A wish from a file.

    Raises:
        node.console.fault.Fault: it is none, its proof does not hold (exit 5), or it is of another city (exit 3).
        OSError: it cannot be read.
    """
    wish = read_json(path, Wish, WISH_WORD)
    if wish.chain_id != chain_id.hex():
        raise other_city(chain_id.hex(), wish.chain_id)
    if not keys.has_possession(chain_id, wish.suite, wish.public_key, wish.id, wish.proof):
        raise bad_file(path, WISH_WORD, "the possession proof does not hold")
    return wish
