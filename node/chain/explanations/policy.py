"""A rule of the time bank forbids it: codes 501 to 599."""

from collections.abc import Mapping
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.explanations.explanation import Explanation

POLICY: Final[Mapping[ErrorCode, Explanation]] = {
    ErrorCode.NOT_MAY_SERVE: Explanation(
        "这个人没有有效的服务资格。",
        "This person is not attested as one who may serve, or no longer is.",
        "请到服务站办理或续期志愿服务资格。",
        "Have it attested or renewed at the desk.",
    ),
    ErrorCode.NOT_MAY_RECEIVE: Explanation(
        "这个人没有有效的受助资格。",
        "This person is not attested as one who may receive, or no longer is.",
        "请到服务站办理或续期受助资格。",
        "Have it attested or renewed at the desk.",
    ),
    ErrorCode.NOT_MAY_BE_FUNDED: Explanation(
        "这个人没有公共资金支付的资格。",
        "This person is not attested for service paid by a fund.",
        "请改用自己或亲属的时间支付，或到服务站申请。",
        "Pay with own or kin's time, or apply at the desk.",
    ),
    ErrorCode.ALLOWANCE_USED: Explanation(
        "本月的公益额度已用完。",
        "This month's allowance is used up.",
        "请安排到下个月，或换一个付款来源。",
        "Plan it for next month, or name another payer.",
    ),
    ErrorCode.BUDGET_EXCEEDED: Explanation(
        "超过了表决通过的预算。",
        "This exceeds the budget that was voted.",
        "请先提出并通过新的预算。",
        "Propose a new budget and have it voted first.",
    ),
    ErrorCode.UNKNOWN_SERVICE: Explanation(
        "服务目录里没有这一项，或本区没有开办。",
        "The catalogue has no such service, or the district does not offer it.",
        "请从服务目录里选择。",
        "Choose from the catalogue.",
    ),
    ErrorCode.GATE_MISSING: Explanation(
        "缺少这项服务要求的条件：培训、资格、保险或风险告知。",
        "A condition of this service is missing: training, qualification, insurance or the notice of risk.",
        "请先到服务站补齐括号里的条件。",
        "Have the condition named in brackets attested at the desk.",
    ),
    ErrorCode.NEEDS_ENDORSEMENT: Explanation(
        "超出常规，需要另一位工作人员批注。",
        "This is beyond the usual and needs an endorsement.",
        "请由有权的工作人员先批注。",
        "Have authorised staff endorse it first.",
    ),
    ErrorCode.METHOD_NOT_ALLOWED: Explanation(
        "这里不能用这种签到或确认方式。",
        "This way of checking in or confirming is not admitted here.",
        "请改用政策允许的方式。",
        "Use a way that the policy admits.",
    ),
    ErrorCode.PURPOSE_UNKNOWN: Explanation(
        "没有这个资金用途。",
        "There is no such purpose of funds.",
        "请从已公布的用途中选择。",
        "Choose a published purpose.",
    ),
    ErrorCode.YEAR_CLOSED: Explanation(
        "这个年度已经结账。",
        "This year has been closed.",
        "请使用当前年度。",
        "Use the current year.",
    ),
    ErrorCode.RULE_MISSING: Explanation(
        "现行政策没有规定这件事怎么办。",
        "The policy in force has no rule for this.",
        "请先由各区表决补上规定。",
        "Have the districts vote the missing rule first.",
    ),
    ErrorCode.GUARDIAN_MISSING: Explanation(
        "需要监护人，但没有监护人参与。",
        "A guardian is needed and none takes part.",
        "请登记监护人，并由监护人一同办理。",
        "Register the guardian, who must take part.",
    ),
    ErrorCode.NOT_APPROVED: Explanation(
        "还没有得到批准。",
        "It has not been approved.",
        "请先由审核人批准。",
        "Have a reviewer approve it first.",
    ),
    ErrorCode.TRANSFER_TYPE_NOT_ADMITTED: Explanation(
        "政策不允许这一种转移。",
        "The policy does not admit this kind of transfer.",
        "请改用允许的方式：赠给亲属、捐给公益池或兑换服务。",
        "Use one that is admitted: a gift to kin, a donation to the pool, or a redemption.",
    ),
    ErrorCode.POLICY_OUT_OF_BOUNDS: Explanation(
        "提议的政策参数超出章程规定的范围。",
        "The proposed policy is outside the bounds of the charter.",
        "请改到规定的范围内再提议。",
        "Bring it within the bounds and propose again.",
    ),
    ErrorCode.POOL_EMPTY: Explanation(
        "公益池里的时间不够。",
        "The pool has not enough minutes.",
        "请等待捐赠，或换一个付款来源。",
        "Wait for donations, or name another payer.",
    ),
    ErrorCode.COVERAGE_LOW: Explanation(
        "服务能力对已存时间的覆盖率过低，暂时不能这样做。",
        "The coverage of stored time by capacity is too low for this now.",
        "请等覆盖率恢复，或由各区补充服务能力。",
        "Wait until coverage recovers, or have capacity added.",
    ),
    ErrorCode.RECORD_FIELD_MISSING: Explanation(
        "服务记录缺少法规要求的内容。",
        "The service record lacks a field that the law requires.",
        "请补齐括号里的内容。",
        "Supply the field named in brackets.",
    ),
    ErrorCode.UNDER_NOTICE: Explanation(
        "仍在公示期内，或者有异议没有答复。",
        "The period of notice is not over, or an objection has not been answered.",
        "请在公示期满、异议答复后再办理。",
        "Do it when the notice has run its time and the objection is answered.",
    ),
    ErrorCode.PAUSED: Explanation(
        "为了安全，这类服务或这个服务点暂停了。",
        "For safety, this class of service or this site is paused.",
        "请等恢复后再办，或换一个服务点。",
        "Wait until it resumes, or choose another site.",
    ),
    ErrorCode.NOT_A_QUARTERS_END: Explanation(
        "资格的期限只能到某个季度的最后一天，以免日期透露生日或情况。",
        "An attested flag ends with a quarter, so that its date tells nothing about a birthday or a case.",
        "请改为 3 月 31 日、6 月 30 日、9 月 30 日或 12 月 31 日。",
        "Take 31 March, 30 June, 30 September or 31 December.",
    ),
}
