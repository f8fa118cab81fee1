"""A city that was founded anew, from docs/spec/genesis.md alone: the lost chain, the link, the chain that goes on.

    python verify_min_link.py OLD.bin OLD.json NEW.bin NEW.json

What ``verify_min.py`` checks of one archive it checks of both: persons keep keys and sequences, seats get new keys. It
does not execute the rules, so it takes the state that goes on for granted. Exit codes as there; 2 also where the old
archive ends before the link.
"""

# ruff: noqa: ANN001, ANN204 - short enough to be read at once

import json
import sys
from itertools import pairwise
from pathlib import Path

from verify_min import (
    CERTIFICATE,
    CHANGE,
    GENESIS,
    HEAD,
    Actors,
    Bad,
    Chain,
    Cut,
    chain_id,
    check_certificate,
    decode,
    digest,
    encode,
    fits,
    named,
    need,
    read_archive,
    signed,
    walk_trail,
)

LINK = (32, 32, "u", [CHANGE], HEAD, CERTIFICATE, "b")
SUCCESSOR = (-29, *"*" * 15, LINK, [("u", 64)])
CREATED, SET, THRESHOLD, RECOVERY, POLICY = 6, 9, 11, 12, 13
"""Fields of a genesis record."""
THE_SAME = (2, 3, 7)
"""Suite, city and pace stay."""


class Heirs(Actors):
    """Persons as the lost chain left them; voices of the new set."""

    def __init__(self, chain, genesis, before, seated):
        super().__init__(chain, genesis)
        self.city, self.next = before.city, before.next
        self.keys, self.cards = dict(before.keys), before.cards
        self.registered, self.proposed = before.registered, before.proposed
        self.named = before.named
        for policy in before.policies.values():
            self.policies[digest("policy", chain, encode(policy))] = policy
        for members, gone in ((seated, True), (genesis[SET][1], False)):
            for district, _, consensus, operator, *_ in members:
                for use, key in (("operator", operator), ("seat", consensus)):
                    voice = digest(use, self.city, district.encode())[:16]
                    self.keys[voice] = b"" if gone else key
                    self.named.pop(voice, None)


def check_link(old, chain, new):
    """The successor follows from just the block at which the lost chain ended."""
    need(fits(new, SUCCESSOR), "no successor")
    lost, city, began, trail, head, certificate, _ = new[16]
    header = named(lost, head)
    need(lost == chain.chain and city == chain.actors.city, "it follows another chain")
    need(began == (old[16][2] if old[0] == 29 else old[CREATED]), "of another city")
    need([new[i] for i in THE_SAME] == [old[i] for i in THE_SAME], "of another city")
    need(old[CREATED] < header["time_ms"] < new[CREATED], "time of the link")
    authorities, last = walk_trail(lost, old[SET], trail)
    need(last < header["height"], "a trail beyond the link")
    named_set = digest("authorities", lost, encode(authorities))
    need(header["authorities_hash"] == named_set, "the link's block is of another set")
    check_certificate(lost, authorities[1], header, certificate)
    check_signatures(old, new)
    if chain.height < header["height"]:
        raise Cut("the old archive ends before the link")
    need(chain.tip == header["id"], "the lost chain goes on, or has another block")


def check_signatures(old, new):
    signers = [signer for signer, _ in new[17]]
    need(len(signers) == old[THRESHOLD] > 0, "number of signatures")
    need(all(a < b for a, b in pairwise(signers)), "signatures not sorted")
    need(signers[-1] < len(old[RECOVERY]), "a key that is not named")
    message = b"tb1/regenesis\0" + new[16][0] + encode([*new[:-1], []])
    for signer, signature in new[17]:
        need(signed(old[RECOVERY][signer], message, signature), f"recovery key {signer}")


def go_on(old, chain, new):
    """What the successor's archive is read with."""
    check_link(old, chain, new)
    after = Chain(chain_id(new), new, {})
    after.height = chain.height
    after.sets = {chain.height + 1: new[SET][1]}
    after.actors = Heirs(after.chain, new, chain.actors, chain.seated[1])
    return after


def verify_both(old_raw, old_genesis, new_raw, new_genesis):
    """Height and tip of the chain that goes on, in words."""
    old, new = decode(old_genesis), decode(new_genesis)
    need(fits(old, GENESIS), "the first of the two is no first genesis")
    lost = Chain(chain_id(old), old, {})
    read_archive(old_raw, old, lost)
    return read_archive(new_raw, new, go_on(old, lost, new))


def main(words):
    if len(words) != 4:
        sys.stderr.write(__doc__)
        return 3
    archives = [Path(name).read_bytes() for name in words[::2]]
    documents = [json.loads(Path(name).read_text("utf-8")) for name in words[1::2]]
    try:
        old, new = (bytes.fromhex(document["record"]) for document in documents)
        sys.stdout.write(f"{verify_both(archives[0], old, archives[1], new)}\n")
    except (Bad, Cut) as fault:
        sys.stdout.write(f"{'violation' if type(fault) is Bad else 'incomplete'}: {fault}\n")
        return 1 if type(fault) is Bad else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
