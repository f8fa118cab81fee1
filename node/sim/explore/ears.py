"""What can be made of what honest nodes said, with the help of liars: polkas, certificates, and what to forget."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

from node.chain.types import Hash
from node.sim.explore.statements import NIL, NONE, Bundle, Kind, Said, Voiced
from node.sim.explore.world import Chain, Heard, PolkaKey


class Ears:
    """Answers for one city, remembered.

    Liars help with as few votes as are needed. More of them would make the same polka and show more of the lie.
    """

    def __init__(self, honest: tuple[int, ...], liars: tuple[int, ...], quorum: int) -> None:
        """A city; ``quorum`` is the one that the program uses."""
        self.honest = honest
        self.liars = liars
        self._quorum = quorum
        self.chains = cache(self._chains)
        """``chains(heard, round, block)``: every way to make this polka, each with what it rests on."""
        self.tallied = cache(self._tallied)
        """``tallied(heard, round)``: prevotes of the round replaced by the polkas that can be made of them."""
        self.trimmed = cache(self._trimmed)
        """``trimmed(heard)``: without what can matter no more when a round is over."""

    def certificates(self, heard: Heard, round_: int, block: Hash) -> Iterator[tuple[Voiced, ...]]:
        """Every way to make a quorum of precommits in which an honest node has a part."""
        voters = [signer for signer, _ in self._voters(heard, Kind.PRECOMMIT, round_, block)]
        said = Said(Kind.PRECOMMIT, round_, block)
        if voters:
            for group in self._helpers(len(voters)):
                yield tuple((signer, said) for signer in sorted([*voters, *group]))

    def _voters(self, heard: Heard, kind: Kind, round_: int, block: Hash) -> list[tuple[int, int]]:
        """Honest (signer, earlier round) of the votes of one kind for a block in a round."""
        return [
            (me, said.earlier)
            for me, statements in zip(self.honest, heard.speech, strict=True)
            for said in statements
            if said[:3] == (kind, round_, block)
        ]

    def _reachable(self, votes: int) -> bool:
        return votes + len(self.liars) >= self._quorum

    def _helpers(self, votes: int) -> Iterator[tuple[int, ...]]:
        """Every smallest group of liars that makes a quorum of so many honest votes."""
        if self._reachable(votes):
            yield from combinations(self.liars, max(0, self._quorum - votes))

    def _chains(self, heard: Heard, round_: int, block: Hash) -> tuple[Chain, ...]:
        if (round_, block) in heard.polkas:
            anybody = sorted((*self.honest, *self.liars))[: self._quorum]
            return ((Bundle(round_, block, tuple((signer, NONE) for signer in anybody)),),)
        honest = self._voters(heard, Kind.PREVOTE, round_, block)
        found: list[Chain] = []
        for group in self._helpers(len(honest)):
            for claims in product(range(NONE, round_), repeat=len(group)):
                voters = tuple(sorted([*honest, *zip(group, claims, strict=True)]))
                bundle = Bundle(round_, block, voters)
                found += [(*below, bundle) for below in self._below(heard, bundle)]
        return tuple(dict.fromkeys(found))

    def _below(self, heard: Heard, bundle: Bundle) -> Iterator[Chain]:
        """Every way to justify the prevotes of a polka; what never was cannot be shown."""
        named = sorted({earlier for _, earlier in bundle.voters} - {NONE})
        ways = [self.chains(heard, earlier, bundle.block) or ((),) for earlier in named]
        for chosen in product(*ways):
            merged = {part.round: part for chain in chosen for part in chain}
            if all(merged[part.round] == part for chain in chosen for part in chain):
                yield tuple(merged[round_] for round_ in sorted(merged))

    def _tallied(self, heard: Heard, round_: int) -> Heard:
        prevotes = {
            (said.round, said.block)
            for statements in heard.speech
            for said in statements
            if said.kind is Kind.PREVOTE and said.block != NIL
        }
        made = heard.polkas | {key for key in prevotes if self._makeable(heard, key)}
        speech = tuple(
            tuple(s for s in statements if (s.kind, s.round) != (Kind.PREVOTE, round_))
            for statements in heard.speech
        )
        return Heard(speech, made)

    def _makeable(self, heard: Heard, key: PolkaKey) -> bool:
        voters = self._voters(heard, Kind.PREVOTE, *key)
        justified = [jr for _, jr in voters if jr == NONE or (jr, key[1]) in heard.polkas]
        return self._reachable(len(justified))

    def _trimmed(self, heard: Heard) -> Heard:
        speech = tuple(
            tuple(s for s in statements if self._matters(heard, statements, s))
            for statements in heard.speech
        )
        return Heard(speech, heard.polkas)

    def _matters(self, heard: Heard, own: tuple[Said, ...], said: Said) -> bool:
        """Votes for blocks that a quorum can be made of, and what forbids the node a prevote for another block."""
        if said.block == NIL or said.kind is Kind.PROPOSAL:
            return False
        newest = max(s.round for s in own if (s.kind, s.block) == (said.kind, said.block))
        if said.kind is Kind.PRECOMMIT and said.round == newest:
            return True
        return self._reachable(len(self._voters(heard, said.kind, said.round, said.block)))
