"""Corruptions of a sound archive, each with the code and the first bad height that an auditor must name.

Most are planted before sealing, so that every later link and signature is as if the city had meant it: only the planted
thing is wrong. The rest damage the file. ``structural`` says whether a verifier without the rules can see it too.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from msgspec.structs import replace as change

from node.chain import keys
from node.chain.certificate import (
    NO_SIGNATURE,
    CommitCertificate,
    Precommit,
    Prevote,
    make_evidence,
    sign_bytes,
)
from node.chain.genesis import chain_id_of
from node.chain.merkle import Frontier
from node.chain.tx.envelope import parse
from node.chain.tx.transfers import Give
from node.chain.types import EpochMs, Hash, Height, Minutes, Round
from node.chain.violations import ViolationCode
from tests.archives import Plant, archive_of, drafts_of
from tests.certifying import certify
from tests.damages import AT, OTHER, Corruption, damaged_files, flipped
from tests.kernel_city import GULOU, KernelCity, seed_of, sign_transaction

T = TypeVar("T")


def at(height: int, make: Callable[[T], T]) -> Callable[[int, T], T]:
    """Change the value of one height only."""
    return lambda here, value: make(value) if here == height else value


def with_header(where: int = AT, /, **changes: object) -> Plant:
    return Plant(header=at(where, lambda header: change(header, **changes)))


def with_summary(where: int = AT, /, **changes: object) -> Plant:
    return Plant(summary=at(where, lambda summary: change(summary, **changes)))


def with_draft(where: int = AT, /, **changes: object) -> Plant:
    return Plant(draft=at(where, lambda draft: replace(draft, **changes)))  # type: ignore[arg-type]


def corruptions(city: KernelCity) -> list[Corruption]:
    """Every kind, made from a city of ``small_story``."""
    code = ViolationCode
    planted = [
        *_planted_headers(city),
        *_planted_certificates(city),
        *_planted_evidence(city),
        *_planted_transactions(city),
        *_planted_outcomes(city),
    ]
    made = [
        Corruption(name, kind, height, archive_of(city, plant), structural, index)
        for name, kind, height, plant, structural, index in planted
    ]
    assert len({one.name for one in made}) == len(made)
    assert code.IDENTITY not in {one.code for one in made}, (
        "no archive can plant one: the rules keep them"
    )
    return made + damaged_files(city)


Planted = tuple[str, ViolationCode, int, Plant, bool, int | None]


def _planted_headers(city: KernelCity) -> list[Planted]:
    code = ViolationCode
    drafts = drafts_of(city)
    stopped = EpochMs(drafts[AT - 2].time_ms)

    def thin(frontier: Frontier) -> Frontier:
        return Frontier(frontier.size, (OTHER, *frontier.peaks[1:]))

    def tall(frontier: Frontier) -> Frontier:
        return Frontier(frontier.size + 1, frontier.peaks)

    seen: list[Planted] = [
        ("header version", code.HEADER_VERSION, AT, with_header(version=2), True, None),
        ("header suite", code.SUITE, AT, with_header(suite=2), True, None),
        ("height skipped", code.HEIGHT, AT, with_header(height=Height(AT + 1)), True, None),
        ("previous id", code.PREVIOUS_ID, AT, with_header(previous_id=OTHER), True, None),
        ("time not increasing", code.TIME, AT, with_draft(time_ms=stopped), True, None),
        ("last commit hash", code.LAST_COMMIT, AT, with_header(last_commit_hash=OTHER), True, None),
        ("maker without a seat", code.MAKER, AT, with_header(maker=4), True, None),
        (
            "authorities hash",
            code.AUTHORITIES_HASH,
            AT,
            with_header(authorities_hash=OTHER),
            True,
            None,
        ),
        (
            "next authorities without a vote",
            code.AUTHORITIES_HASH,
            AT,
            with_draft(next_authorities_hash=OTHER),
            True,
            None,
        ),
        ("policy hash", code.POLICY_HASH, AT, with_draft(policy_hash=OTHER), True, None),
        ("log number", code.LOG_SIZE, AT, with_header(log_number=1), True, None),
        ("log size", code.LOG_SIZE, AT, Plant(frontier=at(AT, tall)), True, None),
        ("log root", code.LOG_ROOT, AT, Plant(frontier=at(AT, thin)), True, None),
        (
            "transaction count",
            code.TRANSACTION_COUNT,
            AT,
            with_header(transaction_count=2),
            True,
            None,
        ),
        ("summary differs", code.SUMMARY, AT, with_summary(state_root=OTHER), True, None),
        ("evidence root", code.EVIDENCE, AT, with_header(evidence_root=OTHER), True, None),
    ]
    return seen


def twice(certificate: CommitCertificate) -> CommitCertificate:
    first, second, *_ = certificate.signatures
    return change(certificate, signatures=(first, first, second))


def backwards(certificate: CommitCertificate) -> CommitCertificate:
    return change(certificate, signatures=tuple(reversed(certificate.signatures)))


def stranger(certificate: CommitCertificate) -> CommitCertificate:
    *known, (_, signature) = certificate.signatures
    return change(certificate, signatures=(*known, (4, signature)))


def forged(certificate: CommitCertificate) -> CommitCertificate:
    (signer, signature), *others = certificate.signatures
    return change(certificate, signatures=((signer, flipped(signature)), *others))


def _planted_certificates(city: KernelCity) -> list[Planted]:
    code, genesis = ViolationCode, city.genesis
    last = len(city.blocks)

    def another(certificate: CommitCertificate) -> CommitCertificate:
        return certify(genesis, certificate.height, OTHER, (0, 1, 2, 3))

    few = Plant(signers=at(AT, lambda signers: signers[:2]))
    few_at_tip = Plant(signers=at(last, lambda signers: signers[:2]))
    return [
        ("certificate below the quorum", code.CERTIFICATE, AT, few, True, None),
        ("a signer twice", code.CERTIFICATE, AT, Plant(certificate=at(AT, twice)), True, None),
        (
            "signers not sorted",
            code.CERTIFICATE,
            AT,
            Plant(certificate=at(AT, backwards)),
            True,
            None,
        ),
        (
            "a signer without a seat",
            code.CERTIFICATE,
            AT,
            Plant(certificate=at(AT, stranger)),
            True,
            None,
        ),
        ("a forged precommit", code.CERTIFICATE, AT, Plant(certificate=at(AT, forged)), True, None),
        (
            "certificate of another block",
            code.CERTIFICATE,
            AT,
            Plant(certificate=at(AT, another)),
            True,
            None,
        ),
        (
            "certificate left out",
            code.LAST_COMMIT,
            AT,
            Plant(last_commit=at(AT, lambda _: ())),
            True,
            None,
        ),
        ("tip below the quorum", code.TIP_CERTIFICATE, last, few_at_tip, True, None),
        ("tip forged", code.TIP_CERTIFICATE, last, Plant(certificate=at(last, forged)), True, None),
    ]


def _planted_evidence(city: KernelCity) -> list[Planted]:
    """Two votes of one authority that are no offence, and two whose signatures are false."""
    chain_id = chain_id_of(city.genesis)

    def vote(kind: type[Prevote] | type[Precommit], block_id: Hash) -> Prevote | Precommit:
        where = (1, Height(2), Round(0), block_id)
        blank = (
            Prevote(*where, 0, 0, NO_SIGNATURE)
            if kind is Prevote
            else Precommit(*where, 0, NO_SIGNATURE)
        )
        seed = seed_of(f"consensus/{city.genesis.authorities.members[0].district}")
        return change(blank, signature=keys.sign(seed, sign_bytes(chain_id, blank)))

    innocent = make_evidence(vote(Prevote, OTHER), vote(Precommit, OTHER))
    unsigned = make_evidence(
        change(vote(Precommit, OTHER), signature=NO_SIGNATURE), vote(Precommit, chain_id)
    )
    code = ViolationCode
    return [
        (
            "evidence convicts nobody",
            code.EVIDENCE,
            AT,
            with_draft(evidence=(innocent,)),
            True,
            None,
        ),
        ("evidence is forged", code.EVIDENCE, AT, with_draft(evidence=(unsigned,)), True, None),
    ]


def _planted_transactions(city: KernelCity) -> list[Planted]:
    code, drafts = ViolationCode, drafts_of(city)
    early, late = drafts[0].transactions, drafts[AT - 1].transactions

    def block_of(*transactions: bytes) -> Plant:
        return with_draft(transactions=transactions)

    forged = late[0][:-64] + flipped(late[0][-64:])
    other_key = resigned(city, late[0], seed=seed_of("somebody else"))
    unknown = resigned(city, late[0], sender=bytes(16))
    stale = resigned(city, late[0], valid_until_ms=EpochMs(drafts[AT - 1].time_ms - 1))
    ahead = resigned(city, late[0], sequence=(0, 9))
    gift = resigned(city, late[0], body=Give(city.staff("arbiter", GULOU), Minutes(30)))
    swapped = with_draft(1, transactions=early[::-1])
    old_key = resigned(city, drafts[-1].transactions[0], seed=seed_of("li"))
    last = len(drafts)
    return [
        (
            "transaction is not of its form",
            code.TRANSACTION_FORM,
            AT,
            block_of(b"\x93\x01\x02\x03"),
            True,
            0,
        ),
        ("signature forged", code.SIGNATURE, AT, block_of(forged), True, 0),
        ("signed by another key", code.SIGNATURE, AT, block_of(other_key), True, 0),
        (
            "signed by a key that was rotated away",
            code.SIGNATURE,
            last,
            with_draft(last, transactions=(old_key,)),
            True,
            0,
        ),
        ("unknown sender", code.SENDER, AT, block_of(unknown), True, 0),
        ("expired", code.EXPIRED, AT, block_of(stale), True, 0),
        ("sequence with a gap", code.SEQUENCE, AT, block_of(ahead), True, 0),
        ("transactions swapped", code.SEQUENCE, 1, swapped, True, 0),
        (
            "transaction replayed",
            code.DUPLICATE_ID,
            AT,
            block_of(*late, drafts[AT - 2].transactions[0]),
            True,
            1,
        ),
        ("transaction twice in a block", code.DUPLICATE_ID, AT, block_of(*late, *late), True, 1),
        ("rule broken", code.RULE, AT, block_of(gift), False, 0),
        (
            "transaction left out",
            code.STATE_ROOT,
            last,
            with_draft(last, transactions=()),
            False,
            None,
        ),
    ]


def _planted_outcomes(city: KernelCity) -> list[Planted]:
    code = ViolationCode
    return [
        ("state root", code.STATE_ROOT, AT, with_draft(state_root=OTHER), False, None),
        ("root of final records", code.FINALS_ROOT, AT, with_draft(finals_root=OTHER), False, None),
        ("timer count", code.TIMER_COUNT, AT, with_draft(timer_count=7), False, None),
    ]


def resigned(city: KernelCity, raw: bytes, seed: bytes | None = None, **changes: object) -> bytes:
    """A transaction of the volunteer with other fields, signed again."""
    tx = change(parse(raw).tx, **changes)
    return sign_transaction(chain_id_of(city.genesis), seed or seed_of("li"), tx).raw
