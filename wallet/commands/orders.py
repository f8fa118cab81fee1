"""Looking at orders: ``orders`` and ``order``."""

from typing import Final

from node.chain.lifecycle import State
from node.chain.records.orders import Order
from node.chain.types import Id
from node.console.command import argument, command, option
from node.console.formats import duration, instant
from node.console.language import Text, same, t
from node.console.result import Cell, Column, Facts, Json, Result, Table
from wallet.client.answers import OrderView
from wallet.commands.root import wallet_group
from wallet.verbs.acting import Acting, reading
from wallet.verbs.parameters import CODE, ID
from wallet.verbs.words import STATES, word

MINE: Final = ("recipient", "volunteer", "payer")


@command(
    wallet_group,
    "orders",
    help=t(
        zh="我的订单；加 --open 看可以接的单。",
        en="One's own orders; with --open those that may be accepted.",
    ),
)
@option(
    "--open",
    "open_",
    is_flag=True,
    help=t(zh="已发布、等人接的单。", en="Published orders that wait for a volunteer."),
)
@option("--district", type=CODE, help=t(zh="只看这个区。", en="Only of this district."))
@option("--state", type=CODE, help=t(zh="只看这个状态。", en="Only in this state."))
@reading()
def orders(act: Acting, *, open_: bool, district: str | None, state: str | None) -> None:
    """List orders."""
    chosen = State.PUBLISHED.value if open_ else state
    filters = {"district": district, "state": chosen}
    wanted = {name: value for name, value in filters.items() if value is not None}
    found: dict[str, OrderView] = {}
    parts: tuple[str | None, ...] = (None,) if open_ else MINE
    for part in parts:
        mine = {} if part is None else {part: act.account.hex()}
        found |= {view.id: view for view in act.client.orders(act.signer, wanted | mine)}
    ordered = sorted(found.values(), key=lambda view: (view.start_ms, view.id))
    act.console.emit(Result({"orders": ordered}, orders_table(ordered)))


@command(wallet_group, "order", help=t(zh="查看一个订单。", en="Show one order."))
@argument("order", type=ID)
@reading()
def order(act: Acting, *, order: Id) -> None:
    """Show one order."""
    found = act.order(order)
    act.console.emit(Result(order_data(found), order_facts(found)))


def orders_table(views: list[OrderView]) -> Table:
    """Orders of a list."""
    columns = (
        Column(t(zh="订单", en="Order")),
        Column(t(zh="开始", en="Start")),
        Column(t(zh="预计", en="Expected"), "right"),
        Column(t(zh="服务", en="Service")),
        Column(t(zh="区 / 站点", en="District / site")),
        Column(t(zh="状态", en="State")),
    )
    rows = [
        (
            view.id,
            instant(view.start_ms),
            duration(view.expected_min),
            view.service,
            f"{view.district} / {view.site}",
            word(STATES, view.state),
        )
        for view in views
    ]
    return Table(columns, rows, empty=t(zh="没有订单。", en="No orders."))


def order_data(found: Order) -> dict[str, Json]:
    """An order for machines."""
    return {
        "order": found.id.hex(),
        "origin": found.origin.hex(),
        "state": found.state.value,
        "events": found.events,
        "due_ms": found.due_ms,
        "recipient": found.recipient.hex(),
        "requester": found.requester.hex(),
        "requester_role": found.requester_role,
        "volunteer": found.volunteer.hex() or None,
        "payer_kind": found.payer_kind,
        "service": found.service,
        "district": found.district,
        "site": found.site,
        "start_ms": found.start_ms,
        "expected_min": found.expected_min,
        "hold_min": found.hold_min,
        "checked_in_ms": found.checked_in_ms,
        "checked_out_ms": found.checked_out_ms,
        "counted_min": found.counted_min,
        "agreed_min": found.agreed_min,
        "method": found.method,
        "needs_endorse": bool(found.needs_endorse),
        "dispute_reason": found.dispute_reason,
        "verdict": found.verdict,
        "reason": found.reason,
        "paid_min": found.paid_min,
        "overflow_min": found.overflow_min,
        "honour_min": found.honour_min,
    }


def order_facts(found: Order) -> Facts:
    """An order for people."""
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="订单", en="Order"), found.id.hex()),
        (t(zh="状态", en="State"), word(STATES, found.state)),
        (t(zh="服务", en="Service"), str(found.service)),
        (t(zh="区 / 站点", en="District / site"), f"{found.district} / {found.site}"),
        (t(zh="开始", en="Start"), instant(found.start_ms)),
        (t(zh="预计", en="Expected"), duration(found.expected_min)),
        (t(zh="冻结", en="Held"), duration(found.hold_min)),
        (t(zh="计时", en="Counted"), duration(found.counted_min)),
        (t(zh="确认", en="Agreed"), duration(found.agreed_min)),
        (t(zh="支付", en="Paid"), duration(found.paid_min)),
        (t(zh="服务对象", en="Recipient"), found.recipient.hex()),
        (t(zh="志愿者", en="Volunteer"), found.volunteer.hex() or "-"),
        (t(zh="付款方", en="Payer"), str(found.payer_kind)),
    ]
    if found.needs_endorse:
        pairs.append((t(zh="还需要", en="Still needs"), t(zh="背书", en="an endorsement")))
    due = instant(found.due_ms) if found.due_ms else same("-")
    pairs.append((t(zh="下一个时限", en="Next deadline"), due))
    return Facts(pairs)
