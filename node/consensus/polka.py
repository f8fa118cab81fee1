"""Polkas, and which of them are accepted.

A polka is a quorum of prevotes for one block in one round. Each prevote signs the round ``jr`` whose polka allowed it,
or none. A polka is *accepted* only if each of its prevotes has no ``jr`` or names an accepted polka for the same block
in a lower round; only accepted polkas lock, unlock, set the valid value or justify a re-proposal. Without that rule a
liar who claims a justification that never existed forks the chain and leaves no two messages that convict it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from node.chain.certificate import AuthoritySet, Polka, Prevote, SignedMessage
from node.chain.types import Hash

PolkaKey = tuple[int, Hash]
"""(round, block id)."""
Polkas = Mapping[PolkaKey, Polka]
"""Accepted polkas of one height."""


def is_justified(polkas: Polkas, round_: int, block_id: Hash, justification: int) -> bool:
    """Whether a prevote of ``round_`` with this ``justification`` (plus one, 0 for none) may count in a polka."""
    return justification == 0 or (
        justification - 1 < round_ and (justification - 1, block_id) in polkas
    )


def is_acceptable(polkas: Polkas, polka: Polka) -> bool:
    """Whether every prevote of a verified polka is justified by polkas accepted before."""
    return all(
        is_justified(polkas, polka.round, polka.block_id, justification)
        for _, justification, _ in polka.prevotes
    )


def polka_among(
    polkas: Polkas, prevotes: Sequence[Prevote | None], quorum: int, block_id: Hash
) -> Polka | None:
    """The polka for one block that the justified prevotes of a round make, if they are a quorum."""
    found = [
        v
        for v in prevotes
        if v is not None
        and v.block_id == block_id
        and is_justified(polkas, v.round, block_id, v.justification)
    ]
    if len(found) < quorum:
        return None
    entries = tuple((v.signer, v.justification, v.signature) for v in found)
    return Polka(found[0].height, found[0].round, block_id, entries)


def chain(polkas: Polkas, round_: int, block_id: Hash) -> tuple[Polka, ...]:
    """An accepted polka and all that it rests on, lowest round first; empty if it is not here.

    This is what travels with a message that refers to it: whoever has nothing can accept all of it in this order.
    """
    found: dict[int, Polka] = {}
    wanted = [round_]
    while wanted:
        key = wanted.pop()
        polka = polkas.get((key, block_id))
        if polka is None or key in found:
            continue
        found[key] = polka
        wanted += [jr - 1 for _, jr, _ in polka.prevotes if jr > 0]
    return tuple(found[r] for r in sorted(found))


def polka_fault(
    polka: Polka, authorities: AuthoritySet, verified: Callable[[SignedMessage], bool]
) -> str | None:
    """Why these are not a quorum of signed prevotes for one block, or None. Acceptance is another matter.

    Args:
        polka: as a peer sent it.
        authorities: the set of its height.
        verified: whether a message's signer is in the set and signed it.
    """
    signers = [signer for signer, _, _ in polka.prevotes]
    if len(signers) < authorities.quorum:
        return f"{len(signers)} prevotes, a quorum is {authorities.quorum}"
    if any(a >= b for a, b in pairwise(signers)):
        return "signers not sorted or repeated"
    if signers[-1] >= len(authorities.members):
        return f"no authority {signers[-1]}"
    for vote in polka.votes(authorities.members[0].suite):
        if vote.justification > vote.round:
            return f"prevote of {vote.signer} names a round that was not before it"
        if not verified(vote):
            return f"prevote of {vote.signer} does not verify"
    return None
