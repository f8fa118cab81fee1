"""Blocks, proofs, the city's facts."""

import hashlib

import pytest

from node.chain.block import block_id, decode_header, decode_summary
from node.chain.certificate import certificate_fault, decode_certificate
from node.chain.genesis_document import from_document
from node.chain.proof import verify_proof
from node.chain.records import KINDS, key_of
from node.chain.records.accounts import District
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import Hash, Height
from node.runtime.queries import past
from node.runtime.queries.journal import Journal
from node.store.memorykv import MemoryKeyValue
from tests.kernel_city import GULOU, JIANYE
from tests.unit.api.conftest import Story, tell
from tests.unit.api.door import DoorCity


def test_a_block_can_be_checked_by_whoever_gets_it(story: Story):
    """Its id is the header's hash, its certificate verifies, its summary names its state."""
    city = story.city
    shown = city.read("/v1/blocks/5").json
    header = decode_header(bytes.fromhex(shown["header_raw"]))
    certificate = decode_certificate(bytes.fromhex(shown["certificate"]))
    assert block_id(city.chain_id, header).hex() == shown["id"]
    assert certificate.block_id.hex() == shown["id"]
    assert certificate_fault(city.chain_id, city.genesis.authorities, certificate) is None
    assert decode_summary(bytes.fromhex(shown["summary"])).state_root == header.state_root
    assert len(shown["transaction_ids"]) == shown["header"]["transaction_count"]


def test_a_block_never_changes_and_says_so(story: Story):
    """Who has the tag gets no body; another tag gets the block."""
    first = story.city.read("/v1/blocks/5")
    tag = first.headers["etag"]
    assert "immutable" in first.headers["cache-control"]
    for known in (tag, f'"other", {tag}', "*"):
        again = story.city.read("/v1/blocks/5", **{"If-None-Match": known})
        assert (again.status, again.content) == (304, b"")
    assert story.city.read("/v1/blocks/5", **{"If-None-Match": '"other"'}).status == 200


def test_headers_come_in_rows(story: Story):
    """At most a hundred, none beyond the tip, each linked to the one before."""
    items = story.city.read("/v1/blocks?from=2&limit=3").json["items"]
    assert [item["header"]["height"] for item in items] == [2, 3, 4]
    assert items[1]["header"]["previous_id"] == items[0]["id"]
    tip = story.city.executor.point.height
    assert len(story.city.read(f"/v1/blocks?from={tip}").json["items"]) == 1
    assert story.city.read(f"/v1/blocks?from={tip + 1}").json == {"items": []}
    assert story.city.read("/v1/blocks?limit=101").code == "A07"
    assert story.city.read(f"/v1/blocks/{tip + 1}").code == "A14"
    for bad in ("0", "-1", "x", str(2**53)):
        assert story.city.read(f"/v1/blocks/{bad}").code == "A06"


@pytest.mark.feature("F2")
def test_a_settled_order_is_proven_to_both_parties(story: Story):
    """The passbook's line verifies against genesis alone."""
    target = f"/v1/proofs/record/{story.settled.hex()}"
    for reader in (story.li, story.zhao):
        proven = verify_proof(story.city.genesis, story.city.read_signed(target, reader).content)
        assert isinstance(proven.subject, Order)
        assert (proven.subject.id, proven.subject.paid_min) == (story.settled, 60)
    assert story.city.read_signed(target, story.wang).code == "A13"
    open_ = f"/v1/proofs/record/{story.published.hex()}"
    assert story.city.read_signed(open_, story.li).code == "A15"


def test_a_transaction_is_proven_to_whom_it_concerns(story: Story):
    """Every transaction of a person's history has its proof; strangers get none."""
    city = story.city
    items = city.read_signed(f"/v1/accounts/{story.li.hex()}/history", story.li).json["items"]
    for item in items:
        if item["tx_id"] is not None:
            target = f"/v1/proofs/record/{item['tx_id']}"
            proven = verify_proof(city.genesis, city.read_signed(target, story.li).content)
            assert isinstance(proven.subject, SignedTransaction)
            assert proven.subject.tx_id.hex() == item["tx_id"]
            assert city.read_signed(target, story.wang).code == "A13"
    assert city.read_signed(f"/v1/proofs/record/{'00' * 32}", story.li).code == "A14"


