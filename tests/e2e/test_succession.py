"""In a running city a node's key is rotated and a fifth node joins; each time the city cannot go on without it."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from signal import SIGTERM

import httpx2
import pytest
from click.testing import CliRunner
from msgspec.structs import replace as replace_key

from node.app.rotation import prepare
from node.chain import keys
from node.chain.certificate import Authority
from node.chain.genesis import chain_id_of, operator_id
from node.chain.hashing import derive_id
from node.chain.rules.authorities import proof_context
from node.chain.tx.authorities import (
    AddAuthority,
    AuthoritySubject,
    KeyProof,
    ProveKeys,
    RotateKeys,
)
from node.chain.tx.governance import ProposeMotion, VoteMotion
from node.chain.types import Code, Hash, Height, Id
from node.city import processes
from node.city.ceremony import node_toml
from node.city.plan import read_plan
from node.city.ports import LOOPBACK, NodePorts, choose
from node.city.processes import wait_until
from node.city.stage import Actor, Stage
from node.city.supervisor import LocalCity
from node.cli import root
from node.config import NodeHome, authority_of, make_keys
from node.config.homes import read_genesis, write_seed
from node.store.files import RealFiles
from node.store.votelog import VoteLog
from wallet.builder import Signer
from wallet.secret import Secret

pytestmark = pytest.mark.slow

WAIT_S = 60
PUKOU = Code("pukou-new")
EVIDENCE = Hash(bytes([7]) * 32)


@pytest.fixture(name="city")
def _city(tmp_path: Path) -> Iterator[LocalCity]:
    city = LocalCity.make(tmp_path / "city", read_plan().first(4), dict(os.environ), rehearsal=True)
    try:
        yield city
    finally:
        city.down()
        city.close()


@pytest.fixture(name="state")
def _state(city: LocalCity) -> Iterator["Government"]:
    state = Government(city)
    yield state
    state.stage.close()


class Government:
    """The operators of a city, and what they decide."""

    def __init__(self, city: LocalCity) -> None:
        self.city = city
        self.genesis = read_genesis(city.places.genesis)
        self.chain_id = chain_id_of(self.genesis)
        self.stage = Stage(city)

    def operator(self, district: Code) -> Actor:
        seed = self.city.places.node(district).read_keys().operator
        signer = Signer(self.chain_id, operator_id(self.chain_id, district), Secret(seed))
        return Actor(district, self.stage.client(district), signer)

    def status(self, district: Code) -> dict[str, object]:
        """The node's own words."""
        found = httpx2.get(f"{self.city.doors(district).public}/v1/status", timeout=10).json()
        assert isinstance(found, dict)
        return found

    def height(self, district: Code) -> int:
        return int(str(self.status(district)["height"]))

    def propose(self, subject: AuthoritySubject) -> tuple[Id, Hash]:
        operator = self.operator(self.city.districts[0])
        signed = operator.say(ProposeMotion(subject, EVIDENCE)).signed
        return derive_id(self.chain_id, operator.id, *signed.tx.sequence, 0), signed.tx_id

    def prove(self, motion: tuple[Id, Hash], seeds: tuple[bytes, ...]) -> None:
        """The holders of new keys sign the root of a height after the motion."""
        first = self.city.districts[0]
        status = self.status(first)
        height = Height(int(str(status["height"])))
        context = proof_context(motion[0], Hash(bytes.fromhex(str(status["state_root"]))))
        proofs = tuple(
            KeyProof(
                keys.public_key(seed),
                keys.sign(
                    seed, keys.possession_bytes(self.chain_id, keys.public_key(seed), context)
                ),
            )
            for seed in seeds
        )
        self.operator(first).say(ProveKeys(*motion, height, proofs))

    def vote(self, motion: tuple[Id, Hash], *districts: Code) -> None:
        for code in districts:
            self.operator(code).say(VoteMotion(*motion, 1))

    def goes_on(self, district: Code, blocks: int = 4) -> None:
        """So many more blocks are decided."""
        target = self.height(district) + blocks
        assert wait_until(lambda: self.height(district) >= target, WAIT_S)


