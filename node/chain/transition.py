"""From one state to the next: the same functions in mempool, proposer, voter, catch-up, auditor and simulator.

A block is executed in this order: a policy whose height has come, the sample of the services that ended in the block
before, the mark of the hour and an authority set whose height has come, due timers (at most 500, by due time, kind and
id), the queues of redemptions, evidence against authorities, then its transactions; a transaction that touches an
object fires that object's due timers first. All of it together costs at most what the policy in force says
(``cost_of``); what a block does by itself counts and is never refused.

The order of guards for a transaction is: version and suite, sender, expiry, policy version, sequence, quota, signature,
the sender's standing, its family's rules, then what is left of the block's cost. A refused transaction changes nothing
and never stands in a block.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from node.chain.books import check_identities
from node.chain.certificate import Evidence, authority_set_hash
from node.chain.codec import encode
from node.chain.dispatch import dispatch, fire_timer
from node.chain.errors import Bug, ErrorCode, Rejected
from node.chain.ledger import Ledger, Staged
from node.chain.limits import BLOCK_TIMERS_MAX, SETTLEMENT_KEYS_MAX, TRANSACTION_KEYS_MAX
from node.chain.merkle import leaf_hash, root_of
from node.chain.policy import Policy, policy_hash
from node.chain.records import StateRecord, encode_record, touch_after
from node.chain.records.accounts import District
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.redemption import RedemptionQueue
from node.chain.records.settings import PolicyRecord, policy_id
from node.chain.rules import redemption, standing, succession
from node.chain.rules.envelope import advance, check_envelope, check_signature, signing_key
from node.chain.rules.guards import require
from node.chain.rules.marks import mark_time
from node.chain.rules.offences import accuse
from node.chain.rules.orders.sampling import draw_sample
from node.chain.seats import current_set, waiting_from
from node.chain.state import Moment, Reader, View, city_of
from node.chain.tx.envelope import (
    SettlementBody,
    SignedTransaction,
    sign_bytes,
)
from node.chain.types import EpochMs, Hash, Height, Id

BEGIN_ID: Final = b"begin"
"""Stands for the object's id in the touch of what a block's start writes: the sample and the hour's mark."""

KnownSignature = Callable[[Hash, bytes], bool]
"""Whether (transaction id, public key) was verified before; a cache in front of the rule, never instead of it."""


def nothing_known(tx_id: Hash, key: bytes) -> bool:
    """No signature was verified before."""
    return False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one transaction, or the timers at a block's start, did."""

    tx_id: Hash
    persons: tuple[Id, ...]
    """Persons whose records changed."""
    orders: tuple[Id, ...]
    """Orders that changed."""
    created: tuple[bytes, ...]
    """Keys of records that did not exist before."""
    moved: tuple[tuple[Id, int], ...]
    """Persons whose stores changed, and by how many minutes."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The outcome of a block, not yet adopted."""

    height: Height
    time_ms: EpochMs
    timers: tuple[Receipt, ...]
    receipts: tuple[Receipt, ...]
    finals: tuple[bytes, ...]
    """Canonical bytes of the records that became final, in order."""
    staged: Staged
    authorities_hash: Hash
    next_authorities_hash: Hash
    policy_hash: Hash

    @property
    def finals_root(self) -> Hash:
        """RFC 6962 root over the final records."""
        return root_of([leaf_hash(record) for record in self.finals])


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which transaction of a block breaks a rule, and how."""

    index: int
    tx_id: Hash
    fault: Rejected


class BlockRefused(Exception):  # noqa: N818 - an answer, not an accident
    """A block contains a transaction that breaks a rule."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep which and why."""
        super().__init__(f"transaction {refusal.index}: {refusal.fault}")
        self.refusal = refusal


def active_policy(reader: Reader) -> Policy:
    """The policy in force at the tip."""
    view = View(reader)
    version = city_of(view).policy_version
    record = view.get(PolicyRecord, policy_id(version))
    if record is None:
        raise Bug(f"policy {version} is active and unknown")
    return record.policy


def policy_at(reader: Reader, height: Height) -> Policy:
    """The policy in force for the next block: the one at the tip, or the one whose activation height has come."""
    active = active_policy(reader)
    waiting = View(reader).get(PolicyRecord, policy_id(active.version + 1))
    if waiting is not None and height >= waiting.policy.activation_height:
        return waiting.policy
    return active


