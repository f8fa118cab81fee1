"""The plan of a city and its founding: complete, consistent, openable."""

import stat
from pathlib import Path

import pytest

from node.chain import keys
from node.chain.genesis import chain_id_of, check_genesis
from node.chain.records.actors import Role
from node.chain.rules.bounds import check_bounds
from node.chain.rules.organisation import ACTION_ROLES, ROLES
from node.chain.types import Code, EpochMs, Height
from node.city.ceremony import STAFF_PASSWORD, CityPlaces, Founding, found, settle_in
from node.city.plan import BUREAU, NODES_MAX, read_plan
from node.city.ports import NodePorts, choose
from node.config import NodeHome, load
from node.console.fault import Fault
from node.store.files import RealFiles
from node.store.votelog import VoteLog
from wallet.govern.policies import changed, differences
from wallet.home import WalletHome
from wallet.session.accounts import first_actor
from wallet.session.files import read_key_file

CREATED_MS = EpochMs(1_795_000_000_000)
SIZES = (1, 4, NODES_MAX)


def founding_of(nodes: int, *, rehearsal: bool = True) -> Founding:
    """A city of so many nodes."""
    return found(read_plan().first(nodes), CREATED_MS, rehearsal=rehearsal)


def ports_of(nodes: int) -> dict[Code, NodePorts]:
    """Ports that nobody opens."""
    districts = [Code(district.code) for district in read_plan().first(nodes).districts]
    return {
        code: NodePorts(20_000 + 3 * n, 20_001 + 3 * n, 20_002 + 3 * n)
        for n, code in enumerate(districts)
    }


def test_nanjing_has_eleven_districts_the_new_area_and_the_bureau() -> None:
    """With the districts of a small city in their documented order."""
    plan = read_plan()

    codes = [district.code for district in plan.districts]

    assert codes[:4] == ["gulou", "jianye", "qinhuai", "xuanwu"]
    assert len(codes) == NODES_MAX == 13
    assert {"jiangbei", BUREAU} <= set(codes)
    assert all(district.sites for district in plan.districts)


def test_the_catalogue_has_the_eight_services_and_hides_the_sensitive_ones() -> None:
    """Sensitive classes have a parent that exists; bathing needs two, at home."""
    catalogue = {service.code: service.entry() for service in read_plan().catalogue}

    assert {
        "meals",
        "bathing",
        "cleaning",
        "errands",
        "medical",
        "learning",
        "company",
        "outings",
    } <= set(catalogue)
    assert (catalogue["bathing"].siblings, catalogue["bathing"].home_visit) == (2, 1)
    assert catalogue["medical"].training == 1
    assert catalogue["errands"].urgent == 1
    sensitive = [service for service in catalogue.values() if service.parent != service.code]
    assert sensitive
    assert all(catalogue[service.parent].parent == service.parent for service in sensitive)


@pytest.mark.parametrize("nodes", SIZES)
def test_a_city_of_any_size_has_a_sound_genesis(nodes: int) -> None:
    """Its authorities are exactly its districts; real cities run on real time."""
    genesis = founding_of(nodes).genesis

    check_genesis(genesis)

    assert [m.district for m in genesis.authorities.members] == [d.code for d in genesis.districts]
    assert len(genesis.districts) == nodes
    assert genesis.rehearsal_rate > 1
    assert founding_of(1, rehearsal=False).genesis.rehearsal_rate == 1


@pytest.mark.feature("C1")
@pytest.mark.parametrize("nodes", SIZES)
def test_every_two_person_rule_can_be_kept_in_every_district(nodes: int) -> None:
    """For each action there are a proposer and a second who are different persons; every role is held by somebody."""
    genesis = founding_of(nodes).genesis

    for district in genesis.districts:
        holders = [
            {r.role for r in person.roles if r.district == district.code}
            for person in genesis.persons
        ]
        for proposers, seconders in ACTION_ROLES.values():
            first = [i for i, roles in enumerate(holders) if roles & set(proposers)]
            second = [i for i, roles in enumerate(holders) if roles & set(seconders)]
            assert any(a != b for a in first for b in second), (district.code, proposers)
        assert set().union(*holders) == ROLES
    city_arbiters = [p for p in genesis.persons if any(_is_city_arbiter(r) for r in p.roles)]
    seat = BUREAU if nodes == NODES_MAX else "gulou"
    assert [person.home for person in city_arbiters] == [seat, seat]


