"""What happened over the whole archive, counted while it passes: blocks, signatures, orders, entries on behalf."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from node.audit.replay import Parsed
from node.chain.certificate import AuthoritySet, CommitCertificate, decode_message
from node.chain.lifecycle import State
from node.chain.records import decode_record
from node.chain.records.orders import Order
from node.chain.transition import Execution
from node.chain.types import Id


class BehalfKey(NamedTuple):
    """Entries on behalf are totalled by these."""

    district: str
    site: str
    recorder: Id
    """The member of staff who requested for the recipient."""
    consent: str
    """How the recipient agreed to the request."""
    method: str
    """How the service was confirmed."""


@dataclass(slots=True)
class BehalfTotal:
    """How many settled orders, and the minutes they paid."""

    orders: int = 0
    minutes: int = 0


class EvidenceFound(NamedTuple):
    """Proof in a block that an authority broke the protocol."""

    height: int
    culprit: str
    """District of the authority."""
    offence_height: int


@dataclass(slots=True)
class Tally:
    """Counts over the blocks that passed."""

    blocks: int = 0
    transactions: int = 0
    timers: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    certificates: int = 0
    signed: Counter[str] = field(default_factory=Counter)
    """District to certificates that hold its signature."""
    due: Counter[str] = field(default_factory=Counter)
    """District to certificates of heights at which it had a seat."""
    made: Counter[str] = field(default_factory=Counter)
    """District to blocks made."""
    evidence: list[EvidenceFound] = field(default_factory=list)
    settled: Counter[str] = field(default_factory=Counter)
    on_behalf: dict[BehalfKey, BehalfTotal] = field(default_factory=dict)

    def add_block(self, parsed: Parsed, execution: Execution) -> None:
        """Count a block that passed."""
        block = parsed.step.block
        before, after = parsed.step.before, parsed.step.after
        self.blocks += 1
        self.transactions += len(parsed.transactions)
        self.timers += len(execution.timers)
        self.made[after.authorities.members[block.header.maker].district] += 1
        for certificate in block.last_commit:
            self.add_certificate(before.authorities, certificate)
        for evidence in block.evidence:
            message = decode_message(evidence.first)
            culprit = before.authorities.members[message.signer].district
            self.evidence.append(EvidenceFound(block.header.height, culprit, message.height))
        self.kinds.update(type(signed.tx.body).__name__ for signed in parsed.transactions)
        for raw in execution.finals:
            record = decode_record(raw)
            if isinstance(record, Order) and record.state is State.SETTLED:
                self._add_settled(record)

    def add_certificate(self, authorities: AuthoritySet, certificate: CommitCertificate) -> None:
        """Count who signed, among those who had a seat."""
        self.certificates += 1
        self.due.update(member.district for member in authorities.members)
        self.signed.update(authorities.members[i].district for i, _ in certificate.signatures)

    def _add_settled(self, order: Order) -> None:
        self.settled[order.district] += 1
        if order.requester_role == "recorder":
            key = BehalfKey(
                order.district, order.site, order.requester, order.consent, order.method
            )
            total = self.on_behalf.setdefault(key, BehalfTotal())
            total.orders += 1
            total.minutes += order.paid_min
