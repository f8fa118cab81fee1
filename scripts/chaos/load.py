"""A steady load of real transactions, and a memory of everything that a node has called committed.

Each worker has persons of its own and one transaction under way: it signs, hands it to a node, asks until some node
says that it is final, and hands the same bytes to another node when one does not answer. Then it reads, at any node.
Whatever a worker was told is kept; the chain has to stand by it for ever.
"""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import httpx2

from scripts.chaos.asking import request
from scripts.chaos.bank import Bank, gift
from scripts.chaos.history import History, Said, Told
from scripts.chaos.looking import Eyes
from scripts.chaos.rig import Rig
from scripts.chaos.trouble import Trouble

TIMEOUT_S: Final = 2.0
PAUSE_S: Final = 0.05
RESEND_S: Final = 3.0
GIVE_UP_S: Final = 180.0
_BYTES: Final = {"Content-Type": "application/octet-stream"}
_OK: Final = 200
_REFUSED: Final = 400


class Load:
    """Workers in threads. Use as a context manager.

    Attributes:
        history: what they were told.
        bank: whose minutes they move, if any.
    """

    def __init__(self, rig: Rig, workers: int, seed: int, bank: Bank | None = None) -> None:
        """Nothing is sent before ``__enter__``.

        Args:
            rig: the city; its people are shared out to the workers.
            workers: transactions under way at once.
            seed: of the choice of nodes.
            bank: persons who give minutes to each other, shared out as well.
        """
        self.history = History()
        self.bank = bank
        self._rig = rig
        self._workers = workers
        self._seed = seed
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(workers)
        self._running: list[Future[None]] = []

    def __enter__(self) -> "Load":
        """Begin."""
        self._running = [self._pool.submit(self._work, n) for n in range(self._workers)]
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Let what is under way end, then stop; a worker that broke breaks the run."""
        self._stopping.set()
        self._pool.shutdown()
        if kind is None:
            for worker in self._running:
                worker.result()

    @property
    def committed(self) -> int:
        """How many transactions a node has called final."""
        return len(self.history.told)

    def _work(self, number: int) -> None:
        chance = random.Random(f"{self._seed}/{number}")
        with httpx2.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            eyes = Eyes(self._rig, http, self.bank)
            for said in self._sayings(number):
                if self._stopping.is_set():
                    return
                told = self._commit(http, chance, said)
                if told is not None:
                    self._look(eyes, chance, told)
                time.sleep(PAUSE_S)

    def _sayings(self, number: int) -> Iterator[Said]:
        """Requests of each person in turn and gifts while there are any; each signed when its turn comes."""
        gifts = self.bank.gifts(number, self._workers) if self.bank is not None else iter(())
        sequence = 0
        while True:
            for person in range(number, self._rig.people, self._workers):
                yield request(self._rig, person, sequence, self._now_ms())
                following = next(gifts, None)
                if following is not None:
                    yield gift(*following, self._now_ms())
            sequence += 1

    def _now_ms(self) -> int:
        """The city's time as the first node tells it that answers; while all are down nobody can say what time it is.

        Raises:
            Trouble: none has answered for ``GIVE_UP_S``.
        """
        begun_s = time.monotonic()
        while time.monotonic() - begun_s < GIVE_UP_S:
            for code in self._rig.answering():
                status = self._rig.city.doors(code).status()
                if status is not None:
                    return status.now_ms
            time.sleep(PAUSE_S)
        raise Trouble("no node answers, so nothing can be signed")

    def _commit(self, http: httpx2.Client, chance: random.Random, said: Said) -> Told | None:
        begun_s, sent_s = time.monotonic(), -RESEND_S
        while time.monotonic() - begun_s < GIVE_UP_S:
            district = chance.choice(self._rig.answering() or self._rig.districts)
            try:
                if time.monotonic() - sent_s >= RESEND_S:
                    self._send(http, district, said)
                    sent_s = time.monotonic()
                told = self._ask(http, district, said, begun_s)
                if told is not None:
                    self.history.told.append(told)
                    return told
            except httpx2.TransportError:
                sent_s = -RESEND_S
            time.sleep(PAUSE_S)
        self.history.lost.append(said.signed.tx_id)
        return None

    def _send(self, http: httpx2.Client, district: str, said: Said) -> None:
        url = f"{self._url(district)}/v1/transactions"
        reply = http.post(url, content=said.signed.raw, headers=_BYTES)
        if reply.status_code >= _REFUSED:
            self.history.refused.append(reply.text)

    def _ask(self, http: httpx2.Client, district: str, said: Said, begun_s: float) -> Told | None:
        node = self._rig.life(district)
        reply = http.get(f"{self._url(district)}/v1/transactions/{said.signed.tx_id.hex()}")
        document = reply.json() if reply.status_code == _OK else {}
        if document.get("status") != "COMMITTED":
            return None
        place = int(document["height"]), int(document["index"])
        return Told(said, node, *place, begun_s, time.monotonic())

    def _url(self, district: str) -> str:
        return self._rig.city.doors(district).public

    def _look(self, eyes: Eyes, chance: random.Random, told: Told) -> None:
        """Read at the node that has just told, or at another; what is not older than the write is fenced by it."""
        district = chance.choice((told.by.partition("/")[0], *self._rig.answering()))
        with contextlib.suppress(httpx2.TransportError):
            self.history.reads += [
                replace(read, fence_s=told.begun_s) if read.height >= told.height else read
                for read in eyes.look(chance, district)
            ]