@pytest.mark.feature("B6")
def test_a_rotated_key_signs_and_the_city_needs_it(city: LocalCity, state: "Government") -> None:
    """The old key is out two blocks after the vote; with another node down only the new key makes a quorum."""
    for code in city.districts:
        city.start(code)
    city.wait_agreed()
    first, second, third, fourth = city.districts
    old = city.places.node(first).read_keys()
    new = replace(old, consensus=make_keys().consensus)
    motion = state.propose(RotateKeys(authority_of(first, new)))
    state.prove(motion, (new.consensus,))
    state.vote(motion, second, third)
    state.goes_on(second)
    city.stop(first)
    key = city.places.node(first).key("consensus")
    key.unlink()
    write_seed(key, new.consensus)
    city.start(first)
    city.wait_agreed()
    city.stop(fourth)
    state.goes_on(first)
    city.start(fourth)
    city.wait_agreed()


@pytest.mark.feature("B6", "K11")
def test_a_node_with_a_rotated_tls_key_is_let_in_and_the_city_needs_it(
    city: LocalCity, state: "Government"
) -> None:
    """By ``node rotate-key --key tls``, a motion, and ``--finish``; another certificate is refused meanwhile."""
    for code in city.districts:
        city.start(code)
    city.wait_agreed()
    first, second, third, fourth = city.districts
    home = city.places.node(first)
    seat = replace_key(authority_of(first, home.read_keys()), tls_key=prepare(home, "tls"))
    motion = state.propose(RotateKeys(seat))
    state.vote(motion, second, third)
    state.goes_on(second)
    city.stop(first)
    environment = {"TIMEBANK_HOME": str(home.root), "TIMEBANK_LANG": "en"}
    line = ["node", "rotate-key", "--finish", "--json"]
    done = CliRunner().invoke(root, line, env=environment, prog_name="timebank")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"rotated": ["tls"]})
    city.start(first)
    city.wait_agreed()
    city.stop(fourth)
    state.goes_on(first)


@pytest.mark.feature("B6")
def test_a_fifth_node_joins_and_the_city_needs_it(
    city: LocalCity, state: "Government", tmp_path: Path
) -> None:
    """It follows before it has a seat, proves its keys, is voted in, and makes the quorum of five."""
    genesis = read_genesis(city.places.genesis)
    node_keys = make_keys()
    seat = authority_of(PUKOU, node_keys)
    home, ports = NodeHome(tmp_path / "fifth"), choose([PUKOU], None)[PUKOU]
    every = {code: city.doors(code).ports for code in city.districts} | {PUKOU: ports}
    home.make()
    home.write_keys(node_keys)
    home.write_genesis(genesis)
    VoteLog.create(RealFiles(home.data), chain_id_of(genesis))
    home.config.write_text(node_toml(PUKOU, genesis, every), encoding="utf-8")
    for code in city.districts:
        with city.places.node(code).config.open("a", encoding="utf-8") as file:
            file.write(_peer(seat, ports))
        city.start(code)
    city.wait_agreed()
    process = processes.spawn(home, dict(os.environ))
    try:
        motion = state.propose(AddAuthority(seat, (Code("site-1"),)))
        state.prove(motion, (node_keys.consensus, node_keys.operator))
        state.vote(motion, *city.districts[1:])
        state.goes_on(city.districts[0])
        city.stop(city.districts[3])
        state.goes_on(city.districts[0])
        answer = httpx2.get(f"http://{LOOPBACK}:{ports.public}/v1/status", timeout=10).json()
        assert wait_until(lambda: state.height(city.districts[0]) >= answer["height"] > 0, WAIT_S)
    finally:
        process.send(SIGTERM)
        assert wait_until(lambda: not process.alive(), WAIT_S), process


def _peer(seat: Authority, ports: NodePorts) -> str:
    return (
        f'\n[[peers]]\nname = "{seat.district}"\naddress = "{LOOPBACK}:{ports.peers}"\n'
        f'tls_key = "{seat.tls_key.hex()}"\n'
    )
