"""Each kind of violation as a sentence, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from node.chain.violations import ViolationCode
from node.console.language import Text, t

EXPLANATIONS: Final[Mapping[ViolationCode, Text]] = MappingProxyType(
    {
        ViolationCode.BAD_MAGIC: t(
            zh="这不是时间银行的归档文件。", en="This is not an archive of a time bank."
        ),
        ViolationCode.UNKNOWN_FORMAT: t(
            zh="归档的格式或密码套件不是本程序认识的。",
            en="The archive's format or cryptographic suite is not one that this program knows.",
        ),
        ViolationCode.BAD_FRAME: t(
            zh="一条记录的帧头损坏。", en="The frame of a record is damaged."
        ),
        ViolationCode.BAD_RECORD_KIND: t(
            zh="出现了不存在的记录种类。", en="There is a record of a kind that does not exist."
        ),
        ViolationCode.RECORD_ORDER: t(
            zh="记录的先后顺序不对。", en="The records are not in their fixed order."
        ),
        ViolationCode.TRAILING_BYTES: t(
            zh="结束记录之后还有多余的字节。", en="There are bytes after the end record."
        ),
        ViolationCode.END_DIGEST: t(
            zh="结束记录里的摘要与前面的字节不符。",
            en="The end record's digest is not that of the bytes before it.",
        ),
        ViolationCode.END_COUNTS: t(
            zh="结束记录里的条数、高度或末块与文件不符。",
            en="The end record tells another number of records, height or last block than the file has.",
        ),
        ViolationCode.GENESIS_MISMATCH: t(
            zh="归档属于另一条链，与所信任的创世文件不符。",
            en="The archive is of another chain than the trusted genesis document.",
        ),
        ViolationCode.BAD_GENESIS: t(
            zh="创世记录与所信任的创世文件不同，或自相矛盾。",
            en="The genesis record differs from the trusted document, or contradicts itself.",
        ),
        ViolationCode.NOT_CANONICAL: t(
            zh="一条记录的字节不是唯一规定的写法。",
            en="The bytes of a record are not its one canonical encoding.",
        ),
        ViolationCode.HEIGHT: t(
            zh="区块高度不连续，有缺块或重块。",
            en="The height is not the next one; a block is missing or stands twice.",
        ),
        ViolationCode.PREVIOUS_ID: t(
            zh="区块所接的前一块不是归档里的前一块。",
            en="The block continues another block than the one before it.",
        ),
        ViolationCode.TIME: t(
            zh="区块时间没有晚于前一块。",
            en="The block's time is not later than that of the block before.",
        ),
        ViolationCode.LAST_COMMIT: t(
            zh="区块没有带上前一块的证书，或带的与区块头所写的不同。",
            en="The block lacks the certificate of the block before, or has another than its header names.",
        ),
        ViolationCode.CERTIFICATE: t(
            zh="区块的提交证书不成立：人数不足、有重复，或签名不实。",
            en="The commit certificate does not prove the block: too few, repeated or false signatures.",
        ),
        ViolationCode.AUTHORITIES_HASH: t(
            zh="区块头写的签名区名单与链上的不同。",
            en="The header names another set of authorities than the chain has.",
        ),
        ViolationCode.TRANSACTION_COUNT: t(
            zh="区块头写的交易笔数与区块不符。",
            en="The header tells another number of transactions than the block has.",
        ),
        ViolationCode.LOG_SIZE: t(
            zh="区块头写的日志长度不对。", en="The header tells another size of the log."
        ),
        ViolationCode.LOG_ROOT: t(
            zh="区块头写的日志根与交易和小结不符。",
            en="The header's log root is not that of these transactions and summaries.",
        ),
        ViolationCode.EVIDENCE: t(
            zh="区块里的违规证据不成立，或与区块头不符。",
            en="Evidence in the block convicts nobody, or is not what the header names.",
        ),
        ViolationCode.POLICY_HASH: t(
            zh="区块头写的政策不是当时生效的政策。",
            en="The header names another policy than the one in force.",
        ),
        ViolationCode.STATE_ROOT: t(
            zh="重放后的状态根与区块头不同。",
            en="Replay gives another state root than the header's.",
        ),
        ViolationCode.MAKER: t(
            zh="出块者不在签名区名单里。", en="The block's maker is not in the set of authorities."
        ),
        ViolationCode.HEADER_VERSION: t(
            zh="区块头的版本不是本程序认识的。",
            en="The header has a version that this program does not know.",
        ),
        ViolationCode.SUITE: t(
            zh="区块的密码套件不是本程序认识的。",
            en="The block names a cryptographic suite that this program does not know.",
        ),
        ViolationCode.BLOCK_TOO_LARGE: t(
            zh="区块超过了允许的大小。", en="The block is larger than allowed."
        ),
        ViolationCode.SUMMARY: t(
            zh="区块小结与区块头不同。", en="The block's summary differs from its header."
        ),
        ViolationCode.FINALS_ROOT: t(
            zh="小结里的完结记录根与重放所得不同。",
            en="The summary's root of final records is not what replay gives.",
        ),
        ViolationCode.TIMER_COUNT: t(
            zh="小结里的到期事项数与重放所得不同。",
            en="The summary tells another number of timers than replay fires.",
        ),
        ViolationCode.AUTHORITY_TRAIL: t(
            zh="签名区的变更记录与区块不符，或未经前一名单签署。",
            en="The trail of authority changes does not match the blocks, or the set before did not sign it.",
        ),
        ViolationCode.TIP_CERTIFICATE: t(
            zh="最后一块的提交证书不成立。",
            en="The last block's commit certificate does not prove it.",
        ),
        ViolationCode.LINK: t(
            zh="这条链不是由前一条链接续而来，或接续未经恢复密钥签署。",
            en="This chain does not follow from the one before it, or the recovery keys did not sign that it does.",
        ),
        ViolationCode.TRANSACTION_FORM: t(
            zh="一笔交易的字节不合格式。", en="The bytes of a transaction are not of its form."
        ),
        ViolationCode.SIGNATURE: t(
            zh="一笔交易的签名不是发送人当时的密钥所签。",
            en="A transaction is not signed by the key that its sender had.",
        ),
        ViolationCode.SEQUENCE: t(
            zh="一笔交易的序号不是发送人的下一个。",
            en="A transaction's sequence number is not its sender's next one.",
        ),
        ViolationCode.RULE: t(
            zh="一笔交易违反账本规则，却被写进了区块。",
            en="A transaction breaks a rule of the ledger and stands in a block all the same.",
        ),
        ViolationCode.DUPLICATE_ID: t(
            zh="同一笔交易被记了两次。", en="The same transaction stands in the chain twice."
        ),
        ViolationCode.SENDER: t(
            zh="一笔交易的发送人不存在、没有密钥或未获准。",
            en="A transaction's sender is unknown, has no key or is not admitted.",
        ),
        ViolationCode.EXPIRED: t(
            zh="一笔交易在入块时已经过期。", en="A transaction had expired when its block was made."
        ),
        ViolationCode.IDENTITY: t(
            zh="账目恒等式不成立，分钟凭空多出或消失。",
            en="An identity of the books does not hold; minutes appeared or vanished.",
        ),
        ViolationCode.CHECKPOINT: t(
            zh="检查点不是这条链的，或签名、位置不对。",
            en="The checkpoint is not one of this chain, or its signatures or its place are wrong.",
        ),
        ViolationCode.FORK: t(
            zh="各区签署过的检查点与归档是两套账。",
            en="The districts signed a checkpoint of another history than this archive.",
        ),
        ViolationCode.PROOF: t(zh="证明文件不成立。", en="The proof does not hold."),
    }
)
"""The sentence of every code."""
