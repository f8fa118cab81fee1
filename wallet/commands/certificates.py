"""Service certificates (服务记录证明): have one's months certified, see them, check a number, prove it, give one up."""

from pathlib import Path

import click

from node.chain.records.service_certificates import CertificateNumber, ServiceCertificate
from node.chain.types import Code
from node.console.command import argument, command, group, option
from node.console.language import same, t
from node.console.result import Facts, Json, Result
from wallet.client.certificates import check, service_of, status_proof
from wallet.commands.table import TARGETS
from wallet.proofs import check_proof, proven_data, proven_facts
from wallet.session.files import write_whole
from wallet.verbs.acting import Acting
from wallet.verbs.certifying import facts_of, issue, revoke, show_service
from wallet.verbs.faults import does_not_hold
from wallet.verbs.making import acting, reading
from wallet.verbs.options import FIRST_MONTH_OPTION, LAST_MONTH_OPTION, REASON_OPTION
from wallet.verbs.parameters import NUMBER


@group("certificate", help=TARGETS["certificate"].help)
def certificate_group() -> None:
    """Service certificates."""


@command(
    certificate_group,
    "list",
    help=t(
        zh="按月份看服务时长，以及没有注销的证明。",
        en="Minutes served by months, and the certificates that are not revoked.",
    ),
)
@reading()
def list_(act: Acting) -> None:
    """List certificates."""
    show_service(act, service_of(act.client, act.signer, act.account))


@command(
    certificate_group,
    "issue",
    help=t(
        zh="开证明：整月，月份已过、公示期已满、没有未答复的异议。免费。",
        en="Have months certified that are over, after the days of notice and without an open objection. Free.",
    ),
)
@FIRST_MONTH_OPTION
@LAST_MONTH_OPTION
@acting()
def issue_(act: Acting, *, first: int, last: int) -> None:
    """Ask for a certificate."""
    issue(act, act.account, first, last)


@command(
    certificate_group,
    "revoke",
    help=t(zh="注销一份不再使用的证明。", en="Give up a certificate that is no longer used."),
)
@argument("number", type=NUMBER)
@REASON_OPTION
@acting()
def revoke_(act: Acting, *, number: CertificateNumber, reason: Code) -> None:
    """Revoke a certificate."""
    revoke(act, act.account, number, reason)


@command(
    certificate_group,
    "check",
    help=t(
        zh="查编号：只回答编号、月份、时长、状态；不用钱包。",
        en="Check a number: period, hours and status, and nothing else; it needs no wallet.",
    ),
)
@argument("number", type=NUMBER)
@reading()
def check_(act: Acting, *, number: CertificateNumber) -> None:
    """Check a number."""
    found = check(act.client, number)
    act.console.emit(Result(found, facts_of(found)))


@command(
    certificate_group,
    "prove",
    help=t(
        zh="取得证明状态的文件，立即核验；以后可以离线核验。",
        en="Get the proof file of a number's status. It is checked at once, and later offline.",
    ),
)
@argument("number", type=NUMBER)
@option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(zh="写进这个文件。", en="Write it to this file."),
)
@reading()
def prove_(act: Acting, *, number: CertificateNumber, out: Path) -> None:
    """Prove a number's status."""
    raw = status_proof(act.client, number)
    proven = check_proof(act.genesis, raw)
    found = proven.subject
    if not isinstance(found, ServiceCertificate) or found.number != number.text():
        raise does_not_hold(
            "other-certificate",
            same(number.text()),
            t(zh="换一个节点再取。", en="Get it from another node."),
        )
    write_whole(out, raw)
    data: dict[str, Json] = {"file": str(out), "bytes": len(raw), **proven_data(proven)}
    where = Facts(((t(zh="证明文件", en="Proof file"), str(out)),))
    act.console.emit(Result(data, (where, proven_facts(proven))))
