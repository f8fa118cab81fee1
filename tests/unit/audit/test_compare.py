"""Archives of two districts: one history or two, and who signed both."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from node.audit.commands import audit_group
from node.audit.compare import Compared, compare
from node.chain.certificate import CommitCertificate, check_evidence, decode_evidence
from node.chain.genesis_document import to_document
from node.chain.types import EpochMs
from node.chain.violations import Incomplete, ViolationCode
from tests.archives import Draft, Plant, archive_of, drafts_of, seal, small_story, write_archive
from tests.certifying import certify

CITY = small_story()
SOUND = archive_of(CITY)
PART = 5
"""Where the planted histories part."""


def other_history(round_: int = 0, signers: tuple[int, ...] = (0, 1, 2)) -> bytes:
    """The same city, which decided another time for one block."""

    def later(height: int, draft: Draft) -> Draft:
        return replace(draft, time_ms=EpochMs(draft.time_ms + 1)) if height == PART else draft

    def signed(height: int, right: CommitCertificate) -> CommitCertificate:
        if height != PART:
            return right
        return certify(CITY.genesis, height, right.block_id, signers, round_)

    plant = Plant(draft=later, certificate=signed)
    return write_archive(CITY.genesis, seal(CITY.genesis, drafts_of(CITY), plant))


def compared(one: bytes, other: bytes) -> Compared:
    return compare(CITY.genesis, lambda: BytesIO(one), lambda: BytesIO(other))


def prefix(height: int) -> bytes:
    """An archive of the first blocks, with a tip certificate by other authorities than the chain kept."""
    sealed = seal(CITY.genesis, drafts_of(CITY))[:height]
    tip = certify(CITY.genesis, height, sealed[-1].id, (1, 2, 3))
    return write_archive(CITY.genesis, [*sealed[:-1], replace(sealed[-1], certificate=tip)])


def test_the_same_history_with_another_tip_certificate_is_one_history():
    """Two honest nodes hold different quorums for their last block."""
    for height in (1, 4, 10):
        found = compared(SOUND, prefix(height))
        assert (found.agreed, found.fork, found.fault) == (height, None, None)


def test_double_precommitters_are_convicted_by_the_two_archives_alone():
    """Who signed two blocks in one round has no excuse, and the evidence is the chain's own."""
    found = compared(SOUND, other_history())
    assert found.fork is not None
    assert (found.agreed, found.fork.height, found.fork.both) == (PART - 1, PART, ())
    members = CITY.genesis.authorities.members
    assert [district for district, _ in found.fork.evidence] == [m.district for m in members[:3]]
    for index, (_, evidence) in enumerate(found.fork.evidence):
        assert check_evidence(CITY.chain_id, CITY.genesis.authorities, evidence).signer == index


def test_who_signed_in_different_rounds_is_named_and_not_convicted():
    """An honest authority may change its block when a later round allows it."""
    found = compared(SOUND, other_history(round_=1, signers=(1, 2, 3)))
    assert found.fork is not None
    assert (found.fork.rounds, found.fork.evidence) == ((0, 1), ())
    assert found.fork.both == tuple(m.district for m in CITY.genesis.authorities.members[1:])


def test_at_least_a_third_stands_in_every_fork():
    """Two quorums of four share at least two."""
    found = compared(SOUND, other_history(signers=(1, 2, 3)))
    assert found.fork is not None
    assert len(found.fork.evidence) >= CITY.genesis.authorities.faults + 1


def test_a_damaged_archive_is_named_and_the_other_read_to_its_end():
    """A fault of one says nothing of the other."""
    found = compared(SOUND, SOUND[: len(SOUND) // 2])
    assert isinstance(found.fault, Incomplete)
    assert found.sides[0].fault is None
    assert found.sides[0].height == 10
    flipped = bytearray(SOUND)
    flipped[len(SOUND) // 2] ^= 1
    assert compared(bytes(flipped), SOUND).sides[0].fault is not None


@pytest.mark.feature("K10")
def test_the_command_exits_with_one_for_a_fork_and_gives_the_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Machines take the evidence from one document; people read the districts."""
    (tmp_path / "a.bin").write_bytes(SOUND)
    (tmp_path / "b.bin").write_bytes(other_history())
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    words = [str(tmp_path / name) for name in ("a.bin", "b.bin")]
    words += ["--genesis", str(tmp_path / "genesis.json")]
    assert audit_group.main(["compare", *words, "--json"], standalone_mode=False) == 1
    seen = json.loads(capsys.readouterr().out)
    convicted = seen["fork"]["convicted"]
    assert [one["district"] for one in convicted] == [
        m.district for m in CITY.genesis.authorities.members[:3]
    ]
    decode_evidence(bytes.fromhex(convicted[0]["evidence"]))
    assert audit_group.main(["compare", *words, "--lang", "zh"], standalone_mode=False) == 1
    captured = capsys.readouterr()
    assert "证据确凿" in captured.out
    assert f"V{ViolationCode.FORK.value}" in captured.err
    same = [words[0], words[0], *words[2:]]
    assert audit_group.main(["compare", *same], standalone_mode=False) == 0
    capsys.readouterr()
