"""Persons, operators and orders as results: named values for machines, facts and tables for people."""

from node.chain.records.actors import Operator, Person
from node.chain.records.orders import Order
from node.console.formats import duration, instant
from node.console.language import Text, same, t
from node.console.result import Cell, Column, Facts, Json, Table
from wallet.client.answers import OrderView
from wallet.verbs.words import PERSON_STATES, STATES, word


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
        "contacts": [contact.hex() for contact in person.contacts],
        "household": [other.hex() for other in person.household],
        "claimed_min": person.claimed_min,
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
    pairs += [(t(zh="换钥联系人", en="Contact"), contact.hex()) for contact in person.contacts]
    pairs += [(t(zh="同住", en="Lives with"), other.hex()) for other in person.household]
    if person.claimed_min:
        pairs.append((t(zh="应归还", en="To give back"), duration(person.claimed_min)))
    return Facts(pairs)


def operator_facts(operator: Operator) -> Facts:
    """An operator for people."""
    return Facts(
        (
            (t(zh="治理身份", en="Operator"), operator.id.hex()),
            (t(zh="区", en="District"), str(operator.district)),
        )
    )


def _until(until_ms: int) -> Text:
    return instant(until_ms) if until_ms else same("-")


def orders_table(views: list[OrderView]) -> Table:
    """Orders of a list."""
    columns = (
        Column(t(zh="订单", en="Order")),
        Column(t(zh="开始", en="Start")),
        Column(t(zh="预计", en="Expected"), "right"),
        Column(t(zh="服务", en="Service")),
        Column(t(zh="区 / 站点", en="District / site")),
        Column(t(zh="状态", en="State")),
    )
    rows = [
        (
            view.id,
            instant(view.start_ms),
            duration(view.expected_min),
            view.service,
            f"{view.district} / {view.site}",
            word(STATES, view.state),
        )
        for view in views
    ]
    return Table(columns, rows, empty=t(zh="没有订单。", en="No orders."))


def order_data(found: Order) -> dict[str, Json]:
    """An order for machines."""
    return {
        "order": found.id.hex(),
        "origin": found.origin.hex(),
        "state": found.state.value,
        "events": found.events,
        "due_ms": found.due_ms,
        "recipient": found.recipient.hex(),
        "requester": found.requester.hex(),
        "requester_role": found.requester_role,
        "volunteer": found.volunteer.hex() or None,
        "payer_kind": found.payer_kind,
        "service": found.service,
        "district": found.district,
        "site": found.site,
        "start_ms": found.start_ms,
        "expected_min": found.expected_min,
        "hold_min": found.hold_min,
        "checked_in_ms": found.checked_in_ms,
        "checked_out_ms": found.checked_out_ms,
        "counted_min": found.counted_min,
        "agreed_min": found.agreed_min,
        "method": found.method,
        "needs_endorse": bool(found.needs_endorse),
        "dispute_reason": found.dispute_reason,
        "verdict": found.verdict,
        "reason": found.reason,
        "paid_min": found.paid_min,
        "overflow_min": found.overflow_min,
        "honour_min": found.honour_min,
    }


def order_facts(found: Order) -> Facts:
    """An order for people."""
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="订单", en="Order"), found.id.hex()),
        (t(zh="状态", en="State"), word(STATES, found.state)),
        (t(zh="服务", en="Service"), str(found.service)),
        (t(zh="区 / 站点", en="District / site"), f"{found.district} / {found.site}"),
        (t(zh="开始", en="Start"), instant(found.start_ms)),
        (t(zh="预计", en="Expected"), duration(found.expected_min)),
        (t(zh="冻结", en="Held"), duration(found.hold_min)),
        (t(zh="计时", en="Counted"), duration(found.counted_min)),
        (t(zh="确认", en="Agreed"), duration(found.agreed_min)),
        (t(zh="支付", en="Paid"), duration(found.paid_min)),
        (t(zh="服务对象", en="Recipient"), found.recipient.hex()),
        (t(zh="志愿者", en="Volunteer"), found.volunteer.hex() or "-"),
        (t(zh="付款方", en="Payer"), str(found.payer_kind)),
    ]
    if found.needs_endorse:
        pairs.append((t(zh="还需要", en="Still needs"), t(zh="背书", en="an endorsement")))
    due = instant(found.due_ms) if found.due_ms else same("-")
    pairs.append((t(zh="下一个时限", en="Next deadline"), due))
    return Facts(pairs)
