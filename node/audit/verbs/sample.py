"""``audit sample``: which orders to call back, drawn so that anybody can repeat the draw."""

from pathlib import Path
from typing import Final

import click

from node.audit.group import FILE, archive_argument, audit_group, audited, genesis_option
from node.audit.inputs import read_genesis, read_note
from node.audit.previous import before, previous_options
from node.audit.sampling import SEED_MAX_BYTES, Candidates, Drawn
from node.chain.genesis import chain_id_of
from node.console.command import command, option
from node.console.console import Console, pass_console
from node.console.fault import usage
from node.console.formats import duration, instant
from node.console.language import t
from node.console.result import Column, Result, Table

FORMAT: Final = "timebank-sample/1"
COUNT_MAX: Final = 10_000


@command(
    audit_group,
    "sample",
    help=t(
        zh="按公开的种子和检查点抽取已结清的订单，供回访；谁都能重抽出同一份名单。",
        en="Draw settled orders for call-back by a public seed and a checkpoint; anyone draws the same.",
    ),
)
@archive_argument
@genesis_option
@previous_options
@option(
    "--checkpoint",
    required=True,
    type=FILE,
    help=t(zh="公布的检查点。", en="The published checkpoint."),
)
@option(
    "--seed", required=True, help=t(zh="公布的种子，任意文字。", en="The published seed, any text.")
)
@option(
    "--count",
    type=click.IntRange(min=1, max=COUNT_MAX),
    default=50,
    help=t(zh="抽多少单。", en="How many orders."),
)
@option(
    "--funded",
    is_flag=True,
    help=t(zh="只在基金支付的订单里抽。", en="Draw among orders that a fund paid only."),
)
@pass_console
def sample(  # noqa: PLR0913 - one parameter for each option
    console: Console,
    archive: Path,
    genesis: Path,
    checkpoint: Path,
    seed: str,
    count: int,
    *,
    funded: bool,
) -> None:
    """Audit the archive, meet the checkpoint, draw."""
    said = seed.encode("utf-8")
    if not 0 < len(said) <= SEED_MAX_BYTES:
        raise usage(t(zh="种子为 1 到 256 字节", en="A seed has 1 to 256 bytes"))
    trusted = read_genesis(genesis)
    noted = read_note(trusted, checkpoint)
    log = noted.checkpoint
    candidates = Candidates(log.size)
    origin, _ = before(console, trusted)
    audited(console, trusted, archive, (candidates,), (noted,), origin=origin)
    drawn = candidates.draw(chain_id_of(trusted), log.root, said, count, funded=funded)
    console.emit(Result(_data(log.size, seed, len(candidates.orders), drawn), _table(drawn)))


def _data(size: int, seed: str, settled: int, drawn: list[Drawn]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "checkpoint_size": size,
        "seed": seed,
        "settled_orders": settled,
        "sample": [
            {
                "order": one.order.id.hex(),
                "height": one.height,
                "district": one.order.district,
                "site": one.order.site,
                "payer_kind": one.order.payer_kind,
                "paid_min": one.order.paid_min,
                "final_ms": one.order.final_ms,
            }
            for one in drawn
        ],
    }


def _table(drawn: list[Drawn]) -> Table:
    return Table(
        (
            Column(t(zh="订单", en="Order")),
            Column(t(zh="区", en="District")),
            Column(t(zh="站点", en="Site")),
            Column(t(zh="结清时间", en="Settled")),
            Column(t(zh="支付", en="Paid"), "right"),
            Column(t(zh="高度", en="Height"), "right"),
        ),
        [
            (
                one.order.id.hex(),
                one.order.district,
                one.order.site,
                instant(one.order.final_ms),
                duration(one.order.paid_min),
                one.height,
            )
            for one in drawn
        ],
        t(zh="抽中的订单", en="The sample"),
        t(zh="没有可抽的订单。", en="There is no order to draw from."),
    )
