"""Kin: offer a binding, accept one, list, end."""

from typing import Final

from node.chain.tx.identity import AcceptKin, OfferKin, Unbind
from node.chain.types import ZERO_HASH, Code, Hash, Id
from node.console.command import argument, command, group, option
from node.console.formats import instant
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.client.answers import BindingView
from wallet.commands.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.finding import find_binding
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, ID
from wallet.verbs.words import RELATIONS, word

OWN_KEY: Final = Code("own-key")


@group("kin", help=TARGETS["kin"].help)
def kin_group() -> None:
    """Kin bindings."""


@command(
    kin_group,
    "offer",
    help=t(
        zh="请一位亲属绑定；对方同意、服务站两人核实后生效。",
        en="Offer kin a binding; it holds once they accept and two of staff confirm.",
    ),
)
@argument("person", type=ID)
@option(
    "--relation",
    type=CODE,
    required=True,
    help=t(
        zh="对方是我的：parent、child、spouse、sibling。",
        en="What they are to oneself: parent, child, spouse, sibling.",
    ),
)
@acting()
def offer(act: Acting, *, person: Id, relation: Code) -> None:
    """Offer a binding."""
    what = t(zh="已向{relation}提出绑定。", en="A binding is offered ({relation}).")
    act.perform(OfferKin(person, relation), what.fill(relation=word(RELATIONS, relation)))


@command(
    kin_group, "accept", help=t(zh="同意亲属提出的绑定。", en="Accept a binding that kin offered.")
)
@argument("binding", type=ID)
@acting()
def accept(act: Acting, *, binding: Id) -> None:
    """Accept a binding."""
    found = find_binding(act, act.account, binding)
    body = AcceptKin(binding, Hash(bytes.fromhex(found.origin)), OWN_KEY, ZERO_HASH)
    act.perform(body, t(zh="已同意，等待服务站核实。", en="Accepted; the desk will confirm."))


@command(kin_group, "list", help=t(zh="我的亲属绑定。", en="One's kin bindings."))
@reading()
def list_(act: Acting) -> None:
    """List bindings."""
    found = list(act.client.bindings(act.signer, {"person": act.account.hex()}))
    act.console.emit(Result({"bindings": found}, bindings_table(found)))


@command(kin_group, "unbind", help=t(zh="解除绑定，立即生效。", en="End a binding, at once."))
@argument("binding", type=ID)
@acting()
def unbind(act: Acting, *, binding: Id) -> None:
    """End a binding."""
    act.perform(Unbind(binding), t(zh="已解除绑定。", en="The binding has ended."))


def bindings_table(found: list[BindingView]) -> Table:
    """Bindings as a table."""
    columns = (
        Column(t(zh="绑定", en="Binding")),
        Column(t(zh="一方", en="First")),
        Column(t(zh="另一方", en="Second")),
        Column(t(zh="另一方是其", en="Second is its")),
        Column(t(zh="状态", en="State")),
        Column(t(zh="时限", en="Deadline")),
    )
    rows = [
        (
            item.id,
            item.first,
            item.second,
            word(RELATIONS, item.relation),
            item.state,
            instant(item.due_ms) if item.due_ms else "-",
        )
        for item in found
    ]
    return Table(columns, rows, empty=t(zh="没有绑定。", en="No bindings."))
