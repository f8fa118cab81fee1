"""The founding of a local city: keys, genesis, a home for every node, keystores for the staff.

A real city's keys are made by each district where they stay. Here one process makes all of them and protects the
staff's keystores with a password that everybody knows, so such a city is for rehearsal and development only.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

from node.chain import keys
from node.chain.certificate import AuthoritySet
from node.chain.genesis import Genesis, GenesisDistrict, GenesisPerson, chain_id_of
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.keys import SEED_BYTES
from node.chain.policy import DAY_MS, LedgerPolicy, OrderPolicy, Policy, ServicePolicy
from node.chain.records.actors import Role
from node.chain.types import Code, EpochMs, Height
from node.city.plan import CityPlan, DistrictPlan, StaffPlan
from node.city.ports import LOOPBACK, NodePorts
from node.config import NodeHome, NodeKeys, authority_of, make_keys
from node.config.homes import write_genesis, write_seed
from node.config.settings import address_text
from node.store.files import RealFiles
from node.store.votelog import VoteLog
from wallet.home import WalletHome
from wallet.keystore import Cost, seal
from wallet.secret import Secret

REHEARSAL_RATE: Final = 360
"""Six minutes a second: an hour of service passes in ten seconds."""
REHEARSAL_HEARTBEAT_MS: Final = 180_000
"""Half a real second at that rate."""
REHEARSAL_TOLERANCE_MS: Final = 10_000 * REHEARSAL_RATE
"""Ten real seconds between signing a claimed time and its block, as a slow line may need: the hour that is the most."""
STAFF_PASSWORD: Final = "rehearsal"  # noqa: S105 - known to everybody: these keystores protect nothing
STAFF_COST: Final = Cost(memory_kib=64, passes=1, lanes=1)
STAFF_PATH: Final = "m/0'"
STAFF_YEARS_MS: Final = 1_000 * 365 * DAY_MS
"""Roles end so long after the founding: a rehearsal that rests overnight is half a year older in the morning."""
RECOVERY_KEYS: Final = 3
RECOVERY_THRESHOLD: Final = 2
WHOLE_DISTRICT: Final = Code("-")
WHOLE_CITY: Final = Code("city")


@dataclass(frozen=True, slots=True)
class Founding:
    """A city with all its secrets.

    Attributes:
        genesis: what is public of it.
        nodes: the keys of each district's node.
        staff: seeds of the staff by keystore name, ``gulou-recorder``.
        bureau: seed that signs receipts of first registration.
        recovery: seeds that can sign a re-genesis.
    """

    genesis: Genesis
    nodes: Mapping[Code, NodeKeys] = field(repr=False)
    staff: Mapping[str, bytes] = field(repr=False)
    bureau: bytes = field(repr=False)
    recovery: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CityPlaces:
    """Where everything of a local city is.

    Attributes:
        root: its directory.
    """

    root: Path

    @property
    def genesis(self) -> Path:
        """The genesis file."""
        return self.root / "genesis.json"

    @property
    def keys(self) -> Path:
        """The bureau's and the recovery keys."""
        return self.root / "keys"

    @property
    def staff(self) -> Path:
        """A wallet's home that holds the keystores of all staff."""
        return self.root / "staff"

    def node(self, district: str) -> NodeHome:
        """The home of a district's node."""
        return NodeHome(self.root / "nodes" / district)


def found(
    plan: CityPlan, created_ms: EpochMs, *, rehearsal: bool, rate: int = REHEARSAL_RATE
) -> Founding:
    """Make every key of a city and its genesis.

    Args:
        plan: the districts that take part.
        created_ms: the instant of genesis, real time.
        rehearsal: clocks run faster and may leap.
        rate: how much faster.
    """
    districts = sorted(plan.districts, key=lambda district: district.code)
    nodes = {Code(district.code): make_keys() for district in districts}
    staff: dict[str, bytes] = {}
    persons: list[GenesisPerson] = []
    for name, person, seed in _first_staff(plan, districts, EpochMs(created_ms + STAFF_YEARS_MS)):
        staff[name] = seed
        persons.append(person)
    bureau = _seed()
    recovery = tuple(_seed() for _ in range(RECOVERY_KEYS))
    genesis = Genesis(
        version=1,
        suite=SUITE_ED25519_SHA256,
        city=Code(plan.city),
        name_zh=plan.name_zh.encode(),
        name_en=plan.name_en.encode(),
        created_ms=created_ms,
        rehearsal_rate=rate if rehearsal else 1,
        districts=tuple(_district(district) for district in districts),
        authorities=AuthoritySet(tuple(authority_of(code, k) for code, k in nodes.items())),
        bureau_key=keys.public_key(bureau),
        recovery_threshold=RECOVERY_THRESHOLD,
        recovery_keys=tuple(keys.public_key(seed) for seed in recovery),
        policy=rehearsal_policy() if rehearsal else Policy(1, Height(0)),
        catalogue=tuple(service.entry() for service in plan.catalogue),
        persons=tuple(persons),
    )
    return Founding(genesis, nodes, staff, bureau, recovery)


