"""Looking at orders: ``orders`` and ``order``."""

from typing import Final

from node.chain.lifecycle import State
from node.chain.types import Id
from node.console.command import argument, option
from node.console.language import t
from node.console.result import Result
from wallet.client.answers import OrderView
from wallet.commands.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import reading
from wallet.verbs.parameters import CODE, ID
from wallet.verbs.showing import order_data, order_facts, orders_table

MINE: Final = ("recipient", "volunteer", "payer")


@verb("orders")
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


@verb("order")
@argument("order", type=ID)
@reading()
def order(act: Acting, *, order: Id) -> None:
    """Show one order."""
    found = act.order(order)
    act.console.emit(Result(order_data(found), order_facts(found)))
