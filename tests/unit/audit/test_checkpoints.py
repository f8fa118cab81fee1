"""Checkpoints that somebody kept, compared with an archive."""

import base64
from io import BytesIO

import pytest

from node.audit.auditor import Auditor, Outcome
from node.audit.checkpoints import Noted, origin, read_checkpoint
from node.chain.checkpoint import Checkpoint, Note, encode_note, sign_line, text_of
from node.chain.types import Hash
from node.chain.violations import Incomplete, Violation, ViolationCode
from tests.archives import archive_of, drafts_of, seal, small_story
from tests.kernel_city import seed_of

CITY = small_story()
ARCHIVE = archive_of(CITY)
HEADERS = [one.block.header for one in seal(CITY.genesis, drafts_of(CITY))]


def signed_note(size: int, root: Hash, districts: tuple[str, ...] = ("gulou", "jianye")) -> bytes:
    """A note as nodes sign it."""
    checkpoint = Checkpoint(origin(CITY.genesis), size, root)
    lines = tuple(sign_line(checkpoint, seed_of(f"checkpoint/{one}")) for one in districts)
    return encode_note(Note(checkpoint, lines))


def audit(*notes: bytes) -> Outcome:
    checkpoints = [read_checkpoint(CITY.genesis, f"note-{n}", raw) for n, raw in enumerate(notes)]
    return Auditor(CITY.genesis, lambda: BytesIO(ARCHIVE), checkpoints).run()


def test_a_checkpoint_of_the_chain_is_met_at_its_block():
    """Whoever kept one sees the history that they saw then."""
    header = HEADERS[4]
    outcome = audit(signed_note(header.log_size, header.log_root))
    assert outcome.fault is None
    ((checkpoint, height),) = outcome.matched
    assert (height, checkpoint.signers) == (5, ("gulou", "jianye"))


def test_a_checkpoint_of_another_history_is_a_fork():
    """Two histories under the same keys: a quorum of liars, or a rewritten past."""
    fault = audit(signed_note(HEADERS[4].log_size, HEADERS[3].log_root)).fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height) == (ViolationCode.FORK, 5)
    assert "gulou jianye" in fault.reason


def test_a_checkpoint_beyond_the_archive_leaves_it_incomplete():
    """The archive may be right, but it is older than what somebody has seen."""
    fault = audit(signed_note(10_000, HEADERS[3].log_root)).fault
    assert isinstance(fault, Incomplete)
    assert fault.height == 10


def test_a_checkpoint_inside_a_block_is_refused():
    """The districts sign only where a block ends."""
    fault = audit(signed_note(HEADERS[4].log_size - 1, HEADERS[4].log_root)).fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height) == (ViolationCode.CHECKPOINT, 5)


STRANGER = "\n— somebody AAAAAAAA\n".encode()
SOUND = signed_note(HEADERS[4].log_size, HEADERS[4].log_root)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"x" * 70_000,
        SOUND.replace(b"\n\n", b"\n"),
        SOUND[:-1],
        SOUND.replace(b"timebank/", b"timebonk/"),
        SOUND.replace(f"\n{HEADERS[4].log_size}\n".encode(), b"\n0%d\n" % HEADERS[4].log_size),
        SOUND.replace(f"\n{HEADERS[4].log_size}\n".encode(), b"\n99999999999999999999\n"),
        signed_note(HEADERS[4].log_size, HEADERS[4].log_root, ("suzhou",)),
        text_of(Checkpoint(origin(CITY.genesis), 1, HEADERS[4].log_root)) + STRANGER,
        SOUND.replace(base64.b64encode(HEADERS[4].log_root), base64.b64encode(HEADERS[3].log_root)),
    ],
    ids=range(11),
)
def test_a_note_that_no_district_signed_is_refused(raw: bytes):
    """Damaged, of another log, or signed by nobody who counts."""
    with pytest.raises(Violation) as caught:
        read_checkpoint(CITY.genesis, "note", raw)
    assert caught.value.code is ViolationCode.CHECKPOINT


def test_lines_of_strangers_count_for_nothing():
    """Witnesses may add their lines; what the districts signed stays what it is."""
    noted = read_checkpoint(CITY.genesis, "note", SOUND + "— witness.example AAAAAAAA\n".encode())
    assert isinstance(noted, Noted)
    assert noted.signers == ("gulou", "jianye")
