"""Proof files checked offline, and what they show said in words."""

from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.proof import Proven, Supply, verify_proof
from node.chain.records.accounts import City, District
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.service_certificates import ServiceCertificate
from node.chain.tx.envelope import SignedTransaction
from node.console.formats import duration, instant
from node.console.language import Text, same, t
from node.console.result import Cell, Facts, Json
from node.console.service_certificates import certificate_data, record_pairs
from wallet.verbs.faults import does_not_hold
from wallet.verbs.words import PERSON_STATES, STATES, word


def check_proof(genesis: Genesis, raw: bytes) -> Proven:
    """What a proof file shows, by genesis alone.

    Raises:
        node.console.fault.Fault: it does not hold (exit 1), and why.
    """
    try:
        return verify_proof(genesis, raw)
    except Malformed as fault:
        raise does_not_hold(
            "bad-proof",
            same(fault.detail or fault.code.name.lower()),
            t(
                zh="重新取得证明文件，并核对创世文件是否可信。",
                en="Get the proof again, and check that the genesis file is the right one.",
            ),
        ) from fault


def proven_data(proven: Proven) -> dict[str, Json]:
    """The result of a check for machines."""
    return {
        "sound": True,
        "chain_id": proven.chain_id.hex(),
        "height": proven.height,
        "time_ms": proven.time_ms,
        "block_id": None if proven.block_id is None else proven.block_id.hex(),
        "signers": proven.signers,
        "authorities": proven.authorities,
        "final_height": proven.final_height,
        "subject": _subject_data(proven),
    }


def proven_facts(proven: Proven) -> Facts:
    """The result of a check for people."""
    signed = t(zh="{signers} / {all} 个区", en="{signers} of {all} districts").fill(
        signers=proven.signers, all=proven.authorities
    )
    pairs: list[tuple[Text, Cell]] = [
        *_subject_pairs(proven),
        (t(zh="区块高度", en="Height"), proven.height),
        (t(zh="区块时间", en="Block time"), instant(proven.time_ms)),
        (t(zh="签名的区", en="Signed by"), signed),
    ]
    if proven.final_height is not None:
        pairs.append((t(zh="完结于高度", en="Final at height"), proven.final_height))
    return Facts(pairs, t(zh="证明成立", en="The proof holds"))


def _subject_data(proven: Proven) -> dict[str, Json]:
    subject = proven.subject
    if subject is None:
        return {"kind": "absence"}
    if isinstance(subject, SignedTransaction):
        return {
            "kind": "transaction",
            "id": subject.tx_id.hex(),
            "sender": subject.tx.sender.hex(),
            "body": type(subject.tx.body).__name__,
        }
    if isinstance(subject, Supply):
        return {"kind": "supply", "districts": [one.code for one in subject.districts]}
    data: dict[str, Json] = {"kind": type(subject).__name__.lower(), "id": subject.key_id.hex()}
    return data | (certificate_data(subject) if isinstance(subject, ServiceCertificate) else {})


def _subject_pairs(proven: Proven) -> list[tuple[Text, Cell]]:
    what = t(zh="证明了", en="Shows")
    subject = proven.subject
    match subject:
        case None:
            return [(what, t(zh="账本里没有这条记录", en="The state has no such record"))]
        case SignedTransaction():
            return [
                (what, same(f"{type(subject.tx.body).__name__} {subject.tx_id.hex()}")),
                (t(zh="签名人", en="Sender"), subject.tx.sender.hex()),
            ]
        case Supply():
            issued = duration(subject.city.issue.debits)
            return [
                (
                    what,
                    t(zh="全市总量，发行 {issued}", en="Totals; issued {issued}").fill(
                        issued=issued
                    ),
                )
            ]
        case Order():
            return _order_pairs(subject)
        case Person():
            return [
                (t(zh="个人账户", en="Account"), subject.id.hex()),
                (t(zh="状态", en="State"), word(PERSON_STATES, subject.status)),
                (t(zh="可用", en="Available"), duration(subject.available.balance)),
                (t(zh="冻结", en="Held"), duration(subject.held.balance)),
            ]
        case ServiceCertificate():
            return record_pairs(subject)
        case District() | City():
            return [(what, same(f"{type(subject).__name__} {subject.key_id.decode()}"))]
        case _:
            return [(what, same(f"{type(subject).__name__} {subject.key_id.hex()}"))]


def _order_pairs(order: Order) -> list[tuple[Text, Cell]]:
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="订单", en="Order"), order.id.hex()),
        (t(zh="状态", en="State"), word(STATES, order.state)),
        (t(zh="服务", en="Service"), str(order.service)),
        (t(zh="志愿者", en="Volunteer"), order.volunteer.hex() or "-"),
        (t(zh="服务对象", en="Recipient"), order.recipient.hex()),
        (t(zh="计时", en="Counted"), duration(order.counted_min)),
        (t(zh="支付", en="Paid"), duration(order.paid_min)),
    ]
    return pairs
