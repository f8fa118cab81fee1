"""The registration card: the public half of a new wallet, as the desk needs it.

It carries public keys and the proofs that their holder wants them registered in this city and district; nothing in it
is secret. As a file it is JSON; as a QR code it is ``TBC1.`` and the canonical bytes in base64 (URL alphabet).
"""

import base64
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.chain import keys
from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.tx.identity import KeyF, OptionalKeyF, OptionalProofF, ProofF
from node.chain.types import Code, CodeF, Hash, HashF, UintF
from node.console.language import t
from wallet.builder import possession
from wallet.home import WalletHome
from wallet.secret import Secret
from wallet.session.accounts import CODE_F
from wallet.session.faults import bad_file
from wallet.session.files import json_bytes, read_small, write_whole

CARD_WORD: Final = t(zh="登记卡", en="a registration card")
QR_PREFIX: Final = "TBC1."
CARD_MAX_BYTES: Final = 1_024
_KeyHex = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{64})?\Z")]
_ProofHex = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{128})?\Z")]


class Card(Record, frozen=True):
    """A registration card in canonical form."""

    chain_id: HashF
    home: CodeF
    suite: UintF
    key: KeyF
    possession: ProofF
    recovery_key: OptionalKeyF
    recovery_possession: OptionalProofF

    def qr_text(self) -> str:
        """The text of its QR code."""
        return QR_PREFIX + base64.urlsafe_b64encode(encode(self)).decode("ascii").rstrip("=")

    def sound(self) -> bool:
        """Whether both keys signed their registration in this city and district."""
        context = self.home.encode()
        pairs = [(self.key, self.possession)]
        if self.recovery_key:
            pairs.append((self.recovery_key, self.recovery_possession))
        return all(
            keys.has_possession(self.chain_id, self.suite, key, context, proof)
            for key, proof in pairs
        )


class CardFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registration card as a JSON file."""

    kind: Literal["timebank-registration-card"]
    version: Literal[1]
    chain_id: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    home: CODE_F
    suite: Literal[1]
    key: _KeyHex
    possession: _ProofHex
    recovery_key: _KeyHex
    recovery_possession: _ProofHex


_decode_card: Final = decoder(Card, CARD_MAX_BYTES)


def make_card(chain_id: Hash, home: Code, everyday: Secret, recovery: Secret | None) -> Card:
    """The card of a wallet's keys for a home district."""
    context = home.encode()
    recovery_seed = b"" if recovery is None else recovery.reveal()
    return Card(
        chain_id=chain_id,
        home=home,
        suite=SUITE_ED25519_SHA256,
        key=keys.public_key(everyday.reveal()),
        possession=possession(chain_id, everyday.reveal(), context),
        recovery_key=keys.public_key(recovery_seed) if recovery_seed else b"",
        recovery_possession=possession(chain_id, recovery_seed, context) if recovery_seed else b"",
    )


def card_file(card: Card) -> CardFile:
    """The card as its JSON form has it."""
    return CardFile(
        "timebank-registration-card",
        1,
        card.chain_id.hex(),
        card.home,
        1,
        card.key.hex(),
        card.possession.hex(),
        card.recovery_key.hex(),
        card.recovery_possession.hex(),
    )


def read_card(path: Path) -> Card:
    """A card from a file: JSON, or the text of its QR code.

    Raises:
        node.console.fault.Fault: it is none, or its proofs do not hold (exit 5).
        OSError: it cannot be read.
    """
    raw = read_small(path, CARD_WORD)
    try:
        card = _parse(raw)
    except (msgspec.DecodeError, ValueError, RecursionError, Malformed) as error:
        raise bad_file(path, CARD_WORD, str(error)) from error
    if not card.sound():
        raise bad_file(path, CARD_WORD, "a possession proof does not hold")
    return card


def _parse(raw: bytes) -> Card:
    if not raw.lstrip().startswith(b"{"):
        text = raw.decode("ascii").strip().removeprefix(QR_PREFIX)
        return _decode_card(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    file = msgspec.json.decode(raw, type=CardFile)
    card = Card(
        Hash(bytes.fromhex(file.chain_id)),
        Code(file.home),
        file.suite,
        bytes.fromhex(file.key),
        bytes.fromhex(file.possession),
        bytes.fromhex(file.recovery_key),
        bytes.fromhex(file.recovery_possession),
    )
    return _decode_card(encode(card))


def card_path(home: WalletHome, name: str) -> Path:
    """Where a wallet keeps its own card."""
    return home.root / "config" / "cards" / home.path(name).name


def keep_card(home: WalletHome, name: str, card: Card) -> Path:
    """Write a wallet's own card, to be shown again without its password."""
    path = card_path(home, name)
    write_whole(path, json_bytes(card_file(card)))
    return path
