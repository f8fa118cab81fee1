"""The consensus key, and the promise never to contradict it.

A message is signed into a waiting list; ``flush`` makes all that waits durable with one sync, and only then may it be
sent. For one (height, round, type) there is one content for ever: asked again, the signer returns the stored message;
asked for another content, it refuses, which is a bug of ours and stops the node. It also holds the lock rule by itself:
the lock is the last precommit that is not nil, so a prevote for another block needs a justification not below it.
"""

from typing import Final

from msgspec.structs import replace

from node.chain import keys
from node.chain.certificate import (
    SIGNATURE_FIELD_BYTES,
    Precommit,
    Prevote,
    SignedMessage,
    sign_bytes,
)
from node.chain.codec import encode
from node.chain.errors import Bug
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.types import NO_HASH, Hash, Height
from node.runtime.ports import VoteLog

_ORDER: Final = {"Proposal": 0, "Prevote": 1, "Precommit": 2}


class Signer:
    """Signs proposals and votes of one authority."""

    def __init__(self, chain_id: Hash, seed: bytes, log: VoteLog) -> None:
        """Sign for one chain.

        A log that another key has signed last is no memory of this key: it becomes unusable, and the node abstains.

        Args:
            chain_id: in every signed byte string.
            seed: Ed25519 seed of the consensus key, 32 bytes.
            log: where everything signed stands before it is sent.
        """
        self._chain_id = chain_id
        self._seed = seed
        self.public_key = keys.public_key(seed)
        self._log = log
        newest = log.newest
        if newest is not None and not self._is_own(newest):
            log.distrust("its newest message is signed with another key")
        self._waiting: list[SignedMessage] = []
        self._stopped = False
        self._held = False
        self.paused = False
        """Whether the disk is too full to sign anything; it may come and go within a height."""

    def may_sign(self, height: Height) -> bool:
        """Whether this node signs at a height, or abstains."""
        return not self._held and not self.paused and self.answers_for(height)

    def answers_for(self, height: Height) -> bool:
        """Whether every message of this key at a height must stand in this node's vote log."""
        return not self._stopped and self._log.may_sign and height > self._log.signs_above

    @property
    def abstains(self) -> bool:
        """Whether the vote log is of no use until the chain says that the node may sign again."""
        return not self._log.may_sign

    @property
    def held(self) -> bool:
        """Whether the node listens before it signs."""
        return self._held

    def hold(self) -> None:
        """Sign nothing before ``release``."""
        self._held = True

    def release(self) -> None:
        """No other copy of the node is at work: sign."""
        self._held = False

    def stop(self) -> None:
        """Sign nothing any more in this run: another copy of the node has been seen."""
        self._stopped = True

    def signed(self, height: Height) -> tuple[SignedMessage, ...]:
        """Everything signed at a height, durable or waiting."""
        waiting = tuple(m for m in self._waiting if m.height == height)
        return (*self._log.messages(height), *waiting)

    def sign(self, message: SignedMessage) -> SignedMessage:
        """The message with its signature, which may be used here at once and sent after ``flush``.

        Raises:
            Bug: another content of the same place is signed already, the place is before the newest one, the lock
                forbids it, or the node abstains. Nothing is signed.
        """
        if not self.may_sign(message.height):
            raise Bug(f"nothing may be signed at height {message.height}")
        earlier = self.signed(message.height)
        for known in earlier:
            if _place(known) == _place(message):
                if _content(known) != _content(message):
                    raise Bug(f"already signed otherwise at {_place(message)}")
                return known
        if any(_place(known) > _place(message) for known in earlier):
            raise Bug(f"{_place(message)} comes before what is signed")
        if isinstance(message, Prevote) and _breaks_lock(message, earlier):
            raise Bug(f"the lock forbids {_place(message)}")
        signed = replace(
            message, signature=keys.sign(self._seed, sign_bytes(self._chain_id, message))
        )
        self._waiting.append(signed)
        return signed

    def _is_own(self, message: SignedMessage) -> bool:
        said = sign_bytes(self._chain_id, message)
        return keys.verify(SUITE_ED25519_SHA256, self.public_key, said, message.signature)

    @property
    def must_keep_block_first(self) -> bool:
        """Whether a precommit for a block waits: body and polka must be durable before ``flush``."""
        return any(isinstance(m, Precommit) and m.block_id != NO_HASH for m in self._waiting)

    def flush(self) -> None:
        """Make everything that waits durable.

        Raises:
            StorageFault: nothing of it may be sent; the node stops.
        """
        if self._waiting:
            self._log.append(self._waiting)
            self._waiting = []


def _place(message: SignedMessage) -> tuple[int, int, int]:
    return message.height, message.round, _ORDER[type(message).__name__]


def _content(message: SignedMessage) -> bytes:
    return encode(message)[:-SIGNATURE_FIELD_BYTES]


def _breaks_lock(vote: Prevote, earlier: tuple[SignedMessage, ...]) -> bool:
    return vote.block_id != NO_HASH and any(
        isinstance(m, Precommit)
        and m.block_id not in (NO_HASH, vote.block_id)
        and m.round > vote.justification - 1
        for m in earlier
    )
