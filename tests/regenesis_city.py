"""A city in memory that has lost its quorum for ever, and the same city founded anew by its recovery keys."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.genesis import (
    Genesis,
    SuccessorGenesis,
    chain_id_of,
    city_id_of,
)
from node.chain.link import LinkCode, regenesis_bytes
from node.chain.policy import DAY_MS
from node.chain.records import StateRecord
from node.chain.records.actors import operator_id, seat_id
from node.chain.reopening import Founding, draft_successor, reopened
from node.chain.seats import epochs_of
from node.chain.trail import AuthorityChange
from node.chain.tx.transfers import Donate
from node.chain.types import Code, EpochMs, Hash, Id, Minutes
from tests.archives import Sealed, drafts_of, seal, small_story, trail_of
from tests.certifying import GENERATIONS
from tests.kernel_city import DISTRICTS, KernelCity, make_genesis, seed_of

HOLDERS = ("bureau", "audit", "districts")
THRESHOLD = 2
RECOVERY = tuple(seed_of(f"recovery/{holder}") for holder in HOLDERS)
STOPPED_MS = 3 * DAY_MS
"""How long the city stood still before it began anew."""
AGAIN = GENERATIONS[2]
"""The new nodes' keys."""
OTHERS = Hash(bytes([9]) * 32)


def recoverable() -> Genesis:
    """The usual city with three recovery keys, two of which suffice."""
    names = tuple(keys.public_key(seed) for seed in RECOVERY)
    return replace(make_genesis(), recovery_threshold=THRESHOLD, recovery_keys=names)


def lost_city() -> tuple[KernelCity, list[Sealed]]:
    """The small story, and its blocks."""
    city = small_story(recoverable())
    return city, seal_all(city)


def seal_all(city: KernelCity) -> list[Sealed]:
    """A city's blocks, each signed by the set of its height."""
    epochs = epochs_of(city.ledger, city.ledger.height)
    return seal(city.genesis, drafts_of(city), None, epochs)


def new_set(districts: Sequence[Code] = DISTRICTS) -> AuthoritySet:
    """Seats with keys that the lost chain never saw."""
    uses = ("consensus", "operator", "checkpoint", "tls")
    return AuthoritySet(
        tuple(
            Authority(code, 1, *(keys.public_key(seed_of(f"{use}/{code}{AGAIN}")) for use in uses))
            for code in districts
        )
    )


def draft(city: KernelCity, sealed: Sequence[Sealed]) -> SuccessorGenesis:
    """What the holders are asked to sign: the city goes on after its last block."""
    header = sealed[-1].block.header
    trail = [c for c in trail_of(city, sealed) if c.header.height < header.height]
    given = Founding(
        created_ms=EpochMs(header.time_ms + STOPPED_MS),
        authorities=new_set(),
        bureau_key=keys.public_key(seed_of("bureau/2")),
        recovery_threshold=THRESHOLD,
        recovery_keys=city.genesis.recovery_keys,
        reason=b"three sites burnt",
    )
    decided = (header, sealed[-1].certificate)
    return draft_successor(city.genesis, city.ledger, tuple(trail), decided, given)


def signed(genesis: SuccessorGenesis, signers: Iterable[int] = (0, 2)) -> SuccessorGenesis:
    """With the signatures of these recovery keys."""
    message = regenesis_bytes(genesis)
    made = tuple((signer, keys.sign(RECOVERY[signer], message)) for signer in signers)
    return replace(genesis, signatures=made)


class RefoundedCity(KernelCity):
    """A kernel city that goes on under a successor's genesis; staff keep their ids and keys."""

    def __init__(self, genesis: SuccessorGenesis, old: KernelCity) -> None:
        self.genesis, self.audit, self.now_ms = genesis, old.audit, genesis.created_ms
        self.chain_id, self.city_id = chain_id_of(genesis), city_id_of(genesis)
        records: Iterable[StateRecord] = old.ledger.records.values()
        self.ledger = reopened(records, genesis)
        self.seeds = dict(old.seeds)
        self.executions, self.blocks, self.evidence = [], [], {}
        for member in genesis.authorities.members:
            code = member.district
            self.seeds[operator_id(self.city_id, code)] = seed_of(f"operator/{code}{AGAIN}")
            self.seeds[seat_id(self.city_id, code)] = seed_of(f"consensus/{code}{AGAIN}")

    def staff(self, name: str, district: str) -> Id:
        """A person of the first genesis."""
        first = KernelCity.__new__(KernelCity)
        first.genesis, first.chain_id = recoverable(), self.city_id
        return KernelCity.staff(first, name, district)

    def operator(self, district: Code) -> Id:
        """An authority's operator, whose id the city keeps."""
        return operator_id(self.city_id, district)

    def seat(self, district: Code) -> Id:
        """An authority's seat, whose id the city keeps."""
        return seat_id(self.city_id, district)


