"""After a merger: ``govern move-homes`` takes persons and funds over to the successor, some at a time."""

from node.chain.tx.authorities import FundName, MoveHomes
from node.chain.types import Code, Id
from node.console.command import argument, option
from node.console.fault import usage
from node.console.language import t
from wallet.govern.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.parameters import CODE, ID


@verb("move-homes")
@argument("district", type=CODE)
@option(
    "--site",
    type=CODE,
    required=True,
    help=t(zh="接收的服务站点（继任区的）。", en="Service point of the successor that takes them."),
)
@option(
    "--person",
    "persons",
    type=ID,
    multiple=True,
    help=t(zh="人，可以给多个。", en="A person; repeatable."),
)
@option(
    "--fund",
    "funds",
    multiple=True,
    metavar="YEAR/PURPOSE",
    help=t(zh="基金，可以给多个。", en="A fund; repeatable."),
)
@acting()
def move_homes(
    act: Acting, *, district: Code, site: Code, persons: tuple[Id, ...], funds: tuple[str, ...]
) -> None:
    """Move persons and funds."""
    if not persons and not funds:
        raise usage(t(zh="写明 --person 或 --fund", en="Give --person or --fund"))
    named = tuple(_fund(text) for text in funds)
    what = t(
        zh="已迁移：{people} 人，{funds} 个基金。", en="Moved: {people} persons, {funds} funds."
    )
    body = MoveHomes(district, site, tuple(sorted(persons)), named)
    act.perform(body, what.fill(people=len(persons), funds=len(named)))


def _fund(text: str) -> FundName:
    year, slash, purpose = text.partition("/")
    if not slash or not year.isdecimal() or len(year) > len("9999"):
        raise usage(
            t(zh="看不懂：{text}", en="Not understood: {text}").fill(text=text),
            t(zh="写成 2026/key-elders", en="It takes YEAR/PURPOSE, as 2026/key-elders"),
        )
    return FundName(int(year), CODE.convert(purpose, None, None))
