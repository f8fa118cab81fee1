"""Proof files made from an archive: by an auditor for somebody, about any height, without a node.

A prover watches an audit, so that a proof is made of a sound archive or not at all. Everything that a claim needs is
taken when its block passes; only the log's own hashes are kept for all blocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from node.audit.auditor import Auditor
from node.audit.replay import Parsed
from node.audit.structure import Step
from node.audit.supply import Movers
from node.chain.certificate import AuthoritySet, CommitCertificate
from node.chain.checkpoint import Note, encode_note, key_id
from node.chain.codec import encode
from node.chain.ledger import Ledger
from node.chain.merkle import Frontier, inclusion_proof, leaf_hash
from node.chain.proof import (
    PROOF_VERSION,
    Anchor,
    AnyAnchor,
    Claim,
    FinalClaim,
    NoteAnchor,
    Proof,
    StateClaim,
    SupplyClaim,
    TransactionClaim,
)
from node.chain.records import KINDS, decode_record, encode_record
from node.chain.records.accounts import City, District
from node.chain.records.orders import Order
from node.chain.transition import Execution
from node.chain.types import Hash, Height, Id


@dataclass(frozen=True, slots=True)
class AboutRecord:
    """The record of this kind and id, or that there is none."""

    kind: int
    id: bytes


@dataclass(frozen=True, slots=True)
class AboutSupply:
    """The totals of the city and of all districts, but those that are withheld that day."""


@dataclass(frozen=True, slots=True)
class AboutTransaction:
    """That a transaction stands in the log."""

    tx_id: Hash


@dataclass(frozen=True, slots=True)
class AboutOrder:
    """That an order became final."""

    order: Id


Wanted = AboutRecord | AboutSupply | AboutTransaction | AboutOrder


class NothingToProveError(Exception):
    """The archive has nothing of what was asked for."""


class LogRows:
    """The hashes of every complete subtree of a log, level by level, 32 bytes each."""

    def __init__(self) -> None:
        """An empty log."""
        self._frontier = Frontier()
        self._rows: list[bytearray] = []

    def extend(self, leaves: list[Hash]) -> None:
        """Append leaf hashes."""
        self._frontier, nodes = self._frontier.extend(leaves)
        for level, _, node in nodes:
            if level == len(self._rows):
                self._rows.append(bytearray())
            self._rows[level] += node

    def node(self, level: int, index: int) -> Hash:
        """The hash of a complete subtree."""
        return Hash(bytes(self._rows[level][32 * index : 32 * index + 32]))

    def path(self, index: int, size: int) -> tuple[Hash, ...]:
        """The inclusion proof of a leaf in the log of a size."""
        return inclusion_proof(self.node, index, size)


class Prover:
    """Watches an audit; ``finish`` makes the file."""

    def __init__(self, wanted: Wanted, at: Height | None, note: Note | None = None) -> None:
        """Prove something.

        Args:
            wanted: about what.
            at: state right after this block; None for the last. Claims about the log are of the log there.
            note: a certified checkpoint to anchor in, of this height or later; None for the block's own certificate.
        """
        self._wanted, self._at, self._note = wanted, at, note
        self._log = LogRows()
        self._movers = Movers()
        self._step: Step | None = None
        self._certificate: CommitCertificate | None = None
        self._claim: Claim | None = None
        self._noted: tuple[Height, AuthoritySet] | None = None

    def __call__(self, parsed: Parsed, execution: Execution, ledger: Ledger) -> None:
        """A block passed."""
        step = parsed.step
        height = step.block.header.height
        summary = leaf_hash(encode(step.summary))
        self._log.extend([*(signed.tx_id for signed in parsed.transactions), summary])
        if self._step is not None and height == self._step.after.height + 1:
            self._certificate = step.block.last_commit[0]
        if self._note is not None and self._note.checkpoint.size == step.after.frontier.size:
            self._noted = height, step.after.authorities
        if self._at is None or height <= self._at:
            self._step, self._certificate = step, None
            self._movers(parsed, execution, ledger)
            self._look(parsed, execution)
        if height == self._at:
            self._take_state(ledger)

    def finish(self, auditor: Auditor) -> bytes:
        """The proof file, after a sound audit.

        Raises:
            NothingToProveError: there is no such height, record, order or checkpoint.
        """
        if self._step is None or self._at not in (None, self._step.block.header.height):
            raise NothingToProveError("the archive has no such block")
        if self._at is None:
            self._take_state(auditor.ledger)
        if self._claim is None:
            raise NothingToProveError("the archive up to there has nothing of this id")
        anchor = self._anchor(auditor)
        claim = self._with_paths(self._claim, self._log_size())
        return encode(Proof(PROOF_VERSION, self._step.after.chain_id, claim, anchor))

    def _look(self, parsed: Parsed, execution: Execution) -> None:
        """Take a transaction or a final order when it passes; its path is made at the end."""
        end = parsed.step.after.frontier.size
        match self._wanted:
            case AboutTransaction(tx_id):
                for index, signed in enumerate(parsed.transactions):
                    if signed.tx_id == tx_id:
                        leaf = end - 1 - len(parsed.transactions) + index
                        self._claim = TransactionClaim(signed.raw, leaf, ())
            case AboutOrder(order):
                for index, raw in enumerate(execution.finals):
                    record = decode_record(raw)
                    if isinstance(record, Order) and record.id == order:
                        self._claim = _final_claim(parsed.step, execution, index)
            case _:
                pass

    def _take_state(self, ledger: Ledger) -> None:
        match self._wanted:
            case AboutRecord(kind, id_):
                self._claim = state_claim(ledger, kind, id_)
            case AboutSupply():
                self._claim = supply_claim(ledger, self._movers.withheld(ledger.districts))
            case _:
                pass

    def _log_size(self) -> int:
        assert self._step is not None, "asked after finish looked"
        return self._note.checkpoint.size if self._note else self._step.after.frontier.size

    def _with_paths(self, claim: Claim, size: int) -> Claim:
        match claim:
            case TransactionClaim(index=index):
                return replace(claim, path=self._log.path(index, size))
            case FinalClaim(summary_index=index):
                return replace(claim, summary_path=self._log.path(index, size))
            case _:
                return claim

    def _anchor(self, auditor: Auditor) -> AnyAnchor:
        step = self._step
        assert step is not None, "asked after finish looked"
        height = step.block.header.height
        if self._note is None:
            certificate = self._certificate or auditor.tip_certificate
            assert certificate is not None, "a sound archive has a certificate for every block"
            trail = tuple(c for c in auditor.changes if c.header.height < height)
            return Anchor(step.block.header, certificate, trail)
        if self._noted is None or self._noted[0] < height:
            raise NothingToProveError(
                "the checkpoint is not of this archive, or of an earlier block"
            )
        noted_height, authorities = self._noted
        size, index = self._note.checkpoint.size, step.after.frontier.size - 1
        return NoteAnchor(
            summary=step.summary,
            summary_index=index,
            summary_path=self._log.path(index, size),
            note=encode_note(own_lines(self._note, authorities)),
            trail=tuple(c for c in auditor.changes if c.header.height < noted_height),
        )


def _final_claim(step: Step, execution: Execution, index: int) -> FinalClaim:
    finals = LogRows()
    finals.extend([leaf_hash(raw) for raw in execution.finals])
    count = len(execution.finals)
    return FinalClaim(
        record=execution.finals[index],
        index=index,
        count=count,
        path=finals.path(index, count),
        summary=step.summary,
        summary_index=step.after.frontier.size - 1,
        summary_path=(),
    )


def own_lines(note: Note, authorities: AuthoritySet) -> Note:
    """A note with the lines of authorities only: a proof must not hold what nobody can check."""
    origin = note.checkpoint.origin
    ids = {key_id(origin, member.checkpoint_key) for member in authorities.members}
    lines = (line for line in note.lines if line.name == origin and line.key_id in ids)
    return Note(note.checkpoint, tuple(lines))


def state_claim(ledger: Ledger, kind: int, id_: bytes) -> StateClaim:
    """What a state has under a key, or that it has nothing there."""
    key = kind.to_bytes(1, "big") + id_
    record = ledger.read(key)
    raw = b"" if record is None else encode_record(record)
    return StateClaim(kind, id_, raw, ledger.prove(key))


def supply_claim(ledger: Ledger, withheld: Iterable[str] = ()) -> SupplyClaim:
    """The totals of a state."""
    left_out = frozenset(withheld)
    districts = [code for code in ledger.districts if code not in left_out]
    city = next(r for r in ledger.records.values() if isinstance(r, City))
    return SupplyClaim(
        state_claim(ledger, KINDS[City], city.key_id),
        tuple(state_claim(ledger, KINDS[District], code.encode("ascii")) for code in districts),
    )
