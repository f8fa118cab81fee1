"""Genesis: the document every verifier starts from, and the state it describes.

The genesis hash, ``SHA-256("tb1/genesis" ‖ 0x00 ‖ canonical bytes)``, is the chain id in everything that is ever
signed. Persons of genesis are the first staff; their ids derive from the zero sender, lane 0, number 0 and their index.
"""

from collections.abc import Iterator
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import SUITE_ED25519_SHA256, derive_id, digest
from node.chain.ledger import Ledger
from node.chain.limits import GENESIS_SIZE_MAX_BYTES
from node.chain.policy import Policy, ServiceClass, is_quarter_end
from node.chain.records import StateRecord
from node.chain.records.accounts import EMPTY, City, new_district
from node.chain.records.actors import ACTIVE, Operator, Person, Role, new_person
from node.chain.records.actors import operator_id as operator_id  # noqa: PLC0414 - genesis gives them to all
from node.chain.records.actors import seat_id as seat_id  # noqa: PLC0414 - genesis gives them to all
from node.chain.records.bindings import Site
from node.chain.records.settings import (
    AuthorityRecord,
    CatalogueEntry,
    CitySettings,
    PolicyRecord,
)
from node.chain.types import (
    NO_HASH,
    NO_ID,
    ZERO_HASH,
    ZERO_ID,
    CodeF,
    EpochMsF,
    Hash,
    Id,
    UintF,
)

GENESIS_VERSION: Final = 1
_KeyF = Annotated[bytes, Meta(min_length=32, max_length=32)]
_NameF = Annotated[bytes, Meta(min_length=1, max_length=128)]


class GenesisDistrict(Record, frozen=True):
    """A district of the city, with its names as people read them (UTF-8 bytes)."""

    code: CodeF
    name_zh: _NameF
    name_en: _NameF
    sites: tuple[CodeF, ...]


class GenesisPerson(Record, frozen=True):
    """A first member of staff."""

    home: CodeF
    site: CodeF
    key: _KeyF
    roles: tuple[Role, ...]
    may_serve_until_ms: EpochMsF


class Genesis(Record, frozen=True, tag=13):
    """How a city begins."""

    version: UintF
    suite: UintF
    city: CodeF
    name_zh: _NameF
    name_en: _NameF
    created_ms: EpochMsF
    """Block times are later than this."""
    rehearsal_rate: UintF
    """1 for a real city; a rehearsal runs its clocks this much faster and may leap."""
    districts: Annotated[tuple[GenesisDistrict, ...], Meta(min_length=1, max_length=100)]
    authorities: AuthoritySet
    bureau_key: _KeyF
    """Signs receipts of first registration."""
    recovery_threshold: UintF
    recovery_keys: tuple[_KeyF, ...]
    """Offline keys that can sign a re-genesis after a permanent loss of the quorum."""
    policy: Policy
    catalogue: tuple[ServiceClass, ...]
    persons: tuple[GenesisPerson, ...]


decode_genesis = decoder(Genesis, GENESIS_SIZE_MAX_BYTES)


def chain_id_of(genesis: Genesis) -> Hash:
    """The genesis hash, which is the chain id."""
    return digest("genesis", NO_HASH, encode(genesis))


