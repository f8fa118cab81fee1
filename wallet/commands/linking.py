"""The wallet learns which account is its own, and hands the account on to a new key."""

from pathlib import Path

import click

from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.records.actors import Operator
from node.chain.tx.identity import RotateKey
from node.chain.types import Id
from node.console.command import option
from node.console.fault import usage
from node.console.language import t
from node.console.result import Facts, Result
from wallet.builder import Signer, possession
from wallet.commands.table import verb
from wallet.home import password
from wallet.session.accounts import Slip, forget, read_slip, remember
from wallet.session.faults import other_key
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import ID


@verb("link")
@option(
    "--slip",
    type=click.Path(dir_okay=False, path_type=Path),
    help=t(zh="服务站给的登记回执文件。", en="The slip that the desk gave."),
)
@option("--account", type=ID, help=t(zh="账户编号。", en="The account's id."))
@reading()
def link(act: Acting, *, slip: Path | None, account: Id | None) -> None:
    """Remember an account."""
    if (slip is None) == (account is None):
        raise usage(t(zh="给 --slip 或 --account 之一", en="Give one of --slip and --account"))
    act.check_city()
    told = read_slip(slip) if slip is not None else Slip.of(act.chain_id, Id(account or b""))
    told.require_city(act.chain_id)
    key = act.keystore.open(password(act.console))
    signer = Signer(act.chain_id, told.id, key)
    record = act.client.account(signer, told.id).actor()
    if record.key != act.keystore.public_key or record.id != told.id:
        raise other_key(act.flags.name)
    remember(act.home, act.flags.name, told)
    number = 0 if isinstance(record, Operator) else record.number
    pairs = ((t(zh="账户", en="Account"), told.account), (t(zh="编号", en="Number"), number))
    act.console.emit(Result({"account": told.account, "number": number}, Facts(pairs)))


@verb("rotate-key")
@option(
    "--to", "successor", required=True, help=t(zh="新钱包的名字。", en="The new wallet's name.")
)
@acting()
def rotate_key(act: Acting, *, successor: str) -> None:
    """Pass the account to a new key."""
    if act.flags.out is not None or not act.flags.wait:
        raise usage(
            t(zh="换钥必须等到入账", en="A change of key must be seen through"),
            t(zh="去掉 --out 和 --no-wait。", en="Leave out --out and --no-wait."),
        )
    account = act.account
    keystore = act.home.load(successor)
    act.console.say(t(zh="新钱包的密码：", en="The new wallet's password:"))
    seed = keystore.open(password(act.console)).reveal()
    proof = possession(act.chain_id, seed, account)
    body = RotateKey(SUITE_ED25519_SHA256, keystore.public_key, proof)
    what = t(zh="账户已改用钱包“{name}”。", en="The account now uses wallet {name!r}.")
    act.perform(body, what.fill(name=successor), {"wallet": successor})
    remember(act.home, successor, Slip.of(act.chain_id, account))
    forget(act.home, act.flags.name)
