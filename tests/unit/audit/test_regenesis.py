"""Two archives and the link between them: sound together, and every lie about the link has its number."""

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.audit.auditor import Auditor, Outcome
from node.audit.commands import audit_group
from node.audit.linked import Earlier, follow
from node.audit.saved import load
from node.chain.genesis import Genesis, SuccessorGenesis
from node.chain.genesis_document import to_document
from node.chain.proof import verify_proof
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Minutes
from node.chain.violations import Incomplete, Violation, ViolationCode
from tests.archives import Sealed, write_archive
from tests.kernel_city import GULOU, KernelCity, seed_of
from tests.regenesis_city import RefoundedCity, draft, lost_city, seal_all, signed

CITY, SEALED = lost_city()
DRAFT = draft(CITY, SEALED)
NEW = signed(DRAFT)
LAST = CITY.ledger.height


def refound(genesis: SuccessorGenesis, old: KernelCity) -> RefoundedCity:
    """A person spends old minutes, another is served."""
    city = RefoundedCity(genesis, old)
    giver = next(i for i, s in city.seeds.items() if s == seed_of("li after the loss"))
    city.block()
    city.do(giver, Donate(Code("district"), Minutes(10)))
    city.mint(GULOU, 600)
    return city


AGAIN = refound(NEW, CITY)
BLOCKS = seal_all(AGAIN)
OLD_ARCHIVE = write_archive(CITY.genesis, SEALED)
NEW_ARCHIVE = write_archive(NEW, BLOCKS)


def earlier(raw: bytes = OLD_ARCHIVE, genesis: Genesis = CITY.genesis) -> Earlier:
    return Earlier(Path("old"), genesis, lambda: BytesIO(raw))


def audit(before: Sequence[Earlier], genesis: Genesis = NEW, raw: bytes = NEW_ARCHIVE) -> Outcome:
    origin, _ = follow(tuple(before), genesis)
    return Auditor(genesis, lambda: BytesIO(raw), origin=origin).run()


def test_both_archives_are_sound_and_the_books_go_on() -> None:
    """The sums of the whole story, old orders included, are what the refounded city's state says."""
    outcome = audit([earlier()])
    assert outcome.fault is None
    assert outcome.state_root == AGAIN.ledger.state_root
    assert outcome.point.height == AGAIN.ledger.height == LAST + len(BLOCKS)
    assert outcome.tally.blocks == AGAIN.ledger.height
    assert all(one.holds for one in outcome.identities)


def test_whichever_holders_signed_is_the_same_genesis() -> None:
    """The archive holds the signatures of two holders, the auditor's document those of another two."""
    assert audit([earlier()], signed(DRAFT, (0, 1))).fault is None


def test_a_city_founded_anew_twice_is_followed_from_its_first_genesis() -> None:
    """Three archives, two links."""
    third = signed(draft(AGAIN, BLOCKS))
    last = refound_again(third)
    raw = write_archive(third, seal_all(last))
    chain = [earlier(), earlier(NEW_ARCHIVE, NEW)]
    assert audit(chain, third, raw).fault is None


def refound_again(genesis: SuccessorGenesis) -> RefoundedCity:
    city = RefoundedCity(genesis, AGAIN)
    city.wait(1_000)
    return city


def refused(before: Sequence[Earlier], genesis: Genesis = NEW) -> Violation:
    with pytest.raises(Violation) as caught:
        follow(tuple(before), genesis)
    assert caught.value.code is ViolationCode.LINK
    return caught.value


def longer() -> list[Sealed]:
    """The lost chain with a block that the survivor had not seen."""
    city = CITY.fork()
    city.executions, city.blocks = [*CITY.executions], [*CITY.blocks]
    city.wait(1_000)
    return seal_all(city)


def test_a_lost_chain_that_goes_on_beyond_the_link_is_shown() -> None:
    """Blocks were lost, or two cities claim to be one: the auditor says so."""
    fault = refused([earlier(write_archive(CITY.genesis, longer()))])
    assert (fault.height, "L11" in fault.reason) == (LAST + 1, True)


def test_an_archive_that_ends_before_the_link_is_incomplete() -> None:
    """Nothing wrong is known; the rest must be fetched."""
    with pytest.raises(Incomplete):
        follow((earlier(write_archive(CITY.genesis, SEALED[:-1])),), NEW)


