"""Who signed may not do this: codes 201 to 299."""

from collections.abc import Mapping
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.explanations.explanation import DESK_EN, DESK_ZH, Explanation

UNAUTHORISED: Final[Mapping[ErrorCode, Explanation]] = {
    ErrorCode.UNKNOWN_SENDER: Explanation(
        "账本上没有登记这个签署人。",
        "The ledger does not know who signs.",
        "请先在服务站登记；刚登记的请等交易确认。",
        "Register at a desk first; after registering, wait until it is committed.",
    ),
    ErrorCode.SENDER_HAS_NO_KEY: Explanation(
        "这个账户没有绑定密钥，不能自己签署。",
        "This account has no key and cannot sign for itself.",
        "请由工作人员或代办人办理，或到服务站绑定钱包。",
        "Let staff or an agent act, or bind a wallet at the desk.",
    ),
    ErrorCode.SENDER_NOT_ACTIVE: Explanation(
        "账户当前不能使用：已注销，或正在注销。",
        "The account cannot be used now: closed, or being closed.",
        DESK_ZH,
        DESK_EN,
    ),
    ErrorCode.ROLE_MISSING: Explanation(
        "办理人没有这项操作需要的岗位。",
        "Who signs does not hold the role that this needs.",
        "请由有相应岗位的同事办理，或先申请授予岗位。",
        "Let a colleague with that role do it, or have the role granted first.",
    ),
    ErrorCode.SAME_PERSON: Explanation(
        "这件事必须由两个不同的人来做。",
        "This needs two different persons.",
        "请由另一个人复核或确认。",
        "Let somebody else second or confirm it.",
    ),
    ErrorCode.NOT_A_PARTY: Explanation(
        "签署人不是这张单子的当事人。",
        "Who signs is not a party to this order.",
        "请核对单号，并由当事人办理。",
        "Check the order number, and let a party to it act.",
    ),
    ErrorCode.NOT_KIN: Explanation(
        "双方没有登记亲属关系。",
        "The two are not registered as kin.",
        "请先双方同意并在服务站登记亲属关系。",
        "Register the kinship first, with both consents, at a desk.",
    ),
    ErrorCode.NOT_AGENT: Explanation(
        "签署人不是登记的代办人，或委托已经撤销。",
        "Who signs is not a registered agent, or no longer is.",
        "请先登记委托，或由本人办理。",
        "Register the agent first, or let the person act.",
    ),
    ErrorCode.VERB_NOT_GRANTED: Explanation(
        "委托里不包括这项操作。",
        "The agent was not given this verb.",
        "请由本人办理，或在服务站扩大委托范围。",
        "Let the person act, or have the verb added at the desk.",
    ),
    ErrorCode.RECEIPT_INVALID: Explanation(
        "签到、签退或确认所附的凭据不成立。",
        "The receipt for check-in, check-out or confirmation does not hold.",
        "请重新扫码，或改用另一种凭据。",
        "Scan again, or use another kind of receipt.",
    ),
    ErrorCode.NOT_AUTHORITY: Explanation(
        "签署人不是当前的区节点席位。",
        "Who signs holds no seat among the authorities.",
        "请由在席区节点的管理密钥签署。",
        "Let the operator key of a seated district sign.",
    ),
    ErrorCode.RECOVERY_PENDING: Explanation(
        "账户正在找回密钥，这段时间内不能支出。",
        "The account is recovering its key; nothing may go out meanwhile.",
        "请等找回期结束；如果不是本人发起，请立即用旧密钥否决或联系服务站。",
        "Wait until the delay is over; if it was not you, veto it with the old key or tell the desk at once.",
    ),
    ErrorCode.SUSPENDED: Explanation(
        "账户被暂停了这类操作。",
        "The account is suspended from doing this.",
        "可以查看暂停的理由和期限，并提出申诉。",
        "See the reason and the end of the suspension; you may appeal.",
    ),
    ErrorCode.WRONG_DISTRICT: Explanation(
        "这件事不归这个区办理。",
        "This is not for this district to do.",
        "请到账户或单子所属的区办理。",
        "Go to the district of the account or the order.",
    ),
    ErrorCode.RELATED_PERSONS: Explanation(
        "参与的人之间有关系，按规定不能这样办理。",
        "Persons who take part are related in a way that the rules do not admit here.",
        "请换一位无关的志愿者或工作人员。",
        "Let an unrelated volunteer or member of staff do it.",
    ),
    ErrorCode.KEY_VERB_NOT_ALLOWED: Explanation(
        "这把密钥不能做这项操作，例如找回卡只能找回。",
        "This key may not do this; a recovery card, for example, can only recover.",
        "请用日常使用的钱包密钥。",
        "Use the key of the everyday wallet.",
    ),
}