def test_a_balance_and_an_absence_are_proven_at_the_tip(story: Story):
    """Presence for who may see the record; absence for anybody who signs; districts for everybody."""
    city = story.city
    target = f"/v1/proofs/state/person/{story.li.hex()}"
    proven = verify_proof(city.genesis, city.read_signed(target, story.li).content)
    assert proven.subject == city.person(story.li)
    assert proven.height == city.ledger.height
    assert city.read_signed(target, story.wang).code == "A13"
    assert city.read(target).code == "A09"
    absent = city.read_signed(f"/v1/proofs/state/order/{'00' * 16}", story.wang)
    assert verify_proof(city.genesis, absent.content).subject is None
    district = city.read(f"/v1/proofs/state/district/{GULOU.encode().hex()}")
    assert isinstance(verify_proof(city.genesis, district.content).subject, District)


@pytest.mark.feature("F2")
def test_a_balance_is_proven_at_every_height_that_the_node_keeps():
    """Each is what the account was then, under the root that the districts signed then; the tip is left as it is."""
    city = DoorCity()
    seen: dict[int, object] = {}
    city.executor.watch(
        lambda block: seen.update({block.block.header.height: dict(city.ledger.records)})
    )
    story = tell(city)
    root = city.ledger.tree.root
    key = key_of(Person, story.li)
    for height, records in seen.items():
        target = f"/v1/proofs/state/person/{story.li.hex()}?height={height}"
        proven = verify_proof(city.genesis, city.read_signed(target, story.li).content)
        assert (proven.height, proven.subject) == (height, records.get(key))
    assert city.ledger.tree.root == root
    shown = {getattr(records.get(key), "available", None) for records in seen.values()}
    assert len(shown) > 2, "absence, an empty account and a paid one were among them"


def test_a_state_that_is_not_kept_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch):
    """Too old names the oldest; beyond the tip nothing is final; a stranger does not make the node go back."""
    monkeypatch.setattr(past, "BLOCKS_MAX", 3)
    story = tell(DoorCity())
    city, tip = story.city, story.city.executor.point.height
    target = f"/v1/proofs/state/person/{story.li.hex()}?height="
    assert city.read_signed(f"{target}{tip - 3}", story.li).status == 200
    old = city.read_signed(f"{target}{tip - 4}", story.li)
    assert (old.status, old.code, old.json["detail"]) == (410, "A21", f"from height {tip - 3} on")
    assert city.read_signed(f"{target}{tip + 1}", story.li).code == "A15"
    for bad in ("0", "-1", "x", str(2**53)):
        assert city.read_signed(target + bad, story.li).code == "A06"
    assert city.read_signed(f"{target}{tip - 1}", story.wang).code == "A13"
    public = f"/v1/proofs/state/district/{GULOU.encode().hex()}?height={tip - 1}"
    assert city.read(public).code == "A09"
    proven = verify_proof(city.genesis, city.read_signed(public, story.wang).content)
    assert (proven.height, type(proven.subject)) == (tip - 1, District)


def test_what_is_kept_of_the_past_is_bounded_by_changes_too(monkeypatch: pytest.MonkeyPatch):
    """A node begins to keep at its start, and lets go of the blocks that changed too much to go back over."""
    city = DoorCity()
    kept = past.PastStates(city.executor)
    city.make_block()
    assert (kept.oldest, city.executor.point.height) == (0, 1)
    monkeypatch.setattr(past, "CHANGES_MAX", 0)
    city.mint(GULOU, 6_000)
    assert kept.oldest == city.executor.point.height


def test_proofs_of_other_kinds_are_refused(story: Story):
    """Unknown kinds, private kinds without a rule for them, keys of another length."""
    for target in ("pair/" + "00" * 16, "nothing/00", "person/00", "proposal/" + "00" * 16):
        assert story.city.read_signed(f"/v1/proofs/state/{target}", story.li).code == "A06"
    assert story.city.read_signed("/v1/proofs/record/00", story.li).code == "A06"


def test_before_the_first_block_there_is_nothing_to_prove(city: DoorCity):
    """Genesis has no certificate."""
    assert city.read(f"/v1/proofs/state/district/{GULOU.encode().hex()}").code == "A15"


