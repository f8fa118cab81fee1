"""People come to the desk: ``register``, ``request`` on behalf, ``check-in`` on behalf, ``kin-accept``."""

from pathlib import Path
from typing import Final

import click

from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.tx.identity import AcceptKin, Register
from node.chain.tx.orders import NO_PRESENCE, CheckIn, Request
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.fault import usage
from node.console.formats import duration, instant
from node.console.language import t
from wallet.desk.table import verb
from wallet.session.accounts import Slip
from wallet.session.card import Card, read_card
from wallet.session.faults import other_city
from wallet.session.files import json_bytes, write_whole
from wallet.verbs.acting import Acting
from wallet.verbs.finding import find_binding
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import NO_RULE, PAYERS
from wallet.verbs.parameters import CODE, EVIDENCE, ID, MINUTES, WHEN, When

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
CONSENTS: Final = ("in-person", "call-back", "standing")


@verb("register")
@option("--card", type=_FILE, help=t(zh="登记卡文件。", en="The registration card's file."))
@option(
    "--no-phone",
    is_flag=True,
    help=t(zh="没有自己的密钥。", en="A person without a key of their own."),
)
@option(
    "--district",
    type=CODE,
    help=t(zh="家所在的区；默认登记卡上的。", en="The home district; else the card's."),
)
@option("--site", type=CODE, required=True, help=t(zh="服务站点。", en="The service point."))
@option(
    "--commitment",
    type=EVIDENCE,
    help=t(zh="档案条目的承诺值。", en="Commitment to the vault's entry."),
)
@option(
    "--slip",
    type=_FILE,
    help=t(zh="把登记回执写进这个文件。", en="Write the registration slip to this file."),
)
@acting(DESK_PURPOSE)
def register(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    card: Path | None,
    no_phone: bool,
    district: Code | None,
    site: Code,
    commitment: Hash | None,
    slip: Path | None,
) -> None:
    """Register a person."""
    if (card is None) != no_phone:
        raise usage(t(zh="给 --card 或 --no-phone 之一", en="Give one of --card and --no-phone"))
    shown = None if card is None else _own_card(act, read_card(card))
    home = district or (None if shown is None else shown.home)
    if home is None or (shown is not None and home != shown.home):
        raise usage(
            t(
                zh="没有手机的人要写明 --district；登记卡只对卡上的区有效",
                en="Without a phone --district is needed; a card holds only for the district on it",
            )
        )
    body = _registration(home, site, commitment or ZERO_HASH, shown)
    what = t(
        zh="已登记，等待审核。把编号交给本人。", en="Registered, pending. Give the person their id."
    )
    done = act.perform(body, what)
    if slip is not None and done is not None and done.created is not None:
        write_whole(slip, json_bytes(Slip.of(act.chain_id, done.created)))


def _own_card(act: Acting, card: Card) -> Card:
    if card.chain_id != act.chain_id:
        raise other_city(act.chain_id.hex(), card.chain_id.hex())
    return card


def _registration(home: Code, site: Code, commitment: Hash, card: Card | None) -> Register:
    return Register(
        home=home,
        site=site,
        suite=SUITE_ED25519_SHA256,
        key=b"" if card is None else card.key,
        possession=b"" if card is None else card.possession,
        recovery_key=b"" if card is None else card.recovery_key,
        recovery_possession=b"" if card is None else card.recovery_possession,
        commitment=commitment,
    )


@verb("request")
@option("--for", "recipient", type=ID, required=True, help=t(zh="服务对象。", en="The recipient."))
@option("--service", type=CODE, required=True, help=t(zh="服务代码。", en="The service's code."))
@option("--district", type=CODE, required=True, help=t(zh="在哪个区。", en="In which district."))
@option("--site", type=CODE, required=True, help=t(zh="由哪个站点办理。", en="By which site."))
@option("--start", type=WHEN, required=True, help=t(zh="何时开始。", en="When it begins."))
@option("--minutes", type=MINUTES, required=True, help=t(zh="预计多久。", en="How long."))
@option(
    "--payer", type=click.Choice(PAYERS), required=True, help=t(zh="由谁支付。", en="Who pays.")
)
@option(
    "--rule",
    type=CODE,
    default=NO_RULE,
    help=t(zh="公益池按哪条规则支付。", en="By which rule a pool pays."),
)
@option(
    "--consent",
    type=click.Choice(CONSENTS),
    required=True,
    help=t(zh="本人怎样同意的。", en="How the person agreed."),
)
@option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(zh="同意的证据。", en="Evidence of the consent."),
)
@option("--invite", type=ID, help=t(zh="只请这位志愿者。", en="Only this volunteer may accept."))
@option(
    "--detail",
    type=EVIDENCE,
    help=t(zh="地址和说明的承诺值。", en="Commitment to address and note."),
)
@acting(DESK_PURPOSE)
def request(  # noqa: PLR0913 - one for each option
    act: Acting,
    *,
    recipient: Id,
    service: Code,
    district: Code,
    site: Code,
    start: When,
    minutes: Minutes,
    payer: str,
    rule: Code,
    consent: str,
    evidence: Hash,
    invite: Id | None,
    detail: Hash | None,
) -> None:
    """Ask for a service on behalf."""
    body = Request(
        recipient=recipient,
        payer_kind=Code(payer),
        payer=recipient if payer == "person" else NO_ID,
        service=service,
        district=district,
        site=site,
        start_ms=start.at(act.now_ms()),
        expected_min=minutes,
        invited=invite or NO_ID,
        job=NO_ID,
        rule=rule,
        consent=Code(consent),
        consent_evidence=evidence,
        detail=detail or ZERO_HASH,
    )
    what = t(zh="已代办请求：{service}，{long}。", en="Requested on behalf: {service}, {long}.")
    act.perform(body, what.fill(service=service, long=duration(minutes)))


@verb("check-in")
@argument("order", type=ID)
@acting(DESK_PURPOSE)
def check_in(act: Acting, *, order: Id) -> None:
    """Check in on behalf."""
    now = EpochMs(act.now_ms())
    what = t(zh="已代签到：{now}。", en="Checked in on behalf: {now}.").fill(now=instant(now))
    act.perform(CheckIn(order, now, NO_PRESENCE), what)


@verb("kin-accept")
@argument("binding", type=ID)
@option("--person", type=ID, required=True, help=t(zh="同意的人。", en="Who consents."))
@option(
    "--method",
    type=click.Choice(("in-person", "call-back")),
    required=True,
    help=t(zh="怎样同意的。", en="How they consented."),
)
@option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(zh="同意的证据。", en="Evidence of the consent."),
)
@acting(DESK_PURPOSE)
def kin_accept(act: Acting, *, binding: Id, person: Id, method: str, evidence: Hash) -> None:
    """Accept a binding on behalf."""
    found = find_binding(act, person, binding)
    body = AcceptKin(binding, Hash(bytes.fromhex(found.origin)), Code(method), evidence)
    act.perform(
        body,
        t(zh="已代为同意，等待两人核实。", en="Accepted on behalf; two of staff confirm next."),
    )
