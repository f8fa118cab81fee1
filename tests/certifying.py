"""Certificates of test cities: precommits by keys that are made from names."""

from collections.abc import Sequence

from node.chain import keys
from node.chain.certificate import (
    NO_SIGNATURE,
    Authority,
    AuthoritySet,
    CommitCertificate,
    Precommit,
    make_certificate,
    sign_bytes,
)
from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import Hash, Height, Round
from tests.kernel_genesis import seed_of

GENERATIONS = ("", "/2", "/3")
"""Of a seat's keys: those of genesis, and those after rotations."""


def consensus_seed(member: Authority) -> bytes:
    """The seed of a seat's consensus key, which tests make from names."""
    names = (f"consensus/{member.district}{generation}" for generation in GENERATIONS)
    return next(s for s in map(seed_of, names) if keys.public_key(s) == member.consensus_key)


def certify(
    genesis: Genesis,
    height: int,
    id_: Hash,
    signers: Sequence[int],
    round_: int = 0,
    authorities: AuthoritySet | None = None,
) -> CommitCertificate:
    """Precommits of these authorities, of genesis or of another set."""
    chain_id = chain_id_of(genesis)
    votes = []
    for signer in signers:
        seed = consensus_seed((authorities or genesis.authorities).members[signer])
        vote = Precommit(1, Height(height), Round(round_), id_, signer, NO_SIGNATURE)
        votes.append(
            Precommit(
                1, vote.height, vote.round, id_, signer, keys.sign(seed, sign_bytes(chain_id, vote))
            )
        )
    return make_certificate(votes)


def quorum_of(
    genesis: Genesis, height: int, authorities: AuthoritySet | None = None
) -> tuple[int, ...]:
    """Who signs a block: all, or a quorum at every third height, so that both occur."""
    seated = authorities or genesis.authorities
    members = len(seated.members)
    absent = height % members if height % 3 == 0 and members > seated.quorum else None
    return tuple(signer for signer in range(members) if signer != absent)
