"""Proofs made from an archive, anchored in a block or in a checkpoint, on a disk or on paper."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.audit.auditor import Auditor
from node.audit.commands import audit_group
from node.audit.proving import (
    AboutOrder,
    AboutRecord,
    AboutSupply,
    AboutTransaction,
    NothingToProveError,
    Prover,
    Wanted,
)
from node.audit.supply import Movers, read_statement
from node.chain.block import decode_header
from node.chain.checkpoint import Checkpoint, Note, encode_note, origin_of, parse_note, sign_line
from node.chain.codec import encode
from node.chain.compact import PARTS_MAX, from_base45, from_parts, to_base45, to_parts
from node.chain.errors import Malformed
from node.chain.genesis_document import to_document
from node.chain.proof import Anchor, Proven, Supply, decode_proof, verify_proof
from node.chain.records import KINDS, decode_record
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import Hash, Height, Id
from tests.archives import archive_of, drafts_of, seal, small_story
from tests.kernel_city import seed_of

CITY = small_story()
ARCHIVE = archive_of(CITY)
SEALED = seal(CITY.genesis, drafts_of(CITY))
EARNER = next(r for r in CITY.ledger.records.values() if isinstance(r, Person) and r.earned_min)
DISTRICTS = tuple(m.district for m in CITY.genesis.authorities.members)


def note_at(height: int, districts: tuple[str, ...] = DISTRICTS) -> bytes:
    header = SEALED[height - 1].block.header
    origin = origin_of(CITY.genesis.city, CITY.chain_id)
    checkpoint = Checkpoint(origin, header.log_size, header.log_root)
    lines = tuple(sign_line(checkpoint, seed_of(f"checkpoint/{one}")) for one in districts)
    return encode_note(Note(checkpoint, lines))


def proof(wanted: Wanted, at: int | None = None, note: bytes | None = None) -> bytes:
    prover = Prover(
        wanted, None if at is None else Height(at), None if note is None else parse_note(note)
    )
    auditor = Auditor(CITY.genesis, lambda: BytesIO(ARCHIVE), watchers=(prover,))
    assert auditor.run().fault is None
    return prover.finish(auditor)


def proven(wanted: Wanted, at: int | None = None, note: bytes | None = None) -> Proven:
    return verify_proof(CITY.genesis, proof(wanted, at, note))


BALANCE = AboutRecord(KINDS[Person], EARNER.id)
FINAL = next((e.height, decode_record(e.finals[0])) for e in CITY.executions if e.finals)


@pytest.mark.feature("F2")
@pytest.mark.parametrize("note", [None, note_at(10)], ids=["block", "checkpoint"])
@pytest.mark.slow
def test_a_balance_is_proven_at_every_height(note: bytes | None):
    """What the account held then, not what it holds now."""
    balances = []
    for at in range(1, 11):
        found = proven(BALANCE, at, note)
        assert (found.height, found.signers >= 3) == (at, True)
        balances.append(
            found.subject.available.balance if isinstance(found.subject, Person) else None
        )
    assert balances[0] == 0 or balances[0] is None
    assert balances[-1] == EARNER.available.balance
    assert len(set(balances)) >= 2


@pytest.mark.slow
def test_every_claim_is_anchored_in_a_block_or_in_a_checkpoint():
    """Transaction, final order, absence and totals."""
    raw = SEALED[3].block.transactions[0]
    tx_id = next(
        Hash(id_)
        for e in CITY.executions
        for id_ in [receipt.tx_id for receipt in e.receipts]
        if e.height == 4
    )
    order = FINAL[1]
    assert isinstance(order, Order)
    for note in (None, note_at(10)):
        transaction = proven(AboutTransaction(tx_id), None, note).subject
        assert isinstance(transaction, SignedTransaction)
        assert transaction.raw == raw
        final = proven(AboutOrder(order.id), None, note)
        assert (final.subject, final.final_height) == (order, FINAL[0])
        assert proven(AboutRecord(KINDS[Person], bytes(16)), 7, note).subject is None
        assert isinstance(proven(AboutSupply(), 1, note).subject, Supply)


def test_what_is_not_there_is_not_proven():
    """No proof file says less than it seems to."""
    for wanted, at, note in (
        (BALANCE, 11, None),
        (AboutTransaction(Hash(bytes(32))), None, None),
        (AboutOrder(Id(bytes(16))), None, None),
        (BALANCE, 9, note_at(5)),
    ):
        with pytest.raises(NothingToProveError):
            proof(wanted, at, note)


def test_a_checkpoint_needs_a_quorum_and_nobody_else():
    """Two of four have signed nothing for the city; a stranger's line is nobody's."""
    with pytest.raises(Malformed, match="quorum"):
        proven(BALANCE, 5, note_at(10, DISTRICTS[:2]))
    note = parse_note(note_at(10))
    stranger = sign_line(note.checkpoint, seed_of("stranger"))
    longer = encode_note(Note(note.checkpoint, (*note.lines, stranger)))
    assert proven(BALANCE, 5, longer).signers == 4
    made = proof(BALANCE, 5, note_at(10))
    forged = made.replace(encode(note_at(10))[3:], encode(longer)[3:])
    with pytest.raises(Malformed):
        verify_proof(CITY.genesis, forged)


@pytest.mark.feature("F2")
@pytest.mark.parametrize("note", [None, note_at(10, DISTRICTS[:3])], ids=["block", "checkpoint"])
def test_no_byte_of_a_proof_can_change(note: bytes | None):
    """Every seventh byte here, every byte of the shorter ones elsewhere."""
    made = proof(BALANCE, 6, note)
    for at in range(0, len(made), 7):
        changed = bytearray(made)
        changed[at] ^= 1 + at % 255
        with pytest.raises(Malformed):
            verify_proof(CITY.genesis, bytes(changed))


@pytest.mark.feature("L5")
@pytest.mark.feature("A8")
def test_the_supply_is_added_up_from_a_statement_and_a_checkpoint():
    """I2 of the city, I6 of every district, no archive and no node."""
    subject = proven(AboutSupply(), 1, note_at(10)).subject
    assert isinstance(subject, Supply)
    found = read_statement(subject, len(CITY.genesis.districts))
    names = [one.name[:2] for one in found.identities]
    assert names == ["I6"] * (len(names) - 1) + ["I2"] if found.is_whole else ["I6"] * len(names)
    assert all(one.holds for one in found.identities)


@pytest.mark.feature("L5")
def test_small_days_are_withheld_and_never_one_district_alone():
    """One missing district would follow from the total."""
    movers = Movers()
    auditor = Auditor(CITY.genesis, lambda: BytesIO(ARCHIVE), watchers=(movers,))
    assert auditor.run().fault is None
    withheld = movers.withheld(CITY.ledger.districts)
    assert "gulou" in withheld
    assert len(withheld) >= 2
    subject = proven(AboutSupply()).subject
    assert isinstance(subject, Supply)
    assert not withheld & {one.code for one in subject.districts}
    found = read_statement(subject, len(CITY.genesis.districts))
    assert not found.is_whole
    assert found.rest_min >= 0


@pytest.mark.feature("A8")
def test_what_was_withheld_on_one_day_is_not_read_off_the_difference_to_the_next():
    """Persons are counted until the district's totals are published; then the count begins anew."""
    movers = Movers()
    changed = movers._changed
    homes = ("gulou", "jianye", "xuanwu")
    changed["gulou"], changed["jianye"] = {b"1", b"2"}, {b"3", b"4", b"5", b"6", b"7"}
    assert movers.withheld(homes) == {"gulou", "xuanwu"}
    movers._publish(homes)
    assert not changed["jianye"]
    assert movers.withheld(homes) == {"gulou", "jianye"}, (
        "a quiet day would show the two of the day before"
    )
    changed["gulou"] |= {b"8", b"9", b"10"}
    assert movers.withheld(homes) == frozenset()
    movers._publish(homes)
    assert not changed["gulou"]


