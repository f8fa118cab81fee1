"""The machine's own primitives, measured in the same run as everything that is compared with them."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from node.chain import keys
from node.chain.hashing import digest
from node.chain.types import NO_HASH

SEED: Final = bytes(range(32))
MESSAGE: Final = bytes(200)
SECONDS: Final = 1.0
FSYNCS: Final = 200
FSYNC_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Primitives:
    """V, sign, F and SHA-256 on this machine, now."""

    verify_per_s: float
    """V."""
    sign_per_s: float
    fsync_s: float
    """F, the median."""
    digest_per_s: float
    """SHA-256 of 300 bytes, domain-separated."""


def rate(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """Calls per second of a small function, over about so many seconds."""
    count, chunk = 0, 64
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(chunk):
            work()
        count += chunk
    return count / spent


def measure() -> Primitives:
    """All primitives, about four seconds."""
    key = keys.public_key(SEED)
    signature = keys.sign(SEED, MESSAGE)
    return Primitives(
        verify_per_s=rate(lambda: keys.verify(1, key, MESSAGE, signature)),
        sign_per_s=rate(lambda: keys.sign(SEED, MESSAGE)),
        fsync_s=_fsync(),
        digest_per_s=rate(lambda: digest("bench", NO_HASH, bytes(300))),
    )


def _fsync() -> float:
    with tempfile.TemporaryDirectory() as folder:
        descriptor = os.open(Path(folder) / "f", os.O_RDWR | os.O_CREAT, 0o600)
        spent = []
        try:
            for place in range(FSYNCS):
                os.pwrite(descriptor, bytes(FSYNC_BYTES), place * FSYNC_BYTES)
                start = time.perf_counter()
                os.fdatasync(descriptor)
                spent.append(time.perf_counter() - start)
        finally:
            os.close(descriptor)
    return median(spent)
