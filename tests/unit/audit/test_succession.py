"""Archives of a city whose set changes: sound from their bytes, and every lie about the set is found."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace as change

from node.audit.auditor import Auditor, Outcome
from node.chain import keys
from node.chain.certificate import authority_set_hash
from node.chain.codec import encode
from node.chain.genesis_document import to_document
from node.chain.seats import Epoch, epochs_of
from node.chain.types import Height
from node.chain.verify import AuthorityChange
from node.chain.violations import Violation, ViolationCode
from tests.archives import Draft, Plant, archive_of, drafts_of, seal, trail_of, write_archive
from tests.authority_city import authority, succession_story
from tests.certifying import certify
from tests.kernel_city import DISTRICTS, GULOU, seed_of
from tests.reference.verify_min import Bad, verify_archive
from tests.trails import TRAILS

VERIFIER = Path(__file__).resolve().parents[2] / "js" / "verify.mjs"
CITY = succession_story()
EPOCHS = epochs_of(CITY.ledger, CITY.ledger.height)
FIRST, SECOND, THIRD = (epoch.first_height for epoch in EPOCHS[1:])


def audit(raw: bytes) -> Outcome:
    return Auditor(CITY.genesis, lambda: BytesIO(raw)).run()


def found(raw: bytes) -> tuple[ViolationCode, int]:
    """The first violation and its height."""
    fault = audit(raw).fault
    assert isinstance(fault, Violation)
    return fault.code, fault.height


@pytest.mark.feature("B6")
@pytest.mark.feature("K1")
def test_an_archive_with_an_added_a_rotated_and_a_removed_seat_is_sound() -> None:
    """Three changes, evidence of two generations of a key; the end is where the city is."""
    outcome = audit(archive_of(CITY))
    assert outcome.fault is None
    assert outcome.state_root == CITY.ledger.state_root
    assert outcome.point.epochs == EPOCHS
    assert [len(e.authorities.members) for e in EPOCHS] == [4, 5, 5, 4]


@pytest.mark.feature("K1")
def test_the_reference_verifier_follows_the_trail_too() -> None:
    """Nothing of ours but the bytes."""
    said = verify_archive(archive_of(CITY), encode(CITY.genesis))
    assert said.startswith(f"sound: height {CITY.ledger.height}")


@pytest.mark.feature("K1")
@pytest.mark.parametrize("name", TRAILS)
def test_a_wrong_trail_is_found(name: str) -> None:
    """By the auditor with its code, and by the reference verifier."""
    plant, code = TRAILS[name]
    raw = archive_of(CITY, plant)
    assert found(raw)[0] is code
    with pytest.raises(Bad):
        verify_archive(raw, encode(CITY.genesis))


@pytest.mark.slow
@pytest.mark.feature("L2")
def test_the_verifier_in_javascript_follows_the_trail_too(tmp_path: Path) -> None:
    """Another language, the same verdicts: the sound archive, and each wrong trail."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    cases = [(None, 0), *((plant, 1) for plant, _ in TRAILS.values())]
    for plant, code in cases:
        (tmp_path / "archive.bin").write_bytes(archive_of(CITY, plant))
        command = [program, str(VERIFIER), "archive.bin", "genesis.json"]
        done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr


def resealed(make: Callable[[int, Draft], Draft], epochs: tuple[Epoch, ...]) -> bytes:
    """The same blocks, signed by the sets that ``epochs`` says, with the trail that fits them."""
    drafts = [make(height, draft) for height, draft in enumerate(drafts_of(CITY), 1)]
    sealed = seal(CITY.genesis, drafts, None, epochs)
    trail = [
        AuthorityChange(
            sealed[e.first_height - 2].block.header,
            sealed[e.first_height - 2].certificate,
            e.authorities,
        )
        for e in epochs[1:]
    ]
    return write_archive(CITY.genesis, sealed, trail)


