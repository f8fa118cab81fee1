"""Providers: ``open-provider``, ``attest-capacity``, ``retire-due``, ``redeem`` for a person without a phone."""

from node.chain.tx.redemption import AttestCapacity, OpenProvider, RedeemOnBehalf, RetireDue
from node.chain.types import Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.language import t
from wallet.desk.propose.group import EVIDENCE_NEEDED, UNTIL_NEEDED, action, propose
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import CODE, ID, MINUTES, When

_MINUTES = option("--minutes", type=MINUTES, required=True, help=t(zh="多少。", en="How many."))


@action(
    "open-provider",
    t(
        zh="登记签约的服务机构；证据是合同。司库提议。",
        en="A provider under contract with a district; the evidence is the contract. A treasurer proposes.",
    ),
)
@argument("district", type=CODE)
@option(
    "--staff",
    type=ID,
    multiple=True,
    required=True,
    help=t(zh="可以代机构扣减的人，可以给多个。", en="Who may capture for it; repeatable."),
)
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def open_provider(act: Acting, *, district: Code, staff: tuple[Id, ...], evidence: Hash) -> None:
    """Propose a provider."""
    propose(act, OpenProvider(district, staff, evidence))


@action(
    "attest-capacity",
    t(
        zh="确认与机构签约的服务分钟数和有效期。",
        en="Minutes of paid service that a district has contracted with a provider.",
    ),
)
@argument("provider", type=ID)
@_MINUTES
@UNTIL_NEEDED
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def attest_capacity(
    act: Acting, *, provider: Id, minutes: Minutes, until: When, evidence: Hash
) -> None:
    """Propose to attest capacity."""
    propose(act, AttestCapacity(provider, minutes, until.at(act.now_ms()), evidence))


@action(
    "retire-due",
    t(
        zh="已在账外向机构付款：注销它收到的分钟。",
        en="The provider has been reimbursed outside the ledger: its minutes are retired.",
    ),
)
@argument("provider", type=ID)
@_MINUTES
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def retire_due(act: Acting, *, provider: Id, minutes: Minutes, evidence: Hash) -> None:
    """Propose to retire minutes."""
    propose(act, RetireDue(provider, minutes, evidence))


@action(
    "redeem",
    t(
        zh="替没有手机的人兑换服务；记录员凭本人同意提议，审核员复核。",
        en="A redemption for a person without a phone; a recorder proposes on their consent, a reviewer seconds.",
    ),
)
@argument("person", type=ID)
@argument("provider", type=ID)
@_MINUTES
@EVIDENCE_NEEDED
@acting(DESK_PURPOSE)
def redeem(act: Acting, *, person: Id, provider: Id, minutes: Minutes, evidence: Hash) -> None:
    """Propose a redemption on behalf."""
    propose(act, RedeemOnBehalf(person, provider, minutes, evidence))
