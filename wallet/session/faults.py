"""What can be wrong with an account's own files."""

from pathlib import Path

from node.chain.link import LinkRefused
from node.console.exits import ExitCode
from node.console.fault import Fault, Report
from node.console.language import Text, same, t
from wallet.client.faults import WALLET_PAGE


def no_account(name: str) -> Fault:
    """The wallet has keys, but nobody has said which account they are (exit 3)."""
    return _fault(
        "no-account",
        t(zh="钱包“{name}”还没有账户", en="The wallet {name!r} has no account yet").fill(name=name),
        t(
            zh="登记时由服务站产生账户编号，钱包还不知道它",
            en="The service desk makes the account's id; the wallet has not been told",
        ),
        t(
            zh="登记后：timebank wallet link --slip 登记回执文件",
            en="After registration: timebank wallet link --slip FILE",
        ),
    )


def other_city(expected: str, found: str) -> Fault:
    """The node, file or card is of another city (exit 3)."""
    return _fault(
        "other-city",
        t(zh="不是同一座城市的账本", en="It is the ledger of another city"),
        t(zh="应是 {expected}，得到 {found}", en="Expected {expected}, found {found}").fill(
            expected=expected, found=found
        ),
        t(
            zh="换节点（--node）或主目录（--home）；钱包不会替另一座城市签名。城市若重新创立过：timebank wallet follow",
            en="Name another node (--node) or home (--home); the wallet does not sign for another city. If the city "
            "was founded anew: timebank wallet follow",
        ),
    )


def not_followed(refusal: LinkRefused) -> Fault:
    """A genesis is no signed successor of the wallet's city; the wallet stays where it is (exit 1)."""
    return Fault(
        Report(
            "not-followed",
            status=ExitCode.REFUSED,
            what=t(
                zh="这不是经恢复密钥签署的接续；钱包没有改变",
                en="This is no successor that the recovery keys signed; the wallet is as it was",
            ),
            why=same(str(refusal)),
            remedy=t(
                zh="向服务站或市民政局重新索取创世文件；不要用它。",
                en="Ask the desk or the bureau for the genesis file again; do not use this one.",
            ),
            page=f"{WALLET_PAGE}#not-followed",
        )
    )


def other_key(name: str) -> Fault:
    """The account's key is not that of the wallet (exit 3)."""
    return _fault(
        "other-key",
        t(zh="账户的密钥不是钱包“{name}”的", en="The account's key is not of wallet {name!r}").fill(
            name=name
        ),
        t(zh="账本记的是另一把公钥", en="The ledger has another public key"),
        t(
            zh="用 --as 选对钱包，或检查账户编号。",
            en="Choose the right wallet with --as, or check the id.",
        ),
    )


def no_genesis(path: Path) -> Fault:
    """The home has no genesis file (exit 3)."""
    return _fault(
        "no-genesis",
        t(zh="没有创世文件", en="There is no genesis file"),
        t(zh="没有 {path}", en="No such file: {path}").fill(path=str(path)),
        t(
            zh="从可信的地方取得它，用 --genesis 指明；或用 --node 从节点取得并核对其编号。",
            en="Get it from a place you trust (--genesis), or take it from --node and compare its id.",
        ),
    )


def bad_file(path: Path, what: Text, why: str) -> Fault:
    """A file is not what it should be (exit 5)."""
    return Fault(
        Report(
            "bad-file",
            ExitCode.STORAGE,
            t(zh="不是{what}：{path}", en="Not {what}: {path}").fill(what=what, path=str(path)),
            Text(why, why),
            t(zh="重新取得这个文件。", en="Get the file again."),
            f"{WALLET_PAGE}#bad-file",
        )
    )


def open_key_file(path: Path, mode: int) -> Fault:
    """Others may read a key file (exit 3)."""
    return _fault(
        "key-file-open",
        t(zh="密钥文件别人也能读：{path}", en="Others may read the key file {path}").fill(
            path=str(path)
        ),
        t(zh="权限是 {mode}", en="Its mode is {mode}").fill(mode=f"{mode:04o}"),
        t(zh="先执行：chmod 600 {path}", en="First: chmod 600 {path}").fill(path=str(path)),
    )


def _fault(code: str, what: Text, why: Text, remedy: Text) -> Fault:
    return Fault(Report(code, ExitCode.USAGE, what, why, remedy, f"{WALLET_PAGE}#{code}"))