def moment_after(ledger: Ledger, height: Height, time_ms: EpochMs) -> Moment:
    """Where and when the next block's rules apply."""
    return Moment(
        chain_id=ledger.chain_id,
        city_id=ledger.city_id,
        height=height,
        time_ms=time_ms,
        previous_time_ms=ledger.time_ms,
        policy=policy_at(ledger, height),
        previous_root=ledger.state_root,
    )


class BlockRun:
    """A block in the making: timers first, then transactions one by one.

    The proposer adds what the rules admit; voters, catch-up and auditors add what the block says and refuse it whole.
    """

    def __init__(self, ledger: Ledger, height: Height, time_ms: EpochMs) -> None:
        """Do what the block's start does by itself: policy, timers that are due at its time, queues."""
        assert height == ledger.height + 1
        assert time_ms > ledger.time_ms
        self.at = moment_after(ledger, height, time_ms)
        self.view = View(ledger)
        self._ledger = ledger
        self.finals: list[bytes] = []
        self.receipts: list[Receipt] = []
        self.timers: list[Receipt] = []
        self.cost = 0
        """So far, by ``cost_of``."""
        self._activate_policy()
        self._begin()
        for key in ledger.due_timers(time_ms, BLOCK_TIMERS_MAX):
            self._fire(key)
        for district in ledger.districts:
            self._release_queue(district)

    @property
    def districts(self) -> tuple[str, ...]:
        """Codes of all districts after this block so far, sorted."""
        begun = {r.code for r in self.view.changes.values() if isinstance(r, District)}
        return tuple(sorted(begun.union(self._ledger.districts)))

    def accuse(self, evidence: Evidence) -> None:
        """Enter one piece of evidence; all of it comes before the first transaction.

        Raises:
            Malformed: it proves nothing.
            Rejected: ``ALREADY_EXISTS``, this offence is known.
        """
        assert not self.receipts
        layer = View(self.view)
        accuse(layer, self.at, evidence)
        self.cost += cost_of(layer)
        self._merge(layer, Hash(bytes(32)), encode(evidence))

    def add(self, signed: SignedTransaction, known: KnownSignature = nothing_known) -> Receipt:
        """Apply one transaction.

        Raises:
            Rejected: it breaks a rule, or ``BLOCK_FULL``, it costs more than is left; the run is as before.
        """
        layer = View(self.view)
        apply_transaction(layer, self.at, signed, known)
        cost, most = self.cost + cost_of(layer), self.at.policy.ledger.block_cost_max
        require(cost <= most, ErrorCode.BLOCK_FULL, f"{cost} of {most}")
        self.cost = cost
        receipt = self._merge(layer, signed.tx_id, signed.tx.signature)
        self.receipts.append(receipt)
        return receipt

    def close(self) -> Execution:
        """Check the identities, put the changes into the tree, and hand out the outcome."""
        check_identities(self.view, self.districts)
        signing = current_set(self.view)
        following = waiting_from(self.view, Height(self.at.height + 1)) or signing
        return Execution(
            height=self.at.height,
            time_ms=self.at.time_ms,
            timers=tuple(self.timers),
            receipts=tuple(self.receipts),
            finals=tuple(self.finals),
            staged=self._ledger.stage(self.view.changes),
            authorities_hash=authority_set_hash(self.at.chain_id, signing),
            next_authorities_hash=authority_set_hash(self.at.chain_id, following),
            policy_hash=policy_hash(self.at.chain_id, self.at.policy),
        )

    def _activate_policy(self) -> None:
        """The city's record names the policy of this block from here on."""
        city = city_of(self.view)
        if city.policy_version == self.at.policy.version:
            return
        layer = View(self.view)
        layer.put(replace(city, policy_version=self.at.policy.version))
        self._keep(layer, self.at.time_ms, city.key_id)

    def _begin(self) -> None:
        """Draw among the services that ended in the block before, remember the hour, let a waiting set take effect."""
        layer = View(self.view)
        draw_sample(layer, self.at)
        mark_time(layer, self.at)
        succession.begin(layer, self.at)
        if layer.changes:
            self._keep(layer, self.at.time_ms, BEGIN_ID)

    def _release_queue(self, district: str) -> None:
        queue = self.view.get(RedemptionQueue, district.encode())
        if queue is None or queue.head == queue.tail:
            return
        layer = View(self.view)
        redemption.release_queue(layer, self.at, queue)
        if layer.changes:
            self._keep(layer, self.at.time_ms, queue.key_id)

    def _keep(self, layer: View, due_ms: int, id_: bytes) -> None:
        """Take over what no transaction caused."""
        self.cost += cost_of(layer)
        cause = self.at.height.to_bytes(8, "big") + due_ms.to_bytes(8, "big") + id_
        self.timers.append(self._merge(layer, Hash(bytes(32)), cause))

    def _fire(self, key: bytes) -> None:
        record = self.view.read(key)
        due = getattr(record, "due_ms", 0)
        if record is None or not 0 < due <= self.at.time_ms:
            return
        layer = View(self.view)
        fire_timer(layer, self.at, record)
        self._keep(layer, due, key[1:])

    def _merge(self, layer: View, tx_id: Hash, cause: bytes) -> Receipt:
        """Touch every changed record once, take the layer's changes over, and say whom they concern."""
        persons: list[Id] = []
        changed_orders: list[Id] = []
        created: list[bytes] = []
        moved: list[tuple[Id, int]] = []
        touched: dict[bytes, StateRecord | None] = {}
        for key, record in layer.changes.items():
            before = self.view.read(key)
            if record is None:
                touched[key] = None
                continue
            previous = b"" if before is None else before.touch
            touched[key] = replace(record, touch=touch_after(self.at.chain_id, previous, cause))
            if before is None:
                created.append(key)
            if isinstance(record, Person):
                persons.append(record.id)
                moved += _moved(before, record)
            elif isinstance(record, Order):
                changed_orders.append(record.id)
        self.view.changes.update(touched)
        for key in layer.finals:
            final = touched[key]
            assert final is not None
            self.finals.append(encode_record(final))
        return Receipt(tx_id, tuple(persons), tuple(changed_orders), tuple(created), tuple(moved))


