"""What a verb cannot do, before any node is asked to."""

from node.console.exits import ExitCode
from node.console.fault import Fault, Report
from node.console.language import Text, t
from wallet.client.faults import WALLET_PAGE


def not_a_person(account: str) -> Fault:
    """An operator has no minutes, orders or kin (exit 3)."""
    return Fault(
        Report(
            "not-a-person",
            ExitCode.USAGE,
            t(zh="这不是个人账户：{account}", en="Not a person's account: {account}").fill(
                account=account
            ),
            t(
                zh="它是区节点的治理身份，没有时间和订单",
                en="It is the governance voice of a district; it has no minutes and no orders",
            ),
            t(zh="用 --as 换一个钱包。", en="Choose another wallet with --as."),
            f"{WALLET_PAGE}#not-a-person",
        )
    )


def not_listed(what: str, id_: str) -> Fault:
    """No such thing among those that are open (exit 1)."""
    return Fault(
        Report(
            "not-listed",
            ExitCode.REFUSED,
            t(zh="没有找到：{id}", en="Not found: {id}").fill(id=id_),
            t(
                zh="{what}列表里没有它：编号不对，或已经处理完",
                en="It is not on the list of {what}: a wrong id, or it is done",
            ).fill(what=what),
            t(zh="先查看列表，再用其中的编号。", en="Look at the list and use an id from it."),
            f"{WALLET_PAGE}#not-listed",
        )
    )


def does_not_hold(code: str, why: Text, remedy: Text) -> Fault:
    """A proof, a receipt or a node's answer is not what it claims to be (exit 1)."""
    what = t(zh="核验不通过", en="Verification failed")
    return Fault(Report(code, ExitCode.REFUSED, what, why, remedy, f"{WALLET_PAGE}#{code}"))
