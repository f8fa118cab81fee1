"""Verbs that need a history before they may be said, through a node's door and up to what they do to the ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain import keys
from node.chain.block import block_id
from node.chain.certificate import (
    NO_SIGNATURE,
    Precommit,
    Prevote,
    make_certificate,
    make_evidence,
    sign_bytes,
)
from node.chain.errors import ErrorCode
from node.chain.genesis_document import to_document
from node.chain.policy import IssuancePolicy, Policy
from node.chain.records.accounts import District, Fund, fund_id
from node.chain.records.motions import Motion
from node.chain.records.redemption import Provider
from node.chain.rules.authorities import proof_context
from node.chain.seats import current_set
from node.chain.state import View
from node.chain.transition import Execution
from node.chain.tx.authorities import KeyProof, ProveKeys
from node.chain.tx.redemption import Capture
from node.chain.tx.transfers import Donate
from node.chain.types import Code, EpochMs, Height, Id, Minutes, Round
from tests.authority_city import message
from tests.kernel_city import DISTRICTS, GULOU, SITE, seed_of
from tests.money_city import EVIDENCE
from tests.unit.wallet.node_door import NodeCity, NodeDoor, node_terminal
from tests.unit.wallet.terminal import Terminal

pytestmark = pytest.mark.slow
FIRST, SECOND, THIRD, FOURTH = DISTRICTS
STAFF = ("recorder", "second", "treasurer", "second-treasurer")
HONOUR = Code("honour")
KEY_ELDERS = Code("key-elders")
DAY_MS = 86_400_000


class GoverningCity(NodeCity):
    """Its blocks are signed by whoever sits in the set at the time."""

    def make_block(self, after_ms: int = 1_000) -> Execution:
        self.now_ms += after_ms
        members = self.executor.tip.authorities.members
        block = self.executor.build(EpochMs(self.now_ms), 0)
        where = (1, block.header.height, Round(0), block_id(self.chain_id, block.header))
        votes = []
        for index, member in enumerate(members):
            blank = Precommit(*where, index, NO_SIGNATURE)
            seed = seed_of(f"consensus/{member.district}")
            signed = keys.sign(seed, sign_bytes(self.chain_id, blank))
            votes.append(Precommit(*where, index, signed))
        self.executor.commit(block, make_certificate(votes))
        return self.executions[-1]


def policy() -> Policy:
    """The defaults, with a budget for honour minutes that become coins."""
    budgets = [
        (HONOUR, Minutes(6_000)) if one[0] == HONOUR else one for one in IssuancePolicy().budgets
    ]
    return Policy(1, Height(0), issuance=IssuancePolicy(budgets=tuple(budgets)))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal with the voices of all districts and Gulou's staff, in front of a node."""
    with node_terminal(tmp_path / "home", NodeDoor(GoverningCity(policy()))) as made:
        city = made.door.city
        for district in DISTRICTS:
            made.adopt(district, city.operator(district))
        for name in STAFF:
            made.adopt(name, city.staff(name, GULOU))
        yield made


@pytest.fixture
def paper(tmp_path: Path) -> str:
    """A file of evidence."""
    path = tmp_path / "paper.pdf"
    path.write_text("signed")
    return str(path)


def city_of(at: Terminal) -> NodeCity:
    """The city behind the door."""
    assert isinstance(at.door.city, NodeCity)
    return at.door.city


def agreed(at: Terminal, *line: str, by: tuple[str, str]) -> Id:
    """Propose by one, second by the other; returns the proposal's id."""
    proposal = at.ask("desk", "propose", *line, "--as", by[0])["created"][0]
    at.ask("desk", "second", proposal, "--as", by[1])
    return Id(bytes.fromhex(proposal))


def moved(at: Terminal, *line: str) -> Id:
    """A motion of the first district."""
    motion = at.ask("govern", "motion", "propose", *line, "--as", FIRST)["created"][0]
    return Id(bytes.fromhex(str(motion)))


def passed(at: Terminal, motion: Id) -> None:
    """Two more voices, and the blocks after which the set signs."""
    for name in (SECOND, THIRD):
        at.ask("govern", "motion", "vote", motion.hex(), "--yes", "--as", name)
    city = city_of(at)
    assert city.get(Motion, motion).state == "passed"
    for _ in range(3):
        city.make_block()


def seats(at: Terminal) -> list[str]:
    """Districts of the set that signs."""
    return [m.district for m in current_set(View(city_of(at).ledger)).members]


