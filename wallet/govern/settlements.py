"""Districts settle what passed between them: ``govern settlement positions``, ``propose``, ``agree``, ``list``."""

from typing import Final

from node.chain.limits import SETTLEMENT_PAIRS_MAX
from node.chain.tx.settlement import AgreeSettlement, CapacityTransfer, ProposeSettlement
from node.chain.types import ZERO_HASH, Code, Hash, Id
from node.console.command import argument, command, group, option
from node.console.fault import usage
from node.console.formats import duration, instant
from node.console.language import same, t
from node.console.result import Cell, Column, Result, Table
from wallet.client.matters import PositionView, SettlementView
from wallet.govern.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, EVIDENCE, ID, MINUTES
from wallet.verbs.showing import signed_duration

OPEN: Final = "open"
_TRANSFER_PARTS: Final = 3


@group("settlement", help=TARGETS["settlement"].help)
def settlement_group() -> None:
    """Settlement runs."""


def _positions(act: Acting) -> list[PositionView]:
    found = act.client.listed(act.signer, PositionView, {})
    return sorted(found, key=lambda view: (view.low, view.high))


def matrix(positions: list[PositionView]) -> Table:
    """Open positions as a square: what the district of the row received from that of the column, net."""
    homes = sorted({home for view in positions for home in (view.low, view.high)})
    opened = {(view.low, view.high): view.open_min for view in positions}
    opened |= {(high, low): -minutes for (low, high), minutes in opened.items()}
    columns = (
        Column(t(zh="区", en="District")),
        *(Column(same(home), "right") for home in homes),
        Column(t(zh="合计", en="Sum"), "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in homes:
        amounts = [opened.get((row, column), 0) for column in homes]
        cells = [signed_duration(amount) if amount else same("-") for amount in amounts]
        rows.append((row, *cells, signed_duration(sum(amounts))))
    title = t(
        zh="未结头寸：行区从列区净收到的时间", en="Open positions: net, received by row from column"
    )
    return Table(columns, rows, title, empty=t(zh="没有头寸。", en="No positions."))


@command(
    settlement_group,
    "positions",
    help=t(
        zh="各区之间未结的时间，列成方阵。",
        en="What stands open between the districts, as a square.",
    ),
)
@reading()
def positions(act: Acting) -> None:
    """Show the positions."""
    found = _positions(act)
    data = {
        "positions": [
            {"low": view.low, "high": view.high, "open_min": view.open_min} for view in found
        ]
    }
    act.console.emit(Result(data, matrix(found)))


@command(
    settlement_group,
    "propose",
    help=t(
        zh="发起结算：所有未结的区对，以入账区块为截止；算作第一个同意。",
        en="Open a run over every open pair; the cut-off is its own block. It is the first agreement.",
    ),
)
@option(
    "--transfer",
    "transfers",
    multiple=True,
    metavar="CAPACITY:DISTRICT:MINUTES",
    help=t(
        zh="随结算转给某区的服务额度，可以给多个。",
        en="Contracted capacity that passes to a district with it; repeatable.",
    ),
)
@option("--evidence", type=EVIDENCE, help=t(zh="批文。", en="The decision on paper."))
@acting()
def propose(act: Acting, *, transfers: tuple[str, ...], evidence: Hash | None) -> None:
    """Open a run."""
    moved = tuple(_transfer(text) for text in transfers)
    pairs = [(Code(view.low), Code(view.high)) for view in _positions(act) if view.open_min]
    if not pairs:
        raise usage(t(zh="没有未结的区对", en="No pair is open"))
    body = ProposeSettlement(tuple(pairs[:SETTLEMENT_PAIRS_MAX]), moved, evidence or ZERO_HASH)
    what = t(
        zh="已发起结算，{count} 对；等待有关各区同意：govern settlement agree 编号。",
        en="Opened over {count} pairs. Their districts agree: govern settlement agree ID.",
    ).fill(count=len(body.pairs))
    act.perform(body, what, {"pairs": [list(pair) for pair in body.pairs]})


def _transfer(text: str) -> CapacityTransfer:
    parts = text.split(":")
    if len(parts) != _TRANSFER_PARTS:
        raise usage(
            t(zh="看不懂：{text}", en="Not understood: {text}").fill(text=text),
            t(zh="写成 额度:区:分钟", en="It takes CAPACITY:DISTRICT:MINUTES"),
        )
    capacity, target, minutes = parts
    return CapacityTransfer(
        Id(ID.convert(capacity, None, None)),
        CODE.convert(target, None, None),
        MINUTES.convert(minutes, None, None),
    )


@command(
    settlement_group,
    "agree",
    help=t(
        zh="同意或否决结算；有关各区都同意即入账，一个否决就终止。",
        en="Agree to a run or refuse it; the last district posts it, a single no ends it.",
    ),
)
@argument("run", type=ID)
@option("--yes/--no", "approve", required=True, help=t(zh="同意或否决。", en="Agree or refuse."))
@acting()
def agree(act: Acting, *, run: Id, approve: bool) -> None:
    """Agree to a run."""
    listed = act.client.listed(act.signer, SettlementView, {"state": OPEN})
    found = next((view for view in listed if view.id == run.hex()), None)
    if found is None:
        raise not_listed("open settlements", run.hex())
    for pair in found.pairs:
        line = t(
            zh="  {low} → {high}：{out}；{high} → {low}：{back}",
            en="  {low} → {high}: {out}; {high} → {low}: {back}",
        )
        out, back = duration(pair.debits), duration(pair.credits)
        act.console.progress(line.fill(low=pair.low, high=pair.high, out=out, back=back))
    body = AgreeSettlement(run, Hash(bytes.fromhex(found.origin)), int(approve))
    what = t(zh="已同意。", en="Agreed.") if approve else t(zh="已否决。", en="Refused.")
    act.perform(body, what)


@command(
    settlement_group,
    "list",
    help=t(zh="列出进行中的结算和未结头寸。", en="List the run under way, and what stands open."),
)
@reading()
def list_(act: Acting) -> None:
    """List runs."""
    found = list(act.client.listed(act.signer, SettlementView, {"state": OPEN}))
    open_now = _positions(act)
    columns = (
        Column(t(zh="结算", en="Run")),
        Column(t(zh="截止区块", en="Cut-off block"), "right"),
        Column(t(zh="区对", en="Pairs"), "right"),
        Column(t(zh="已同意", en="Agreed")),
        Column(t(zh="还等", en="Waits for")),
        Column(t(zh="时限", en="Deadline")),
    )
    rows = [
        (
            view.id,
            view.cut_off_height,
            len(view.pairs),
            " ".join(view.agreed) or "-",
            " ".join(code for code in view.needed if code not in view.agreed) or "-",
            instant(view.due_ms) if view.due_ms else same("-"),
        )
        for view in found
    ]
    runs = Table(columns, rows, empty=t(zh="没有进行中的结算。", en="No run is under way."))
    data = {
        "settlements": found,
        "positions": [
            {"low": view.low, "high": view.high, "open_min": view.open_min} for view in open_now
        ],
    }
    act.console.emit(Result(data, (runs, matrix(open_now))))
