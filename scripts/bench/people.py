"""A city of many signing persons, and transactions they have signed before the clock starts."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from node.chain import keys
from node.chain.genesis import Genesis, GenesisPerson, chain_id_of, genesis_person_id
from node.chain.hashing import digest
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.orders import Request
from node.chain.types import NO_HASH, NO_ID, ZERO_HASH, Code, EpochMs, Hash, Id, Minutes
from wallet.builder import build

VALIDITY_MS: Final = 7_200_000
AHEAD_MS: Final = 3_600_000
NEVER_MS: Final = EpochMs(0)


def seed_of(number: int) -> bytes:
    """A person's key seed; a benchmark's keys protect nothing."""
    return digest("bench-person", NO_HASH, number.to_bytes(4, "big"))


def with_people(
    genesis: Genesis, count: int, may_serve_until_ms: EpochMs = NEVER_MS
) -> tuple[Genesis, int]:
    """The genesis with so many more persons, spread over the districts; and the index of the first of them."""
    homes = [(d.code, d.sites[0]) for d in genesis.districts]
    people = tuple(
        GenesisPerson(*homes[i % len(homes)], keys.public_key(seed_of(i)), (), may_serve_until_ms)
        for i in range(count)
    )
    return replace(genesis, persons=(*genesis.persons, *people)), len(genesis.persons)


def requests(
    genesis: Genesis, first: int, people: int, count: int, now_ms: int
) -> Iterator[SignedTransaction]:
    """Signed order requests, round robin over the people: each makes a record and changes one."""
    chain_id = chain_id_of(genesis)
    ids = [genesis_person_id(chain_id, first + i) for i in range(people)]
    place = genesis.districts[0]
    for number in range(count):
        who = number % people
        body = _request(ids[who], place.code, place.sites[0], genesis.catalogue[0].parent, now_ms)
        yield _sign(chain_id, who, ids[who], number // people, now_ms, body)


def _request(person: Id, district: Code, site: Code, service: Code, now_ms: int) -> Request:
    return Request(
        recipient=person,
        payer_kind=Code("person"),
        payer=person,
        service=service,
        district=district,
        site=site,
        start_ms=EpochMs(now_ms + AHEAD_MS),
        expected_min=Minutes(60),
        invited=NO_ID,
        job=NO_ID,
        rule=Code("-"),
        consent=Code("own-key"),
        consent_evidence=ZERO_HASH,
        detail=ZERO_HASH,
    )


def _sign(
    chain_id: Hash, who: int, sender: Id, number: int, now_ms: int, body: Request
) -> SignedTransaction:
    return build(chain_id, seed_of(who), sender, 0, number, now_ms + VALIDITY_MS, 1, body)
