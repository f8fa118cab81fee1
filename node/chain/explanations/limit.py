"""A bound of the protocol or the policy is reached: codes 401 to 499."""

from collections.abc import Mapping
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.explanations.explanation import LATER_EN, LATER_ZH, Explanation

LIMIT: Final[Mapping[ErrorCode, Explanation]] = {
    ErrorCode.VALIDITY_TOO_LONG: Explanation(
        "签名的有效期定得太长。",
        "The signature is valid for too long.",
        "请用较短的有效期重新签署。",
        "Sign again with a shorter validity.",
    ),
    ErrorCode.DAILY_QUOTA: Explanation(
        "今天的操作次数已满。",
        "Today's number of transactions is used up.",
        "请明天再做；急事请联系服务站。",
        "Go on tomorrow; if it is urgent, ask the desk.",
    ),
    ErrorCode.TOO_MANY_LANES: Explanation(
        "同时使用的设备太多。",
        "Too many devices sign for this account.",
        "请用已有的设备。",
        "Use one of the devices you already have.",
    ),
    ErrorCode.TOO_MANY_KEYS: Explanation(
        "一笔交易牵涉的记录太多。",
        "One transaction touches too many records.",
        "请分成几笔提交。",
        "Split it into several transactions.",
    ),
    ErrorCode.BLOCK_FULL: Explanation("这个区块已满。", "The block is full.", LATER_ZH, LATER_EN),
    ErrorCode.MEMPOOL_FULL: Explanation(
        "节点等待处理的交易已满。",
        "The node has too many transactions waiting.",
        LATER_ZH,
        LATER_EN,
    ),
    ErrorCode.SENDER_PENDING_FULL: Explanation(
        "您等待确认的交易太多。",
        "Too many of your transactions are waiting.",
        "请等前面的确认后再提交。",
        "Wait until the earlier ones are committed.",
    ),
    ErrorCode.KIN_LIMIT: Explanation(
        "登记的亲属人数已满。",
        "The number of registered kin is reached.",
        "请先解除不再需要的关系。",
        "Remove one that is no longer needed.",
    ),
    ErrorCode.PAIR_LIMIT: Explanation(
        "同一对志愿者和老人本月的次数或时长已满。",
        "This volunteer and this elder have reached the month's limit for one pair.",
        "请换一位志愿者，或申请经审核的结对。",
        "Let another volunteer serve, or ask for a reviewed pairing.",
    ),
    ErrorCode.DAY_LIMIT: Explanation(
        "这一天的服务时长已满。",
        "The limit of service for this day is reached.",
        "请安排到另一天。",
        "Choose another day.",
    ),
    ErrorCode.WEEK_LIMIT: Explanation(
        "这一周的服务时长已满。",
        "The limit of service for this week is reached.",
        "请安排到下一周。",
        "Choose the next week.",
    ),
    ErrorCode.CAP_REACHED: Explanation(
        "储存的时间已到上限。",
        "The cap of stored time is reached.",
        "可以先使用、赠送或捐出一些时间。",
        "Use, give or donate some time first.",
    ),
    ErrorCode.GIFT_LIMIT: Explanation(
        "赠送的时间已到上限。",
        "The limit for gifts is reached.",
        "请减少分钟数，或等下一个周期。",
        "Give fewer minutes, or wait for the next period.",
    ),
    ErrorCode.AGENT_LIMIT: Explanation(
        "代办人或委托的数目已满。",
        "The number of agents, or of persons one agent acts for, is reached.",
        "请先撤销不再需要的委托。",
        "Revoke one that is no longer needed.",
    ),
    ErrorCode.METHOD_LIMIT: Explanation(
        "这种签到或确认方式的次数已满。",
        "This way of checking in or confirming has been used as often as allowed.",
        "请改用更可靠的方式，例如对方的钱包或一次性码。",
        "Use a stronger way, such as the other person's wallet or a one-time code.",
    ),
    ErrorCode.MINUTES_OUT_OF_RANGE: Explanation(
        "分钟数超出允许的范围。",
        "The minutes are out of the allowed range.",
        "请改成允许范围内的分钟数。",
        "Choose a number of minutes within the range.",
    ),
    ErrorCode.WINDOW_OUT_OF_RANGE: Explanation(
        "时间段超出允许的范围。",
        "The time window is out of the allowed range.",
        "请改成允许范围内的时间。",
        "Choose a time within the range.",
    ),
    ErrorCode.ENTRY_QUOTA: Explanation(
        "这位工作人员今天的录入次数已满。",
        "This member of staff has made as many entries as allowed.",
        "请由同事录入，或改天再录。",
        "Let a colleague enter it, or do it another day.",
    ),
    ErrorCode.RESTING_PERIOD: Explanation(
        "间隔时间未到，暂时不能再做。",
        "The resting period is not over; this cannot be done again yet.",
        "请在间隔期过后再做。",
        "Do it when the resting period is over.",
    ),
    ErrorCode.CERTIFICATE_LIMIT: Explanation(
        "这一年的服务记录证明已经够多了。",
        "There are as many service certificates for this year as one person may have.",
        "已有的证明可以重复打印；不再使用的请先注销。",
        "One that exists can be printed again; revoke what is no longer used.",
    ),
}