def cost_of(layer: View) -> int:
    """What a transaction, a timer or a piece of evidence costs a block: one, and one for each record it writes."""
    return 1 + len(layer.changes)


def _moved(before: StateRecord | None, person: Person) -> tuple[tuple[Id, int], ...]:
    """By how much a person's store changed, if it did."""
    earlier = before.store_min if isinstance(before, Person) else 0
    minutes = person.store_min - earlier
    return ((person.id, minutes),) if minutes else ()


def execute(
    ledger: Ledger,
    height: Height,
    time_ms: EpochMs,
    transactions: Sequence[SignedTransaction],
    known: KnownSignature = nothing_known,
    evidence: Sequence[Evidence] = (),
) -> Execution:
    """Execute a whole block on the ledger's tip, without adopting it.

    Raises:
        BlockRefused: a transaction breaks a rule; nothing of the block counts.
        Rejected: a piece of evidence proves nothing new.
    """
    run = BlockRun(ledger, height, time_ms)
    for pair in evidence:
        run.accuse(pair)
    for index, signed in enumerate(transactions):
        try:
            run.add(signed, known)
        except Rejected as fault:
            raise BlockRefused(Refusal(index, signed.tx_id, fault)) from fault
    return run.close()


def apply_transaction(
    view: View, at: Moment, signed: SignedTransaction, known: KnownSignature = nothing_known
) -> None:
    """Apply one transaction to a layer of its own.

    Raises:
        Rejected: the first guard that does not hold; the layer is to be dropped.
    """
    tx = signed.tx
    standing.ripen(view, at, tx.sender)
    actor = check_envelope(view, at, tx)
    if not known(signed.tx_id, signing_key(actor, tx.body)):
        message = sign_bytes(at.chain_id, signed.raw)
        check_signature(actor, tx.body, message, tx.signature)
    advance(view, at, tx, actor)
    standing.check_standing(view, at, tx)
    dispatch(view, at, tx, signed.tx_id)
    count = len(view.changes)
    most = SETTLEMENT_KEYS_MAX if isinstance(tx.body, SettlementBody) else TRANSACTION_KEYS_MAX
    require(count <= most, ErrorCode.TOO_MANY_KEYS, f"{count} records")