def check_genesis(genesis: Genesis) -> None:
    """Whether a genesis document makes sense.

    Raises:
        Malformed: naming what is wrong.
    """
    if genesis.version != GENESIS_VERSION:
        raise Malformed(ErrorCode.UNKNOWN_VERSION, str(genesis.version))
    if genesis.suite != SUITE_ED25519_SHA256:
        raise Malformed(ErrorCode.UNKNOWN_SUITE, str(genesis.suite))
    codes = [d.code for d in genesis.districts]
    seats = [m.district for m in genesis.authorities.members]
    _need(codes == sorted(set(codes)), "districts sorted, each once")
    _need(seats == sorted(set(seats)), "authorities sorted by district, each once")
    _need(set(seats) <= set(codes), "every authority is a district")
    _need("city" not in codes, "no district is called city")
    _need(genesis.rehearsal_rate >= 1, "rehearsal rate of at least 1")
    _need(genesis.policy.version == 1, "the first policy has version 1")
    _need(genesis.recovery_threshold <= len(genesis.recovery_keys), "recovery threshold")
    sites = {(d.code, site) for d in genesis.districts for site in d.sites}
    _need(all((p.home, p.site) in sites for p in genesis.persons), "persons at known sites")
    for member in genesis.authorities.members:
        for key in (
            member.consensus_key,
            member.operator_key,
            member.checkpoint_key,
            member.tls_key,
        ):
            keys.check_public_key(member.suite, key)
    for person in genesis.persons:
        keys.check_public_key(SUITE_ED25519_SHA256, person.key)
        until_ms = person.may_serve_until_ms
        _need(until_ms == 0 or is_quarter_end(until_ms), "flags that end with a quarter")
    keys.check_public_key(SUITE_ED25519_SHA256, genesis.bureau_key)


def _need(condition: bool, what: str) -> None:  # noqa: FBT001 - a guard's condition
    if not condition:
        raise Malformed(ErrorCode.BAD_FIELD, f"genesis: {what}")


def genesis_person_id(chain_id: Hash, index: int) -> Id:
    """Id of the ``index``-th person of genesis."""
    return derive_id(chain_id, ZERO_ID, 0, 0, index)


def new_ledger(genesis: Genesis) -> Ledger:
    """The ledger at height 0.

    Raises:
        Malformed: the document makes no sense.
    """
    check_genesis(genesis)
    ledger = Ledger(chain_id_of(genesis))
    ledger.load(first_records(genesis))
    ledger.time_ms = genesis.created_ms
    return ledger


def first_records(genesis: Genesis) -> Iterator[StateRecord]:
    """Every record of the state at height 0."""
    chain_id = chain_id_of(genesis)
    staff = len(genesis.persons)
    yield City(
        issue=EMPTY,
        pool_free=EMPTY,
        pool_held=EMPTY,
        held=EMPTY,
        holds=EMPTY,
        paid=0,
        credited=0,
        overflow=0,
        team=0,
        honour=EMPTY,
        claims=EMPTY,
        claims_written_off=0,
        capacity=EMPTY,
        capacity_used=0,
        closed_free=EMPTY,
        open_pairs=0,
        settlement=NO_ID,
        persons=staff,
        policy_version=genesis.policy.version,
        touch=b"",
    )
    yield CitySettings(SUITE_ED25519_SHA256, genesis.bureau_key, b"")
    yield PolicyRecord(genesis.policy, b"")
    yield AuthorityRecord(1, genesis.authorities, b"")
    for service in genesis.catalogue:
        yield CatalogueEntry(service, b"")
    for district in genesis.districts:
        first_staff = sum(1 for p in genesis.persons if p.home == district.code)
        yield new_district(district.code, first_staff + 1)
        for site in district.sites:
            yield Site(district.code, site, b"")
    for member in genesis.authorities.members:
        operator, seat = (
            operator_id(chain_id, member.district),
            seat_id(chain_id, member.district),
        )
        yield _voice(operator, member, member.operator_key)
        yield _voice(seat, member, member.consensus_key)
    numbers = dict.fromkeys((d.code for d in genesis.districts), 0)
    for index, person in enumerate(genesis.persons):
        numbers[person.home] += 1
        yield _first_person(chain_id, index, person, numbers[person.home])


def _voice(id_: Id, member: Authority, key: bytes) -> Operator:
    return Operator(id_, member.district, member.suite, key, (0,), 0, 0, b"")


def _first_person(chain_id: Hash, index: int, person: GenesisPerson, number: int) -> Person:
    blank = new_person(
        genesis_person_id(chain_id, index),
        ZERO_HASH,
        person.home,
        person.site,
        suite=SUITE_ED25519_SHA256,
        key=person.key,
        recovery_key=b"",
        recorder=NO_ID,
        commitment=ZERO_HASH,
    )
    return replace(
        blank,
        status=ACTIVE,
        number=number,
        may_serve_until_ms=person.may_serve_until_ms,
        roles=person.roles,
    )
