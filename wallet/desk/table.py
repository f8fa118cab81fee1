"""The verbs of ``desk``: where each one lives and what it is for.

A verb is imported when it is called, so that ``timebank desk --help`` answers at once.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from node.console.language import t
from node.console.lazy import LazyGroup, Target
from wallet.verbs.naming import Make, make_verb

TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        "register": Target(
            "wallet.desk.registering:register",
            t(
                zh="登记一个人：有手机的带登记卡（--card），没有手机的用 --no-phone。",
                en="Register a person: with their registration card (--card), or --no-phone.",
            ),
        ),
        "request": Target(
            "wallet.desk.registering:request",
            t(
                zh="替没有手机的人请求一次服务。",
                en="Ask for a service on behalf of somebody without a phone.",
            ),
        ),
        "check-in": Target(
            "wallet.desk.registering:check_in",
            t(
                zh="替志愿者签到；算作补报，需要背书。",
                en="Check in on behalf of the volunteer; it counts as a late report and needs an endorsement.",
            ),
        ),
        "kin-accept": Target(
            "wallet.desk.registering:kin_accept",
            t(
                zh="替没有密钥的人同意亲属绑定，写明方式和证据。",
                en="Accept a kin binding for a person without a key, with method and evidence.",
            ),
        ),
        "receipt": Target(
            "wallet.desk.receipts:receipt",
            t(
                zh="市级登记机关签发首次登记回执。密钥文件权限须为 0600。",
                en="The city bureau signs a receipt of first registration. The key file must have mode 0600.",
            ),
        ),
        "propose": Target(
            "wallet.desk.propose:propose_group",
            t(
                zh="提议，由另一人复核（desk second）后生效。",
                en="Propose; it happens when another person seconds it (desk second).",
            ),
        ),
        "second": Target(
            "wallet.desk.deciding:second",
            t(
                zh="复核：让提议生效。先核验提议的原文并显示它。",
                en="Second a proposal; its own words are proven and shown first.",
            ),
        ),
        "decline": Target(
            "wallet.desk.deciding:decline",
            t(zh="否决提议。", en="End a proposal without effect."),
        ),
        "queue": Target(
            "wallet.desk.queue:queue",
            t(
                zh="待办：待审核的人、待复核的提议、待审核、待确认和争议中的订单。",
                en="What waits: persons, proposals, orders to review, to confirm, in dispute.",
            ),
        ),
        "person": Target(
            "wallet.desk.queue:person",
            t(zh="查看一个人的账户；会被记录。", en="Show a person's account; it is recorded."),
        ),
        "approve": Target(
            "wallet.desk.reviewing:approve",
            t(
                zh="审核通过订单并发布，冻结付款方的时间。",
                en="Publish a requested order; the payer's minutes are held.",
            ),
        ),
        "reject": Target(
            "wallet.desk.reviewing:reject",
            t(zh="不通过订单。", en="Refuse a requested order."),
        ),
        "witness": Target(
            "wallet.desk.reviewing:witness",
            t(zh="记录员当面见证并确认服务。", en="A recorder confirms a service they witnessed."),
        ),
        "call-back": Target(
            "wallet.desk.reviewing:call_back",
            t(
                zh="回访员电话回访后确认服务。",
                en="A caller confirms a service after a recorded call.",
            ),
        ),
        "endorse": Target(
            "wallet.desk.reviewing:endorse",
            t(
                zh="另一位审核员为不寻常的订单背书。",
                en="Another reviewer vouches for what is unusual.",
            ),
        ),
        "no-show": Target(
            "wallet.desk.reviewing:no_show",
            t(zh="替服务对象报告没有人来。", en="Report for the recipient that nobody came."),
        ),
        "rule": Target(
            "wallet.desk.judging:rule",
            t(
                zh="裁决争议：给志愿者、分配、退付款方或作废。",
                en="Rule on a dispute: to the volunteer, split, to the payer, or void.",
            ),
        ),
    }
)
"""Verb to the place of its command, with its help."""

desk_group: Final = LazyGroup(
    "desk",
    targets=TARGETS,
    help_text=t(
        zh="服务站：登记、提议与复核、代办、见证、仲裁。",
        en="The service desk: register, propose and second, act for others, witness, rule.",
    ),
)
"""The noun ``desk``."""


def verb(name: str) -> Make:
    """Make the command of a verb; its help stands in the table."""
    return make_verb(name, TARGETS)
