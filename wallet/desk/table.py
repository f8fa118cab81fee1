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
        "presence": Target(
            "wallet.desk.presence:presence",
            t(
                zh="站点读卡处：出示双方都在的到场凭证，给志愿者扫码。",
                en="The site's reader shows a code that both are there, for the volunteer to scan.",
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
                zh="待办：待审核的人、提议、订单、投诉、暂停和申诉、销户、密钥找回。",
                en="What waits: persons, proposals, orders, complaints, suspensions and appeals, closings, recoveries.",
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
        "code": Target(
            "wallet.desk.sheets:code",
            t(
                zh="用老人刮开的验证码确认服务；订单的记录员不能提交。",
                en="Confirm a service with a code that the recipient scratched; never by the order's recorder.",
            ),
        ),
        "time-statement": Target(
            "wallet.desk.answering:time_statement",
            t(
                zh="没有签退的服务：凭服务对象的话说明用时。",
                en="State how long a service took that nobody checked out of, by the recipient's word.",
            ),
        ),
        "extend": Target(
            "wallet.desk.answering:extend",
            t(
                zh="服务进行中，由基金或公益池再冻结一些分钟。",
                en="Hold more minutes of a fund or pool for a service under way.",
            ),
        ),
        "answer-complaint": Target(
            "wallet.desk.answering:answer_complaint",
            t(
                zh="仲裁员答复投诉，或撤销、维持爽约记录。",
                en="An arbiter answers a complaint, or clears or upholds the mark of a no-show.",
            ),
        ),
        "suspend": Target(
            "wallet.desk.stopping:suspend",
            t(
                zh="审核员暂停一个人接单（accept）或支出（outgoing），写明原因、证据和期限。",
                en="A reviewer stops a person from taking services (accept) or giving minutes out (outgoing).",
            ),
        ),
        "end-suspension": Target(
            "wallet.desk.stopping:end_suspension",
            t(
                zh="另一审核员解除暂停，或仲裁员答复申诉。",
                en="Another reviewer lifts a suspension, or an arbiter answers the appeal.",
            ),
        ),
        "pause": Target(
            "wallet.desk.stopping:pause",
            t(
                zh="为安全暂停一个区的一类服务或一个站点。",
                en="Stop a class of service in a district, or a site, for safety.",
            ),
        ),
        "resume": Target(
            "wallet.desk.stopping:resume",
            t(
                zh="由另一审核员恢复。",
                en="A different reviewer ends a pause.",
            ),
        ),
        "veto-recovery": Target(
            "wallet.desk.stopping:veto_recovery",
            t(
                zh="仲裁员在期限内否决一次密钥找回。",
                en="An arbiter ends the recovery of a key before its delay is over.",
            ),
        ),
        "finish-closing": Target(
            "wallet.desk.answering:finish_closing",
            t(
                zh="销户公示期满且没有未完事项：结清并关闭。",
                en="Sweep and close an account whose notice is over and where nothing is open.",
            ),
        ),
        "attend": Target(
            "wallet.desk.attending:attend",
            t(
                zh="替一个人在集体活动签到。",
                en="Check a person in at a group event.",
            ),
        ),
        "leave-event": Target(
            "wallet.desk.attending:leave_event",
            t(
                zh="替一个人签退。",
                en="Check a person out of a group event.",
            ),
        ),
        "credit-attendance": Target(
            "wallet.desk.attending:credit_attendance",
            t(
                zh="组织者以外的一人确认一个人参加了活动。",
                en="Somebody other than the organiser confirms one attendance; it is paid once.",
            ),
        ),
        "close-event": Target(
            "wallet.desk.attending:close_event",
            t(
                zh="审核员结束活动。",
                en="A reviewer ends an event.",
            ),
        ),
        "certificate": Target(
            "wallet.desk.certificates:certificate_group",
            t(
                zh="服务记录证明：替人开出、查看、注销。",
                en="Service certificates: issue on request, list, revoke.",
            ),
        ),
        "register-sheet": Target(
            "wallet.desk.sheets:register_sheet",
            t(
                zh="市级签发员登记一张十二码验证码纸，入账后印制。",
                en="The city's issuer announces a sheet of twelve codes; it is printed once this stands in a block.",
            ),
        ),
        "cancel-sheet": Target(
            "wallet.desk.sheets:cancel_sheet",
            t(
                zh="作废丢失的验证码纸。",
                en="A lost sheet counts no longer.",
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