def test_a_proof_fits_on_paper_and_comes_back_from_its_codes():
    """In any order, some of them scanned twice."""
    made = proof(BALANCE, 6)
    parts = to_parts(made)
    assert 1 < len(parts) <= PARTS_MAX
    assert all(len(part) <= 930 for part in parts)
    back = from_parts([*reversed(parts), parts[0]])
    assert back == made
    assert verify_proof(CITY.genesis, back).subject is not None


def test_the_verifier_brings_the_trail():
    """Paper holds what is of this proof alone."""
    made = decode_proof(proof(BALANCE, 6))
    assert isinstance(made.anchor, Anchor)
    assert decode_header(encode(made.anchor.header)) == made.anchor.header
    assert from_parts(to_parts(encode(made)), trail=()) == encode(made)


def test_codes_of_two_proofs_do_not_mix():
    """Nor is a missing one overlooked."""
    one, other = to_parts(proof(BALANCE, 6)), to_parts(proof(BALANCE, 7))
    for parts in ([], one[:-1], [one[0], *other[1:]], [*one, other[0]], [one[0][:-1], *one[1:]]):
        with pytest.raises(Malformed):
            from_parts(parts)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_base45_gives_back_every_bytes(data: bytes):
    """RFC 9285."""
    assert from_base45(to_base45(data)) == data


