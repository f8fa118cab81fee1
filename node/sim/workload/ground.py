"""What a life is played on: a genesis, and the keys of everybody who stands in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.genesis import (
    GENESIS_VERSION,
    Genesis,
    GenesisDistrict,
    GenesisPerson,
    chain_id_of,
    genesis_person_id,
    operator_id,
)
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.policy import DAY_MS, PersonPolicy, Policy, ServiceClass
from node.chain.records.actors import Role
from node.chain.types import Code, EpochMs, Hash, Height
from node.sim.workload.hands import Hand, seed_from

ROLE_YEARS_MS: Final = 100 * 365 * DAY_MS
PEOPLE_A_DESK: Final = 10_000
"""One more member of staff of each role for so many people of a district."""
SITES: Final = 4
KIN_AGE_MS: Final = 20 * DAY_MS
"""From which kin succeed: a life is shorter than the half year of the default."""
PARTS: Final = ("recorder", "reviewer", "caller", "arbiter", "treasurer", "operator")
CITY: Final = Code("city")
DISTRICTS: Final = ("gulou", "jianye", "qinhuai", "xuanwu")
HOME_VISITS: Final = frozenset({"bathing", "cleaning"})
WEIGHTS: Final = {"meals": 800, "bathing": 1_500, "medical": 1_200}
CLASSES: Final = (
    "bathing",
    "cleaning",
    "company",
    "errands",
    "learning",
    "meals",
    "medical",
    "outings",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The staff of one district, at least two of recorders and reviewers, and its authority's voice.

    Attributes:
        granters: who give staff their roles.
        operator: the voice, which is no person.
    """

    recorders: tuple[Hand, ...]
    reviewers: tuple[Hand, ...]
    callers: tuple[Hand, ...]
    arbiters: tuple[Hand, ...]
    treasurers: tuple[Hand, ...]
    granters: tuple[Hand, ...]
    operator: Hand


@dataclass(frozen=True, slots=True)
class Ground:
    """A city before its first person.

    Attributes:
        genesis: its rules.
        bureau: seed that signs receipts of first registration.
        desks: staff by district, in the order of genesis.
        city_arbiters: who hear appeals, at least two.
    """

    genesis: Genesis
    bureau: bytes
    desks: Mapping[Code, Desk]
    city_arbiters: tuple[Hand, ...]

    @property
    def chain_id(self) -> Hash:
        """The genesis hash."""
        return chain_id_of(self.genesis)


def made_ground(
    people: int, created_ms: int, seed: int = 0, districts: Sequence[str] = DISTRICTS
) -> Ground:
    """A city of its own, with staff enough for so many people; one seed, one genesis."""
    codes = [Code(code) for code in sorted(districts)]
    each = 2 + people // len(codes) // PEOPLE_A_DESK
    members = [(code, part, n) for code in codes for part in PARTS for n in range(each)]
    members += [(CITY, "arbiter", n) for n in range(2)]
    until = EpochMs(created_ms + ROLE_YEARS_MS)
    persons = tuple(_person(seed, codes[0], member, until) for member in members)
    genesis = Genesis(
        version=GENESIS_VERSION,
        suite=SUITE_ED25519_SHA256,
        city=Code("workload"),
        name_zh="演练".encode(),
        name_en=b"Workload",
        created_ms=EpochMs(created_ms),
        rehearsal_rate=1,
        districts=tuple(
            GenesisDistrict(
                c, c.encode(), c.encode(), tuple(Code(f"{c}-{n}") for n in range(SITES))
            )
            for c in codes
        ),
        authorities=AuthoritySet(tuple(_authority(seed, code) for code in codes)),
        bureau_key=keys.public_key(seed_from(seed, "bureau", 0)),
        recovery_threshold=0,
        recovery_keys=(),
        policy=Policy(1, Height(0), persons=PersonPolicy(succession_kin_age_ms=KIN_AGE_MS)),
        catalogue=tuple(_service(code) for code in CLASSES),
        persons=persons,
    )
    return _ground(genesis, seed, codes, members)


def desk_of(parts: Mapping[str, tuple[Hand, ...]], operator: Hand) -> Desk:
    """A desk of the staff by part, which are those of ``PARTS``."""
    return Desk(
        recorders=parts["recorder"],
        reviewers=parts["reviewer"],
        callers=parts["caller"],
        arbiters=parts["arbiter"],
        treasurers=parts["treasurer"],
        granters=parts["operator"],
        operator=operator,
    )


def _ground(
    genesis: Genesis, seed: int, codes: list[Code], members: list[tuple[Code, str, int]]
) -> Ground:
    chain_id = chain_id_of(genesis)
    hands: dict[tuple[Code, str], list[Hand]] = {}
    for index, (code, part, n) in enumerate(members):
        hand = Hand(
            chain_id, genesis_person_id(chain_id, index), seed_from(seed, f"{code}/{part}", n)
        )
        hands.setdefault((code, part), []).append(hand)
    desks = {
        code: desk_of(
            {part: tuple(hands[code, part]) for part in PARTS},
            Hand(chain_id, operator_id(chain_id, code), seed_from(seed, f"op/{code}", 0)),
        )
        for code in codes
    }
    return Ground(genesis, seed_from(seed, "bureau", 0), desks, tuple(hands[CITY, "arbiter"]))


def _person(
    seed: int, seat: Code, member: tuple[Code, str, int], until_ms: EpochMs
) -> GenesisPerson:
    code, part, n = member
    home = seat if code == CITY else code
    key = keys.public_key(seed_from(seed, f"{code}/{part}", n))
    role = Role(Code(part), code, Code("-"), until_ms)
    return GenesisPerson(home, Code(f"{home}-{n % SITES}"), key, (role,), EpochMs(0))


def _authority(seed: int, code: Code) -> Authority:
    def key(part: str) -> bytes:
        return keys.public_key(seed_from(seed, f"{part}/{code}", 0))

    return Authority(
        code, SUITE_ED25519_SHA256, key("consensus"), key("op"), key("checkpoint"), key("tls")
    )


def _service(code: str) -> ServiceClass:
    return ServiceClass(
        code=Code(code),
        parent=Code(code),
        risk=1,
        weight_permille=WEIGHTS.get(code, 1_000),
        version=1,
        siblings=2 if code == "bathing" else 1,
        home_visit=int(code in HOME_VISITS),
        training=int(code == "medical"),
        urgent=int(code == "errands"),
        retired=0,
        districts=(),
    )
