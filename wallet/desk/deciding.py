"""The other of two people: ``second`` and ``decline``.

What is seconded is read from the proposing transaction itself, proven to stand in the log, and not from a list.
"""

import msgspec

from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.organisation import Decline, Propose, Second
from node.chain.types import Code, Hash, Id
from node.console.command import argument
from node.console.language import t
from node.console.result import Json
from wallet.builder import created_id
from wallet.client.answers import ProposalView
from wallet.desk.table import verb
from wallet.proofs import check_proof
from wallet.verbs.acting import Acting
from wallet.verbs.faults import does_not_hold
from wallet.verbs.finding import find_proposal
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import ID
from wallet.verbs.values import one_line, values_of


@verb("second")
@argument("proposal", type=ID)
@acting(DESK_PURPOSE)
def second(act: Acting, *, proposal: Id) -> None:
    """Second a proposal."""
    found = find_proposal(act, proposal)
    action = proven_action(act, found)
    values = values_of(action)
    words = t(zh="提议：{action}", en="The proposal: {action}").fill(action=one_line(values))
    act.console.progress(words)
    body = Second(proposal, Hash(bytes.fromhex(found.origin)))
    more: dict[str, Json] = {"action": values}
    act.perform(body, t(zh="已复核，提议生效。", en="Seconded; it has happened."), more)


@verb("decline")
@argument("proposal", type=ID)
@REASON_OPTION
@acting(DESK_PURPOSE)
def decline(act: Acting, *, proposal: Id, reason: Code) -> None:
    """Decline a proposal."""
    found = find_proposal(act, proposal)
    body = Decline(proposal, Hash(bytes.fromhex(found.origin)), reason)
    act.perform(body, t(zh="已否决。", en="Declined."))


def proven_action(act: Acting, found: ProposalView) -> msgspec.Struct:
    """The action of a proposal, from the proven transaction that made it.

    Raises:
        node.console.fault.Fault: the proof does not hold, or that transaction made another proposal (exit 1).
    """
    origin = bytes.fromhex(found.origin)
    raw = act.client.proof_of_record(act.signer, origin, act.flags.purpose)
    subject = check_proof(act.genesis, raw).subject
    if (
        isinstance(subject, SignedTransaction)
        and isinstance(subject.tx.body, Propose)
        and subject.tx_id.hex() == found.origin
        and created_id(act.chain_id, subject.tx) == bytes.fromhex(found.id)
    ):
        return subject.tx.body.action
    raise does_not_hold(
        "other-proposal",
        t(zh="节点给的不是这个提议的原文", en="The node gave the words of another proposal"),
        t(zh="换一个节点（--node）再试。", en="Try another node (--node)."),
    )
