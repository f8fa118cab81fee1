"""Service certificates at the desk: for a person without a phone, and declared void by a certifier."""

from node.chain.records.service_certificates import CertificateNumber
from node.chain.types import Code, Hash, Id
from node.console.command import argument, command, group, option
from node.console.language import t
from wallet.client.certificates import service_of
from wallet.desk.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.certifying import issue, revoke, show_service
from wallet.verbs.making import DESK_PURPOSE, acting, reading
from wallet.verbs.options import FIRST_MONTH_OPTION, LAST_MONTH_OPTION, REASON_OPTION
from wallet.verbs.parameters import EVIDENCE, ID, NUMBER

_EVIDENCE = option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="申请书等凭据的文件（只有它的 SHA-256 上链），或这个 SHA-256。",
        en="A file with the request (only its SHA-256 goes on the chain), or that SHA-256.",
    ),
)


@group("certificate", help=TARGETS["certificate"].help)
def certificate_group() -> None:
    """Service certificates."""


@command(
    certificate_group,
    "list",
    help=t(
        zh="一个人按月份的服务时长和证明；会被记录。",
        en="What a person served by months, and their certificates; it is recorded.",
    ),
)
@argument("person", type=ID)
@reading(DESK_PURPOSE)
def list_(act: Acting, *, person: Id) -> None:
    """List a person's certificates."""
    show_service(act, service_of(act.client, act.signer, person, act.flags.purpose))


@command(
    certificate_group,
    "issue",
    help=t(
        zh="记录员或发证员凭本人申请，替一个人开证明。",
        en="A recorder or certifier has a person's months certified, on their request.",
    ),
)
@argument("person", type=ID)
@FIRST_MONTH_OPTION
@LAST_MONTH_OPTION
@_EVIDENCE
@acting(DESK_PURPOSE)
def issue_(act: Acting, *, person: Id, first: int, last: int, evidence: Hash) -> None:
    """Issue a certificate on request."""
    issue(act, person, first, last, evidence)


@command(
    certificate_group,
    "revoke",
    help=t(
        zh="发证员凭证据注销一份证明。", en="A certifier declares a certificate void, on evidence."
    ),
)
@argument("person", type=ID)
@argument("number", type=NUMBER)
@REASON_OPTION
@_EVIDENCE
@acting(DESK_PURPOSE)
def revoke_(
    act: Acting, *, person: Id, number: CertificateNumber, reason: Code, evidence: Hash
) -> None:
    """Revoke a certificate."""
    revoke(act, person, number, reason, evidence)
