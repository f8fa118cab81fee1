"""Structure of a chain without its state: links, certificates, authority sets, the log.

A verifier walks from genesis, one block at a time: ``start`` gives the point before the first, ``check_block`` the next
point or a ``Violation``. Whoever follows it to the tip has checked every signature of every certificate, the set that
each was made by, and that the log holds exactly these transactions and summaries. What the rules say of the
transactions, and whether the state roots are theirs, needs replay (``node.chain.transition``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from node.chain.block import HEADER_VERSION, Block, Header, Summary, block_id, evidence_root
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Evidence,
    authority_set_hash,
    certificate_fault,
    certificate_hash,
    check_evidence,
    decode_message,
)
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.keys import Verify
from node.chain.keys import verify as verify_now
from node.chain.limits import BLOCK_SIZE_MAX_BYTES
from node.chain.merkle import Frontier, leaf_hash
from node.chain.policy import policy_hash
from node.chain.records import StateRecord
from node.chain.records.motions import Motion
from node.chain.records.settings import PolicyRecord
from node.chain.seats import Epoch
from node.chain.trail import AuthorityChange as AuthorityChange  # noqa: PLC0414 - walked together with blocks
from node.chain.trail import header_fault as header_fault  # noqa: PLC0414 - as above
from node.chain.trail import walk_trail as walk_trail  # noqa: PLC0414 - as above
from node.chain.tx.envelope import decode_transaction
from node.chain.tx.governance import PolicyChange, ProposeMotion
from node.chain.types import NO_HASH, EpochMs, Hash, Height
from node.chain.violations import Violation, ViolationCode

MOTION_LEAD: Final = encode(161)
"""Kind number of a motion, as its bytes begin: whatever does not contain it need not be decoded."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a verifier stands: everything it must remember of the chain so far."""

    chain_id: Hash
    height: Height
    time_ms: EpochMs
    block_id: Hash
    """Of the block at ``height``; the genesis hash before the chain's first block."""
    authorities: AuthoritySet
    """The set that signs the block at ``height`` (of genesis, the first block)."""
    next_authorities: AuthoritySet
    """The set that signs the next block."""
    frontier: Frontier
    suite: int
    known_policies: frozenset[Hash]
    epochs: tuple[Epoch, ...]
    """Every set so far with its first height, the next block's included."""

    @property
    def begun(self) -> bool:
        """Whether the chain has a block: what stands before the first one is genesis."""
        return self.block_id != self.chain_id

    def authorities_at(self, height: Height) -> AuthoritySet:
        """The set that signs a height from the first to the next block's; evidence is held against it."""
        return next(e for e in reversed(self.epochs) if e.first_height <= height).authorities


def start(genesis: Genesis, opening: Iterable[StateRecord] = ()) -> Point:
    """The point before the chain's first block.

    Args:
        genesis: that the chain begins with.
        opening: the state before that block where it is another chain's: it knows policies that may come into force.
    """
    chain_id, height = chain_id_of(genesis), base_height(genesis)
    known = policies_in(chain_id, opening) | {policy_hash(chain_id, genesis.policy)}
    return Point(
        chain_id=chain_id,
        height=height,
        time_ms=genesis.created_ms,
        block_id=chain_id,
        authorities=genesis.authorities,
        next_authorities=genesis.authorities,
        frontier=Frontier(0, ()),
        suite=genesis.suite,
        known_policies=known,
        epochs=(Epoch(Height(height + 1), genesis.authorities),),
    )


def check_block(
    point: Point,
    block: Block,
    summary: Summary,
    following: AuthoritySet | None = None,
    verify: Verify = verify_now,
) -> Point:
    """The point after a block.

    Args:
        point: where the chain stands before it.
        block: with its header.
        summary: that closes the block's part of the log.
        following: the set that the header names as the next one where that is another: by the trail of whoever has no
            state, by the state of whoever has it.
        verify: what believes the signatures of the certificate before.

    Raises:
        Violation: naming the first thing that is wrong with the block.
    """
    header = block.header
    check_header(point, header, following)
    _check_last_commit(point, block, verify)
    _check_body(point, block)
    _check_summary(header, summary)
    frontier = _check_log(point, block, summary)
    return Point(
        chain_id=point.chain_id,
        height=header.height,
        time_ms=header.time_ms,
        block_id=block_id(point.chain_id, header),
        authorities=point.next_authorities,
        next_authorities=following or point.next_authorities,
        frontier=frontier,
        suite=header.suite,
        known_policies=point.known_policies | _moved_policies(point.chain_id, block),
        epochs=point.epochs
        if following is None
        else (*point.epochs, Epoch(Height(header.height + 1), following)),
    )


def _moved_policies(chain_id: Hash, block: Block) -> frozenset[Hash]:
    """Policies that a transaction of the block moves: only these can ever come into force.

    Whether one was adopted, and from which height, needs replay.
    """
    moved = set()
    for raw in block.transactions:
        if MOTION_LEAD not in raw:
            continue
        try:
            body = decode_transaction(raw).body
        except Malformed:
            continue
        if isinstance(body, ProposeMotion) and isinstance(body.subject, PolicyChange):
            moved.add(policy_hash(chain_id, body.subject.policy))
    return frozenset(moved)


def policies_in(chain_id: Hash, records: Iterable[StateRecord]) -> frozenset[Hash]:
    """Policies that a state knows, adopted or moved: what a point opened from a state starts with."""
    known = set()
    for record in records:
        if isinstance(record, PolicyRecord):
            known.add(policy_hash(chain_id, record.policy))
        elif isinstance(record, Motion) and isinstance(record.subject, PolicyChange):
            known.add(policy_hash(chain_id, record.subject.policy))
    return frozenset(known)


