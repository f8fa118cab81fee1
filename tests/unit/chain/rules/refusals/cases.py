"""The register of refusals: for each guard of the rules a transaction that it stops."""

from collections.abc import Callable
from typing import NamedTuple

from node.chain.errors import ErrorCode
from node.chain.policy import HOUR_MS
from node.chain.records import key_of
from node.chain.records.authorities import Merger
from node.chain.tx.envelope import Body, SignedTransaction
from node.chain.types import Code, EpochMs, Height, Id
from tests.kernel_city import KernelCity


class Attempt(NamedTuple):
    """A transaction to try in the next block of a city, so much later."""

    city: KernelCity
    signed: SignedTransaction
    after_ms: int


class Case(NamedTuple):
    """What is tried, and the code it must be refused with."""

    code: ErrorCode
    prepare: Callable[[], Attempt]


CASES: dict[str, Case] = {}


def refused(code: ErrorCode) -> Callable[[Callable[[], Attempt]], Callable[[], Attempt]]:
    """Register a function that prepares a transaction which is refused with a code."""

    def register(prepare: Callable[[], Attempt]) -> Callable[[], Attempt]:
        name = f"{prepare.__module__.rpartition('.')[2]}-{prepare.__name__}"
        assert name not in CASES
        CASES[name] = Case(code, prepare)
        return prepare

    return register


def merge(city: KernelCity, district: Code, successor: Code) -> None:
    """As if the first had become part of the second, by a motion that these cases do not need."""
    merger = Merger(district, successor, Height(1), bytes(16))
    city.ledger.records[key_of(Merger, district.encode())] = merger


def attempt(
    city: KernelCity, sender: Id, body: Body, after_ms: int = 1_000, **changes: object
) -> Attempt:
    """By a known actor, with a sound envelope but for the changes."""
    sound = {"valid_until_ms": EpochMs(city.now_ms + after_ms + HOUR_MS)}
    return Attempt(city, city.sign(sender, body, **(sound | changes)), after_ms)
