"""Say something as somebody, once, and see it through.

The next number of the sequence is asked for once and then counted here. When a node says that the number is used, the
first question is whether our own transaction used it (an answer was lost on the way): then it is done. Only when the
node says that ours is superseded was another device faster; then it is signed again, once, with the number the node
names. A node that does not know is no reason to repeat anything: it may lack the block in which ours stands. So no
statement is ever made twice.
"""

from dataclasses import dataclass, field

from node.chain.errors import ErrorCode, Rejected
from node.chain.rules.guards import object_id
from node.chain.tx.envelope import Body, SignedTransaction
from node.chain.types import Hash, Id
from wallet.builder import Signer, created_id
from wallet.client.answers import TransactionStatus, TxState
from wallet.client.faults import NotIncluded, Undecided, strange_answer
from wallet.client.ports import Postbox
from wallet.session.faults import other_city

WAIT_S = 60.0
"""How long a command waits for a block: several rounds of a city with a node down."""


@dataclass(frozen=True, slots=True)
class Done:
    """A statement that the ledger took.

    Attributes:
        signed: the transaction.
        status: where it was seen last.
        created: the object that it makes, or None.
    """

    signed: SignedTransaction
    status: TransactionStatus
    created: Id | None


@dataclass(slots=True)
class Session:
    """One actor's conversation with the ledger.

    Attributes:
        node: where statements go.
        signer: who speaks.
    """

    node: Postbox
    signer: Signer
    _next: int | None = field(default=None, init=False)

    def sign(self, body: Body) -> SignedTransaction:
        """Sign a statement with the next number, without handing it in.

        Raises:
            node.console.fault.Fault: the node is of another city (exit 3), or cannot be reached (exit 4).
        """
        status = self.node.status()
        if status.chain_id != self.signer.chain_id.hex():
            raise other_city(self.signer.chain_id.hex(), status.chain_id)
        if self._next is None:
            self._next = self.node.sequence(self.signer.actor, self.signer.lane)
        return self.signer.sign(
            body,
            number=self._next,
            valid_until_ms=status.now_ms + status.validity_ms,
            policy_version=status.policy_version,
        )

    def submit(self, body: Body) -> Done:
        """Sign and hand in; accepted is not yet committed.

        Raises:
            Rejected: the ledger refuses it; nothing happened.
            Undecided: the node cannot say whether an earlier handing in is committed.
            node.console.fault.Fault: another city, or no node.
        """
        signed = self.sign(body)
        try:
            status = hand_in(self.node, signed)
        except Rejected as refusal:
            if refusal.code is not ErrorCode.SEQUENCE_USED:
                self._next = None
                raise
            self._next = None
            signed, status = self._again(signed, body)
        self._next = signed.tx.sequence[1] + 1
        return Done(signed, status, created_id(self.signer.chain_id, signed.tx))

    def perform(self, body: Body, timeout_s: float = WAIT_S) -> Done:
        """``submit``, then wait until it is committed.

        Raises:
            Rejected: the ledger refuses it.
            NotIncluded: it can no longer be committed.
            NotFinal: the wait is over and it is still undecided.
        """
        done = self.submit(body)
        status = wait_committed(self.node, done.signed, timeout_s)
        return Done(done.signed, status, made_by(self.signer.chain_id, done.signed, status))

    def _again(
        self, earlier: SignedTransaction, body: Body
    ) -> tuple[SignedTransaction, TransactionStatus]:
        known = self.node.transaction(earlier.tx_id)
        if known.status in {TxState.PENDING, TxState.COMMITTED}:
            return earlier, known
        if known.status is not TxState.SUPERSEDED:
            raise Undecided(known.id)
        signed = self.sign(body)
        return signed, hand_in(self.node, signed)


def made_by(chain_id: Hash, signed: SignedTransaction, status: TransactionStatus) -> Id | None:
    """The object that a committed transaction made; of a donation only the ledger knows whether it is one.

    The id is computed here; a node's word decides only whether it exists.
    """
    certain = created_id(chain_id, signed.tx)
    possible = object_id(chain_id, signed.tx)
    if certain is None and possible.hex() in (status.created or ()):
        return possible
    return certain


def hand_in(node: Postbox, signed: SignedTransaction) -> TransactionStatus:
    """Submit signed bytes and check that the node speaks of the same transaction.

    Raises:
        Rejected: the ledger refuses it.
        node.console.fault.Fault: the node names another id.
    """
    answer = node.submit(signed.raw)
    if answer.id != signed.tx_id.hex():
        raise strange_answer("submit", f"id {answer.id} instead of {signed.tx_id.hex()}")
    return TransactionStatus(id=answer.id, status=answer.status, height=answer.height)


def wait_committed(node: Postbox, signed: SignedTransaction, timeout_s: float) -> TransactionStatus:
    """Wait until a handed-in transaction stands in a block.

    Raises:
        NotIncluded: it can no longer.
        NotFinal: the wait is over.
    """
    found = node.wait_final(Hash(signed.tx_id), timeout_s)
    if found.status is not TxState.COMMITTED:
        raise NotIncluded(found.id, found.status.value)
    return found
