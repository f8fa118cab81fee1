"""The words for codes of the chain that people read, in both languages; the terms are those of the glossary."""

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
"""Of orders."""
METHODS: Final[dict[str, Text]] = {
    "own-key": t(zh="本人钱包", en="own wallet"),
    "agent": t(zh="代理人", en="agent"),
    "code": t(zh="确认码", en="sealed code"),
    "card": t(zh="卡片", en="card"),
    "call-back": t(zh="电话回访", en="call-back"),
    "witness": t(zh="工作人员见证", en="staff witness"),
    "silence": t(zh="逾期默认", en="silence"),
    "in-person": t(zh="当面", en="in person"),
    "two-staff": t(zh="两名工作人员", en="two of the staff"),
    "standing": t(zh="长期委托", en="standing consent"),
}
"""How somebody consented, confirmed or wrote down."""
OFFENCES: Final[dict[str, Text]] = {
    "proposal": t(zh="两个不同的提议", en="two proposals"),
    "prevote": t(zh="两张不同的预投票", en="two prevotes"),
    "precommit": t(zh="两张不同的预提交", en="two precommits"),
    "amnesia": t(zh="忘记自己的锁定", en="amnesia"),
}
"""What a district's node did against the protocol."""
SUBJECTS: Final[dict[str, Text]] = {
    "person": t(zh="账户", en="account"),
    "order": t(zh="订单", en="order"),
    "servicecertificate": t(zh="服务记录证明", en="service certificate"),
    "transaction": t(zh="交易", en="transaction"),
    "supply": t(zh="总量表", en="supply statement"),
    "absence": t(zh="没有这条记录", en="no such record"),
}
"""What a proof file is about."""


def word(table: dict[str, Text], code: str) -> Text:
    """The word of a code; the code itself when there is none."""
    return table.get(code, same(code or "-"))
