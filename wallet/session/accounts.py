"""Which account a wallet's key belongs to.

An account's id is made by the transaction that registers it, so a key cannot tell it. First staff and operators stand
in genesis with their keys; everybody else is told their id by the desk, in a slip, and the wallet remembers it in
``config/accounts/NAME.json``.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.chain.genesis import (
    Genesis,
    chain_id_of,
    city_id_of,
    genesis_person_id,
    operator_id,
)
from node.chain.types import CODE_PATTERN, Hash, Id
from node.console.language import t
from wallet.client.answers import HASH_HEX, ID_HEX
from wallet.home import WalletHome
from wallet.session.faults import no_account, other_city
from wallet.session.files import json_bytes, read_json, write_whole

CODE_F = Annotated[str, Meta(pattern=CODE_PATTERN)]
SLIP_WORD: Final = t(zh="登记回执", en="a registration slip")


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the desk hands out after registration, and what the wallet remembers."""

    kind: Literal["timebank-account"]
    version: Literal[1]
    chain_id: Annotated[str, Meta(pattern=HASH_HEX)]
    account: Annotated[str, Meta(pattern=ID_HEX)]

    @classmethod
    def of(cls, chain_id: Hash, account: Id) -> "Slip":
        """The slip of an account."""
        return cls("timebank-account", 1, chain_id.hex(), account.hex())

    @property
    def id(self) -> Id:
        """The account's id."""
        return Id(bytes.fromhex(self.account))

    def require_city(self, chain_id: Hash) -> None:
        """The slip is of this city.

        Raises:
            node.console.fault.Fault: it is of another (exit 3).
        """
        if self.chain_id != chain_id.hex():
            raise other_city(chain_id.hex(), self.chain_id)


def read_slip(path: Path) -> Slip:
    """A slip from a file.

    Raises:
        node.console.fault.Fault: it is none (exit 5).
        OSError: it cannot be read.
    """
    return read_json(path, Slip, SLIP_WORD)


def remembered(home: WalletHome, name: str) -> Slip | None:
    """The account of a wallet, if it was told one."""
    path = _path(home, name)
    return read_slip(path) if path.is_file() else None


def remember(home: WalletHome, name: str, slip: Slip) -> None:
    """Write down which account a wallet is."""
    write_whole(_path(home, name), json_bytes(slip))


def forget(home: WalletHome, name: str) -> None:
    """The wallet's key is no longer that of its account."""
    _path(home, name).unlink(missing_ok=True)


def account_of(home: WalletHome, name: str, key: bytes, genesis: Genesis) -> Id:
    """The account of a wallet: as it was told, else by its key in genesis.

    Raises:
        node.console.fault.Fault: there is none (exit 3), or it is of another city.
    """
    slip = remembered(home, name)
    if slip is not None:
        slip.require_city(chain_id_of(genesis))
        return slip.id
    found = first_actor(genesis, key)
    if found is None:
        raise no_account(name)
    return found


def first_actor(genesis: Genesis, key: bytes) -> Id | None:
    """The id of the operator or first member of staff with this public key."""
    person = first_person(genesis, key)
    if person is not None:
        return person
    for member in genesis.authorities.members:
        if member.operator_key == key:
            return operator_id(city_id_of(genesis), member.district)
    return None


def first_person(genesis: Genesis, key: bytes) -> Id | None:
    """The id of the first member of staff with this public key."""
    for index, person in enumerate(genesis.persons):
        if person.key == key:
            return genesis_person_id(chain_id_of(genesis), index)
    return None


def _path(home: WalletHome, name: str) -> Path:
    return home.root / "config" / "accounts" / home.path(name).name
