"""Execution of every block by the ledger's own rules, and comparison with what the block says came out.

There is no second copy of a rule here: the same ``BlockRun`` runs in every node. What the auditor adds is that it
begins at genesis, believes nobody, and names what differs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from node.audit.believing import Claims, LedgerWithoutTree
from node.audit.structure import Step
from node.chain.errors import Bug, ErrorCode, Malformed, Rejected
from node.chain.genesis import Genesis, new_ledger
from node.chain.ledger import Ledger
from node.chain.protocol import KNOWN_PROTOCOL, protocol_at
from node.chain.records import key_of
from node.chain.records.actors import Actor, Operator, Person
from node.chain.rules.envelope import signing_key
from node.chain.transition import BlockRun, Execution, KnownSignature, nothing_known
from node.chain.tx.envelope import SignedTransaction, parse, sign_bytes
from node.chain.types import Hash
from node.chain.violations import Incomplete, Violation, ViolationCode

_CODES: Final[Mapping[ErrorCode, ViolationCode]] = MappingProxyType(
    {
        ErrorCode.BAD_SIGNATURE: ViolationCode.SIGNATURE,
        ErrorCode.UNKNOWN_SENDER: ViolationCode.SENDER,
        ErrorCode.SENDER_HAS_NO_KEY: ViolationCode.SENDER,
        ErrorCode.SENDER_NOT_ACTIVE: ViolationCode.SENDER,
        ErrorCode.EXPIRED: ViolationCode.EXPIRED,
        ErrorCode.SEQUENCE_USED: ViolationCode.SEQUENCE,
        ErrorCode.SEQUENCE_GAP: ViolationCode.SEQUENCE,
    }
)
"""Refusals that are kinds of corruption of their own; every other one is ``RULE``."""

SignedItem = tuple[int, bytes, bytes, bytes]
"""(suite, key, message, signature), as ``keys.verify_many`` takes them."""
EarlierPlace = Callable[[bytes, tuple[int, int]], tuple[int, int] | None]
"""Signed bytes and (height, index) to the place where they stand earlier in the archive, or None."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A step with its transactions decoded."""

    step: Step
    transactions: tuple[SignedTransaction, ...]


def parse_step(step: Step) -> Parsed:
    """Decode the transactions of a block.

    Raises:
        Violation: ``TRANSACTION_FORM``.
    """
    height = step.block.header.height
    transactions = []
    for index, raw in enumerate(step.block.transactions):
        try:
            transactions.append(parse(raw))
        except Malformed as fault:
            raise Violation(ViolationCode.TRANSACTION_FORM, height, str(fault), index) from fault
    return Parsed(step, tuple(transactions))


class Replay:
    """The ledger as the archive makes it, from genesis to the last sound block."""

    def __init__(
        self,
        genesis: Genesis,
        earlier: EarlierPlace,
        ledger: Ledger | None = None,
        claims: Claims | None = None,
    ) -> None:
        """Begin at height 0, or with a ledger of another height.

        Args:
            genesis: of the chain.
            earlier: asked only when a sequence number is used twice.
            ledger: of the height to begin with; None for that of genesis.
            claims: what believes signatures and state roots for the time being; None checks them here and now.
        """
        first = ledger or new_ledger(genesis)
        self.ledger = first if claims is None else LedgerWithoutTree(first, claims)
        self._claims = claims
        self._earlier = earlier

    @property
    def state_root(self) -> Hash:
        """Root of the state after the last sound block."""
        return self.ledger.state_root

    def items(self, parsed: Parsed) -> list[tuple[Hash, SignedItem]]:
        """What to verify ahead: each transaction under the key that its sender has at the tip now.

        A sender unknown now, or one whose key changes meanwhile, is verified when the block is executed.
        """
        found = []
        for signed in parsed.transactions:
            sender = signed.tx.sender
            actor = self.ledger.read(key_of(Person, sender)) or self.ledger.read(
                key_of(Operator, sender)
            )
            if isinstance(actor, Person | Operator) and (key := _key_of(actor, signed)):
                message = sign_bytes(self.ledger.chain_id, signed.raw)
                found.append((signed.tx_id, (actor.suite, key, message, signed.tx.signature)))
        return found

    def run(self, parsed: Parsed, known: KnownSignature = nothing_known) -> Execution:
        """Execute the next block, compare, and adopt.

        Raises:
            Violation: a transaction breaks a rule, the books do not balance, or the block says another outcome.
            Incomplete: the districts decided a protocol that this program does not know.
        """
        step = parsed.step
        if isinstance(self.ledger, LedgerWithoutTree):
            self.ledger.named = step.block.header.state_root
        execution = self._execute(parsed, known)
        _compare(step, execution)
        header = step.block.header
        self.ledger.adopt(execution.staged, step.after.frontier, header.height, header.time_ms)
        return execution

    def _execute(self, parsed: Parsed, known: KnownSignature) -> Execution:
        header = parsed.step.block.header
        version = protocol_at(self.ledger, header.height)
        if version > KNOWN_PROTOCOL:
            reason = (
                f"protocol {version} from here on, this program knows {KNOWN_PROTOCOL}: update it"
            )
            raise Incomplete(header.height - 1, reason)
        run = BlockRun(self.ledger, header.height, header.time_ms)
        for pair in parsed.step.block.evidence:
            try:
                run.accuse(pair)
            except Rejected as fault:
                raise Violation(ViolationCode.EVIDENCE, header.height, str(fault)) from fault
        for index, signed in enumerate(parsed.transactions):
            try:
                run.add(signed, known if self._claims is None else self._claims.of(signed))
            except Rejected as fault:
                raise self._refused(header.height, index, signed, fault) from fault
        try:
            return run.close()
        except Bug as fault:
            raise Violation(ViolationCode.IDENTITY, header.height, str(fault)) from fault

    def _refused(
        self, height: int, index: int, signed: SignedTransaction, fault: Rejected
    ) -> Violation:
        code = _CODES.get(fault.code, ViolationCode.RULE)
        if fault.code is ErrorCode.SEQUENCE_USED:
            place = self._earlier(signed.raw, (height, index))
            if place is not None:
                reason = f"it stands already at height {place[0]}, transaction {place[1]}"
                return Violation(ViolationCode.DUPLICATE_ID, height, reason, index)
        return Violation(code, height, str(fault), index)


def _key_of(actor: Actor, signed: SignedTransaction) -> bytes:
    """The key that must have signed; empty where the actor has none for this."""
    try:
        return signing_key(actor, signed.tx.body)
    except Rejected:
        return b""


def _compare(step: Step, execution: Execution) -> None:
    header, summary = step.block.header, step.summary
    code, height = ViolationCode, header.height
    pairs = (
        (code.TIMER_COUNT, summary.timer_count, len(execution.timers)),
        (code.AUTHORITIES_HASH, header.authorities_hash, execution.authorities_hash),
        (code.AUTHORITIES_HASH, header.next_authorities_hash, execution.next_authorities_hash),
        (code.POLICY_HASH, header.policy_hash, execution.policy_hash),
        (code.FINALS_ROOT, summary.finals_root, execution.finals_root),
        (code.STATE_ROOT, header.state_root, execution.staged.root),
    )
    for kind, said, found in pairs:
        if said != found:
            raise Violation(
                kind, height, f"the block says {_shown(said)}, replay gives {_shown(found)}"
            )


def _shown(value: int | bytes) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
