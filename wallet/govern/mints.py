"""New minutes: ``govern mint propose``, ``vote``, ``list``."""

import click

from node.chain.policy import civil
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.types import ZERO_HASH, Code, Hash, Id, Minutes
from node.console.command import argument, command, group, option
from node.console.formats import duration, instant
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.govern.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.finding import find_mint
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, EVIDENCE, ID, MINUTES

YEAR_MAX = 9_999
OPEN = "open"


@group("mint", help=TARGETS["mint"].help)
def mint_group() -> None:
    """Mints."""


@command(
    mint_group,
    "propose",
    help=t(zh="提议发行；提议即投赞成票。", en="Propose a mint; it is the first vote."),
)
@option(
    "--district",
    type=CODE,
    required=True,
    help=t(zh="给哪个区的基金。", en="Into which district's fund."),
)
@option(
    "--minutes",
    type=MINUTES,
    required=True,
    help=t(zh="多少，如 1000小时。", en="How much, as 1000h."),
)
@option(
    "--purpose",
    "use",
    type=CODE,
    default="key-elders",
    show_default=True,
    help=t(zh="用途。", en="Purpose of the fund."),
)
@option(
    "--year",
    type=click.IntRange(0, YEAR_MAX),
    help=t(zh="年度；默认今年。", en="The year; else this one."),
)
@option("--evidence", type=EVIDENCE, help=t(zh="批文。", en="The decision on paper."))
@acting()
def propose(
    act: Acting,
    *,
    district: Code,
    minutes: Minutes,
    use: Code,
    year: int | None,
    evidence: Hash | None,
) -> None:
    """Propose a mint."""
    this_year, _ = civil(act.now_ms())
    body = ProposeMint(district, year or this_year, use, minutes, evidence or ZERO_HASH)
    what = t(zh="已提议发行 {long}。", en="Proposed: {long}.").fill(long=duration(minutes))
    act.perform(body, what)


@command(mint_group, "vote", help=t(zh="对发行提议表决。", en="Vote on a mint."))
@argument("mint", type=ID)
@option("--yes/--no", "approve", required=True, help=t(zh="赞成或反对。", en="For or against."))
@acting()
def vote(act: Acting, *, mint: Id, approve: bool) -> None:
    """Vote on a mint."""
    found = find_mint(act, mint)
    body = VoteMint(mint, Hash(bytes.fromhex(found.origin)), int(approve))
    what = (
        t(zh="已投赞成票。", en="Voted for.")
        if approve
        else t(zh="已投反对票。", en="Voted against.")
    )
    act.perform(body, what)


@command(mint_group, "list", help=t(zh="列出发行提议。", en="List mints."))
@option(
    "--state",
    type=CODE,
    default=OPEN,
    show_default=True,
    help=t(zh="只看这个状态。", en="Only in this state."),
)
@reading()
def list_(act: Acting, *, state: Code) -> None:
    """List mints."""
    found = list(act.client.mints(act.signer, {"state": state}))
    columns = (
        Column(t(zh="提议", en="Mint")),
        Column(t(zh="区", en="District")),
        Column(t(zh="年度", en="Year"), "right"),
        Column(t(zh="用途", en="Purpose")),
        Column(t(zh="时间", en="Minutes"), "right"),
        Column(t(zh="赞成", en="For")),
        Column(t(zh="反对", en="Against")),
        Column(t(zh="时限", en="Deadline")),
    )
    rows = [
        (
            item.id,
            item.district,
            str(item.year),
            item.purpose,
            duration(item.minutes),
            " ".join(item.voters),
            " ".join(item.opponents),
            instant(item.due_ms) if item.due_ms else "-",
        )
        for item in found
    ]
    act.console.emit(
        Result({"mints": found}, Table(columns, rows, empty=t(zh="没有。", en="None.")))
    )
