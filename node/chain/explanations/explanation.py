"""What an explanation is, and the remedies that many codes share."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a transaction is refused and what its author can do."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


UPDATE_ZH: Final = "请更新钱包后重做这笔操作。"
UPDATE_EN: Final = "Update the wallet and make the transaction again."
REFRESH_ZH: Final = "请刷新后再做一次。"
REFRESH_EN: Final = "Refresh, then do it again."
DESK_ZH: Final = "请到服务站办理，或拨打帮助电话。"
DESK_EN: Final = "Ask at the service desk, or call the help line."
LATER_ZH: Final = "请过一会儿再提交，同一笔操作不会重复记账。"
LATER_EN: Final = "Submit it again later; the same transaction is never counted twice."
