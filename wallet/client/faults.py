"""What can go wrong between a wallet and the nodes."""

from collections.abc import Sequence
from typing import Final

from node.console.exits import ExitCode
from node.console.fault import Fault, Report
from node.console.language import Text, same, t

WALLET_PAGE: Final = "docs/wallet.md"


class NoNode(Fault):
    """None of the addresses answers.

    Attributes:
        tried: (address, reason) of each, in order.
    """

    def __init__(self, tried: Sequence[tuple[str, str]]) -> None:
        """Exit 4."""
        names = ", ".join(address for address, _ in tried)
        reasons = "; ".join(f"{address}: {reason}" for address, reason in tried)
        super().__init__(
            _report(
                "no-node",
                ExitCode.UNREACHABLE,
                t(zh="连不上任何节点：{names}", en="No node answers: {names}").fill(names=names),
                same(reasons),
                t(
                    zh="查看节点是否在运行：timebank city status；或用 --node 换一个节点。",
                    en="See whether they run: timebank city status; or name another with --node.",
                ),
            )
        )
        self.tried = tuple(tried)


class NodeProblem(Fault):
    """A node refuses a request for a reason that is not one of the ledger's.

    Attributes:
        http_status: its HTTP status.
    """

    def __init__(self, http_status: int, code: str, title: Text, detail: str) -> None:
        """Exit 1."""
        super().__init__(
            _report(
                "node-problem",
                ExitCode.REFUSED,
                t(zh="节点没有照办：{title}", en="The node refuses: {title}").fill(title=title),
                same(f"HTTP {http_status} {code} {detail}".strip()),
                t(
                    zh="检查编号、身份（--as）和权限；再不行就联系服务站。",
                    en="Check the id, who you act as (--as) and your rights; else ask the service desk.",
                ),
            )
        )
        self.http_status = http_status


class NotFinal(Fault):
    """The transaction was accepted but is not yet in a block."""

    def __init__(self, tx_id: str, state: str) -> None:
        """Exit 2."""
        super().__init__(
            _report(
                "not-final",
                ExitCode.INCOMPLETE,
                t(zh="还没有入账：{tx_id}", en="Not yet committed: {tx_id}").fill(tx_id=tx_id),
                t(zh="等待时间已到，状态是 {state}", en="The wait is over; it is {state}").fill(
                    state=state
                ),
                t(
                    zh="它不会丢失，也不要重做；稍后查看：timebank wallet track {tx_id}",
                    en="It is not lost; do not repeat it. Look later: timebank wallet track {tx_id}",
                ).fill(tx_id=tx_id),
            )
        )


class NotIncluded(Fault):
    """The transaction can no longer enter a block."""

    def __init__(self, tx_id: str, state: str) -> None:
        """Exit 1."""
        super().__init__(
            _report(
                "not-included",
                ExitCode.REFUSED,
                t(zh="没有入账：{tx_id}", en="It was not committed: {tx_id}").fill(tx_id=tx_id),
                t(
                    zh="状态是 {state}：有效期已过，或同一序号已被别的交易使用",
                    en="It is {state}: its time is over, or another transaction used its number",
                ).fill(state=state),
                t(
                    zh="它永远不会生效，可以放心重做。",
                    en="It can never take effect; it is safe to do it again.",
                ),
            )
        )


class Undecided(Fault):
    """A number is used, and the node cannot say whether by our own transaction."""

    def __init__(self, tx_id: str) -> None:
        """Exit 2."""
        super().__init__(
            _report(
                "undecided",
                ExitCode.INCOMPLETE,
                t(
                    zh="这个节点说不清是否已入账：{tx_id}",
                    en="This node cannot say whether it is committed: {tx_id}",
                ).fill(tx_id=tx_id),
                t(
                    zh="序号已被使用，但节点没有较早的区块，不知道被哪笔交易使用",
                    en="Its number is used; the node lacks older blocks and does not know by what",
                ),
                t(
                    zh="先不要重做。换一个节点查看：timebank wallet track {tx_id} --node URL",
                    en="Do not repeat it yet. Ask another node: timebank wallet track {tx_id} --node URL",
                ).fill(tx_id=tx_id),
            )
        )


def strange_answer(question: str, why: str) -> Fault:
    """A node answered what no node should (exit 1)."""
    return Fault(
        _report(
            "strange-answer",
            ExitCode.REFUSED,
            t(zh="看不懂节点的回答：{what}", en="The node's answer makes no sense: {what}").fill(
                what=question
            ),
            same(why),
            t(
                zh="换一个节点（--node），并把这件事告诉市级管理方。",
                en="Use another node (--node) and tell the city's operators.",
            ),
        )
    )


def bad_address(address: str) -> Fault:
    """Not the address of a node (exit 3)."""
    return Fault(
        _report(
            "bad-address",
            ExitCode.USAGE,
            t(zh="不是节点地址：{address}", en="Not a node's address: {address}").fill(
                address=repr(address)
            ),
            t(
                zh="要 http:// 或 https:// 加主机和端口",
                en="It needs http:// or https:// and a host",
            ),
            same("--node http://127.0.0.1:8000"),
        )
    )


def _report(code: str, status: ExitCode, what: Text, why: Text, remedy: Text) -> Report:
    return Report(code, status, what, why, remedy, f"{WALLET_PAGE}#{code}")
