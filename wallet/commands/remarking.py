"""What is said about an order beside its course: rate it, complain, contest the report of a no-show."""

from node.chain.tx.orders import Complain, ContestNoShow, Rate
from node.chain.types import Code, Hash, Id
from node.console.command import argument, option
from node.console.language import t
from wallet.commands.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import EVIDENCE, ID

_EVIDENCE = option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="写下事情经过的文件（只有它的 SHA-256 上链），或这个 SHA-256。",
        en="A file that says what happened (only its SHA-256 goes on the chain), or that SHA-256.",
    ),
)


@verb("rate")
@argument("order", type=ID)
@option(
    "--rating",
    "rating",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="写着评价的文件（只有它的 SHA-256 上链），或这个 SHA-256。",
        en="A file with the rating (only its SHA-256 goes on the chain), or that SHA-256.",
    ),
)
@acting()
def rate(act: Acting, *, order: Id, rating: Hash) -> None:
    """Rate a service."""
    what = t(
        zh="已评价，谢谢。请把文件交给服务站。",
        en="Rated, thank you. Hand the file to the service desk.",
    )
    act.perform(Rate(order, rating), what)


@verb("complain")
@argument("order", type=ID)
@REASON_OPTION
@_EVIDENCE
@acting()
def complain(act: Acting, *, order: Id, reason: Code, evidence: Hash) -> None:
    """Complain about an order."""
    what = t(
        zh="投诉已受理，会有人在期限内答复。",
        en="The complaint is taken; somebody has to answer it in time.",
    )
    act.perform(Complain(order, reason, evidence), what)


@verb("contest-no-show")
@argument("order", type=ID)
@_EVIDENCE
@acting()
def contest_no_show(act: Acting, *, order: Id, evidence: Hash) -> None:
    """Contest the report of a no-show."""
    what = t(
        zh="已对爽约记录提出异议，等待仲裁。",
        en="The mark of a no-show is contested; an arbiter decides.",
    )
    act.perform(ContestNoShow(order, evidence), what)
