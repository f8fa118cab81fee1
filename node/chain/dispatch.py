"""Which family of rules a statement or a timer belongs to.

Families do not know each other; here they are all known, and nothing else is decided.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never, get_args

from node.chain.errors import Bug
from node.chain.records import StateRecord
from node.chain.records.accounts import Fund
from node.chain.records.bindings import KinBinding, Mint, Proposal
from node.chain.records.corrections import Donation
from node.chain.records.events import Event
from node.chain.records.leaving import Closing
from node.chain.records.marks import TimeMark
from node.chain.records.motions import Motion
from node.chain.records.orders import Order
from node.chain.records.recovery import Recovery
from node.chain.records.redemption import Capacity, Redemption
from node.chain.records.remarks import Complaint, Rating
from node.chain.records.safety import Suspension
from node.chain.records.settlement import SettlementRun
from node.chain.rules import (
    authorities,
    circle,
    corrections,
    entries,
    events,
    governance,
    identity,
    issuance,
    leaving,
    orders,
    organisation,
    pools,
    providers,
    recovery,
    redemption,
    safety,
    service_certificates,
    settlement,
    sheets,
    teams,
    transfers,
)
from node.chain.rules.actions import ActionFamily
from node.chain.rules.orders import remarks, timers
from node.chain.state import Moment, View
from node.chain.tx.envelope import (
    AuthorityBody,
    Body,
    CircleBody,
    CorrectionBody,
    EventBody,
    GovernanceBody,
    IdentityBody,
    IssuanceBody,
    LeavingBody,
    OrderBody,
    OrganisationBody,
    RecoveryBody,
    RedemptionBody,
    SafetyBody,
    ServiceCertificateBody,
    SettlementBody,
    SheetBody,
    TeamBody,
    Transaction,
    TransferBody,
)
from node.chain.tx.organisation import MoneyAction
from node.chain.types import Hash
from node.chain.units import lapse_capacity

PeopleBody = (
    RecoveryBody | SafetyBody | SheetBody | CircleBody | LeavingBody | ServiceCertificateBody
)
PeopleTimer = KinBinding | Recovery | Suspension | TimeMark | Rating | Complaint | Closing
MoneyBody = CorrectionBody | RedemptionBody | SettlementBody | EventBody | TeamBody


def _action_families() -> Mapping[type[MoneyAction], ActionFamily]:
    """Which family owns an action of two staff."""
    families = (
        corrections.ACTIONS,
        redemption.ACTIONS,
        events.ACTIONS,
        teams.ACTIONS,
        pools.ACTIONS,
        providers.ACTIONS,
        entries.ACTIONS,
        recovery.ACTIONS,
        safety.ACTIONS,
        sheets.ACTIONS,
        circle.ACTIONS,
        leaving.ACTIONS,
    )
    owners = {action: family for family in families for action in family.roles}
    if set(owners) != set(get_args(MoneyAction)):
        raise Bug("an action of two staff without rules")
    return MappingProxyType(owners)


ACTION_FAMILIES: Final = _action_families()


def dispatch(view: View, at: Moment, tx: Transaction, tx_id: Hash) -> None:
    """Apply a transaction's body by its family's rules.

    Raises:
        Rejected: the first guard that does not hold; the layer is to be dropped.
    """
    body: Body = tx.body
    if isinstance(body, OrderBody):
        orders.apply(view, at, tx, tx_id, body)
    elif isinstance(body, TransferBody):
        transfers.apply(view, at, tx, tx_id, body)
    elif isinstance(body, IdentityBody):
        identity.apply(view, at, tx, tx_id, body)
    elif isinstance(body, OrganisationBody):
        organisation.apply(view, at, tx, tx_id, body, ACTION_FAMILIES)
    elif isinstance(body, IssuanceBody):
        issuance.apply(view, at, tx, tx_id, body)
    elif isinstance(body, GovernanceBody):
        governance.apply(view, at, tx, tx_id, body)
    elif isinstance(body, AuthorityBody):
        authorities.apply(view, at, tx, body)
    elif isinstance(body, PeopleBody):
        _dispatch_people(view, at, tx, body)
    else:
        _dispatch_money(view, at, tx, tx_id, body)


def _dispatch_money(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: MoneyBody) -> None:
    if isinstance(body, CorrectionBody):
        corrections.apply(view, tx, body)
    elif isinstance(body, RedemptionBody):
        redemption.apply(view, at, tx, tx_id, body)
    elif isinstance(body, SettlementBody):
        settlement.apply(view, at, tx, tx_id, body)
    elif isinstance(body, EventBody):
        events.apply(view, at, tx, body)
    elif isinstance(body, TeamBody):
        teams.apply(view, tx, body)
    else:
        assert_never(body)


def _dispatch_people(view: View, at: Moment, tx: Transaction, body: PeopleBody) -> None:
    if isinstance(body, RecoveryBody):
        recovery.apply(view, at, tx, body)
    elif isinstance(body, SafetyBody):
        safety.apply(view, at, tx, body)
    elif isinstance(body, SheetBody):
        sheets.apply(view, at, tx, body)
    elif isinstance(body, CircleBody):
        circle.apply(view, at, tx, body)
    elif isinstance(body, LeavingBody):
        leaving.apply(view, at, tx, body)
    elif isinstance(body, ServiceCertificateBody):
        service_certificates.apply(view, at, tx, body)
    else:
        assert_never(body)


def _fire_people_timer(view: View, record: PeopleTimer) -> None:
    match record:
        case KinBinding():
            identity.expire_binding(view, record)
        case Recovery():
            recovery.fire_recovery(view, record)
        case Suspension():
            safety.end_suspension(view, record)
        case TimeMark() | Rating():
            view.remove(record)
        case Closing():
            leaving.end_notice(view, record)
        case Complaint():
            remarks.fire_complaint(view, record)
        case _:
            assert_never(record)


def fire_timer(view: View, at: Moment, record: StateRecord) -> None:  # noqa: C901 - one branch for each kind
    """Fire the one live timer of a record, which is due."""
    if isinstance(record, PeopleTimer):
        _fire_people_timer(view, record)
        return
    match record:
        case Order():
            timers.fire(view, at, record)
        case Proposal():
            organisation.expire_proposal(view, record)
        case Mint():
            issuance.expire_mint(view, record)
        case Fund():
            issuance.close_fund(view, record)
        case Motion():
            governance.expire_motion(view, record)
        case Donation():
            corrections.forget_donation(view, record)
        case Capacity():
            lapse_capacity(view, record)
        case Redemption():
            redemption.expire_redemption(view, at, record)
        case SettlementRun():
            settlement.expire_run(view, record)
        case Event():
            events.fire_event(view, at, record)
        case _:
            raise Bug(f"a timer of {type(record).__name__}")
