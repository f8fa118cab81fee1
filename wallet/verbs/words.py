"""The words for states and kinds, in both languages; the terms are those of the glossary."""

from typing import Final

from node.chain.lifecycle import State
from node.console.language import Text, same, t

STATES: Final[dict[str, Text]] = {
    State.REQUESTED: t(zh="待审核", en="requested"),
    State.PUBLISHED: t(zh="已发布", en="published"),
    State.ACCEPTED: t(zh="已接单", en="accepted"),
    State.LAPSED: t(zh="逾期未到", en="lapsed"),
    State.CHECKED_IN: t(zh="服务中", en="checked in"),
    State.UNCLOSED: t(zh="未签退", en="not checked out"),
    State.CHECKED_OUT: t(zh="待确认", en="checked out"),
    State.CONFIRMED: t(zh="冷静期", en="confirmed, cooling"),
    State.DISPUTED: t(zh="争议中", en="disputed"),
    State.RULED: t(zh="已裁决", en="ruled"),
    State.REJECTED: t(zh="未通过", en="rejected"),
    State.WITHDRAWN: t(zh="已撤回", en="withdrawn"),
    State.EXPIRED: t(zh="已过期", en="expired"),
    State.CANCELLED: t(zh="已取消", en="cancelled"),
    State.NO_SHOW: t(zh="爽约", en="no-show"),
    State.ABORTED: t(zh="未计时", en="not counted"),
    State.SETTLED: t(zh="已结算", en="settled"),
    State.VOID: t(zh="作废", en="void"),
}
PERSON_STATES: Final[dict[str, Text]] = {
    "pending": t(zh="待审核", en="pending"),
    "active": t(zh="正常", en="active"),
    "closing": t(zh="正在销户", en="closing"),
    "closed": t(zh="已销户", en="closed"),
}
REDEMPTION_STATES: Final[dict[str, Text]] = {
    "queued": t(zh="排队中", en="queued"),
    "held": t(zh="已冻结", en="held"),
    "captured": t(zh="已兑换", en="taken"),
    "released": t(zh="已取消", en="given back"),
    "expired": t(zh="已过期", en="expired"),
}
RELATIONS: Final[dict[str, Text]] = {
    "parent": t(zh="父母", en="parent"),
    "child": t(zh="子女", en="child"),
    "spouse": t(zh="配偶", en="spouse"),
    "sibling": t(zh="兄弟姐妹", en="sibling"),
}


def word(table: dict[str, Text], code: str) -> Text:
    """The word of a code; the code itself when there is none."""
    return table.get(code, same(code or "-"))
