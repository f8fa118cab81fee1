"""Honour minutes: ``enter-honour`` (manual entry), ``correct-honour``, ``convert-honour``."""

import click

from node.chain.policy import civil
from node.chain.tx.entries import ConvertHonour, CorrectHonour, EnterHonour
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.language import t
from wallet.client.matters import EntryView
from wallet.desk.propose.group import EVIDENCE_NEEDED, action, propose
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import CODE, ID, MINUTES, WHEN, When

YEAR_MAX = 9_999
_MINUTES = option("--minutes", type=MINUTES, required=True, help=t(zh="多少。", en="How many."))


@action(
    "enter-honour",
    t(
        zh="补录没有订单的服务；只计荣誉时间，不能使用。记录员提议，审核员复核。",
        en="Enter a service that no order recorded; honour minutes are never spent. A recorder proposes, a reviewer "
        "seconds.",
    ),
)
@argument("person", type=ID)
@option("--service", type=CODE, required=True, help=t(zh="服务代码。", en="The service's code."))
@option("--district", type=CODE, required=True, help=t(zh="在哪个区。", en="In which district."))
@option("--site", type=CODE, required=True, help=t(zh="由哪个站点。", en="By which site."))
@option("--served", type=WHEN, required=True, help=t(zh="何时开始服务。", en="When it began."))
@_MINUTES
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def enter_honour(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    person: Id,
    service: Code,
    district: Code,
    site: Code,
    served: When,
    minutes: Minutes,
    evidence: Hash,
) -> None:
    """Propose a manual entry."""
    served_ms = served.at(act.now_ms())
    propose(act, EnterHonour(person, district, site, service, served_ms, minutes, evidence))


@action(
    "correct-honour",
    t(
        zh="在规定天数内收回补录的一部分或全部。",
        en="Take back an entry within its first days, whole or in part.",
    ),
)
@argument("entry", type=ID)
@option("--person", type=ID, required=True, help=t(zh="谁的。", en="Whose it is."))
@_MINUTES
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def correct_honour(act: Acting, *, entry: Id, person: Id, minutes: Minutes, evidence: Hash) -> None:
    """Propose to take back an entry."""
    listed = act.client.listed(act.signer, EntryView, {"person": person.hex()}, act.flags.purpose)
    origin = next((view.origin for view in listed if view.id == entry.hex()), None)
    if origin is None:
        raise not_listed("entries", entry.hex())
    propose(act, CorrectHonour(entry, Hash(bytes.fromhex(origin)), minutes, evidence))


@action(
    "convert-honour",
    t(
        zh="用表决过的荣誉基金把荣誉时间换成时间币；司库提议。",
        en="Turn honour minutes into coins out of a voted honour fund; a treasurer proposes.",
    ),
)
@argument("person", type=ID)
@_MINUTES
@option(
    "--year",
    type=click.IntRange(0, YEAR_MAX),
    help=t(zh="基金年度；默认今年。", en="The fund's year; else this one."),
)
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def convert_honour(
    act: Acting, *, person: Id, minutes: Minutes, year: int | None, evidence: Hash
) -> None:
    """Propose a conversion."""
    this_year, _ = civil(act.now_ms())
    propose(act, ConvertHonour(person, year or this_year, minutes, evidence))
