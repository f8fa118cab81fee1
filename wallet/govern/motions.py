"""What authorities decide together: ``govern motion vote``, ``list``, ``show``; ``propose`` has its own module."""

from node.chain.tx.governance import PolicyChange, VoteMotion
from node.chain.types import Code, Hash, Id
from node.console.command import argument, command, option
from node.console.formats import instant
from node.console.language import Text, same, t
from node.console.result import Cell, Column, Facts, Result, Table, View
from wallet.client.matters import MotionView
from wallet.govern.proposing import motion_group
from wallet.govern.subjects import (
    changes_data,
    changes_of,
    changes_table,
    find_motion,
    proven_subject,
    say_subject,
)
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, ID
from wallet.verbs.values import one_line, values_of

OPEN = "open"
__all__ = ["motion_group"]


@command(
    motion_group,
    "vote",
    help=t(
        zh="对动议表决。先核验动议的原文并显示它。",
        en="Vote on a motion; its own words are proven and shown first.",
    ),
)
@argument("motion", type=ID)
@option("--yes/--no", "approve", required=True, help=t(zh="赞成或反对。", en="For or against."))
@acting()
def vote(act: Acting, *, motion: Id, approve: bool) -> None:
    """Vote on a motion."""
    found = find_motion(act, motion)
    subject = proven_subject(act, found)
    say_subject(act, subject)
    body = VoteMotion(motion, Hash(bytes.fromhex(found.origin)), int(approve))
    what = (
        t(zh="已投赞成票。", en="Voted for.")
        if approve
        else t(zh="已投反对票。", en="Voted against.")
    )
    act.perform(body, what, {"subject": type(subject).__name__})


@command(motion_group, "list", help=t(zh="列出动议。", en="List motions."))
@option(
    "--state",
    type=CODE,
    default=OPEN,
    show_default=True,
    help=t(
        zh="open、passed、refused 或 expired；all 为全部。",
        en="open, passed, refused or expired; all for every one.",
    ),
)
@reading()
def list_(act: Acting, *, state: Code) -> None:
    """List motions."""
    filters = {} if state == "all" else {"state": str(state)}
    found = list(act.client.listed(act.signer, MotionView, filters))
    columns = (
        Column(t(zh="动议", en="Motion")),
        Column(t(zh="内容", en="Content")),
        Column(t(zh="赞成", en="For")),
        Column(t(zh="反对", en="Against")),
        Column(t(zh="状态", en="State")),
        Column(t(zh="时限", en="Deadline")),
    )
    rows = [
        (
            item.id,
            _short(item.subject),
            " ".join(item.voters),
            " ".join(item.opponents) or "-",
            item.state,
            _when(item.due_ms),
        )
        for item in found
    ]
    empty = t(zh="没有动议。", en="No motions.")
    act.console.emit(Result({"motions": found}, Table(columns, rows, empty=empty)))


def _short(subject: object) -> str:
    """A subject's kind and what fits on a line."""
    if not isinstance(subject, dict):
        return str(subject)
    flat = {name: value for name, value in subject.items() if not isinstance(value, dict | list)}
    return one_line(flat)


@command(
    motion_group,
    "show",
    help=t(
        zh="显示动议，内容取自已核验的原交易；改政策的并列显示现在和以后。",
        en="Show a motion, its content from the proven transaction; of a policy what is now and what would be.",
    ),
)
@argument("motion", type=ID)
@reading()
def show(act: Acting, *, motion: Id) -> None:
    """Show a motion."""
    found = find_motion(act, motion, None)
    subject = proven_subject(act, found)
    changes = changes_of(act, subject)
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="动议", en="Motion"), found.id),
        (t(zh="状态", en="State"), found.state),
        (t(zh="赞成", en="For"), " ".join(found.voters)),
        (t(zh="反对", en="Against"), " ".join(found.opponents) or "-"),
        (t(zh="时限", en="Deadline"), _when(found.due_ms)),
    ]
    views: tuple[View, ...]
    if isinstance(subject, PolicyChange):
        pairs.append((t(zh="政策版本", en="Policy version"), subject.policy.version))
        pairs.append((t(zh="生效区块", en="From block"), subject.policy.activation_height))
        views = (Facts(pairs), changes_table(changes))
    else:
        pairs.append((t(zh="内容", en="Content"), one_line(values_of(subject))))
        views = (Facts(pairs),)
    data = {"motion": found, "subject": values_of(subject), "changes": changes_data(changes)}
    act.console.emit(Result(data, views))


def _when(due_ms: int) -> Text:
    return instant(due_ms) if due_ms else same("-")
