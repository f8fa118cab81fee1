"""One's own standing: pay back a claim, appeal a suspension, say with whom one lives."""

import click

from node.chain.tx.circle import DeclareHousehold
from node.chain.tx.corrections import Repay
from node.chain.tx.safety import AppealSuspension
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration
from node.console.language import t
from node.console.result import Column, Json, Result, Table
from wallet.client.answers import ClaimView
from wallet.commands.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import EVIDENCE, ID, MINUTES


@verb("claims")
@reading()
def claims(act: Acting) -> None:
    """List what one should give back."""
    found = list(act.client.listed(act.signer, ClaimView, {"person": act.account.hex()}))
    columns = (
        Column(t(zh="欠款", en="Claim")),
        Column(t(zh="应还", en="Was"), "right"),
        Column(t(zh="已还", en="Paid back"), "right"),
        Column(t(zh="还剩", en="Left"), "right"),
    )
    rows = [
        (c.id, duration(c.opened_min), duration(c.repaid_min), duration(c.left_min)) for c in found
    ]
    data: list[Json] = [
        {
            "id": c.id,
            "opened_min": c.opened_min,
            "repaid_min": c.repaid_min,
            "written_off_min": c.written_off_min,
            "left_min": c.left_min,
        }
        for c in found
    ]
    empty = t(zh="没有要还的时间。", en="Nothing to give back.")
    act.console.emit(Result({"claims": data}, Table(columns, rows, empty=empty)))


@verb("repay")
@argument("claim", type=ID)
@argument("minutes", type=MINUTES)
@acting()
def repay(act: Acting, *, claim: Id, minutes: Minutes) -> None:
    """Pay a claim back."""
    what = t(zh="已归还 {long}。", en="Paid back: {long}.").fill(long=duration(minutes))
    act.perform(Repay(claim, minutes), what)


@verb("appeal-suspension")
@argument("scope", type=click.Choice(("accept", "outgoing")))
@option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="写明理由的文件（只有它的 SHA-256 上链），或这个 SHA-256。",
        en="A file with one's reasons (only its SHA-256 goes on the chain), or that SHA-256.",
    ),
)
@acting()
def appeal_suspension(act: Acting, *, scope: str, evidence: Hash) -> None:
    """Appeal a suspension."""
    what = t(
        zh="已申诉，由仲裁员答复；答复前暂停仍然有效。",
        en="Appealed; an arbiter answers. Until then the suspension stays.",
    )
    act.perform(AppealSuspension(Code(scope), evidence), what)


@verb("household")
@argument("other", type=ID)
@option("--end", is_flag=True, help=t(zh="不再同住。", en="No longer living together."))
@acting()
def household(act: Acting, *, other: Id, end: bool) -> None:
    """Say with whom one lives."""
    what = (
        t(zh="已登记不再同住。", en="Noted: you no longer live together.")
        if end
        else t(
            zh="已登记同住；同住的人互相服务不计时间。",
            en="Noted: you live together; services between you earn no minutes.",
        )
    )
    act.perform(DeclareHousehold(other, 0 if end else 1), what)
