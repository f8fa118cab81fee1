"""What waits at a desk: ``queue`` and ``person``."""

from node.chain.lifecycle import State
from node.chain.records.actors import PENDING
from node.chain.types import Code, Id
from node.console.command import argument, command, option
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.client.answers import PersonView, ProposalView
from wallet.commands.account import person_data, person_facts
from wallet.commands.orders import orders_table
from wallet.desk.root import desk_group
from wallet.verbs.acting import DESK_PURPOSE, Acting, reading
from wallet.verbs.parameters import CODE, ID
from wallet.verbs.values import one_line

WAITING = (State.REQUESTED, State.CHECKED_OUT, State.DISPUTED)
"""States in which an order may wait for staff."""


@command(
    desk_group,
    "queue",
    help=t(
        zh="待办：待审核的人、待复核的提议、待审核、待确认和争议中的订单。",
        en="What waits: persons, proposals, orders to review, to confirm, in dispute.",
    ),
)
@option(
    "--district",
    type=CODE,
    help=t(zh="哪个区；默认本人所在的区。", en="Which district; else one's own."),
)
@reading(DESK_PURPOSE)
def queue(act: Acting, *, district: Code | None) -> None:
    """What waits."""
    place = district or act.person().home
    here = {"district": place}
    why = act.flags.purpose
    persons = list(act.client.persons(act.signer, {**here, "status": PENDING}, why))
    proposals = list(act.client.proposals(act.signer, {**here, "state": "open"}, why))
    orders = [
        order
        for state in WAITING
        for order in act.client.orders(act.signer, {**here, "state": state.value}, why)
    ]
    data = {"district": place, "persons": persons, "proposals": proposals, "orders": orders}
    views = (_persons_table(persons), proposals_table(proposals), orders_table(orders))
    act.console.emit(Result(data, views))


@command(
    desk_group,
    "person",
    help=t(zh="查看一个人的账户；会被记录。", en="Show a person's account; it is recorded."),
)
@argument("person", type=ID)
@reading(DESK_PURPOSE)
def person(act: Acting, *, person: Id) -> None:
    """Show a person."""
    found = act.person(person)
    act.console.emit(Result(person_data(found), person_facts(found)))


def _persons_table(persons: list[PersonView]) -> Table:
    columns = (
        Column(t(zh="登记人", en="Person")),
        Column(t(zh="区", en="Home")),
        Column(t(zh="站点", en="Site")),
        Column(t(zh="状态", en="State")),
    )
    rows = [(item.id, item.home, item.site, item.status) for item in persons]
    title = t(zh="待审核的人", en="Persons to approve")
    return Table(columns, rows, title, empty=t(zh="没有待审核的人。", en="Nobody to approve."))


def proposals_table(proposals: list[ProposalView]) -> Table:
    """Proposals with their content."""
    columns = (
        Column(t(zh="提议", en="Proposal")),
        Column(t(zh="内容", en="Content")),
        Column(t(zh="提议人", en="Proposer")),
        Column(t(zh="状态", en="State")),
    )
    rows = [(item.id, one_line(item.action), item.proposer, item.state) for item in proposals]
    title = t(zh="待复核的提议", en="Proposals to second")
    return Table(columns, rows, title, empty=t(zh="没有待复核的提议。", en="Nothing to second."))