def with_sets(epochs: tuple[Epoch, ...]) -> Callable[[int, Draft], Draft]:
    """What headers say of their sets if these signed."""

    def made(height: int, draft: Draft) -> Draft:
        hashes = [
            authority_set_hash(
                CITY.chain_id, [e.authorities for e in epochs if e.first_height <= at][-1]
            )
            for at in (height, height + 1)
        ]
        return replace(draft, authorities_hash=hashes[0], next_authorities_hash=hashes[1])

    return made


@pytest.mark.feature("B6")
def test_a_change_that_nobody_voted_for_is_found() -> None:
    """Certified by the set itself, with a fitting trail: only the votes are missing."""
    lone = authority(GULOU, "/3")
    members = (lone, *EPOCHS[0].authorities.members[1:])
    epochs = (EPOCHS[0], Epoch(Height(3), change(EPOCHS[0].authorities, members=members)))
    raw = resealed(with_sets(epochs), epochs)
    assert found(raw) == (ViolationCode.AUTHORITIES_HASH, 2)


@pytest.mark.feature("B6")
@pytest.mark.parametrize("shift", [-1, 1])
def test_a_set_that_signs_a_block_too_early_or_too_late_is_found(shift: int) -> None:
    """C16: the set that passed in block h signs from h + 2, not from h + 1 and not from h + 3."""
    moved = Epoch(Height(FIRST + shift), EPOCHS[1].authorities)
    epochs = (EPOCHS[0], moved, *EPOCHS[2:])
    raw = resealed(with_sets(epochs), epochs)
    assert found(raw) == (ViolationCode.AUTHORITIES_HASH, FIRST + min(shift, 0) - 1)


@pytest.mark.feature("B6")
def test_a_block_signed_by_a_retired_key_is_refused() -> None:
    """Quorum and links are right, but one signature is of the key before the rotation."""
    height = SECOND + 1

    def old_key(certificate_height: int, right: object) -> object:
        if certificate_height != height:
            return right
        return certify(
            CITY.genesis,
            height,
            right.block_id,  # type: ignore[attr-defined]
            range(5),
            authorities=EPOCHS[1].authorities,
        )

    raw = archive_of(CITY, Plant(certificate=old_key))  # type: ignore[arg-type]
    assert found(raw) == (ViolationCode.CERTIFICATE, height)
    with pytest.raises(Bad):
        verify_archive(raw, encode(CITY.genesis))


def test_evidence_that_stands_already_or_is_of_a_height_to_come_is_found() -> None:
    """The auditor executes evidence: once for each authority and height."""
    drafts = drafts_of(CITY)
    holder = next(at for at, d in enumerate(drafts) if d.evidence)
    twice = list(drafts)
    twice[holder] = replace(drafts[holder], evidence=drafts[holder].evidence * 2)
    raw = write_archive(
        CITY.genesis, sealed := seal(CITY.genesis, twice, None, EPOCHS), trail_of(CITY, sealed)
    )
    assert found(raw) == (ViolationCode.EVIDENCE, holder + 1)
    ahead = list(drafts)
    ahead[holder] = replace(drafts[holder], evidence=(CITY.double(height=holder + 9),))
    raw = write_archive(
        CITY.genesis, sealed := seal(CITY.genesis, ahead, None, EPOCHS), trail_of(CITY, sealed)
    )
    assert found(raw) == (ViolationCode.EVIDENCE, holder + 1)


def test_evidence_left_out_of_a_block_is_found() -> None:
    """The state has an offence that no block shows."""
    drafts = [replace(d, evidence=()) for d in drafts_of(CITY)]
    sealed = seal(CITY.genesis, drafts, None, EPOCHS)
    raw = write_archive(CITY.genesis, sealed, trail_of(CITY, sealed))
    assert found(raw)[0] is ViolationCode.STATE_ROOT


def test_the_story_is_what_it_says() -> None:
    """Its last set has the fifth seat and the rotated key, and lacks the last of the first four."""
    members = {m.district: m for m in EPOCHS[-1].authorities.members}
    assert DISTRICTS[3] not in members
    assert members[GULOU].consensus_key == keys.public_key(seed_of("consensus/gulou/2"))
    assert THIRD > SECOND > FIRST
