"""Four real node processes: committed transactions per second over HTTP, and the latency of one in an idle city."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import httpx2
import msgspec

from node.chain.genesis import Genesis
from node.chain.types import Hash
from node.city import ports
from node.city.ceremony import CityPlaces, Founding, found, settle_in
from node.city.plan import read_plan
from node.city.supervisor import FILE_NAME, CityFile, LocalCity
from node.runtime.clock import SystemClock
from scripts.bench.people import requests, with_people

BATCH: Final = 100
LATENCIES: Final = 30
DEADLINE_S: Final = 120.0
POLL_S: Final = 0.002
_BYTES: Final = {"Content-Type": "application/octet-stream"}
_PACKED: Final = {"Content-Type": "application/msgpack"}


@dataclass(frozen=True, slots=True)
class CityFigures:
    """What a city of four does on this machine."""

    committed_per_s: float
    transactions: int
    blocks: int
    latency_s: float
    """Median from POST to COMMITTED on another node, idle city."""
    bytes_per_transaction: float
    """Of one node's data directory, log and database."""
    archive: Path
    genesis: Genesis


def make_founding(people: int) -> tuple[Founding, int]:
    """A real-time city of four with many people; and the index of the first of them."""
    founding = found(read_plan().first(4), SystemClock().now_ms(), rehearsal=False)
    genesis, first = with_people(founding.genesis, people)
    return replace_genesis(founding, genesis), first


def replace_genesis(founding: Founding, genesis: Genesis) -> Founding:
    """The same city with another genesis."""
    return Founding(genesis, founding.nodes, founding.staff, founding.bureau, founding.recovery)


def measure(people: int, count: int) -> CityFigures:
    """Found, start, load, wait, stop; the archive stays for the auditor's benchmark."""
    root = Path(tempfile.mkdtemp(prefix="timebank-bench-"))
    founding, first = make_founding(people)
    chosen = ports.choose([d.code for d in founding.genesis.districts], None)
    settle_in(CityPlaces(root / "city"), founding, chosen)
    file = CityFile(rehearsal=False, nodes={str(code): p for code, p in chosen.items()})
    (root / "city" / FILE_NAME).write_bytes(msgspec.json.encode(file))
    city = LocalCity(root / "city", dict(os.environ))  # noqa: TID251 - handed on to the processes
    try:
        for district in city.districts:
            city.start(district)
        city.wait_agreed()
        urls = [f"http://127.0.0.1:{p.public}" for p in chosen.values()]
        return _load(root, city, founding.genesis, first, people, count, urls)
    finally:
        city.down()
        city.close()
        shutil.rmtree(root / "city", ignore_errors=True)


def _load(  # noqa: PLR0913, PLR0917 - one measurement, its inputs
    root: Path,
    city: LocalCity,
    genesis: Genesis,
    first: int,
    people: int,
    count: int,
    urls: Sequence[str],
) -> CityFigures:
    now = SystemClock().now_ms()
    signed = list(requests(genesis, first, people, count + LATENCIES, now))
    latency = _latency(
        urls, [s.raw for s in signed[:LATENCIES]], [s.tx_id for s in signed[:LATENCIES]]
    )
    before = _status(urls[0])
    rest = signed[LATENCIES:]
    start = time.perf_counter()
    _post_all(urls, [s.raw for s in rest])
    _wait_all(urls, rest[-1].tx_id, _logged(before) + len(rest))
    spent = time.perf_counter() - start
    after = _status(urls[0])
    archive = root / "archive.bin"
    operations = city.doors(genesis.districts[0].code).operations
    archive.write_bytes(httpx2.get(f"{operations}/export", timeout=60).content)
    size = sum(
        f.stat().st_size
        for f in city.places.node(genesis.districts[0].code).data.rglob("*")
        if f.is_file()
    )
    return CityFigures(
        committed_per_s=len(rest) / spent,
        transactions=len(rest),
        blocks=int(after["height"]) - int(before["height"]),
        latency_s=latency,
        bytes_per_transaction=size / len(signed),
        archive=archive,
        genesis=genesis,
    )


def _latency(urls: Sequence[str], raws: Sequence[bytes], ids: Sequence[Hash]) -> float:
    """Median seconds from a POST to one node until another says COMMITTED."""
    spent = []
    with httpx2.Client(timeout=DEADLINE_S) as client:
        for raw, tx_id in zip(raws, ids, strict=True):
            start = time.perf_counter()
            client.post(f"{urls[0]}/v1/transactions", content=raw, headers=_BYTES)
            _wait_committed(client, urls[1], tx_id)
            spent.append(time.perf_counter() - start)
    return median(spent)


def _post_all(urls: Sequence[str], raws: Sequence[bytes]) -> None:
    """Batches of a hundred, spread over the nodes, one sender a node, each in its own thread."""
    batches = [raws[start : start + BATCH] for start in range(0, len(raws), BATCH)]
    threads = [
        threading.Thread(target=_post_share, args=(url, batches[i :: len(urls)]))
        for i, url in enumerate(urls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _post_share(url: str, batches: Sequence[Sequence[bytes]]) -> None:
    with httpx2.Client(timeout=60) as client:
        for batch in batches:
            body = msgspec.msgpack.encode(list(batch))
            answer = client.post(f"{url}/v1/transactions/batch", content=body, headers=_PACKED)
            answer.raise_for_status()


def _wait_all(urls: Sequence[str], last: Hash, count: int) -> None:
    """Until every node's log holds everything."""
    deadline = time.monotonic() + DEADLINE_S
    with httpx2.Client(timeout=DEADLINE_S) as client:
        _wait_committed(client, urls[0], last)
        for url in urls:
            while _logged(_status(url, client)) < count:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{url} did not commit everything in {DEADLINE_S} s")
                time.sleep(POLL_S)


def _wait_committed(client: httpx2.Client, url: str, tx_id: Hash) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while client.get(f"{url}/v1/transactions/{tx_id.hex()}").json()["status"] != "COMMITTED":
        if time.monotonic() > deadline:
            raise TimeoutError(f"{tx_id.hex()} was not committed in {DEADLINE_S} s")
        time.sleep(POLL_S)


def _status(url: str, client: httpx2.Client | None = None) -> dict[str, str | int]:
    get = httpx2.get if client is None else client.get
    answer: dict[str, str | int] = get(f"{url}/v1/status").json()
    return answer


def _logged(status: dict[str, str | int]) -> int:
    """Transactions in the log: its leaves without the summary of each block."""
    return int(status["log_size"]) - int(status["height"])
