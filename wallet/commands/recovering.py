"""A lost phone: ask for a new key with the printed words or through contacts; vouch for a contact; stop an attempt."""

from pathlib import Path
from typing import Final

import click

from node.chain.tx.recovery import Recover, SetContacts, SupportRecovery, VetoRecovery
from node.chain.types import Id
from node.console.command import argument, command, group, option
from node.console.fault import usage
from node.console.language import t
from node.console.result import Facts, Result
from wallet.builder import Signer
from wallet.commands.table import TARGETS
from wallet.home import password
from wallet.mnemonic import parse_words
from wallet.session.accounts import Slip, remember
from wallet.session.files import json_bytes, write_whole
from wallet.session.recovering import Wish, make_wish, read_wish
from wallet.slip10 import RECOVERY_USE, signing_key
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import ID

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@group("recovery", help=TARGETS["recovery"].help)
def recovery_group() -> None:
    """Recovery of a lost key."""


@command(
    recovery_group,
    "start",
    help=t(
        zh="手机丢了、十二个词还在：用旧的十二个词申请换成新钱包（--as）的密钥。",
        en="The phone is lost, the twelve words are not: ask with the old words for the new wallet's key (--as).",
    ),
)
@argument("account", type=ID)
@acting()
def start(act: Acting, *, account: Id) -> None:
    """Ask for a new key with the recovery key."""
    if act.flags.out is not None:
        raise usage(t(zh="这里不用 --out", en="--out has no use here"))
    wish = _wish(act, account)
    words = parse_words(
        act.console.ask_secret(t(zh="旧钱包的十二个词", en="The old wallet's twelve words"))
    )
    act.signer = Signer(act.chain_id, account, signing_key(words.seed(), use=RECOVERY_USE))
    what = t(
        zh="已申请换钥。等待期内原主可以制止；期满后新钱包生效。",
        en="The new key is asked for. Its owner can stop it during the delay; then the new wallet acts.",
    )
    act.perform(Recover(wish.suite, wish.public_key, wish.proof), what)
    remember(act.home, act.flags.name, Slip.of(act.chain_id, account))


@command(
    recovery_group,
    "wish",
    help=t(
        zh="手机和词都丢了：新钱包（--as）写下换钥请求文件，交给联系人或服务站。",
        en="Phone and words are lost: the new wallet (--as) writes a wish for contacts or the desk.",
    ),
)
@argument("account", type=ID)
@option("--to", "file", type=_FILE, required=True, help=t(zh="写进这个文件。", en="The file."))
@reading()
def wish(act: Acting, *, account: Id, file: Path) -> None:
    """Write a wish for a new key."""
    made = _wish(act, account)
    write_whole(file, json_bytes(made))
    remember(act.home, act.flags.name, Slip.of(act.chain_id, account))
    facts = Facts(
        (
            (t(zh="换钥请求", en="Wish"), str(file)),
            (t(zh="账户", en="Account"), made.account),
            (t(zh="新公钥", en="New key"), made.key),
        )
    )
    act.console.emit(Result({"file": str(file), "account": made.account, "key": made.key}, facts))


@command(
    recovery_group,
    "support",
    help=t(
        zh="联系人证明：这份换钥请求确是本人的。先当面或打电话核对新公钥。",
        en="As a contact, vouch that a wish is the person's own. Compare the new key with them first.",
    ),
)
@argument("file", type=_FILE)
@acting()
def support(act: Acting, *, file: Path) -> None:
    """Vouch for a new key."""
    found = read_wish(file, act.chain_id)
    what = t(zh="已为 {who} 的新密钥作证。", en="You vouch for the new key of {who}.")
    body = SupportRecovery(found.id, found.suite, found.public_key, found.proof)
    act.perform(body, what.fill(who=found.account))


@command(
    recovery_group,
    "veto",
    help=t(
        zh="有人在申请换我的密钥而我没有：立即制止。",
        en="Somebody asks for a new key of mine and it is not me: stop it now.",
    ),
)
@acting()
def veto(act: Acting) -> None:
    """Stop an attempt."""
    what = t(
        zh="已制止换钥。请到服务站说明情况。",
        en="The attempt is stopped. Go and see the service desk.",
    )
    act.perform(VetoRecovery(act.account), what)


@command(
    recovery_group,
    "contacts",
    help=t(
        zh="指定可以为我换钥作证的人；取代以前的，不写编号就是清空。",
        en="Name who may vouch for a new key of mine; replaces the earlier ones, none to clear.",
    ),
)
@argument("contacts", nargs=-1, type=ID)
@acting()
def contacts(act: Acting, *, contacts: tuple[Id, ...]) -> None:
    """Name contacts."""
    what = t(zh="联系人：{count} 位。", en="Contacts: {count}.").fill(count=len(contacts))
    act.perform(SetContacts(contacts), what)


def _wish(act: Acting, account: Id) -> Wish:
    act.check_city()
    return make_wish(act.chain_id, account, act.keystore.open(password(act.console)))