def test_the_supply_statement_balances(story: Story):
    """Issued minus returned is everywhere; each district's holdings are its flows; no person is in it."""
    supply = story.city.read("/v1/supply").json
    total, districts = supply["city"], supply["districts"]
    holdings = sum(district["holdings_min"] for district in districts)
    pool = total["pool_free"]["balance_min"] + total["pool_held"]["balance_min"]
    assert holdings + pool == total["outstanding_min"] == 6_000
    for district in districts:
        flows = district["minted"] - district["returned"] + district["net_inflow_min"]
        assert district["holdings_min"] == flows
    assert sum(district["settled_orders"] for district in districts) == 1
    assert "touch" not in total
    assert story.li.hex() not in story.city.read("/v1/supply").content.decode()


def test_the_citys_facts_are_public(story: Story):
    """Genesis is what every verifier starts from; the others are as genesis and policy have them."""
    city = story.city
    assert from_document(city.read("/v1/genesis").json) == city.genesis
    assert [d["code"] for d in city.read("/v1/districts").json["items"]][:2] == [GULOU, JIANYE]
    assert len(city.read("/v1/catalogue").json["items"]) == len(city.genesis.catalogue)
    assert city.read("/v1/policy").json["policy"]["version"] == 1
    assert city.read("/v1/checkpoint").code == "A16"


@pytest.mark.feature("K8")
def test_the_status_names_the_districts_it_waits_for(story: Story):
    """And everything that a wallet needs to sign."""
    status = story.city.read("/v1/status").json
    assert status["waiting_for"] == ["xuanwu"]
    assert status["peers"][1] == {"district": "xuanwu", "connected": False}
    assert status["height"] == story.city.executor.point.height
    assert status["now_ms"] >= status["time_ms"]
    assert status["state_root"] == story.city.executor.app.state_root.hex()
    assert status["chain_id"] == story.city.chain_id.hex()
    assert status["validity_ms"] == 7_200_000


def test_a_city_at_genesis_has_a_status(city: DoorCity):
    """Height 0 has a root and no block."""
    status = city.read("/v1/status").json
    assert (status["height"], status["log_size"]) == (0, 0)
    assert status["state_root"] == city.executor.app.state_root.hex()
    assert status["log_root"] == hashlib.sha256().hexdigest()


def test_a_journal_made_again_is_the_one_kept_with_each_block():
    """Whoever throws the database away gets the same answers back from the block log."""
    city = tell(DoorCity()).city
    before = {key: value for key, value in city.kv._map.items() if key.startswith(b"j")}
    city.kv.clear()
    city.open()
    after = {key: value for key, value in city.kv._map.items() if key.startswith(b"j")}
    assert after == before
    assert city.journal.height == city.executor.point.height


def test_a_node_that_starts_again_answers_as_before():
    """Nothing that the doors show lives only in memory."""
    story = tell(DoorCity())
    targets = [
        "/v1/orders",
        f"/v1/accounts/{story.li.hex()}/history",
        f"/v1/proofs/record/{story.settled.hex()}",
    ]
    before = [story.city.read_signed(target, story.li).content for target in targets]
    story.city.open()
    assert [story.city.read_signed(target, story.li).content for target in targets] == before


def test_an_order_that_left_the_state_is_still_shown_and_proven():
    """A year later the record is out of the tree; the passbook's line stands."""
    story = tell(DoorCity())
    city = story.city
    city.wait(city.genesis.policy.orders.kept_final_ms)
    city.wait(1_000)
    assert city.ledger.read(KINDS[Order].to_bytes(1, "big") + story.settled) is None
    shown = city.read_signed(f"/v1/orders/{story.settled.hex()}", story.li)
    assert shown.json["view"]["state"] == "settled"
    target = f"/v1/proofs/record/{story.settled.hex()}"
    assert verify_proof(city.genesis, city.read_signed(target, story.li).content).subject


def test_the_journal_knows_nothing_of_what_never_was():
    """Absent keys are None, not errors."""
    journal = Journal(MemoryKeyValue())
    assert journal.height == 0
    assert journal.effects(Hash(bytes(32))) is None
    assert journal.finals(Height(9)) == ()
    assert KINDS[Person] == 64
