"""The ledger stands otherwise than the transaction assumes: codes 301 to 399."""

from collections.abc import Mapping
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.explanations.explanation import REFRESH_EN, REFRESH_ZH, Explanation

CONFLICT: Final[Mapping[ErrorCode, Explanation]] = {
    ErrorCode.SEQUENCE_USED: Explanation(
        "这个序号已经用过。",
        "This sequence number has been used.",
        "可能已经成功，请先看记录；没有的话刷新后重新签署。",
        "It may have succeeded: look at the history first; if not, refresh and sign again.",
    ),
    ErrorCode.SEQUENCE_GAP: Explanation(
        "前面还有一笔没有到达，序号不连续。",
        "An earlier transaction is missing; the sequence has a gap.",
        "请先提交前面那一笔。",
        "Submit the earlier transaction first.",
    ),
    ErrorCode.EXPIRED: Explanation(
        "签名过了有效期。",
        "The signature is no longer valid: its time has passed.",
        "请重新签署；如果设备时间不准，请先校准。",
        "Sign again; if the clock of the device is wrong, set it first.",
    ),
    ErrorCode.STALE_POLICY: Explanation(
        "签署时依据的政策版本已经更换。",
        "The policy has changed since this was signed.",
        "请刷新，看过新规定后重新签署。",
        "Refresh, look at the new policy and sign again.",
    ),
    ErrorCode.NO_SUCH_OBJECT: Explanation(
        "账本上没有这个编号。",
        "The ledger has nothing under this id.",
        "请核对编号；刚提交的请等确认。",
        "Check the id; what was just submitted must be committed first.",
    ),
    ErrorCode.STALE_OBJECT: Explanation(
        "在您签署之后，别人已经改动了它。",
        "Somebody changed it after you last saw it.",
        REFRESH_ZH,
        REFRESH_EN,
    ),
    ErrorCode.ALREADY_EXISTS: Explanation(
        "它已经存在。",
        "It exists already.",
        "不必再做；请查看已有的记录。",
        "Nothing more to do; look at what is there.",
    ),
    ErrorCode.WRONG_STATE: Explanation(
        "按现在的状态，不能做这一步。",
        "In its present state this step is not possible.",
        "请刷新，看看现在可以做什么。",
        "Refresh and see what can be done now.",
    ),
    ErrorCode.INSUFFICIENT_MINUTES: Explanation(
        "可用的时间不够。",
        "There are not enough minutes available.",
        "请减少时长，或换一个付款来源。",
        "Ask for fewer minutes, or name another payer.",
    ),
    ErrorCode.ALREADY_DONE: Explanation(
        "这件事已经做过了。",
        "This has been done already.",
        "不必再做；请查看记录。",
        "Nothing more to do; look at the history.",
    ),
    ErrorCode.TOO_EARLY: Explanation(
        "还没有到可以做的时间。",
        "It is too early for this.",
        "请在括号里的时间之后再做。",
        "Do it after the time named in brackets.",
    ),
    ErrorCode.TOO_LATE: Explanation(
        "已经过了可以做的时间。",
        "It is too late for this.",
        "请看是否可以补报、申诉，或到服务站办理。",
        "See whether a late report or an appeal is possible, or ask at the desk.",
    ),
    ErrorCode.OVERLAP: Explanation(
        "和同一个人的另一次服务时间重叠。",
        "It overlaps another service of the same person.",
        "请改时间，或先结束、取消另一张单子。",
        "Change the time, or end or cancel the other order first.",
    ),
    ErrorCode.PROPOSAL_EXPIRED: Explanation(
        "提议过了期限，不能再复核或表决。",
        "The proposal has expired and can no longer be seconded or voted on.",
        "请重新提议。",
        "Propose it again.",
    ),
    ErrorCode.UNKNOWN_RECIPIENT: Explanation(
        "账本上没有登记接收的人。",
        "The ledger does not know who is to receive.",
        "请核对编号，或先为对方登记。",
        "Check the number, or register the person first.",
    ),
    ErrorCode.CLOSED_ACCOUNT: Explanation(
        "对方的账户已经注销。",
        "The account has been closed.",
        "请核对对方的编号。",
        "Check the number of the account.",
    ),
    ErrorCode.CODE_USED: Explanation(
        "这个一次性确认码已经用过。",
        "This one-time code has been used.",
        "请刮开下一个码；如果没有用过，请联系服务站。",
        "Scratch the next code; if it was never used, tell the desk.",
    ),
    ErrorCode.SIBLING_MISSING: Explanation(
        "这项服务需要几位志愿者，还有人没有接单。",
        "This service needs several volunteers, and not all have accepted.",
        "请等同一任务的其他志愿者接单后再签到。",
        "Wait until the others of the same job have accepted, then check in.",
    ),
}
