"""Genesis: the document every verifier starts from, and the state it describes.

The genesis hash, ``SHA-256("tb1/genesis" ‖ 0x00 ‖ canonical bytes)``, is the chain id in everything that is ever
signed. Persons of genesis are the first staff; their ids derive from the zero sender, lane 0, number 0 and their index.

A city that has lost its quorum for ever goes on by a ``SuccessorGenesis``, which recovery keys named in the genesis
before have signed. Its chain begins with the state that the lost chain ended with (``node.chain.reopening``), at the
height after; the hash of the city's first genesis remains its ``city_id``, of which ids in the state are made.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from node.chain import keys
from node.chain.block import Header
from node.chain.certificate import Authority, AuthoritySet, CommitCertificate
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed, Rejected
from node.chain.hashing import SUITE_ED25519_SHA256, derive_id, digest
from node.chain.ledger import Ledger
from node.chain.limits import AUTHORITY_CHANGES_MAX, GENESIS_SIZE_MAX_BYTES
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
from node.chain.rules.bounds import check_bounds
from node.chain.trail import AuthorityChange
from node.chain.types import (
    NO_HASH,
    NO_ID,
    ZERO_HASH,
    ZERO_ID,
    CodeF,
    EpochMs,
    EpochMsF,
    Hash,
    HashF,
    Height,
    Id,
    SignatureF,
    UintF,
)

GENESIS_VERSION: Final = 1
RECOVERY_KEYS_MAX: Final = 100
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
    """Offline keys; so many of them can begin the city anew after a permanent loss of the quorum. None: nobody can."""
    policy: Policy
    catalogue: tuple[ServiceClass, ...]
    persons: tuple[GenesisPerson, ...]


class Link(Record, frozen=True):
    """Where a chain was lost: its last block that is known to be decided, and how its first authorities lead there."""

    chain_id: HashF
    """Of the lost chain."""
    city_id: HashF
    """Of the city's first chain; the same as the lost chain's unless that one was a successor, too."""
    began_ms: EpochMsF
    """When the city's first genesis was created."""
    trail: Annotated[tuple[AuthorityChange, ...], Meta(max_length=AUTHORITY_CHANGES_MAX)]
    """Changes of the set below the header's height, in order."""
    header: Header
    """Of the last block; its state root is that of the state which goes on."""
    certificate: CommitCertificate
    reason: Annotated[bytes, Meta(min_length=1, max_length=1_024)]
    """Why the city begins anew, for those who read it later (UTF-8)."""


class SuccessorGenesis(Genesis, frozen=True, tag=29):
    """How a city goes on after it has lost its quorum for ever.

    Policy, catalogue and districts repeat what the state says; there are no first persons.
    """

    link: Link
    signatures: Annotated[tuple[tuple[UintF, SignatureF], ...], Meta(max_length=RECOVERY_KEYS_MAX)]
    """(index of a recovery key of the genesis before, signature): as many as its threshold, sorted by index."""


decode_genesis: Callable[[bytes], Genesis] = decoder(
    Genesis | SuccessorGenesis,  # type: ignore[arg-type]
    GENESIS_SIZE_MAX_BYTES,
)


def chain_id_of(genesis: Genesis) -> Hash:
    """The genesis hash, which is the chain id.

    Signatures of recovery keys are not in it: whichever of the holders sign, it is the same chain.
    """
    return digest("genesis", NO_HASH, encode(unsigned(genesis)))


def unsigned(genesis: Genesis) -> Genesis:
    """The same without signatures of recovery keys."""
    return replace(genesis, signatures=()) if isinstance(genesis, SuccessorGenesis) else genesis


def city_id_of(genesis: Genesis) -> Hash:
    """The hash of the city's first genesis, which stays when a successor gives the city another chain id."""
    return genesis.link.city_id if isinstance(genesis, SuccessorGenesis) else chain_id_of(genesis)


def began_ms_of(genesis: Genesis) -> EpochMs:
    """When the city's first genesis was created: heights are counted from it, and a rehearsal's clocks run."""
    return genesis.link.began_ms if isinstance(genesis, SuccessorGenesis) else genesis.created_ms


def base_height(genesis: Genesis) -> Height:
    """The height of the state that the chain begins with: 0, or that at which the chain before was lost."""
    return genesis.link.header.height if isinstance(genesis, SuccessorGenesis) else Height(0)


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
    if isinstance(genesis, SuccessorGenesis):
        _need(genesis.persons == (), "a successor has no first persons")
        _need(genesis.created_ms > genesis.link.header.time_ms, "begun after the last block")
    else:
        _need(genesis.policy.version == 1, "the first policy has version 1")
    _check_recovery(genesis)
    _check_policy(genesis.policy)
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


def _check_policy(policy: Policy) -> None:
    """The same bounds that a motion must keep, or the city's first motion could not repeat what it does not change."""
    try:
        check_bounds(policy)
    except Rejected as fault:
        raise Malformed(fault.code, f"genesis: {fault.detail}") from fault


def _check_recovery(genesis: Genesis) -> None:
    """Keys and threshold go together; without both nobody can ever begin the city anew."""
    names, least = genesis.recovery_keys, genesis.recovery_threshold
    _need(len(names) <= RECOVERY_KEYS_MAX, "number of recovery keys")
    _need(len(set(names)) == len(names), "recovery keys, each once")
    _need(1 <= least <= len(names) or (least, names) == (0, ()), "recovery threshold")
    for key in names:
        keys.check_public_key(genesis.suite, key)


def _need(condition: bool, what: str) -> None:  # noqa: FBT001 - a guard's condition
    if not condition:
        raise Malformed(ErrorCode.BAD_FIELD, f"genesis: {what}")


def genesis_person_id(chain_id: Hash, index: int) -> Id:
    """Id of the ``index``-th person of genesis."""
    return derive_id(chain_id, ZERO_ID, 0, 0, index)


def new_ledger(genesis: Genesis) -> Ledger:
    """The ledger at height 0.

    Raises:
        Malformed: the document makes no sense, or it is a successor's, whose ledger ``reopening`` opens.
    """
    check_genesis(genesis)
    _need(not isinstance(genesis, SuccessorGenesis), "a successor begins with the state before it")
    ledger = Ledger(chain_id_of(genesis), city_id_of(genesis))
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