Wrong = dict[str, tuple[Genesis, LinkCode]]


def wrong_links(city: KernelCity, sealed: Sequence[Sealed]) -> Wrong:
    """Successors that do not follow, each with its number; everything else about them is right."""
    made = draft(city, sealed)
    return _of_another_city(made) | _not_certified(city, sealed, made) | _not_signed(city, made)


def _changed(made: SuccessorGenesis, **values: object) -> SuccessorGenesis:
    """Another successor, signed by the holders as it is."""
    return signed(replace(made, **values))


def _linked(made: SuccessorGenesis, **values: object) -> SuccessorGenesis:
    return _changed(made, link=replace(made.link, **values))


def _of_another_city(made: SuccessorGenesis) -> Wrong:
    code = LinkCode
    return {
        "a first genesis": (recoverable(), code.WRONG_CHAIN),
        "of another chain": (_linked(made, chain_id=OTHERS), code.WRONG_CHAIN),
        "of another first chain": (_linked(made, city_id=OTHERS), code.WRONG_CHAIN),
        "of another beginning": (_linked(made, began_ms=EpochMs(1)), code.WRONG_CHAIN),
        "another city's name": (_changed(made, city=Code("suzhou")), code.OTHER_CITY),
        "another pace": (_changed(made, rehearsal_rate=60), code.OTHER_CITY),
        "begun with the last block": (
            _changed(made, created_ms=made.link.header.time_ms),
            code.TIME,
        ),
    }


def _not_certified(city: KernelCity, sealed: Sequence[Sealed], made: SuccessorGenesis) -> Wrong:
    code, link, before = LinkCode, made.link, sealed[-2]
    few = replace(link.certificate, signatures=link.certificate.signatures[:2])
    idle = AuthorityChange(link.header, link.certificate, city.genesis.authorities)
    false = AuthorityChange(before.block.header, before.certificate, new_set())
    return {
        "a change that is not below": (_linked(made, trail=(idle,)), code.AUTHORITY_TRAIL),
        "a change that changes nothing": (_linked(made, trail=(false,)), code.AUTHORITY_TRAIL),
        "below the quorum": (_linked(made, certificate=few), code.NO_QUORUM),
        "another block's certificate": (
            _linked(made, certificate=before.certificate),
            code.NO_QUORUM,
        ),
        "another header": (
            _linked(made, header=replace(link.header, state_root=OTHERS)),
            code.NO_QUORUM,
        ),
    }


def _not_signed(city: KernelCity, made: SuccessorGenesis) -> Wrong:
    code, whole = LinkCode, signed(made)
    one, two = whole.signatures

    def by(*signatures: tuple[int, bytes]) -> SuccessorGenesis:
        return replace(made, signatures=signatures)

    return {
        "signed by nobody": (made, code.SIGNATURES),
        "signed by one": (by(one), code.SIGNATURES),
        "signed by one twice": (by(one, one), code.SIGNATURES),
        "not sorted": (by(two, one), code.SIGNATURES),
        "signed by all": (signed(made, (0, 1, 2)), code.SIGNATURES),
        "a key that nobody named": (by(one, (7, two[1])), code.SIGNATURES),
        "another holder's signature": (by(one, (1, two[1])), code.BAD_SIGNATURE),
        "signed something else": (
            replace(whole, bureau_key=city.genesis.bureau_key),
            code.BAD_SIGNATURE,
        ),
    }


def live_on(city: RefoundedCity) -> None:
    """A block, and a person who gives old minutes away."""
    giver = next(i for i, s in city.seeds.items() if s == seed_of("li after the loss"))
    city.block()
    city.do(giver, Donate(Code("district"), Minutes(10)))
