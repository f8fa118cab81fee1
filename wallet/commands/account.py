"""What an account is and has: ``show``, ``balance``, ``history``, ``statement``."""

from collections.abc import Iterator
from itertools import islice

import click

from node.chain.records.actors import Operator, Person
from node.chain.rules.transfers import giftable_min
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Hash, Id
from node.console.command import command, option
from node.console.formats import duration, instant
from node.console.language import Text, same, t
from node.console.result import Cell, Column, Facts, Json, Result, Table
from wallet.client.answers import HistoryItem
from wallet.commands.root import wallet_group
from wallet.proofs import check_proof
from wallet.statement import (
    TRANSFER_KINDS,
    Line,
    Statement,
    make_statement,
    order_lines,
    transfer_line,
)
from wallet.verbs.acting import Acting, reading
from wallet.verbs.words import PERSON_STATES, word

HISTORY_MAX = 100_000


@command(
    wallet_group,
    "show",
    help=t(
        zh="查看账户：编号、家所在的区、状态、职务、亲属、代理人。",
        en="Show the account: number, home, state, roles, kin, agents.",
    ),
)
@reading()
def show(act: Acting) -> None:
    """Show the account."""
    record = act.actor()
    if isinstance(record, Operator):
        act.console.emit(Result(operator_data(record), _operator_facts(record)))
        return
    act.console.emit(Result(person_data(record), person_facts(record)))


@command(
    wallet_group,
    "balance",
    help=t(zh="查看余额：可用、冻结、荣誉时。", en="Show the balance: available, held, honour."),
)
@reading()
def balance(act: Acting) -> None:
    """Show the balance."""
    person = act.person()
    data = {
        "account": person.id.hex(),
        "available_min": person.available.balance,
        "held_min": person.held.balance,
        "honour_min": person.honour.balance,
        "giftable_min": giftable_min(person),
        "earned_min": person.earned_min,
        "served_min": person.served_min,
    }
    facts = Facts(
        (
            (t(zh="可用", en="Available"), duration(person.available.balance)),
            (t(zh="冻结", en="Held"), duration(person.held.balance)),
            (t(zh="可赠与亲属", en="May be given to kin"), duration(giftable_min(person))),
            (t(zh="荣誉时", en="Honour minutes"), duration(person.honour.balance)),
            (t(zh="累计服务", en="Served in all"), duration(person.served_min)),
        )
    )
    act.console.emit(Result(data, facts))


@command(
    wallet_group,
    "history",
    help=t(zh="账户上发生过的事，从新到旧。", en="What happened to the account, newest first."),
)
@option(
    "--limit",
    type=click.IntRange(1, HISTORY_MAX),
    default=50,
    show_default=True,
    help=t(zh="最多几条。", en="At most so many."),
)
@reading()
def history(act: Acting, *, limit: int) -> None:
    """List what happened."""
    items = list(islice(act.client.history(act.signer, act.account), limit))
    columns = (
        Column(t(zh="时间", en="When")),
        Column(t(zh="高度", en="Height"), "right"),
        Column(t(zh="事项", en="What")),
        Column(t(zh="订单", en="Orders")),
        Column(t(zh="交易编号", en="Transaction")),
    )
    rows = [
        (
            instant(item.time_ms),
            item.height,
            item.kind,
            ", ".join(item.orders),
            item.tx_id or "-",
        )
        for item in items
    ]
    empty = t(zh="还没有记录。", en="Nothing has happened yet.")
    act.console.emit(Result({"items": items}, Table(columns, rows, empty=empty)))


@command(
    wallet_group,
    "statement",
    help=t(
        zh="对账单：每一笔收支，逐笔取自结算的订单和经核验的转账，并与余额核对。",
        en="The statement: every movement, from settled orders and proven transfers, compared with the balance.",
    ),
)
@reading()
def statement(act: Acting) -> None:
    """Every movement of the account."""
    person = act.person()
    act.console.progress(t(zh="正在逐笔核对……", en="Checking each movement..."))
    made = make_statement(person, _movements(act, person.id))
    act.console.emit(Result(_statement_data(person, made), _statement_view(made)))


def _movements(act: Acting, account: Id) -> Iterator[Line]:
    orders: set[str] = set()
    for item in islice(act.client.history(act.signer, account), HISTORY_MAX):
        yield from _transfer(act, account, item)
        for order in item.orders:
            if order not in orders:
                orders.add(order)
                yield from order_lines(account, act.order(Id(bytes.fromhex(order))))


def _transfer(act: Acting, account: Id, item: HistoryItem) -> Iterator[Line]:
    if item.tx_id is None or item.kind not in TRANSFER_KINDS:
        return
    raw = act.client.proof_of_record(act.signer, Hash(bytes.fromhex(item.tx_id)))
    subject = check_proof(act.genesis, raw).subject
    if isinstance(subject, SignedTransaction):
        line = transfer_line(account, subject, EpochMs(item.time_ms))
        if line is not None:
            yield line


