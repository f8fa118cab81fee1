"""Archives of a real chain: sound ones pass with the right totals, every corruption gets its code and height."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise

import pytest
from msgspec.structs import replace as change

from node.audit.auditor import Auditor, Outcome
from node.audit.books import Identity, check_books, identities
from node.audit.sentences import EXPLANATIONS
from node.audit.structure import Walk
from node.audit.sums import sum_books
from node.audit.tally import Tally
from node.chain import keys
from node.chain.archive import ArchiveWriter
from node.chain.books import district_holdings
from node.chain.genesis import Genesis
from node.chain.records.accounts import District, Totals
from node.chain.tx.identity import Register
from node.chain.types import ZERO_HASH, Hash
from node.chain.verify import header_fault
from node.chain.violations import Incomplete, Violation, ViolationCode
from tests.archives import Draft, Plant, archive_of, drafts_of, long_story, seal, small_story
from tests.corruptions import corruptions
from tests.damages import Corruption, flipped
from tests.kernel_city import GULOU, SITE, KernelCity, seed_of


@cache
def small() -> KernelCity:
    return small_story()


@cache
def planted() -> dict[str, Corruption]:
    return {one.name: one for one in corruptions(small())}


def audit(genesis: Genesis, archive: bytes, jobs: int = 1) -> Outcome:
    return Auditor(genesis, lambda: BytesIO(archive)).run(jobs)


def walk(genesis: Genesis, archive: bytes) -> Violation | Incomplete | None:
    """The structural half alone."""
    try:
        for _ in Walk(BytesIO(archive), genesis).steps():
            pass
    except (Violation, Incomplete) as fault:
        return fault
    return None


@pytest.mark.feature("A4")
@pytest.mark.parametrize("story", [small_story, long_story])
def test_replay_from_genesis_ends_in_the_state_of_the_city(story: Callable[[], KernelCity]):
    """Another machine with genesis and archive alone has every root that the city had."""
    city = story()
    outcome = audit(city.genesis, archive_of(city))
    assert outcome.fault is None
    assert outcome.state_root == city.ledger.tree.root
    assert outcome.tally.blocks == len(city.blocks)
    assert all(identity.holds for identity in outcome.identities)


def test_the_writer_of_nodes_and_that_of_the_tests_write_the_same_bytes():
    """What the tests damage is what a node exports."""
    city, sink = small(), BytesIO()
    sealed = seal(city.genesis, drafts_of(city))
    writer = ArchiveWriter(sink, city.genesis, city.chain_id)
    for one in sealed:
        writer.block(one.block, one.summary, one.id)
    writer.finish(sealed[-1].certificate)
    assert sink.getvalue() == archive_of(city)


@pytest.mark.feature("A2")
@pytest.mark.feature("F1")
@pytest.mark.parametrize("name", sorted(planted()))
def test_a_corruption_gets_its_own_code_and_the_first_bad_height(name: str):
    """Only the planted thing is wrong, and it is named exactly."""
    corruption = planted()[name]
    fault = audit(small().genesis, corruption.archive).fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height, fault.index) == (
        corruption.code,
        corruption.height,
        corruption.index,
    ), fault


@pytest.mark.parametrize("name", sorted(planted()))
def test_structure_alone_finds_what_needs_no_rules(name: str):
    """The walk names the same thing as the whole audit, or leaves it to replay."""
    corruption = planted()[name]
    fault = walk(small().genesis, corruption.archive)
    in_transactions = corruption.code >= ViolationCode.TRANSACTION_FORM
    if corruption.structural and not in_transactions:
        assert isinstance(fault, Violation)
        assert fault.code == corruption.code
    else:
        assert fault is None


def test_at_least_twenty_kinds_are_told_apart():
    """A number that stood for everything would say nothing."""
    assert len({corruption.code for corruption in planted().values()}) >= 35


@pytest.mark.slow
@pytest.mark.feature("A2")
def test_no_byte_can_be_changed():
    """Every single byte, one bit each: a violation, at a height no later than the block after it."""
    city = small()
    archive, genesis = archive_of(city), city.genesis
    last = len(city.blocks)
    for position in range(len(archive)):
        bit = 1 << position % 8
        changed = archive[:position] + bytes([archive[position] ^ bit]) + archive[position + 1 :]
        fault = walk(genesis, changed)
        assert isinstance(fault, Violation), f"byte {position}: {fault}"
        assert 0 <= fault.height <= last


@pytest.mark.feature("A2")
@pytest.mark.slow
def test_the_whole_audit_agrees_on_a_sample_of_changed_bytes():
    """The walk is the first half of the audit, so nothing that it refuses passes."""
    city = small()
    archive = archive_of(city)
    for position in range(0, len(archive), 211):
        changed = archive[:position] + bytes([archive[position] ^ 0x40]) + archive[position + 1 :]
        assert isinstance(audit(city.genesis, changed).fault, Violation), position


@pytest.mark.slow
def test_an_archive_that_stops_early_is_incomplete():
    """Nothing is wrong with what is there; the height says how far it goes."""
    city = small()
    archive = archive_of(city)
    for length in range(0, len(archive), 101):
        fault = audit(city.genesis, archive[:length]).fault
        assert isinstance(fault, Incomplete), length
    assert isinstance(audit(city.genesis, archive[:-1]).fault, Incomplete)


def test_damage_before_the_cut_counts_more_than_the_cut():
    """A file that is both damaged and cut is a violation."""
    corruption = planted()["rule broken"]
    fault = audit(small().genesis, corruption.archive[:-40]).fault
    assert isinstance(fault, Violation)
    assert fault.code is ViolationCode.RULE


def test_what_replay_finds_comes_before_what_the_walk_finds_later():
    """The walk runs ahead of execution; the first bad height is still the first."""
    corruption = planted()["state root"]
    ruined = corruption.archive[:-200] + bytes(200)
    fault = audit(small().genesis, ruined).fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height) == (ViolationCode.STATE_ROOT, corruption.height)


@pytest.mark.feature("A2")
def test_a_block_that_the_city_did_not_certify_is_the_bad_one():
    """A changed maker is seen in the next block, whose certificate says which of the two is wrong."""
    city = small()
    archive = archive_of(city)
    header = seal(city.genesis, drafts_of(city))[5].block.header
    maker_at = archive.index(header.last_commit_hash) + 32
    assert archive[maker_at] == header.maker
    changed = archive[:maker_at] + bytes([header.maker ^ 1]) + archive[maker_at + 1 :]
    fault = audit(city.genesis, changed).fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height) == (ViolationCode.CERTIFICATE, 6)


@pytest.mark.feature("K1")
def test_a_single_block_verifies_by_genesis_and_its_certificate_alone():
    """No neighbour is needed, and another header does not pass."""
    city = small()
    sealed = seal(city.genesis, drafts_of(city))
    authorities = city.genesis.authorities
    for one, other in pairwise(sealed):
        header, certificate = one.block.header, one.certificate
        assert header_fault(city.chain_id, authorities, header, certificate) is None
        assert header_fault(city.chain_id, authorities, other.block.header, certificate) is not None


def test_totals_are_those_of_the_story():
    """Earned in Gulou, redeemed in Jianye, given, donated; the rest is still in the fund."""
    city = long_story()
    outcome = audit(city.genesis, archive_of(city))
    gulou, jianye = outcome.sums.districts["gulou"], outcome.sums.districts["jianye"]
    assert (gulou.minted, gulou.earned_min, gulou.redeemed_min, gulou.funded_min) == (
        6_000,
        60,
        60,
        60,
    )
    assert (jianye.earned_min, jianye.gifted_min, jianye.donated_min) == (60, 20, 30)
    assert outcome.sums.held["gulou"] + outcome.sums.funds_held["gulou"] == 60
    assert [(p.low, p.high, p.flow.balance) for p in outcome.sums.positions] == [
        ("city", "jianye", 30),
        ("gulou", "jianye", -60),
    ]
    assert district_holdings(gulou) == 5_940


@pytest.mark.feature("F3")
def test_orders_on_behalf_are_listed_by_recorder_site_and_method():
    """Staff who act for others stand in the auditor's list."""
    city = long_story()
    outcome = audit(city.genesis, archive_of(city))
    ((key, total),) = outcome.tally.on_behalf.items()
    assert (key.district, key.site, key.recorder) == (GULOU, SITE, city.staff("recorder", GULOU))
    assert (key.consent, key.method) == ("in-person", "own-key")
    assert (total.orders, total.minutes) == (1, 60)