@pytest.mark.feature("F3")
def test_honour_minutes_become_coins_out_of_a_voted_fund(at: Terminal, paper: str) -> None:
    """Proposed by a treasurer, seconded by another; the fund pays what the person had in honour minutes."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    served = str(city.now_ms - DAY_MS)
    agreed(
        at, "enter-honour", li.hex(), "--service", "company", "--district", "gulou",
        "--site", SITE, "--served", served, "--minutes", "2h", "--evidence", paper,
        by=("recorder", "second"),
    )  # fmt: skip
    city.mint(GULOU, 600, "honour")
    agreed(
        at, "convert-honour", li.hex(), "--minutes", "90", "--evidence", paper,
        by=("treasurer", "second-treasurer"),
    )  # fmt: skip
    person = city.person(li)
    assert (person.honour.balance, person.available.balance) == (30, 90)
    assert city.get(Fund, fund_id(GULOU, 2026, HONOUR)).free.balance == 510


@pytest.mark.feature("A8")
def test_what_a_provider_is_due_is_retired(at: Terminal, paper: str) -> None:
    """After a capture; the minutes leave the provider's account and stay in the district's retired ones."""
    city = city_of(at)
    li = city.new_person("li", GULOU)
    city.earn(li, 120)
    clerk = city.staff("clerk", GULOU)
    provider = city.open_provider(clerk)
    capacity = city.attest(provider, 600)
    held = city.redeem(li, provider, 60)
    city.do(clerk, Capture(held.id, held.origin, capacity, Minutes(60), EVIDENCE))
    assert city.get(Provider, provider).due.balance == 60
    agreed(
        at, "retire-due", provider.hex(), "--minutes", "60", "--evidence", paper,
        by=("treasurer", "second-treasurer"),
    )  # fmt: skip
    assert city.get(Provider, provider).due.balance == 0
    assert city.get(District, b"gulou").retired.balance == 60


@pytest.mark.feature("B6")
def test_a_seat_rotates_its_keys(at: Terminal, tmp_path: Path) -> None:
    """Once the holder of the new key has proven it and the set names it, only the new voice is heard."""
    city = city_of(at)
    city.make_block()
    members = to_document(city.genesis)["genesis"]["authorities"]["members"]  # type: ignore[index,call-overload]
    seat = dict(next(one for one in members if one["district"] == FOURTH))
    fresh = seed_of("operator/xuanwu/2")
    seat["operator_key"] = keys.public_key(fresh).hex()
    file = tmp_path / "seat.json"
    file.write_text(json.dumps(seat))
    motion = moved(at, "rotate-keys", "--seat", str(file))
    city.make_block()
    context = proof_context(motion, city.ledger.state_root)
    key = keys.public_key(fresh)
    shown = KeyProof(key, keys.sign(fresh, keys.possession_bytes(city.chain_id, key, context)))
    height = Height(city.ledger.height)
    city.do(
        city.operator(SECOND), ProveKeys(motion, city.get(Motion, motion).origin, height, (shown,))
    )
    passed(at, motion)
    (found,) = [m for m in current_set(View(city.ledger)).members if m.district == FOURTH]
    assert found.operator_key == key
    old = at.fails("govern", "motion", "propose", "merge", THIRD, FIRST, "--as", FOURTH)
    assert old["code"] == f"E{ErrorCode.BAD_SIGNATURE.value}"
    city.seeds[city.operator(FOURTH)] = fresh
    at.adopt("xuanwu-2", city.operator(FOURTH))
    at.ask("govern", "motion", "propose", "merge", THIRD, FIRST, "--as", "xuanwu-2")


@pytest.mark.feature("B5")
def test_a_seat_whose_offence_stands_on_the_chain_is_suspended(at: Terminal) -> None:
    """The evidence is in a block, a motion names it, and the set goes on without the seat."""
    city = city_of(at)
    city.make_block()
    city.make_block()
    said = {"chain_id": city.chain_id, "district": FOURTH, "height": 2}
    city.executor.report_evidence(
        make_evidence(*(message(Prevote, block, **said) for block in (1, 2)))  # type: ignore[arg-type]
    )
    city.make_block()
    assert FOURTH in seats(at)
    passed(at, moved(at, "suspend-seat", FOURTH, "2"))
    assert seats(at) == [FIRST, SECOND, THIRD]


@pytest.mark.feature("B6")
def test_people_and_funds_of_a_merged_district_come_home(at: Terminal) -> None:
    """With the minutes they have: nothing is made or lost on the way."""
    city = city_of(at)
    li = city.new_person("li", FOURTH)
    city.earn(li, 120, FOURTH)
    city.mint(FOURTH, 300)
    purse = city.get(Fund, fund_id(FOURTH, 2026, KEY_ELDERS)).free.balance
    store = city.person(li).store_min
    passed(at, moved(at, "merge", FOURTH, FIRST))
    assert seats(at) == [FIRST, SECOND, THIRD]
    at.ask(
        "govern", "move-homes", FOURTH, "--site", SITE, "--person", li.hex(),
        "--fund", "2026/key-elders", "--as", FIRST,
    )  # fmt: skip
    person = city.person(li)
    assert (person.home, person.site, person.store_min) == (FIRST, SITE, store)
    assert city.get(Fund, fund_id(FOURTH, 2026, KEY_ELDERS)).free.balance == 0
    assert city.get(Fund, fund_id(FIRST, 2026, KEY_ELDERS)).free.balance == purse
    city.do(li, Donate(Code("district"), Minutes(30)))
    assert city.get(District, b"gulou").pool_free.balance == 30