def _statement_data(person: Person, made: Statement) -> dict[str, Json]:
    lines: list[Json] = [
        {
            "time_ms": line.time_ms,
            "what": line.what.en,
            "minutes": line.minutes,
            "balance_min": after,
            "reference": line.reference,
            "other": None if line.other is None else line.other.hex(),
        }
        for line, after in zip(made.lines, made.balances, strict=True)
    ]
    return {
        "account": person.id.hex(),
        "lines": lines,
        "available_min": made.available_min,
        "held_min": made.held_min,
        "adds_up": made.adds_up,
    }


def _statement_view(made: Statement) -> tuple[Table, Facts, Text]:
    columns = (
        Column(t(zh="时间", en="When")),
        Column(t(zh="事项", en="What")),
        Column(t(zh="分录", en="Movement"), "right"),
        Column(t(zh="余额", en="Balance"), "right"),
        Column(t(zh="依据", en="Reference")),
    )
    rows = [
        (
            instant(line.time_ms),
            line.what,
            signed_duration(line.minutes),
            duration(after),
            line.reference,
        )
        for line, after in zip(made.lines, made.balances, strict=True)
    ]
    facts = Facts(
        (
            (t(zh="可用", en="Available"), duration(made.available_min)),
            (t(zh="冻结", en="Held"), duration(made.held_min)),
        )
    )
    verdict = (
        t(zh="逐笔相加与余额相符。", en="The movements add up to the balance.")
        if made.adds_up
        else t(
            zh="注意：逐笔相加是 {sum}，与余额不符，请联系服务站。",
            en="Note: the movements add up to {sum}, not to the balance; ask the service desk.",
        ).fill(sum=duration(made.total_min))
    )
    return Table(columns, rows, empty=t(zh="还没有收支。", en="No movements yet.")), facts, verdict


def signed_duration(minutes: int) -> Text:
    """A movement with its sign."""
    said = duration(minutes)
    return Text(f"+{said.zh}", f"+{said.en}") if minutes > 0 else said


def person_data(person: Person) -> dict[str, Json]:
    """A person for machines."""
    return {
        "account": person.id.hex(),
        "kind": "person",
        "status": person.status,
        "number": person.number,
        "home": person.home,
        "site": person.site,
        "key": person.key.hex(),
        "origin": person.origin.hex(),
        "may_serve_until_ms": person.may_serve_until_ms,
        "may_receive_until_ms": person.may_receive_until_ms,
        "may_be_funded_until_ms": person.may_be_funded_until_ms,
        "roles": [
            {"role": r.role, "district": r.district, "site": r.site, "until_ms": r.until_ms}
            for r in person.roles
        ],
        "kin": [
            {"person": k.other.hex(), "relation": k.relation, "binding": k.binding.hex()}
            for k in person.kin
        ],
        "agents": [{"agent": a.agent.hex(), "verbs": list(a.verbs)} for a in person.agents],
        "available_min": person.available.balance,
        "held_min": person.held.balance,
    }


def operator_data(operator: Operator) -> dict[str, Json]:
    """An operator for machines."""
    return {
        "account": operator.id.hex(),
        "kind": "operator",
        "district": operator.district,
        "key": operator.key.hex(),
    }


def person_facts(person: Person) -> Facts:
    """A person for people."""
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="账户", en="Account"), person.id.hex()),
        (t(zh="编号", en="Number"), person.number or "-"),
        (t(zh="区 / 站点", en="Home / site"), f"{person.home} / {person.site}"),
        (t(zh="状态", en="State"), word(PERSON_STATES, person.status)),
        (t(zh="可用", en="Available"), duration(person.available.balance)),
        (t(zh="冻结", en="Held"), duration(person.held.balance)),
        (t(zh="可服务至", en="May serve until"), _until(person.may_serve_until_ms)),
        (t(zh="可接受服务至", en="May receive until"), _until(person.may_receive_until_ms)),
        (t(zh="可由基金支付至", en="May be funded until"), _until(person.may_be_funded_until_ms)),
    ]
    pairs += [(t(zh="职务", en="Role"), f"{r.role} @ {r.district} {r.site}") for r in person.roles]
    pairs += [(t(zh="亲属", en="Kin"), f"{k.relation} {k.other.hex()}") for k in person.kin]
    pairs += [
        (t(zh="代理人", en="Agent"), f"{a.agent.hex()} ({', '.join(a.verbs)})")
        for a in person.agents
    ]
    return Facts(pairs)


def _operator_facts(operator: Operator) -> Facts:
    return Facts(
        (
            (t(zh="治理身份", en="Operator"), operator.id.hex()),
            (t(zh="区", en="District"), str(operator.district)),
        )
    )


def _until(until_ms: int) -> Text:
    return instant(until_ms) if until_ms else same("-")
