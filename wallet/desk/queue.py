"""What waits at a desk: ``queue`` and ``person``."""

from node.chain.lifecycle import State
from node.chain.records.actors import PENDING
from node.chain.types import Code, Id
from node.console.command import argument, option
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.client.answers import PersonView, ProposalView
from wallet.desk.matters import matters_data, matters_of, matters_tables
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, reading
from wallet.verbs.parameters import CODE, ID
from wallet.verbs.showing import orders_table, person_data, person_facts
from wallet.verbs.values import one_line

WAITING = (State.REQUESTED, State.CHECKED_OUT, State.DISPUTED)
"""States in which an order may wait for staff."""


@verb("queue")
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
    found = matters_of(act, place)
    data: dict[str, object] = {
        "district": place,
        "persons": persons,
        "proposals": proposals,
        "orders": orders,
    }
    views: tuple[Table, ...] = (
        _persons_table(persons),
        proposals_table(proposals),
        orders_table(orders),
    )
    data |= matters_data(found)
    views += matters_tables(found)
    act.console.emit(Result(data, views))


@verb("person")
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
