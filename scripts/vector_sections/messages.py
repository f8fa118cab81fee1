"""Authorities, consensus messages with their sign bytes, certificates sound and unsound."""

from typing import TypeVar

import msgspec

from node.chain import keys
from node.chain.certificate import (
    NO_SIGNATURE,
    Authority,
    AuthoritySet,
    CommitCertificate,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    authority_set_hash,
    certificate_fault,
    certificate_hash,
    make_certificate,
    sign_bytes,
)
from node.chain.codec import encode
from node.chain.types import NO_HASH, Code, Hash, Height, Round
from scripts.vector_sections.constants import CHAIN_ID, OTHER_CHAIN_ID, Json, seed

M = TypeVar("M", Proposal, Prevote, Precommit)

_DISTRICTS = ("gulou", "jianye", "qinhuai", "xuanwu")
_BLOCK = Hash(bytes(range(32)))
_HEIGHT, _ROUND = Height(1_000), Round(2)


def _consensus_seed(district: str) -> bytes:
    return seed(f"{district} consensus")


def _authorities() -> AuthoritySet:
    return AuthoritySet(
        tuple(
            Authority(
                Code(district),
                1,
                *(
                    keys.public_key(seed(f"{district} {use}"))
                    for use in ("consensus", "operator", "checkpoint", "tls")
                ),
            )
            for district in _DISTRICTS
        )
    )


def _signed(message: M) -> M:
    secret = _consensus_seed(_DISTRICTS[message.signer])
    signature = keys.sign(secret, sign_bytes(CHAIN_ID, message))
    return msgspec.structs.replace(message, signature=signature)


def _precommits(block_id: Hash = _BLOCK) -> list[Precommit]:
    return [
        _signed(Precommit(1, _HEIGHT, _ROUND, block_id, signer, NO_SIGNATURE))
        for signer in range(len(_DISTRICTS))
    ]


def _message(name: str, message: SignedMessage) -> Json:
    return {
        "name": name,
        "encoded": encode(message).hex(),
        "sign_bytes": sign_bytes(CHAIN_ID, message).hex(),
        "signer": message.signer,
        "signature": message.signature.hex(),
    }


def _certificate(name: str, certificate: CommitCertificate, chain_id: Hash = CHAIN_ID) -> Json:
    return {
        "name": name,
        "chain_id": chain_id.hex(),
        "encoded": encode(certificate).hex(),
        "hash": certificate_hash(chain_id, certificate).hex(),
        "valid": certificate_fault(chain_id, _authorities(), certificate) is None,
    }


def _certificates() -> list[Json]:
    votes = _precommits()
    three, four = make_certificate(votes[1:]), make_certificate(votes)
    change = msgspec.structs.replace
    first, second, third = three.signatures
    other = _precommits(Hash(bytes(32)))[0]
    return [
        _certificate("a quorum", three),
        _certificate("everybody", four),
        _certificate("one below the quorum", make_certificate(votes[2:])),
        _certificate("not sorted", change(three, signatures=(second, first, third))),
        _certificate("a signer twice", change(three, signatures=(first, first, third))),
        _certificate(
            "signer out of range", change(three, signatures=(first, second, (4, third[1])))
        ),
        _certificate(
            "four, one of them for another block",
            change(four, signatures=((0, other.signature), first, second, third)),
        ),
        _certificate("another round", change(three, round=Round(3))),
        _certificate("another chain", three, OTHER_CHAIN_ID),
    ]


def section() -> dict[str, Json]:
    """Four districts, the three kinds of message, and certificates of one block."""
    authorities = _authorities()
    messages = [
        _message("proposal", _signed(Proposal(1, _HEIGHT, _ROUND, 0, _BLOCK, 3, NO_SIGNATURE))),
        _message("prevote", _signed(Prevote(1, _HEIGHT, _ROUND, _BLOCK, 2, 1, NO_SIGNATURE))),
        _message("prevote nil", _signed(Prevote(1, _HEIGHT, _ROUND, NO_HASH, 0, 1, NO_SIGNATURE))),
        _message("precommit", _precommits()[0]),
        _message("precommit nil", _precommits(NO_HASH)[0]),
    ]
    return {
        "chain_id": CHAIN_ID.hex(),
        "seeds": [_consensus_seed(district).hex() for district in _DISTRICTS],
        "authorities": encode(authorities).hex(),
        "authorities_hash": authority_set_hash(CHAIN_ID, authorities).hex(),
        "quorum": authorities.quorum,
        "messages": messages,
        "certificates": _certificates(),
    }
