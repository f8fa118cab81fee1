"""A steady load of real transactions, and a memory of everything that a node has called committed.

Each worker has persons of its own and one transaction under way: it signs, hands it to a node, asks until some node
says that it is final, and hands the same bytes to another node when one does not answer. Whatever a worker was told is
kept; the chain has to stand by it for ever.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx2

from node.chain.genesis import chain_id_of, genesis_person_id
from node.chain.policy import DAY_MS
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.orders import Request
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash, Minutes
from scripts.bench.people import seed_of
from scripts.chaos.linearizable import Read, Write
from scripts.chaos.rig import Rig
from wallet.builder import build

TIMEOUT_S: Final = 2.0
PAUSE_S: Final = 0.05
RESEND_S: Final = 3.0
GIVE_UP_S: Final = 180.0
VALID_MS: Final = 20 * DAY_MS
AHEAD_MS: Final = 10 * DAY_MS
_BYTES: Final = {"Content-Type": "application/octet-stream"}
_OK: Final = 200
_REFUSED: Final = 400


@dataclass(frozen=True, slots=True)
class Told:
    """A node said that a transaction is final."""

    tx_id: Hash
    raw: bytes
    by: str
    height: int
    index: int
    begun_s: float
    """Handed in for the first time (monotonic clock)."""
    ended_s: float


class Load:
    """Workers in threads. Use as a context manager."""

    def __init__(self, rig: Rig, workers: int, seed: int) -> None:
        """Nothing is sent before ``__enter__``.

        Args:
            rig: the city; its people are shared out to the workers.
            workers: transactions under way at once.
            seed: of the choice of nodes.
        """
        self._rig = rig
        self._chain_id = chain_id_of(rig.genesis)
        self._urls = {code: rig.city.doors(code).public for code in rig.districts}
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.told: list[Told] = []
        self.reads: list[Read] = []
        self.refused: list[str] = []
        self.lost: list[Hash] = []
        """Handed in and not final on any node in ``GIVE_UP_S``."""
        self._threads = [
            threading.Thread(target=self._work, args=(number, workers, seed), daemon=True)
            for number in range(workers)
        ]

    def __enter__(self) -> "Load":
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let what is under way end, then stop."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(GIVE_UP_S)

    @property
    def committed(self) -> int:
        """How many transactions a node has called final."""
        return len(self.told)

    def _work(self, number: int, workers: int, seed: int) -> None:
        chance = random.Random(f"{seed}/{number}")
        turns = self._transactions(range(number, self._rig.people, workers))
        with httpx2.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            for signed in turns:
                if self._stopping.is_set():
                    return
                self._commit(http, chance, signed)
                time.sleep(PAUSE_S)

    def _transactions(self, persons: range) -> Iterator[SignedTransaction]:
        """Order requests: each person's in turn, each signed when its turn comes."""
        sequence = 0
        while True:
            for person in persons:
                yield self._request(person, sequence)
            sequence += 1

    def _request(self, person: int, sequence: int) -> SignedTransaction:
        now_ms = self._now_ms()
        sender = genesis_person_id(self._chain_id, self._rig.first_person + person)
        place = self._rig.genesis.districts[0]
        body = Request(
            recipient=sender,
            payer_kind=Code("person"),
            payer=sender,
            service=self._rig.genesis.catalogue[0].parent,
            district=place.code,
            site=place.sites[0],
            start_ms=EpochMs(now_ms + AHEAD_MS),
            expected_min=Minutes(60),
            invited=NO_ID,
            job=NO_ID,
            rule=Code("-"),
            consent=Code("own-key"),
            consent_evidence=ZERO_HASH,
            detail=ZERO_HASH,
        )
        return build(
            self._chain_id, seed_of(person), sender, 0, sequence, now_ms + VALID_MS, 1, body
        )

    def _now_ms(self) -> int:
        """The city's time as the first node tells it that answers."""
        for code in self._rig.answering():
            status = self._rig.city.doors(code).status()
            if status is not None:
                return status.now_ms
        return self._rig.genesis.created_ms

    def _commit(
        self, http: httpx2.Client, chance: random.Random, signed: SignedTransaction
    ) -> None:
        begun_s, sent_s = time.monotonic(), -RESEND_S
        while time.monotonic() - begun_s < GIVE_UP_S:
            district = chance.choice(self._rig.answering() or self._rig.districts)
            try:
                if time.monotonic() - sent_s >= RESEND_S:
                    self._send(http, district, signed)
                    sent_s = time.monotonic()
                if self._ask(http, district, signed, begun_s):
                    self._look(http, chance.choice((district, *self._rig.answering())))
                    return
            except httpx2.TransportError:
                sent_s = -RESEND_S
            time.sleep(PAUSE_S)
        with self._lock:
            self.lost.append(signed.tx_id)

    def _send(self, http: httpx2.Client, district: str, signed: SignedTransaction) -> None:
        url = f"{self._urls[Code(district)]}/v1/transactions"
        reply = http.post(url, content=signed.raw, headers=_BYTES)
        if reply.status_code >= _REFUSED:
            with self._lock:
                self.refused.append(reply.text)

    def _ask(
        self, http: httpx2.Client, district: str, signed: SignedTransaction, begun_s: float
    ) -> bool:
        node = self._rig.life(district)
        reply = http.get(f"{self._urls[Code(district)]}/v1/transactions/{signed.tx_id.hex()}")
        if reply.status_code != _OK:
            return False
        document = reply.json()
        if document["status"] != "COMMITTED":
            return False
        with self._lock:
            place = int(document["height"]), int(document["index"])
            now_s = time.monotonic()
            self.told.append(Told(signed.tx_id, signed.raw, node, *place, begun_s, now_s))
        return True

    def _look(self, http: httpx2.Client, district: str) -> None:
        """Ask a node for its height: the newest write that its answers show."""
        node, begun_s = self._rig.life(district), time.monotonic()
        reply = http.get(f"{self._urls[Code(district)]}/v1/status")
        if reply.status_code == _OK:
            with self._lock:
                self.reads.append(
                    Read(node, begun_s, time.monotonic(), int(reply.json()["height"]))
                )

    def writes(self) -> list[Write]:
        """All that was called final, as a history."""
        return [
            Write(one.tx_id.hex(), one.by, one.begun_s, one.ended_s, (one.height, one.index))
            for one in self.told
        ]