def test_base45_is_that_of_the_rfc():
    """Its own examples."""
    assert to_base45(b"AB") == "BB8"
    assert to_base45(b"Hello!!") == "%69 VD92EX0"
    assert from_base45("QED8WEX0") == b"ietf!"
    for bad in ("GGW", "A", "::", "abc"):
        with pytest.raises(Malformed):
            from_base45(bad)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(max_size=60), max_size=3)
    | st.lists(
        st.from_regex(r"TB1:[1-3]/[1-3]:[0-9A-F]{8}:[0-9A-Z $%*+./:-]{1,40}", fullmatch=True),
        max_size=3,
    )
)
@pytest.mark.slow
def test_arbitrary_codes_are_refused_with_the_one_fault(parts: list[str]):
    """Whatever a scanner reads."""
    with pytest.raises(Malformed):
        from_parts(parts)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2_000))
@pytest.mark.slow
def test_arbitrary_bytes_in_a_proof_are_refused_with_the_one_fault(noise: bytes, at: int):
    """Alone, and written over a sound one with a checkpoint in it."""
    for raw in (noise, SOUND[:at] + noise + SOUND[at + len(noise) :]):
        if raw != SOUND:
            with pytest.raises(Malformed):
                verify_proof(CITY.genesis, raw)


SOUND = proof(BALANCE, 6, note_at(10))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "archive.bin").write_bytes(ARCHIVE)
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    (tmp_path / "note.txt").write_bytes(note_at(10))
    return tmp_path


def run(*words: object) -> int:
    return audit_group.main([str(word) for word in words], standalone_mode=False) or 0


def test_an_auditor_writes_a_proof_for_somebody(files: Path, capsys: pytest.CaptureFixture[str]):
    """A file, codes for paper, and the same verdict from both."""
    genesis = ("--genesis", files / "genesis.json")
    out = files / "balance.proof"
    words = ("--at", 6, "--out", out, "--codes", files / "codes", "--json")
    assert run("prove", files / "archive.bin", "balance", EARNER.id.hex(), *genesis, *words) == 0
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert from_parts(parts) == out.read_bytes()
    assert len(list((files / "codes").glob("*.svg"))) == len(parts)
    codes = files / "codes" / "balance.codes.txt"
    assert run("verify-proof", out, codes, *genesis, "--json") == 0
    seen = json.loads(capsys.readouterr().out)["proofs"]
    assert [(one["height"], one["subject"]) for one in seen] == [(6, "person")] * 2
    bad = ("--out", out)
    assert run("prove", files / "archive.bin", "balance", "zz", *genesis, *bad) == 3
    assert run("prove", files / "archive.bin", "record", "nothing:1", *genesis, *bad) == 3
    assert run("prove", files / "archive.bin", "order", "00" * 16, *genesis, *bad) == 2
    capsys.readouterr()


def test_anybody_checks_the_supply(files: Path, capsys: pytest.CaptureFixture[str]):
    """0 when it balances whole, 2 when districts are withheld, 1 in another log."""
    genesis = ("--genesis", files / "genesis.json")
    out = files / "supply.proof"
    note = ("--checkpoint", files / "note.txt")
    assert run("prove", files / "archive.bin", "supply", *genesis, *note, "--out", out) == 0
    assert run("supply", out, *genesis, *note, "--json") == 2
    seen = json.loads(capsys.readouterr().out.split("\n", 3)[-1].strip() or "{}") or {}
    assert seen.get("whole", False) is False
    (files / "other.txt").write_bytes(note_at(4))
    assert run("supply", out, *genesis, "--checkpoint", files / "other.txt") == 1
    assert run("supply", files / "archive.bin", *genesis) == 1
    capsys.readouterr()