def rehearsal_policy() -> Policy:
    """The default policy, with the two windows widened that a person's hand must hit in real time.

    No funded order is drawn for a call-back: a story that is told twice must go the same way twice.
    """
    return Policy(
        1,
        Height(0),
        service=ServicePolicy(claim_tolerance_ms=REHEARSAL_TOLERANCE_MS),
        orders=OrderPolicy(sample_permille=0),
        ledger=LedgerPolicy(heartbeat_ms=REHEARSAL_HEARTBEAT_MS),
    )


def settle_in(places: CityPlaces, founding: Founding, ports: Mapping[Code, NodePorts]) -> None:
    """Write genesis, keys, staff and the homes of all nodes, each with the empty vote log of a key that never signed.

    Raises:
        FileExistsError: a city is there.
        OSError: something cannot be written.
    """
    places.keys.mkdir(mode=0o700, parents=True)
    write_genesis(places.genesis, founding.genesis)
    write_seed(places.keys / "bureau.key", founding.bureau)
    for number, seed in enumerate(founding.recovery, 1):
        write_seed(places.keys / f"recovery-{number}.key", seed)
    for district, node_keys in founding.nodes.items():
        home = places.node(district)
        home.make()
        home.write_keys(node_keys)
        home.write_genesis(founding.genesis)
        VoteLog.create(RealFiles(home.data), chain_id_of(founding.genesis))
        home.config.write_text(node_toml(district, founding.genesis, ports), encoding="utf-8")
    _write_staff(places, founding)


def node_toml(district: Code, genesis: Genesis, ports: Mapping[Code, NodePorts]) -> str:
    """The settings of one node of a local city."""
    own = ports[district]
    lines = [
        f'district = "{district}"',
        "",
        "[doors]",
        f'public = "{address_text((LOOPBACK, own.public))}"',
        f'peers = "{address_text((LOOPBACK, own.peers))}"',
        f'operations = "{address_text((LOOPBACK, own.operations))}"',
    ]
    for member in genesis.authorities.members:
        if member.district != district:
            address = address_text((LOOPBACK, ports[member.district].peers))
            lines += [
                "",
                "[[peers]]",
                f'name = "{member.district}"',
                f'address = "{address}"',
                f'tls_key = "{member.tls_key.hex()}"',
            ]
    return "\n".join(lines) + "\n"


def _write_staff(places: CityPlaces, founding: Founding) -> None:
    wallets = WalletHome(places.staff)
    wallets.genesis.parent.mkdir(parents=True)
    write_genesis(wallets.genesis, founding.genesis)
    voices = {f"{code}-voice": node_keys.operator for code, node_keys in founding.nodes.items()}
    for name, seed in {**founding.staff, **voices}.items():
        keystore = seal(
            Secret(seed),
            STAFF_PASSWORD,
            path=STAFF_PATH,
            created_ms=founding.genesis.created_ms,
            cost=STAFF_COST,
        )
        wallets.save(name, keystore)


def _district(plan: DistrictPlan) -> GenesisDistrict:
    return GenesisDistrict(
        code=Code(plan.code),
        name_zh=plan.name_zh.encode(),
        name_en=plan.name_en.encode(),
        sites=tuple(Code(site) for site in plan.sites),
    )


def _first_staff(
    plan: CityPlan, districts: list[DistrictPlan], until_ms: EpochMs
) -> Iterator[tuple[str, GenesisPerson, bytes]]:
    """(keystore name, person, seed) of everybody, in the order of genesis."""
    for district in districts:
        sites = cycle(district.sites)
        code = Code(district.code)
        for member in plan.staff:
            yield _member(district, next(sites), member, code, until_ms)
        if district is plan.seat:
            for member in plan.city_staff:
                yield _member(district, next(sites), member, WHOLE_CITY, until_ms)


def _member(
    home: DistrictPlan, site: str, member: StaffPlan, scope: Code, until_ms: EpochMs
) -> tuple[str, GenesisPerson, bytes]:
    seed = _seed()
    roles = tuple(Role(Code(role), scope, WHOLE_DISTRICT, until_ms) for role in member.roles)
    person = GenesisPerson(
        home=Code(home.code),
        site=Code(site),
        key=keys.public_key(seed),
        roles=roles,
        may_serve_until_ms=EpochMs(0),
    )
    name = member.name if scope == WHOLE_CITY else f"{home.code}-{member.name}"
    return name, person, seed


def _seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)