def check_tip(point: Point, certificate: CommitCertificate) -> None:
    """The certificate of the last block, which no later block carries.

    Raises:
        Violation: ``TIP_CERTIFICATE``.
    """
    fault = commit_fault(point, certificate)
    if fault is not None:
        raise Violation(ViolationCode.TIP_CERTIFICATE, point.height, fault)


def commit_fault(
    point: Point, certificate: CommitCertificate, verify: Verify = verify_now
) -> str | None:
    """Why a certificate does not prove the block at the point, or None."""
    if (certificate.height, certificate.block_id) != (point.height, point.block_id):
        return "it is for another block"
    if certificate.suite != point.suite:
        return f"suite {certificate.suite}"
    return certificate_fault(point.chain_id, point.authorities, certificate, verify)


def check_header(point: Point, header: Header, following: AuthoritySet | None = None) -> None:
    """What can be said of a header before its body is looked at; ``following`` as in ``check_block``.

    Raises:
        Violation: naming the first wrong field.
    """
    code, height = ViolationCode, point.height + 1
    _need(header.version == HEADER_VERSION, code.HEADER_VERSION, height, str(header.version))
    _need(header.suite == SUITE_ED25519_SHA256, code.SUITE, height, str(header.suite))
    _need(header.height == height, code.HEIGHT, height, f"the header says {header.height}")
    _need(header.previous_id == point.block_id, code.PREVIOUS_ID, height, "another block before")
    increasing = header.time_ms > point.time_ms
    _need(increasing, code.TIME, height, f"{header.time_ms} after {point.time_ms}")
    signers = authority_set_hash(point.chain_id, point.next_authorities)
    _need(header.authorities_hash == signers, code.AUTHORITIES_HASH, height, "another set")
    named = authority_set_hash(point.chain_id, following or point.next_authorities)
    same = header.next_authorities_hash == named
    _need(same, code.AUTHORITIES_HASH, height, "a change of the set without its vote")
    members = len(point.next_authorities.members)
    _need(header.maker < members, code.MAKER, height, f"authority {header.maker} of {members}")
    known = header.policy_hash in point.known_policies
    _need(known, code.POLICY_HASH, height, "a policy nobody has seen")
    _need(header.log_number == 0, code.LOG_SIZE, height, f"log {header.log_number}")


def _check_last_commit(point: Point, block: Block, verify: Verify) -> None:
    code, height = ViolationCode.LAST_COMMIT, point.height + 1
    if not point.begun:
        _need(block.last_commit == (), code, height, "the first block has none")
        _need(block.header.last_commit_hash == NO_HASH, code, height, "the first block has none")
        return
    _need(len(block.last_commit) == 1, code, height, "there is none")
    certificate = block.last_commit[0]
    named = block.header.last_commit_hash == certificate_hash(point.chain_id, certificate)
    _need(named, code, height, "the header names another certificate")
    fault = commit_fault(point, certificate, verify)
    _need(fault is None, ViolationCode.CERTIFICATE, point.height, str(fault))


def _check_body(point: Point, block: Block) -> None:
    header, code = block.header, ViolationCode
    height = header.height
    count = len(block.transactions)
    counted = header.transaction_count == count
    _need(
        counted,
        code.TRANSACTION_COUNT,
        height,
        f"{count}, the header says {header.transaction_count}",
    )
    size = sum(map(len, block.transactions))
    _need(size <= BLOCK_SIZE_MAX_BYTES, code.BLOCK_TOO_LARGE, height, f"{size} bytes")
    rooted = header.evidence_root == evidence_root(point.chain_id, block.evidence)
    _need(rooted, code.EVIDENCE, height, "another evidence root")
    for evidence in block.evidence:
        try:
            check_evidence_of(point, evidence)
        except Malformed as fault:
            raise Violation(code.EVIDENCE, height, str(fault)) from fault


def check_evidence_of(point: Point, evidence: Evidence) -> None:
    """Evidence in the next block: of a height up to its own, against the set of that height.

    Raises:
        Malformed: it proves nothing.
    """
    height = decode_message(evidence.first).height
    if not point.epochs[0].first_height <= height <= point.height + 1:
        raise Malformed(ErrorCode.BAD_FIELD, f"evidence of height {height}")
    check_evidence(point.chain_id, point.authorities_at(height), evidence)


def _check_summary(header: Header, summary: Summary) -> None:
    same = (
        summary.height == header.height
        and summary.time_ms == header.time_ms
        and summary.transaction_count == header.transaction_count
        and summary.state_root == header.state_root
        and summary.next_authorities_hash == header.next_authorities_hash
        and summary.policy_hash == header.policy_hash
    )
    _need(same, ViolationCode.SUMMARY, header.height, "it differs from the header")


def _check_log(point: Point, block: Block, summary: Summary) -> Frontier:
    header = block.header
    leaves = [leaf_hash(raw) for raw in (*block.transactions, encode(summary))]
    frontier, _ = point.frontier.extend(leaves)
    size, root = header.log_size == frontier.size, header.log_root == frontier.root()
    _need(size, ViolationCode.LOG_SIZE, header.height, f"{frontier.size}, not {header.log_size}")
    _need(root, ViolationCode.LOG_ROOT, header.height, "another root over the same leaves")
    return frontier


def _need(condition: bool, code: ViolationCode, height: int, reason: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise Violation(code, height, reason)