def test_links_that_lie_have_the_links_number() -> None:
    """Signed by too few, changed after signing, another chain's; each names what is wrong."""
    few = replace(DRAFT, signatures=NEW.signatures[:1])
    changed = replace(NEW, created_ms=NEW.created_ms + 1)
    assert "L07" in refused([earlier()], few).reason
    assert "L08" in refused([earlier()], changed).reason
    assert "L02" in refused([earlier()], signed(draft(AGAIN, BLOCKS))).reason
    wrong = signed(replace(DRAFT, catalogue=DRAFT.catalogue[1:]))
    assert "L10" in refused([earlier()], wrong).reason


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Path:
    for name, genesis, raw in (("old", CITY.genesis, OLD_ARCHIVE), ("new", NEW, NEW_ARCHIVE)):
        (tmp_path / f"{name}.bin").write_bytes(raw)
        document = json.dumps(to_document(genesis)).encode()
        (tmp_path / f"{name}.json").write_bytes(document)
    return tmp_path


def verify(files: Path, *more: str) -> int:
    words = ["verify", str(files / "new.bin"), "--genesis", str(files / "new.json"), "--json"]
    code = audit_group.main([*words, *more], standalone_mode=False)
    assert isinstance(code, int)
    return code


def pair(files: Path) -> tuple[str, ...]:
    return (
        "--previous",
        str(files / "old.bin"),
        "--previous-genesis",
        str(files / "old.json"),
    )


def test_the_command_audits_both_and_says_why_the_city_began_anew(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0; the chain before stands in the document."""
    assert verify(files, *pair(files)) == 0
    said = json.loads(capsys.readouterr().out)
    (before,) = said["previous"]
    assert (before["height"], before["reason"]) == (LAST, "three sites burnt")
    assert said["height"] == AGAIN.ledger.height


def test_a_tampered_link_ends_the_command_with_its_code(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 and V222, though the new archive is sound in itself."""
    few = replace(DRAFT, signatures=NEW.signatures[:1])
    (files / "new.json").write_text(json.dumps(to_document(few)))
    assert verify(files, *pair(files)) == 1
    assert "V222" in capsys.readouterr().err


def test_a_successor_alone_is_a_wrong_use(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, and the message names the options."""
    for more in ((), pair(files)[:2]):
        assert verify(files, *more) == 3
        assert "--previous" in capsys.readouterr().err


def test_other_verbs_begin_with_the_state_before_too(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report, and a proof of an order that was settled in the lost chain."""
    common = (str(files / "new.bin"), "--genesis", str(files / "new.json"), *pair(files), "--json")
    out = str(files / "report")
    code = audit_group.main(["report", *common, "--out", out], standalone_mode=False)
    assert code == 0, capsys.readouterr().err
    assert json.loads(capsys.readouterr().out)["previous"][0]["height"] == LAST
    assert not audit_group.main(["signals", *common], standalone_mode=False)
    capsys.readouterr()
    person = next(i for i, s in AGAIN.seeds.items() if s == seed_of("li after the loss"))
    words = ["prove", common[0], "balance", person.hex(), *common[1:], "--out", f"{out}.proof"]
    assert not audit_group.main(words, standalone_mode=False), capsys.readouterr().err
    assert verify_proof(NEW, (files / "report.proof").read_bytes()).subject == AGAIN.person(person)


@pytest.mark.slow
def test_several_processes_audit_what_one_does() -> None:
    """Signatures and the state tree are checked beside the execution, from the state that goes on."""
    origin, _ = follow((earlier(),), NEW)
    outcome = Auditor(NEW, lambda: BytesIO(NEW_ARCHIVE), origin=origin).run(jobs=2)
    assert outcome.fault is None
    assert outcome.state_root == AGAIN.ledger.state_root


def test_an_audit_of_a_successor_goes_on_from_its_own_progress(tmp_path: Path) -> None:
    """What was kept in the middle of the new chain is enough for its blocks; the chain before is audited again."""
    origin, _ = follow((earlier(),), NEW)
    first = write_archive(NEW, BLOCKS[:2])
    auditor = Auditor(NEW, lambda: BytesIO(first), origin=origin)
    assert auditor.run().fault is None
    auditor.keep(tmp_path / "progress")
    saved = load(tmp_path / "progress", NEW)
    again, _ = follow((earlier(),), NEW)
    outcome = Auditor(NEW, lambda: BytesIO(NEW_ARCHIVE), saved=saved, origin=again).run()
    assert (outcome.fault, outcome.state_root) == (None, AGAIN.ledger.state_root)
    assert outcome.tally.blocks == AGAIN.ledger.height
