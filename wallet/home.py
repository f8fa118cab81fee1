"""Where a person's files are, and how a keystore is written so that it is there whole or not at all.

``~/.timebank/keystore/NAME.json``, mode 0600 in a directory of mode 0700; ``~/.timebank/config/genesis.json`` is the
city that the wallet belongs to.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.console.console import Console
from node.console.fault import usage
from node.console.language import Text, t
from wallet.faults import BadName, DamagedKeystore, NoWallet, WalletExists
from wallet.keystore import KEYSTORE_MAX_BYTES, Keystore, decode_keystore, encode_keystore

DEFAULT_NAME: Final = "me"
PASSWORD_VARIABLE: Final = "TIMEBANK_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_MIN_CHARACTERS: Final = 8
KEYSTORES_MAX: Final = 1_000
"""Wallets of one home; a listing looks at no more."""
_NAME: Final = re.compile(r"\A[a-z0-9][a-z0-9._-]{0,31}\Z")
_SUFFIX: Final = ".json"
_OWNER_ONLY: Final = 0o600
_OWNER_DIRECTORY: Final = 0o700


@dataclass(frozen=True, slots=True)
class WalletHome:
    """The wallet's part of a home directory.

    Attributes:
        root: the home directory, ``~/.timebank`` unless chosen otherwise.
    """

    root: Path

    @property
    def keystores(self) -> Path:
        """The directory of keystores."""
        return self.root / "keystore"

    @property
    def genesis(self) -> Path:
        """The genesis file of the wallet's city."""
        return self.root / "config" / "genesis.json"

    def path(self, name: str) -> Path:
        """The keystore file of a wallet.

        Raises:
            BadName: not a name.
        """
        if _NAME.match(name) is None:
            raise BadName(name)
        return self.keystores / f"{name}{_SUFFIX}"

    def names(self) -> tuple[str, ...]:
        """The wallets that are here, sorted."""
        if not self.keystores.is_dir():
            return ()
        found = sorted(path.stem for path in self.keystores.glob(f"*{_SUFFIX}"))
        return tuple(name for name in found if _NAME.match(name))[:KEYSTORES_MAX]

    def load(self, name: str = DEFAULT_NAME) -> Keystore:
        """Read a wallet's keystore; no password is needed for its public part.

        Raises:
            BadName: not a name.
            NoWallet: no such file.
            DamagedKeystore: the file is not a whole keystore.
            OSError: it cannot be read.
        """
        path = self.path(name)
        try:
            with path.open("rb") as file:
                raw = file.read(KEYSTORE_MAX_BYTES + 1)
        except FileNotFoundError:
            raise NoWallet(name) from None
        try:
            return decode_keystore(raw)
        except DamagedKeystore as damage:
            raise DamagedKeystore(damage.why, path) from None

    def save(self, name: str, keystore: Keystore) -> Path:
        """Write a new wallet's keystore: whole, synced, and never over another.

        Raises:
            BadName: not a name.
            WalletExists: there is one of this name.
            OSError: it cannot be written; then nothing is left behind.
        """
        path = self.path(name)
        draft = self._draft(path, encode_keystore(keystore))
        try:
            os.link(draft, path)
        except FileExistsError:
            raise WalletExists(path) from None
        finally:
            draft.unlink()
        _sync_directory(self.keystores)
        return path

    def replace(self, name: str, keystore: Keystore) -> Path:
        """Write a keystore in the place of an earlier one of the same public key, after a change of password.

        Raises:
            NoWallet: there is none to replace.
            OSError: it cannot be written; then the old one stands.
        """
        assert self.load(name).pubkey == keystore.pubkey, "another key is another wallet"
        path = self.path(name)
        self._draft(path, encode_keystore(keystore)).replace(path)
        _sync_directory(self.keystores)
        return path

    def _draft(self, path: Path, raw: bytes) -> Path:
        self.keystores.mkdir(mode=_OWNER_DIRECTORY, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        return draft


def password_in(environment: Mapping[str, str]) -> str | None:
    """The password that a script gives in ``TIMEBANK_PASSWORD``, or None."""
    return environment.get(PASSWORD_VARIABLE) or None


def password(console: Console) -> str:
    """The password of a wallet that exists: from the environment, else asked for."""
    question = t(zh="钱包密码", en="Password of the wallet")
    return password_in(console.environment) or console.ask_secret(question)


def new_password(console: Console) -> str:
    """A password for a new wallet: from the environment, else asked for twice.

    Raises:
        node.console.fault.Fault: shorter than eight characters.
    """
    question = t(zh="给钱包设一个密码", en="A password for the wallet")
    chosen = password_in(console.environment) or console.ask_secret(question, repeat=True)
    if len(chosen) < PASSWORD_MIN_CHARACTERS:
        raise usage(_TOO_SHORT, t(zh="换一个长一些的密码。", en="Choose a longer one."))
    return chosen


_TOO_SHORT: Final[Text] = t(
    zh="密码至少 {least} 个字符", en="A password has at least {least} characters"
).fill(least=PASSWORD_MIN_CHARACTERS)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
