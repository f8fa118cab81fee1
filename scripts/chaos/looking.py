"""Reads of one node in the middle of everything: its height, a balance, a proven balance, the sum of all minutes.

A balance is read as its holder reads it, signed, and a proof is checked with nothing but genesis. Whatever is read
names a height; the judge knows what the writes up to there come to.
"""

import random
import time
from typing import Final

import httpx2

from node.chain.genesis import Genesis, chain_id_of
from node.chain.proof import verify_proof
from node.chain.records.actors import Person
from node.sim.workload.hands import Hand
from scripts.chaos.bank import Bank
from scripts.chaos.history import TOTAL
from scripts.chaos.linearizable import Read
from scripts.chaos.rig import Rig
from wallet.builder import Signer
from wallet.secret import Secret

KINDS: Final = ("account", "account", "proof", "supply")
_OK: Final = 200
Seen = tuple[int, str, int]
"""Height, account, balance there."""


class Eyes:
    """Reads for one worker."""

    def __init__(self, rig: Rig, http: httpx2.Client, bank: Bank | None) -> None:
        """Without a bank only heights are read."""
        self._rig = rig
        self._http = http
        self._bank = bank

    def look(self, chance: random.Random, district: str) -> list[Read]:
        """The height of a node, and a sum that it tells.

        Raises:
            httpx2.TransportError: it does not answer.
        """
        if self._bank is None:
            return [read for read, _ in self._status(district)]
        return self.read(district, chance.choice(KINDS), chance.choice(self._bank.bankers).hand)

    def read(self, district: str, kind: str, hand: Hand) -> list[Read]:
        """``look`` with a kind of ``KINDS`` and a person. A node that catches up tells nothing of before the bank.

        Raises:
            httpx2.TransportError: the node does not answer.
        """
        assert self._bank is not None, "nobody has a balance"
        reads: list[Read] = []
        for height, now_ms in self._status(district):
            begun_s = time.monotonic()
            seen = self._seen(self._rig.city.doors(district).public, kind, hand, now_ms)
            reads.append(height)
            if seen is not None and seen[0] >= self._bank.since:
                reads.append(Read(height.node, begun_s, time.monotonic(), *seen))
        return reads

    def _status(self, district: str) -> list[tuple[Read, int]]:
        """Height and clock of a node; nothing while it starts."""
        node, begun_s = self._rig.life(district), time.monotonic()
        reply = self._http.get(f"{self._rig.city.doors(district).public}/v1/status")
        if reply.status_code != _OK:
            return []
        status = reply.json()
        read = Read(node, begun_s, time.monotonic(), int(status["height"]))
        return [(read, int(status["now_ms"]))]

    def _seen(self, url: str, kind: str, hand: Hand, now_ms: int) -> Seen | None:
        match kind:
            case "account":
                return _account(self._signed(url, f"/v1/accounts/{hand.id.hex()}", hand, now_ms))
            case "proof":
                target = f"/v1/proofs/state/person/{hand.id.hex()}"
                return _proven(self._rig.genesis, self._signed(url, target, hand, now_ms))
            case _:
                return _supply(self._http.get(f"{url}/v1/supply"))

    def _signed(self, url: str, target: str, hand: Hand, now_ms: int) -> httpx2.Response:
        signer = Signer(chain_id_of(self._rig.genesis), hand.id, Secret(hand.seed))
        return self._http.get(f"{url}{target}", headers=signer.read_headers("GET", target, now_ms))


def _account(reply: httpx2.Response) -> Seen | None:
    if reply.status_code != _OK:
        return None
    document = reply.json()
    view = document["view"]
    return int(document["height"]), str(view["id"]), int(view["available"]["balance_min"])


def _proven(genesis: Genesis, reply: httpx2.Response) -> Seen | None:
    if reply.status_code != _OK:
        return None
    proven = verify_proof(genesis, reply.content)
    assert isinstance(proven.subject, Person), "the holder of an account is in the state"
    return proven.height, proven.subject.id.hex(), proven.subject.available.balance


def _supply(reply: httpx2.Response) -> Seen | None:
    if reply.status_code != _OK:
        return None
    document = reply.json()
    return int(document["height"]), TOTAL, sum(d["holdings_min"] for d in document["districts"])
