"""What waits for staff beside persons, proposals and orders: complaints, stops, closings, recoveries."""

from dataclasses import dataclass

from node.console.formats import instant
from node.console.language import Text, same, t
from node.console.result import Column, Table
from wallet.client.matters import ClosingView, ComplaintView, RecoveryView, SuspensionView
from wallet.verbs.acting import Acting

OPEN_COMPLAINTS = ("open", "overdue")
LIVE_CLOSINGS = ("notice", "draining")
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Matters:
    """The matters of one district that somebody must look at."""

    complaints: tuple[ComplaintView, ...]
    suspensions: tuple[SuspensionView, ...]
    closings: tuple[ClosingView, ...]
    recoveries: tuple[RecoveryView, ...]


def matters_of(act: Acting, district: str) -> Matters:
    """Ask for what is open in a district."""
    why, signer = act.flags.purpose, act.signer
    here = {"district": district}
    listed = act.client.listed
    return Matters(
        tuple(
            complaint
            for state in OPEN_COMPLAINTS
            for complaint in listed(signer, ComplaintView, here | {"state": state}, why)
        ),
        tuple(listed(signer, SuspensionView, here | {"state": "active"}, why)),
        tuple(
            closing
            for state in LIVE_CLOSINGS
            for closing in listed(signer, ClosingView, here | {"state": state}, why)
        ),
        tuple(listed(signer, RecoveryView, here | {"state": "pending"}, why)),
    )


def matters_data(found: Matters) -> dict[str, object]:
    """The matters for machines."""
    return {
        "complaints": found.complaints,
        "suspensions": found.suspensions,
        "closings": found.closings,
        "recoveries": found.recoveries,
    }


def matters_tables(found: Matters) -> tuple[Table, ...]:
    """The matters for people; kinds of which there are none are left out."""
    tables = (
        _complaints(found.complaints),
        _suspensions(found.suspensions),
        _closings(found.closings),
        _recoveries(found.recoveries),
    )
    return tuple(table for table in tables if table.rows)


def _complaints(views: tuple[ComplaintView, ...]) -> Table:
    columns = (
        Column(t(zh="投诉", en="Complaint")),
        Column(t(zh="种类", en="Kind")),
        Column(t(zh="订单", en="Order")),
        Column(t(zh="原因", en="Reason")),
        Column(t(zh="状态", en="State")),
        Column(t(zh="答复期限", en="Answer by")),
    )
    rows = [(v.id, v.kind, v.order, v.reason, v.state, _when(v.due_ms)) for v in views]
    return Table(
        columns, rows, t(zh="投诉（answer-complaint）", en="Complaints (answer-complaint)")
    )


def _suspensions(views: tuple[SuspensionView, ...]) -> Table:
    columns = (
        Column(t(zh="谁 / 哪里", en="Who / where")),
        Column(t(zh="范围", en="Scope")),
        Column(t(zh="原因", en="Reason")),
        Column(t(zh="结束", en="Ends")),
        Column(t(zh="申诉", en="Appeal")),
    )
    rows = [(v.name, v.scope, v.reason, instant(v.until_ms), _appeal(v)) for v in views]
    title = t(zh="暂停（end-suspension、resume）", en="Stops (end-suspension, resume)")
    return Table(columns, rows, title)


def _appeal(view: SuspensionView) -> Text:
    if not view.appealed:
        return same(NOBODY)
    if view.verdict == NOBODY:
        return t(zh="等待仲裁", en="waits for an arbiter")
    return same(view.verdict)


def _closings(views: tuple[ClosingView, ...]) -> Table:
    columns = (
        Column(t(zh="账户", en="Account")),
        Column(t(zh="原因", en="Reason")),
        Column(t(zh="状态", en="State")),
        Column(t(zh="公示至", en="Notice until")),
    )
    rows = [(v.person, v.reason, v.state, _when(v.due_ms)) for v in views]
    return Table(columns, rows, t(zh="销户（finish-closing）", en="Closings (finish-closing)"))


def _recoveries(views: tuple[RecoveryView, ...]) -> Table:
    columns = (
        Column(t(zh="账户", en="Account")),
        Column(t(zh="途径", en="Route")),
        Column(t(zh="新密钥", en="New key")),
        Column(t(zh="可否决至", en="Veto until")),
    )
    rows = [(v.person, v.route, v.key, _when(v.due_ms)) for v in views]
    return Table(columns, rows, t(zh="密钥找回（veto-recovery）", en="Recoveries (veto-recovery)"))


def _when(due_ms: int) -> Text:
    return instant(due_ms) if due_ms else same(NOBODY)