def test_participation_counts_who_signed_each_block():
    """All sign, or all but one at every third height."""
    tally = audit(small().genesis, archive_of(small())).tally
    assert set(tally.due.values()) == {10}
    assert sum(tally.signed.values()) == 10 * 4 - 3
    assert sum(tally.made.values()) == 10


def test_an_identity_that_does_not_hold_is_a_violation():
    """Rules keep the books, so only the check itself can be shown."""
    check_books([Identity("even", 1, 1)], 9)
    with pytest.raises(Violation) as caught:
        check_books([Identity("even", 1, 1), Identity("odd", 1, 2)], 9)
    assert (caught.value.code, caught.value.height) == (ViolationCode.IDENTITY, 9)


def test_running_totals_that_lie_are_found_in_the_full_sums():
    """Books may agree with each other and not with the accounts."""
    city = small()
    records = list(city.ledger.records.values())
    lying = [
        change(record, persons=Totals(0, 31))
        if isinstance(record, District) and record.code == GULOU
        else record
        for record in records
    ]
    broken = [one.name for one in identities(sum_books(lying), Tally()) if not one.holds]
    assert "gulou: stores = running total" in broken


@pytest.mark.slow
def test_worker_processes_give_the_same_verdicts():
    """Signatures verified ahead in two processes, a forged one among them."""
    city = KernelCity()
    recorder = city.staff("recorder", GULOU)
    body = Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
    city.block(*(city.sign(recorder, body, sequence=(0, n)) for n in range(40)))
    sound = archive_of(city)
    outcome = audit(city.genesis, sound, jobs=2)
    assert outcome.fault is None
    assert outcome.signatures == 40 + 4

    def forge(_: int, draft: Draft) -> Draft:
        *others, last = draft.transactions
        return replace(draft, transactions=(*others, last[:-64] + flipped(last[-64:])))

    fault = audit(city.genesis, archive_of(city, Plant(draft=forge)), jobs=2).fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height, fault.index) == (ViolationCode.SIGNATURE, 1, 39)


def test_an_archive_without_blocks_is_sound():
    """A city on its first day."""
    city = KernelCity()
    outcome = audit(city.genesis, archive_of(city))
    assert outcome.fault is None
    assert outcome.point.block_id == city.chain_id


def test_every_kind_of_violation_has_its_sentence():
    """A number that a person sees is explained in both languages, no two alike."""
    assert set(EXPLANATIONS) == set(ViolationCode)
    assert len({text.zh for text in EXPLANATIONS.values()}) == len(ViolationCode)
    assert len({text.en for text in EXPLANATIONS.values()}) == len(ViolationCode)
    assert all(text.zh.endswith("。") and text.en.endswith(".") for text in EXPLANATIONS.values())


def test_signatures_of_the_test_city_are_real():
    """The archives of these tests are signed by the keys of their genesis."""
    member = small().genesis.authorities.members[0]
    assert keys.public_key(seed_of(f"consensus/{member.district}")) == member.consensus_key
    assert small().chain_id != Hash(bytes(32))
