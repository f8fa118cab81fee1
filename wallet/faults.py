"""What can be wrong with a wallet's own files and words. None of these carries a secret."""

from pathlib import Path

from node.console.exits import ExitCode
from node.console.fault import CLI_PAGE, Fault, Report
from node.console.language import Text, same, t


class WrongPassword(Fault):
    """The keystore is whole, the password does not open it."""

    def __init__(self) -> None:
        """Exit 3."""
        super().__init__(
            _report(
                "wrong-password",
                ExitCode.USAGE,
                t(zh="钱包没有打开", en="The wallet was not opened"),
                t(zh="密码不对", en="Wrong password"),
                t(
                    zh="请再试；忘记密码时用十二个词恢复：timebank wallet restore。",
                    en="Try again; if it is forgotten, restore from the twelve words: timebank wallet restore.",
                ),
            )
        )


class DamagedKeystore(Fault):
    """The keystore is not what the wallet wrote."""

    def __init__(self, why: Text, path: Path | None = None) -> None:
        """Exit 5.

        Args:
            why: what is wrong with it.
            path: the file, when it came from one.
        """
        super().__init__(
            _report(
                "keystore-damaged",
                ExitCode.STORAGE,
                t(zh="密钥文件已损坏：{path}", en="Damaged keystore: {path}").fill(
                    path="keystore" if path is None else str(path)
                ),
                why,
                t(
                    zh="用备份文件替换它，或用十二个词恢复：timebank wallet restore。",
                    en="Put a copy in its place, or restore from the twelve words: timebank wallet restore.",
                ),
            )
        )
        self.why = why


class NoWallet(Fault):
    """There is no wallet of this name."""

    def __init__(self, name: str) -> None:
        """Exit 3."""
        super().__init__(
            _report(
                "no-wallet",
                ExitCode.USAGE,
                t(zh="没有打开钱包", en="No wallet was opened"),
                t(zh="没有叫“{name}”的钱包", en="There is no wallet named {name!r}").fill(
                    name=name
                ),
                t(
                    zh="新建：timebank wallet new；恢复：timebank wallet restore。",
                    en="Make one: timebank wallet new; bring one back: timebank wallet restore.",
                ),
            )
        )


class WalletExists(Fault):
    """A wallet of this name is there; keys are never overwritten."""

    def __init__(self, path: Path) -> None:
        """Exit 3."""
        super().__init__(
            _report(
                "wallet-exists",
                ExitCode.USAGE,
                t(zh="没有建立钱包", en="No wallet was made"),
                t(zh="已经有这个文件：{path}", en="The file exists: {path}").fill(path=str(path)),
                t(
                    zh="换一个名字；密钥文件不会被覆盖。",
                    en="Choose another name; a keystore is never overwritten.",
                ),
            )
        )


class BadWords(Fault):
    """The twelve words do not hold."""

    def __init__(self, why: Text) -> None:
        """Exit 3.

        Args:
            why: which words, by their place and never by themselves.
        """
        super().__init__(
            _report(
                "bad-words",
                ExitCode.USAGE,
                t(zh="十二个词不对", en="The twelve words do not hold"),
                why,
                t(
                    zh="请对照卡片逐个检查，注意顺序。",
                    en="Compare each with the card, and mind the order.",
                ),
            )
        )


class BadName(Fault):
    """The name of a wallet is not one."""

    def __init__(self, name: str) -> None:
        """Exit 3."""
        super().__init__(
            _report(
                "bad-name",
                ExitCode.USAGE,
                t(zh="钱包名字不行：{name}", en="Not a name of a wallet: {name}").fill(
                    name=repr(name)
                ),
                t(
                    zh="名字是 1 到 32 个 a-z、0-9、“.”、“_”、“-”，第一个是字母或数字",
                    en="A name is 1 to 32 of a-z 0-9 . _ - and starts with a letter or digit",
                ),
                same("--name me"),
            )
        )


def _report(code: str, status: ExitCode, what: Text, why: Text, remedy: Text) -> Report:
    return Report(code, status, what, why, remedy, f"{CLI_PAGE}#{code}")
