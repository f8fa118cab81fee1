"""What an account is and has: ``show``, ``balance``, ``history``, ``statement``."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import click

from node.chain.records.actors import Operator, Person
from node.chain.rules.transfers import giftable_min
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Hash, Id
from node.console.command import option
from node.console.formats import duration, instant
from node.console.language import Text, t
from node.console.result import Column, Facts, Json, Result, Table, View
from wallet.client.answers import HistoryItem
from wallet.commands.table import verb
from wallet.proofs import check_proof
from wallet.statement import (
    TRANSFER_KINDS,
    Line,
    Statement,
    make_statement,
    moved_line,
    order_lines,
    transfer_line,
)
from wallet.verbs.acting import Acting
from wallet.verbs.happenings import history_word
from wallet.verbs.making import reading
from wallet.verbs.showing import (
    operator_data,
    operator_facts,
    person_data,
    person_facts,
    signed_duration,
)

HISTORY_MAX = 100_000


@verb("show")
@reading()
def show(act: Acting) -> None:
    """Show the account."""
    record = act.actor()
    if isinstance(record, Operator):
        act.console.emit(Result(operator_data(record), operator_facts(record)))
        return
    act.console.emit(Result(person_data(record), person_facts(record)))


@verb("balance")
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


@verb("history")
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
        Column(t(zh="交易或订单", en="Transaction or orders")),
    )
    rows = [
        (
            instant(item.time_ms),
            item.height,
            history_word(item.action or item.kind),
            item.tx_id or " ".join(item.orders),
        )
        for item in items
    ]
    empty = t(zh="还没有记录。", en="Nothing has happened yet.")
    act.console.emit(Result({"items": items}, Table(columns, rows, empty=empty)))


@verb("statement")
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
    moved = moved_line(item)
    if moved is not None:
        yield moved
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
            "proven": line.proven,
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


def _by_word(what: Text) -> Text:
    return t(zh="{what} *", en="{what} *").fill(what=what)


def _statement_view(made: Statement) -> tuple[View, ...]:
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
            line.what if line.proven else _by_word(line.what),
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
    table = Table(columns, rows, empty=t(zh="还没有收支。", en="No movements yet."))
    if all(line.proven for line in made.lines):
        return table, facts, verdict
    return table, _NODES_WORD, facts, verdict


_NODES_WORD: Final = t(
    zh="带 * 的几笔，时间多少取自节点的记录。",
    en="* The minutes of these lines are by the node's record.",
)
