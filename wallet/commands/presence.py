"""``presence``: the recipient's own word that the volunteer is there, for the volunteer's phone to scan."""

import click

from node.chain.rules.orders.presence import ServiceMoment
from node.chain.types import EpochMs, Id
from node.console.command import argument, option
from node.console.fault import usage
from node.console.formats import instant
from node.console.language import t
from node.console.result import Facts, Result
from wallet.commands.qr import qr_view
from wallet.commands.table import verb
from wallet.session.presence import make_code, moment_word
from wallet.verbs.acting import Acting
from wallet.verbs.making import reading
from wallet.verbs.parameters import ID

MOMENTS = {"start": ServiceMoment.START, "end": ServiceMoment.END}
PRESENCE_OPTION = option(
    "--presence",
    metavar="TBP1-…",
    help=t(
        zh="到场凭证：对方出示的码（wallet presence 或 desk presence）。",
        en="Proof of presence: the code that the other side shows (wallet presence, desk presence).",
    ),
)


@verb("presence")
@argument("order", type=ID)
@argument("moment", type=click.Choice(sorted(MOMENTS)))
@reading()
def presence(act: Acting, *, order: Id, moment: str) -> None:
    """Show that the volunteer is there."""
    show_presence(act, order, MOMENTS[moment])


def show_presence(act: Acting, order: Id, moment: ServiceMoment) -> None:
    """Sign and show a proof of presence, as text and as a QR code.

    Raises:
        node.console.fault.Fault: nobody has accepted the order (exit 3).
    """
    found = act.order(order)
    if not found.volunteer:
        raise usage(t(zh="这一单还没有人接", en="Nobody has accepted this order"))
    now = EpochMs(act.now_ms())
    signer = act.signer
    code = make_code(
        act.chain_id, found, moment=moment, now_ms=now, key=signer.key, witness=signer.actor
    )
    text = code.text()
    facts = Facts(
        (
            (t(zh="证明", en="Proves"), moment_word(moment)),
            (t(zh="时间", en="Time"), instant(now)),
            (t(zh="凭证", en="Code"), text),
        )
    )
    data = {
        "order": order.hex(),
        "moment": moment.name.lower(),
        "method": code.presence.method,
        "claimed_ms": now,
        "code": text,
    }
    act.console.emit(Result(data, (qr_view(text), facts)))
