"""The bytes alone are wrong: codes 101 to 199."""

from collections.abc import Mapping
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.explanations.explanation import UPDATE_EN, UPDATE_ZH, Explanation

MALFORMED: Final[Mapping[ErrorCode, Explanation]] = {
    ErrorCode.NOT_CANONICAL: Explanation(
        "交易的字节不是唯一规定的写法。",
        "The bytes of the transaction are not its one canonical encoding.",
        UPDATE_ZH,
        UPDATE_EN,
    ),
    ErrorCode.TOO_LARGE: Explanation(
        "交易超过了允许的大小。",
        "The transaction is larger than allowed.",
        "请缩短附带内容，或分成几笔提交。",
        "Shorten what it carries, or split it into several.",
    ),
    ErrorCode.UNKNOWN_KIND: Explanation(
        "没有这一种交易。", "There is no such kind of transaction.", UPDATE_ZH, UPDATE_EN
    ),
    ErrorCode.UNKNOWN_VERSION: Explanation(
        "交易的格式版本不认识。",
        "The format version of the transaction is unknown.",
        UPDATE_ZH,
        UPDATE_EN,
    ),
    ErrorCode.UNKNOWN_SUITE: Explanation(
        "密码算法套件不认识，或这条链没有启用。",
        "The cryptographic suite is unknown, or this chain does not use it.",
        "请使用本城市公布的算法套件的钱包。",
        "Use a wallet of the suite that this city has announced.",
    ),
    ErrorCode.BAD_SIGNATURE: Explanation(
        "签名与内容不符。",
        "The signature does not fit the content.",
        "请用登记的密钥重新签名；如果仍然不行，请检查钱包是否属于本城市。",
        "Sign again with the registered key; if it fails again, check that the wallet belongs to this city.",
    ),
    ErrorCode.BAD_PUBLIC_KEY: Explanation(
        "公钥不是一个可以接受的密钥。",
        "The public key is not an acceptable key.",
        "请用钱包重新生成密钥。",
        "Make a new key with the wallet.",
    ),
    ErrorCode.BAD_POSSESSION: Explanation(
        "没有证明新密钥在申请人手里。",
        "It is not proved that the applicant holds the new key.",
        "请由持有新密钥的钱包签署持有证明。",
        "Let the wallet that holds the new key sign the proof of possession.",
    ),
    ErrorCode.WRONG_CHAIN: Explanation(
        "交易是为另一个城市的账本签署的。",
        "The transaction was signed for the ledger of another city.",
        "请检查钱包里的创世文件与节点是否属于同一城市。",
        "Check that the genesis file of the wallet and the node belong to one city.",
    ),
    ErrorCode.BAD_FIELD: Explanation(
        "有一项内容不合规定。",
        "A field has a value that is not allowed.",
        "请改正括号里指出的内容。",
        "Correct the value named in brackets.",
    ),
    ErrorCode.BAD_MERKLE_PROOF: Explanation(
        "附带的默克尔证明不成立。",
        "The Merkle proof that it carries does not hold.",
        "请向节点重新取证明。",
        "Fetch the proof again from a node.",
    ),
}
