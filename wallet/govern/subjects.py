"""What a motion is about, proven and said in words before anybody signs."""

import msgspec

from node.chain.policy import Policy
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.governance import PolicyChange, ProposeMotion, Subject
from node.chain.types import Id
from node.console.language import Text, same, t
from node.console.result import Column, Json, Table
from wallet.builder import created_id
from wallet.client.matters import MotionView
from wallet.govern.policies import Change, differences, said
from wallet.govern.proven import policy_of
from wallet.proofs import check_proof
from wallet.verbs.acting import Acting
from wallet.verbs.faults import does_not_hold, not_listed
from wallet.verbs.values import one_line, values_of

PURPOSE = "motion"
"""What the proposing transaction is read for."""


def find_motion(act: Acting, motion: Id, state: str | None = "open") -> MotionView:
    """A motion.

    Raises:
        node.console.fault.Fault: there is none with this id (exit 1).
    """
    filters = {} if state is None else {"state": state}
    for found in act.client.listed(act.signer, MotionView, filters):
        if found.id == motion.hex():
            return found
    raise not_listed("motions" if state is None else f"{state} motions", motion.hex())


def proven_subject(act: Acting, found: MotionView) -> Subject:
    """The subject of a motion, from the proven transaction that made it.

    Raises:
        node.console.fault.Fault: the proof does not hold, or that transaction made another motion (exit 1).
    """
    origin = bytes.fromhex(found.origin)
    subject = check_proof(
        act.genesis, act.client.proof_of_record(act.signer, origin, PURPOSE)
    ).subject
    if (
        isinstance(subject, SignedTransaction)
        and isinstance(subject.tx.body, ProposeMotion)
        and subject.tx_id.hex() == found.origin
        and created_id(act.chain_id, subject.tx) == bytes.fromhex(found.id)
    ):
        return subject.tx.body.subject
    raise does_not_hold(
        "other-proposal",
        t(zh="节点给的不是这个动议的原文", en="The node gave the words of another motion"),
        t(zh="换一个节点（--node）再试。", en="Try another node (--node)."),
    )


def changes_of(act: Acting, subject: Subject) -> tuple[Change, ...]:
    """What a change of policy changes of the version before it; empty for other subjects."""
    if isinstance(subject, PolicyChange):
        return differences(policy_of(act, subject.policy.version - 1), subject.policy)
    return ()


def changes_data(changes: tuple[Change, ...]) -> list[Json]:
    """Changes for machines."""
    plain = msgspec.to_builtins
    return [{"name": c.name, "before": plain(c.before), "after": plain(c.after)} for c in changes]


def changes_table(changes: tuple[Change, ...]) -> Table:
    """Old and new, side by side."""
    columns = (
        Column(t(zh="参数", en="Parameter")),
        Column(t(zh="现在", en="Now")),
        Column(t(zh="以后", en="Then")),
    )
    rows = [(c.name, said(c.name, c.before), said(c.name, c.after)) for c in changes]
    return Table(columns, rows, empty=t(zh="没有变化。", en="Nothing changes."))


def say_changes(act: Acting, policy: Policy, changes: tuple[Change, ...]) -> None:
    """Each change on a line, on the error stream, before anything is signed."""
    head = t(
        zh="政策第 {version} 版，从区块 {height} 起：",
        en="Policy {version}, from block {height} on:",
    ).fill(version=policy.version, height=policy.activation_height)
    act.console.progress(head)
    for change in changes:
        old, new = said(change.name, change.before), said(change.name, change.after)
        line = Text(
            f"  {change.name}: {old.zh} → {new.zh}", f"  {change.name}: {old.en} → {new.en}"
        )
        act.console.progress(line)


def say_subject(act: Acting, subject: Subject) -> None:
    """What will be voted on, on the error stream."""
    if isinstance(subject, PolicyChange):
        say_changes(act, subject.policy, changes_of(act, subject))
    else:
        act.console.progress(same(one_line(values_of(subject))))
