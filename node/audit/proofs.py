"""Proof files against genesis alone, and what each shows."""

from dataclasses import dataclass
from pathlib import Path

from node.audit.inputs import read_proof
from node.audit.paper import as_proof
from node.chain.conviction import Convicted, is_conviction, verify_conviction
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.proof import Proven, Supply, verify_proof
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.service_certificates import ServiceCertificate
from node.chain.tx.envelope import SignedTransaction
from node.chain.verify import AuthorityChange
from node.chain.violations import Violation, ViolationCode
from node.console.formats import duration, instant
from node.console.language import Text, t
from node.console.result import Cell, Facts, Json
from node.console.service_certificates import certificate_data, record_pairs
from node.console.words import OFFENCES, STATES, SUBJECTS, word


@dataclass(frozen=True, slots=True)
class Checked:
    """One proof file: what it shows, or why it does not hold."""

    path: Path
    proven: Proven | None
    fault: Violation | None
    convicted: Convicted | None = None
    """For a file that convicts an authority."""


def check_file(genesis: Genesis, path: Path, trail: tuple[AuthorityChange, ...] = ()) -> Checked:
    """Verify one proof file, or the texts of a proof's codes, to which the trail is brought.

    Raises:
        OSError: it cannot be read.
    """
    try:
        raw = read_proof(path)
        if is_conviction(raw):
            return Checked(path, None, None, verify_conviction(genesis, raw))
        return Checked(path, verify_proof(genesis, as_proof(raw, trail)), None)
    except Malformed as fault:
        reason = f"{path.name}: {fault.detail or fault.code.name.lower()}"
        return Checked(path, None, Violation(ViolationCode.PROOF, 0, reason))


def checked_data(checked: Checked) -> dict[str, Json]:
    """The machine's form."""
    if checked.convicted is not None:
        return {
            "file": str(checked.path),
            "sound": True,
            **convicted_data(checked.convicted),
        }
    proven = checked.proven
    if proven is None:
        fault = checked.fault
        return {
            "file": str(checked.path),
            "sound": False,
            "reason": None if fault is None else fault.reason,
        }
    kind, id_ = _subject(proven)
    found = proven.subject
    return {
        "file": str(checked.path),
        "sound": True,
        "subject": kind,
        "id": id_,
        **(certificate_data(found) if isinstance(found, ServiceCertificate) else {}),
        "height": proven.height,
        "time_ms": proven.time_ms,
        "block_id": None if proven.block_id is None else proven.block_id.hex(),
        "final_height": proven.final_height,
        "signers": proven.signers,
        "authorities": proven.authorities,
    }


def checked_facts(checked: Checked) -> Facts:
    """The people's form."""
    title = Text(str(checked.path), str(checked.path))
    if checked.convicted is not None:
        return Facts(_convicted_pairs(checked.convicted), title)
    proven = checked.proven
    if proven is None:
        reason = "" if checked.fault is None else checked.fault.reason
        return Facts(
            [
                (t(zh="结论", en="Verdict"), t(zh="不成立", en="It does not hold")),
                (t(zh="原因", en="Why"), reason),
            ],
            title,
        )
    kind, id_ = _subject(proven)
    signed = t(zh="{signers} / {all} 个区", en="{signers} of {all} districts")
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="结论", en="Verdict"), t(zh="成立", en="It holds")),
        (t(zh="证明对象", en="About"), _named(kind, id_)),
        *_details(proven),
        (t(zh="区块高度", en="Height"), proven.height),
        (t(zh="区块时间", en="Block time"), instant(proven.time_ms)),
        (
            t(zh="签署", en="Signed by"),
            signed.fill(signers=proven.signers, all=proven.authorities),
        ),
    ]
    if proven.final_height is not None:
        pairs.append((t(zh="完结高度", en="Final at height"), proven.final_height))
    return Facts(pairs, title)


def convicted_data(convicted: Convicted) -> dict[str, Json]:
    """What a conviction shows, for machines."""
    return {
        "subject": "conviction",
        "district": convicted.district,
        "height": convicted.height,
        "round": convicted.round,
        "kind": convicted.kind,
        "authorities": convicted.authorities,
    }


def _convicted_pairs(convicted: Convicted) -> list[tuple[Text, Cell]]:
    return [
        (t(zh="结论", en="Verdict"), t(zh="成立", en="It holds")),
        (t(zh="违反协议的区", en="Broke the protocol"), convicted.district),
        (t(zh="方式", en="How"), word(OFFENCES, convicted.kind)),
        (t(zh="区块高度", en="Height"), convicted.height),
        (t(zh="轮次", en="Round"), convicted.round),
    ]


def _named(kind: str, id_: str) -> Text:
    about = word(SUBJECTS, kind)
    return Text(f"{about.zh} {id_}".strip(), f"{about.en} {id_}".strip())


def _subject(proven: Proven) -> tuple[str, str]:
    match proven.subject:
        case None:
            return "absence", ""
        case SignedTransaction() as signed:
            return "transaction", signed.tx_id.hex()
        case Supply():
            return "supply", ""
        case record:
            return type(record).__name__.lower(), record.key_id.hex()


def _details(proven: Proven) -> list[tuple[Text, Cell]]:
    match proven.subject:
        case Person() as person:
            return [(t(zh="可用余额", en="Available"), duration(person.available.balance))]
        case ServiceCertificate() as certificate:
            return record_pairs(certificate)
        case Order() as order:
            return [
                (t(zh="订单状态", en="State"), word(STATES, order.state.value)),
                (t(zh="支付", en="Paid"), duration(order.paid_min)),
            ]
        case SignedTransaction() as signed:
            return [(t(zh="种类", en="Kind"), type(signed.tx.body).__name__)]
        case _:
            return []
