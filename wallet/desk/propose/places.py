"""Events, teams and pools: ``open-event``, ``open-team``, ``shift-pool``."""

import click

from node.chain.tx.events import OpenEvent
from node.chain.tx.pools import ShiftPool
from node.chain.tx.teams import OpenTeam
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.language import t
from wallet.desk.propose.group import EVIDENCE_NEEDED, action, propose
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import NO_RULE
from wallet.verbs.parameters import CODE, ID, MINUTES, WHEN, When

PAYERS = ("fund", "pool", "city-pool", "honour")
PLACES_MAX = 1_000


@action(
    "open-event",
    t(
        zh="开一次集体活动，每个名额有付款方，或只计荣誉时间。记录员提议，审核员复核。",
        en="A group event with a payer for every place, or of the honour class. A recorder proposes, a reviewer "
        "seconds.",
    ),
)
@option("--district", type=CODE, required=True, help=t(zh="在哪个区。", en="In which district."))
@option("--site", type=CODE, required=True, help=t(zh="由哪个站点。", en="By which site."))
@option("--service", type=CODE, required=True, help=t(zh="服务代码。", en="The service's code."))
@option("--start", type=WHEN, required=True, help=t(zh="何时开始。", en="When it begins."))
@option("--minutes", type=MINUTES, required=True, help=t(zh="每人多久。", en="Of one place."))
@option(
    "--places", type=click.IntRange(1, PLACES_MAX), required=True, help=t(zh="名额。", en="Places.")
)
@option("--payer", type=click.Choice(PAYERS), required=True, help=t(zh="谁支付。", en="Who pays."))
@option(
    "--fund-purpose",
    type=CODE,
    default=NO_RULE,
    help=t(zh="基金的用途。", en="Of the fund that pays."),
)
@option(
    "--rule",
    type=CODE,
    default=NO_RULE,
    help=t(zh="公益池按哪条规则支付。", en="By which rule a pool pays."),
)
@acting(DESK_PURPOSE)
def open_event(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    district: Code,
    site: Code,
    service: Code,
    start: When,
    minutes: Minutes,
    places: int,
    payer: str,
    fund_purpose: Code,
    rule: Code,
) -> None:
    """Propose an event."""
    event = OpenEvent(
        district=district,
        site=site,
        service=service,
        payer_kind=Code(payer),
        purpose=fund_purpose,
        rule=rule,
        start_ms=start.at(act.now_ms()),
        minutes=minutes,
        places=places,
    )
    propose(act, event)


@action(
    "open-team",
    t(
        zh="成立团队；团队的时间只能由负责人捐出。",
        en="A team of a district; its minutes can only be donated, by its steward.",
    ),
)
@argument("district", type=CODE)
@argument("steward", type=ID)
@acting(DESK_PURPOSE)
def open_team(act: Acting, *, district: Code, steward: Id) -> None:
    """Propose a team."""
    propose(act, OpenTeam(district, steward))


@action(
    "shift-pool",
    t(
        zh="按某条规则在区公益池和市公益池之间调拨；两位司库。",
        en="Minutes between a district's pool and the city's, by a named rule; two treasurers.",
    ),
)
@argument("district", type=CODE)
@option(
    "--to",
    "target",
    type=click.Choice(("city", "district")),
    required=True,
    help=t(zh="调往市里还是区里。", en="To the city's pool or the district's."),
)
@option("--minutes", type=MINUTES, required=True, help=t(zh="多少。", en="How many."))
@option("--rule", type=CODE, required=True, help=t(zh="按哪条规则。", en="By which rule."))
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def shift_pool(
    act: Acting, *, district: Code, target: str, minutes: Minutes, rule: Code, evidence: Hash
) -> None:
    """Propose to shift minutes of a pool."""
    propose(act, ShiftPool(district, Code(target), minutes, rule, evidence))
