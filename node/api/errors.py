"""From errors to HTTP: one table of statuses, one of the doors' own codes, one shape (RFC 9457).

A refused transaction keeps its number from ``node.chain.errors`` (``E309``). What only a door can find wrong has a
number of its own (``A07``). Numbers are never changed or used again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from node.chain.errors import ErrorCode, Rejected
from node.chain.explanations import EXPLANATIONS

ERRORS_PATH: Final = "/docs/errors"
_CLASS_SIZE: Final = 100


class ApiCode(IntEnum):
    """Why a door refuses a request."""

    NO_SUCH_PATH = 1
    METHOD_NOT_ALLOWED = 2
    BODY_TOO_LARGE = 3
    BODY_UNREADABLE = 4
    MEDIA_TYPE = 5
    BAD_PARAMETER = 6
    LIMIT_TOO_LARGE = 7
    BAD_CURSOR = 8
    SIGNATURE_MISSING = 9
    SIGNATURE_INVALID = 10
    SIGNATURE_STALE = 11
    PURPOSE_MISSING = 12
    MAY_NOT_READ = 13
    NO_SUCH_RECORD = 14
    NOTHING_TO_PROVE = 15
    NO_CHECKPOINT = 16
    TOO_MANY_STREAMS = 17
    NOT_A_REHEARSAL = 18
    INTERNAL = 19
    NOT_WHOLE = 20
    STATE_NOT_KEPT = 21
    TOO_MANY_CHECKS = 22

    @property
    def label(self) -> str:
        """As people read it: ``A07``."""
        return f"A{self.value:02}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and titles of one code."""

    status: int
    zh: str
    en: str


ANSWERS: Final[Mapping[ApiCode, Answer]] = MappingProxyType(
    {
        ApiCode.NO_SUCH_PATH: Answer(404, "没有这个地址。", "There is no such address."),
        ApiCode.METHOD_NOT_ALLOWED: Answer(
            405, "这个地址不支持这种请求方法。", "This address does not take this method."
        ),
        ApiCode.BODY_TOO_LARGE: Answer(413, "请求内容太大。", "The request's body is too large."),
        ApiCode.BODY_UNREADABLE: Answer(
            400, "请求内容的格式不对。", "The request's body cannot be read."
        ),
        ApiCode.MEDIA_TYPE: Answer(
            415, "不支持这种内容类型。", "This content type is not supported."
        ),
        ApiCode.BAD_PARAMETER: Answer(422, "参数不对。", "A parameter is wrong."),
        ApiCode.LIMIT_TOO_LARGE: Answer(
            422, "一次要的数量超过上限。", "More is asked for at once than the maximum."
        ),
        ApiCode.BAD_CURSOR: Answer(
            400, "翻页标记不对，请从第一页开始。", "The cursor is wrong; begin at the first page."
        ),
        ApiCode.SIGNATURE_MISSING: Answer(
            401, "这项查询需要本人签名。", "This reading needs the reader's signature."
        ),
        ApiCode.SIGNATURE_INVALID: Answer(
            401, "查询的签名不对。", "The reading's signature is wrong."
        ),
        ApiCode.SIGNATURE_STALE: Answer(
            401,
            "查询的签名时间与节点相差太多，请校准时间。",
            "The signature's time is too far from the node's clock; set the clock.",
        ),
        ApiCode.PURPOSE_MISSING: Answer(
            403, "工作人员查询必须写明用途。", "Staff must name a purpose for reading."
        ),
        ApiCode.MAY_NOT_READ: Answer(403, "无权查看。", "The reader may not see this."),
        ApiCode.NO_SUCH_RECORD: Answer(404, "没有这条记录。", "There is no such record."),
        ApiCode.NOTHING_TO_PROVE: Answer(
            404, "现在还没有可以证明的内容。", "There is nothing final to prove yet."
        ),
        ApiCode.NO_CHECKPOINT: Answer(
            404, "还没有签署过的检查点。", "There is no signed checkpoint yet."
        ),
        ApiCode.TOO_MANY_STREAMS: Answer(
            503, "同时订阅的人太多，请稍后再试。", "Too many streams are open; try again later."
        ),
        ApiCode.NOT_A_REHEARSAL: Answer(
            409, "只有演练城市才能拨快时钟。", "Only a rehearsal's clock can leap."
        ),
        ApiCode.INTERNAL: Answer(500, "节点内部出错。", "The node itself failed."),
        ApiCode.NOT_WHOLE: Answer(
            409,
            "这个节点由快照开始，缺少更早的区块；请向其他区导出，或停止节点后执行 timebank node repair。",
            "This node was begun from a snapshot and lacks older blocks; export from another district, or stop it "
            "and run timebank node repair.",
        ),
        ApiCode.STATE_NOT_KEPT: Answer(
            410,
            "节点不再保留这么早的状态；请向任一区导出归档，用 timebank audit prove --at 开出这一高度的证明。",
            "The node keeps no state so old; export an archive from any district and make the proof of that height "
            "with timebank audit prove --at.",
        ),
        ApiCode.TOO_MANY_CHECKS: Answer(
            429,
            "查询了太多不存在的证明编号，请一分钟后再试。",
            "Too many numbers that do not exist were asked for; try again in a minute.",
        ),
    }
)

_BY_CLASS: Final[Mapping[int, int]] = MappingProxyType({1: 400, 2: 403, 3: 409, 4: 422, 5: 422})
_EXCEPTIONS: Final[Mapping[ErrorCode, int]] = MappingProxyType(
    {
        ErrorCode.TOO_LARGE: 413,
        ErrorCode.NO_SUCH_OBJECT: 404,
        ErrorCode.UNKNOWN_RECIPIENT: 404,
        ErrorCode.DAILY_QUOTA: 429,
        ErrorCode.SENDER_PENDING_FULL: 429,
        ErrorCode.BLOCK_FULL: 503,
        ErrorCode.MEMPOOL_FULL: 503,
    }
)
"""Statuses that differ from their class's."""


def status_of(code: ErrorCode) -> int:
    """HTTP status of a refused transaction."""
    return _EXCEPTIONS.get(code) or _BY_CLASS[code // _CLASS_SIZE]


class ApiFault(Exception):  # noqa: N818 - an answer, not an accident
    """A request that a door refuses."""

    def __init__(self, code: ApiCode, detail: str = "") -> None:
        """Keep the code and what was seen; the detail holds no personal data."""
        super().__init__(f"{code.label} {code.name.lower()}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Problem:
    """The body of every refusal: RFC 9457, and our code with a Chinese title."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    name: str
    title_zh: str


def problem_of_fault(fault: ApiFault) -> Problem:
    """The problem of what a door refuses."""
    answer, code = ANSWERS[fault.code], fault.code
    return Problem(
        type=f"{ERRORS_PATH}#{code.label.lower()}",
        title=answer.en,
        status=answer.status,
        detail=fault.detail,
        code=code.label,
        name=code.name.lower(),
        title_zh=answer.zh,
    )


def problem_of_rejection(rejected: Rejected) -> Problem:
    """The problem of what the ledger refuses."""
    code, explanation = rejected.code, EXPLANATIONS[rejected.code]
    return Problem(
        type=f"{ERRORS_PATH}#e{code.value}",
        title=explanation.en,
        status=status_of(code),
        detail=rejected.detail,
        code=f"E{code.value}",
        name=code.name.lower(),
        title_zh=explanation.zh,
    )
