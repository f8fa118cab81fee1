"""Archives with everything that is like money in them, and with a change of the policy."""

from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from msgspec.structs import replace as change

from node.audit.auditor import Auditor, Outcome
from node.audit.structure import Walk
from node.chain.policy import Policy, policy_hash
from node.chain.transition import active_policy
from node.chain.tx.governance import PolicyChange
from node.chain.types import Height, Minutes
from node.chain.verify import policies_in, start
from node.chain.violations import Violation, ViolationCode
from tests.archives import archive_of, drafts_of, seal, write_archive
from tests.money_city import MoneyCity
from tests.money_play import Play


@cache
def changed_city() -> MoneyCity:
    """A volunteer earns under version 1 and under version 2, which has another cap."""
    city = MoneyCity()
    volunteer = city.new_person("volunteer")
    city.earn(volunteer, 60)
    city.move(PolicyChange(second_policy(city)))
    while active_policy(city.ledger).version == 1:
        city.wait(1_000)
    city.earn(volunteer, 60)
    return city


def second_policy(city: MoneyCity) -> Policy:
    """Version 2 in fifteen blocks."""
    base = active_policy(city.ledger)
    height = Height(city.ledger.height + 15)
    persons = change(base.persons, cap_min=Minutes(90))
    return change(base, version=2, activation_height=height, persons=persons)


def audit(city: MoneyCity, archive: bytes) -> Outcome:
    return Auditor(city.genesis, lambda: BytesIO(archive)).run(1)


@pytest.mark.feature("A7")
@pytest.mark.feature("F1")
def test_entries_under_both_versions_verify_again() -> None:
    """Structure, signatures, replay and books, from the archive alone; the second hour met the lower cap."""
    city = changed_city()
    outcome = audit(city, archive_of(city))
    assert outcome.fault is None
    assert all(identity.holds for identity in outcome.identities)
    hashes = {policy_hash(city.chain_id, city.genesis.policy)}
    hashes.add(policy_hash(city.chain_id, active_policy(city.ledger)))
    assert {draft.policy_hash for draft in drafts_of(city)} == hashes


@pytest.mark.feature("A7")
def test_a_header_may_not_name_a_policy_before_anyone_has_moved_it() -> None:
    """The structural walk alone finds it, at its height; what replay adds is when it was due."""
    city = changed_city()
    second = policy_hash(city.chain_id, active_policy(city.ledger))
    drafts = drafts_of(city)
    drafts[4] = replace(drafts[4], policy_hash=second)
    archive = write_archive(city.genesis, seal(city.genesis, drafts))
    with pytest.raises(Violation) as caught:
        list(Walk(BytesIO(archive), city.genesis).steps())
    assert (caught.value.code, caught.value.height) == (ViolationCode.POLICY_HASH, 5)


@pytest.mark.feature("A7")
def test_a_policy_in_force_a_block_too_early_is_found_by_replay() -> None:
    """Adopted, known, and not yet due."""
    city = changed_city()
    second = policy_hash(city.chain_id, active_policy(city.ledger))
    drafts = drafts_of(city)
    first = next(i for i, draft in enumerate(drafts) if draft.policy_hash == second)
    drafts[first - 1] = replace(drafts[first - 1], policy_hash=second)
    outcome = audit(city, write_archive(city.genesis, seal(city.genesis, drafts)))
    assert isinstance(outcome.fault, Violation)
    assert (outcome.fault.code, outcome.fault.height) == (ViolationCode.POLICY_HASH, first)


def test_a_state_knows_the_policies_that_may_come_into_force() -> None:
    """Of genesis, adopted and merely moved: a node that opens its state accepts the same headers as one that walked."""
    city = MoneyCity()
    known = start(city.genesis).known_policies
    assert policies_in(city.chain_id, city.ledger.records.values()) == known
    policy = second_policy(city)
    city.move(PolicyChange(policy), voters=1)
    moved = policies_in(city.chain_id, city.ledger.records.values())
    assert moved == known | {policy_hash(city.chain_id, policy)}


@pytest.mark.feature("A8")
@pytest.mark.feature("F3")
@pytest.mark.slow
def test_the_auditor_adds_up_a_history_of_everything_like_money() -> None:
    """Corrections, claims, capacity, events, entries and settlements at random, then from the archive alone."""
    play = Play(5)
    for _ in range(80):
        play.step()
    outcome = audit(play.city, archive_of(play.city))
    assert outcome.fault is None
    assert all(identity.holds for identity in outcome.identities)
