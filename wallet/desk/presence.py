"""``presence`` at a site: the reader of the site says, with its recorder's key, that both are there."""

import click

from node.chain.types import Id
from node.console.command import argument
from wallet.commands.presence import MOMENTS, show_presence
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, reading
from wallet.verbs.parameters import ID


@verb("presence")
@argument("order", type=ID)
@argument("moment", type=click.Choice(sorted(MOMENTS)))
@reading(DESK_PURPOSE)
def presence(act: Acting, *, order: Id, moment: str) -> None:
    """Show that volunteer and recipient are at the site."""
    show_presence(act, order, MOMENTS[moment])