def _is_city_arbiter(role: Role) -> bool:
    return (role.role, role.district) == ("arbiter", "city")


def test_no_two_foundings_share_a_key() -> None:
    """Everything is drawn anew."""
    one, other = founding_of(1), founding_of(1)

    drawn = [
        seed
        for city in (one, other)
        for seed in (
            *city.staff.values(),
            *city.recovery,
            city.bureau,
            *(
                k
                for n in city.nodes.values()
                for k in (n.consensus, n.operator, n.checkpoint, n.tls)
            ),
        )
    ]

    assert len(set(drawn)) == len(drawn)
    assert not any(seed.hex() in repr(one) for seed in drawn)


def test_a_settled_city_opens_with_what_its_users_have(tmp_path: Path) -> None:
    """Each home loads; peers know each other's keys; staff open their keystores; a new key may sign."""
    city, places = founding_of(4), CityPlaces(tmp_path / "city")

    settle_in(places, city, ports_of(4))

    chain_id = chain_id_of(city.genesis)
    seats = {m.district: m for m in city.genesis.authorities.members}
    for code, seat in seats.items():
        home = places.node(code)
        config = load(home.root, {}, {})
        assert config.district == code
        assert {p.name: p.tls_key for p in config.peers} == {
            other: m.tls_key for other, m in seats.items() if other != code
        }
        assert keys.public_key(home.read_keys().consensus) == seat.consensus_key
        assert chain_id_of(home.read_genesis()) == chain_id
        votes = VoteLog(RealFiles(home.data), chain_id, Height(0))
        assert votes.may_sign
        votes.close()
    wallets = WalletHome(places.staff)
    assert set(wallets.names()) == {*city.staff, *(f"{code}-voice" for code in seats)}
    for name in ("gulou-recorder", "city-arbiter", "jianye-voice"):
        keystore = wallets.load(name)
        assert first_actor(city.genesis, keystore.public_key) is not None
        assert keys.public_key(keystore.open(STAFF_PASSWORD).reveal()) == keystore.public_key
    bureau = read_key_file(places.keys / "bureau.key")
    assert keys.public_key(bureau.reveal()) == city.genesis.bureau_key


def test_no_key_file_of_a_city_is_for_others(tmp_path: Path) -> None:
    """Every file that holds a seed has mode 0600."""
    places = CityPlaces(tmp_path / "city")

    settle_in(places, founding_of(1), ports_of(1))

    secret = [
        *places.keys.iterdir(),
        *NodeHome(places.node("gulou").root).key("tls").parent.iterdir(),
    ]
    assert len(secret) == 4 + 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}


def test_ports_come_in_rows_that_are_free() -> None:
    """Three for each district, all different, from the base that was named or a free one."""
    districts = [Code("gulou"), Code("jianye")]

    chosen = choose(districts, None)

    numbers = [p for own in chosen.values() for p in (own.public, own.peers, own.operations)]
    assert numbers == list(range(numbers[0], numbers[0] + 6))
    with pytest.raises(Fault):
        choose(districts, 65_533)


@pytest.mark.feature("A6")
def test_a_rehearsal_can_move_one_value_of_its_policy() -> None:
    """What the motion repeats is within bounds, as in any city."""
    policy = founding_of(1).genesis.policy
    after = changed(policy, ("confirm_ms=96h",), 1_000)
    check_bounds(after)
    assert [one.name for one in differences(policy, after)] == ["orders.confirm_ms"]
