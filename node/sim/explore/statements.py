"""What authorities say, without signatures, and what it looks like to the core.

The explorer compares, counts and stores statements by the million, so they are small tuples; a signed message is made
of one only when the production core is asked.
"""

from collections.abc import Iterator
from enum import IntEnum
from functools import cache
from typing import Final, NamedTuple, assert_never

from node.chain.certificate import (
    Authority,
    AuthoritySet,
    Polka,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
)
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.types import NO_HASH, Code, Hash, Height, Round

NIL: Final = NO_HASH
V: Final = Hash(b"v" * 32)
W: Final = Hash(b"w" * 32)
BLOCKS: Final = (V, W)
"""What is put forward: with two blocks a fork is possible, and a third would not make another kind of it."""
NONE: Final = -1
"""No justification, no valid round, as in the paper."""
NAMES: Final = {NIL: "nil", V: "v", W: "w"}
"""For people."""


class Kind(IntEnum):
    """The three signed messages."""

    PROPOSAL = 0
    PREVOTE = 1
    PRECOMMIT = 2


class Said(NamedTuple):
    """A statement; who made it stands elsewhere."""

    kind: Kind
    round: int
    block: Hash
    earlier: int = NONE
    """The round that a proposal or prevote refers to: its valid round, its ``jr``."""


Voiced = tuple[int, Said]
"""Who, and what."""


def told(voiced: Voiced) -> str:
    """For people: ``2 prevotes w in round 1, jr 0``."""
    signer, said = voiced
    verb = {Kind.PROPOSAL: "proposes", Kind.PREVOTE: "prevotes", Kind.PRECOMMIT: "precommits"}
    mark = "vr" if said.kind is Kind.PROPOSAL else "jr"
    tail = "" if said.earlier == NONE else f", {mark} {said.earlier}"
    return f"{signer} {verb[said.kind]} {NAMES[said.block]} in round {said.round}{tail}"


def height_of(count: int) -> Height:
    """A height at which authority r proposes round r, until all have had their turn."""
    return Height(count)


@cache
def authorities_of(count: int) -> AuthoritySet:
    """A set whose keys nobody holds; the core never looks at them."""
    key = bytes(32)
    return AuthoritySet(
        tuple(
            Authority(Code(f"d{i:03}"), SUITE_ED25519_SHA256, key, key, key, key)
            for i in range(count)
        )
    )


def signature_of(signer: int) -> bytes:
    """Stands for a signature, which the core never looks at."""
    return bytes([signer]) * 64


@cache
def message_of(voiced: Voiced, count: int) -> SignedMessage:
    """The statement as the core gets it, of one among ``count`` authorities."""
    signer, said = voiced
    suite, height, round_ = SUITE_ED25519_SHA256, height_of(count), Round(said.round)
    signature = signature_of(signer)
    match said.kind:
        case Kind.PROPOSAL:
            return Proposal(suite, height, round_, said.earlier + 1, said.block, signer, signature)
        case Kind.PREVOTE:
            return Prevote(suite, height, round_, said.block, said.earlier + 1, signer, signature)
        case Kind.PRECOMMIT:
            return Precommit(suite, height, round_, said.block, signer, signature)
        case _:
            assert_never(said.kind)


def said_in(message: SignedMessage) -> Said:
    """The statement that a message of the core makes."""
    round_ = int(message.round)
    match message:
        case Proposal():
            return Said(Kind.PROPOSAL, round_, message.block_id, message.valid_round - 1)
        case Prevote():
            return Said(Kind.PREVOTE, round_, message.block_id, message.justification - 1)
        case Precommit():
            return Said(Kind.PRECOMMIT, round_, message.block_id)
        case _:
            assert_never(message)


class Bundle(NamedTuple):
    """The prevotes of one polka, sorted by signer."""

    round: int
    block: Hash
    voters: tuple[tuple[int, int], ...]
    """(signer, ``jr``)."""

    def voiced(self) -> Iterator[Voiced]:
        """The prevotes one by one."""
        for signer, earlier in self.voters:
            yield signer, Said(Kind.PREVOTE, self.round, self.block, earlier)


@cache
def polka_of(bundle: Bundle, count: int) -> Polka:
    """The bundle as the core gets it."""
    entries = tuple((signer, jr + 1, signature_of(signer)) for signer, jr in bundle.voters)
    return Polka(height_of(count), Round(bundle.round), bundle.block, entries)
