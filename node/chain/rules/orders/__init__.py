"""The order machine's rules: one module for each stretch of an order's life.

``request`` (asked for, published, taken back), ``service`` (accepted to checked out), ``late`` (reported afterwards),
``sampling`` (drawn for a call-back), ``confirmation`` (confirmed, reduced, endorsed, objected), ``dispute`` (verdicts
and appeals), ``timers`` (what time alone does), ``settlement`` (holds, payment, release), ``parties`` (who is who on an
order), ``moves`` (the one way an order changes state). The table of allowed pairs is ``node.chain.lifecycle``.
"""

from typing import assert_never

from node.chain.rules.orders import confirmation, dispute, late, remarks, request, service
from node.chain.state import Moment, View
from node.chain.tx import orders as tx_orders
from node.chain.tx.envelope import OrderBody, Transaction
from node.chain.types import Hash


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: OrderBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case (
            tx_orders.Request()
            | tx_orders.ApproveOrder()
            | tx_orders.RejectOrder()
            | tx_orders.Withdraw()
        ):
            request.apply(view, at, tx, tx_id, body)
        case (
            tx_orders.Accept()
            | tx_orders.GiveBack()
            | tx_orders.Cancel()
            | tx_orders.CheckIn()
            | tx_orders.ReportNoShow()
            | tx_orders.CheckOut()
            | tx_orders.Extend()
        ):
            service.apply(view, at, tx, body)
        case (
            tx_orders.Confirm() | tx_orders.Reduce() | tx_orders.Endorse() | tx_orders.ObjectOrder()
        ):
            confirmation.apply(view, at, tx, body)
        case tx_orders.LateReport() | tx_orders.TimeStatement():
            late.apply(view, at, tx, body)
        case (
            tx_orders.Rate()
            | tx_orders.Complain()
            | tx_orders.ContestNoShow()
            | tx_orders.AnswerComplaint()
        ):
            remarks.apply(view, at, tx, tx_id, body)
        case tx_orders.RuleOrder() | tx_orders.Appeal():
            dispute.apply(view, at, tx, body)
        case _:
            assert_never(body)
