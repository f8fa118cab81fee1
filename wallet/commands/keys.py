"""Keys are made, brought back and shown: ``new``, ``restore``, ``card``, ``list``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import Code, Hash
from node.console.command import option
from node.console.console import Console, pass_console
from node.console.fault import usage
from node.console.language import LANGUAGES, Lang, Text, t
from node.console.result import Column, Facts, Json, Result, Table, View
from wallet.client.http import NodeClient
from wallet.commands.qr import qr_view
from wallet.commands.table import verb
from wallet.home import DEFAULT_NAME, WalletHome, new_password
from wallet.keystore import seal
from wallet.mnemonic import Words, new_words, parse_words
from wallet.session.accounts import remembered
from wallet.session.card import Card, card_file, card_path, keep_card, make_card, read_card
from wallet.session.faults import other_city
from wallet.session.files import (
    json_bytes,
    parse_genesis_file,
    read_genesis_file,
    write_whole,
)
from wallet.slip10 import RECOVERY_USE, path_text, signing_key
from wallet.verbs.acting import addresses
from wallet.verbs.parameters import CODE

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_NAME_OPTION: Final = option(
    "--name",
    default=DEFAULT_NAME,
    show_default=True,
    help=t(zh="钱包的名字。", en="The wallet's name."),
)
_CITY_OPTIONS: Final = (
    option(
        "--node",
        multiple=True,
        metavar="URL",
        help=t(
            zh="没有创世文件时向哪个节点要。", en="Whom to ask for genesis when there is no file."
        ),
    ),
    option(
        "--genesis",
        type=_FILE,
        help=t(
            zh="城市的创世文件；不联网也能建钱包。",
            en="The city's genesis file; no network needed.",
        ),
    ),
    option(
        "--district",
        type=CODE,
        required=True,
        help=t(zh="家所在的区。", en="The home district."),
    ),
)


@dataclass(frozen=True, slots=True)
class _Made:
    """A wallet just written."""

    name: str
    path: Path
    card: Card
    card_file: Path


@verb("new")
@_NAME_OPTION
@_CITY_OPTIONS[0]
@_CITY_OPTIONS[1]
@_CITY_OPTIONS[2]
@option(
    "--words-lang",
    type=click.Choice(LANGUAGES),
    help=t(zh="词的语言；默认与界面相同。", en="Language of the words; else that of the screen."),
)
@option(
    "--words-file",
    type=_FILE,
    help=t(
        zh="把十二个词写进这个只有本人能读的文件，而不显示。",
        en="Write the words to this file, which only its owner may read, instead of showing them.",
    ),
)
@pass_console
def new(  # noqa: PLR0913 - one for each option
    console: Console,
    *,
    name: str,
    node: tuple[str, ...],
    genesis: Path | None,
    district: Code,
    words_lang: Lang | None,
    words_file: Path | None,
) -> None:
    """Make a wallet."""
    if console.json and words_file is None:
        raise usage(
            t(
                zh="--json 的输出常被保存，不放十二个词",
                en="JSON output is often kept, so it never holds the twelve words",
            ),
            t(zh="加上 --words-file 文件。", en="Add --words-file FILE."),
        )
    city = _city(console, genesis, node)
    words = new_words(words_lang or console.lang)
    if words_file is not None and words_file.exists():
        raise usage(t(zh="文件已存在：{f}", en="The file exists: {f}").fill(f=str(words_file)))
    made = _make(console, name, words, city, district)
    if words_file is not None:
        write_whole(words_file, (words.text() + "\n").encode())
    _report(console, made, None if words_file is not None else words)


@verb("restore")
@_NAME_OPTION
@_CITY_OPTIONS[0]
@_CITY_OPTIONS[1]
@_CITY_OPTIONS[2]
@pass_console
def restore(
    console: Console, *, name: str, node: tuple[str, ...], genesis: Path | None, district: Code
) -> None:
    """Bring a wallet back."""
    city = _city(console, genesis, node)
    words = parse_words(console.ask_secret(t(zh="十二个词", en="The twelve words")))
    _report(console, _make(console, name, words, city, district), None)


@verb("card")
@_NAME_OPTION
@option("--out", type=_FILE, help=t(zh="写进这个文件。", en="Write it to this file."))
@pass_console
def card(console: Console, *, name: str, out: Path | None) -> None:
    """Show the registration card."""
    home = WalletHome(console.home)
    home.load(name)
    kept = read_card(card_path(home, name))
    if out is not None:
        write_whole(out, json_bytes(card_file(kept)))
    console.emit(Result(_card_data(kept), (_card_facts(kept), qr_view(kept.qr_text()))))


@verb("list")
@pass_console
def list_wallets(console: Console) -> None:
    """List the wallets."""
    home = WalletHome(console.home)
    rows: list[tuple[str, str, str]] = []
    for name in home.names():
        slip = remembered(home, name)
        rows.append((name, home.load(name).pubkey, "" if slip is None else slip.account))
    columns = (
        Column(t(zh="名字", en="Name")),
        Column(t(zh="公钥", en="Public key")),
        Column(t(zh="账户", en="Account")),
    )
    data = [{"name": name, "key": key, "account": account or None} for name, key, account in rows]
    empty = t(zh="这里还没有钱包。", en="There is no wallet here.")
    console.emit(Result({"wallets": data}, Table(columns, rows, empty=empty)))


def _city(console: Console, file: Path | None, nodes: tuple[str, ...]) -> Genesis:
    """The wallet's city, remembered in its home: from a file, the home, or a node.

    Raises:
        node.console.fault.Fault: the file is of another city than the home's.
    """
    home = WalletHome(console.home)
    kept = read_genesis_file(home.genesis) if home.genesis.is_file() else None
    if file is not None:
        raw, found = file.read_bytes(), read_genesis_file(file)
    elif kept is not None:
        return kept
    else:
        with NodeClient.at(*addresses(nodes, console.environment)) as client:
            raw = client.genesis()
        found = parse_genesis_file(raw, Path("/v1/genesis"))
        console.say(
            t(
                zh="创世文件来自节点，请与公布的编号核对：{id}",
                en="Genesis came from the node; compare its id with the published one: {id}",
            ).fill(id=chain_id_of(found).hex())
        )
    if kept is not None and chain_id_of(kept) != chain_id_of(found):
        raise other_city(chain_id_of(kept).hex(), chain_id_of(found).hex())
    if kept is None:
        write_whole(home.genesis, raw)
    return found


def _make(console: Console, name: str, words: Words, city: Genesis, district: Code) -> _Made:
    known = [entry.code for entry in city.districts]
    if district not in known:
        raise usage(
            t(zh="没有这个区：{district}", en="No such district: {district}").fill(
                district=district
            ),
            t(zh="有：{known}", en="There are: {known}").fill(known=", ".join(known)),
        )
    seed = words.seed()
    everyday, recovery = signing_key(seed), signing_key(seed, use=RECOVERY_USE)
    home = WalletHome(console.home)
    made = make_card(Hash(chain_id_of(city)), district, everyday, recovery)
    keystore = seal(everyday, new_password(console), path=path_text(), created_ms=city.created_ms)
    path = home.save(name, keystore)
    return _Made(name, path, made, keep_card(home, name, made))


def _report(console: Console, made: _Made, words: Words | None) -> None:
    data = _card_data(made.card) | {
        "name": made.name,
        "keystore": str(made.path),
        "card_file": str(made.card_file),
    }
    files = Facts(
        (
            (t(zh="钱包", en="Wallet"), made.name),
            (t(zh="密钥文件", en="Keystore"), str(made.path)),
            (t(zh="登记卡", en="Registration card"), str(made.card_file)),
        )
    )
    view: list[View] = [] if words is None else [_words_table(words)]
    view += [files, _card_facts(made.card), qr_view(made.card.qr_text()), _NEXT]
    console.emit(Result(data, view))


def _words_table(words: Words) -> Table:
    columns = (Column(t(zh="第几", en="No"), "right"), Column(t(zh="词", en="Word")))
    title = t(
        zh="十二个词：抄在纸上，不要拍照。谁有它，谁就有这个钱包。",
        en="Twelve words: copy them on paper, no photograph. Whoever has them has the wallet.",
    )
    return Table(columns, words.numbered(), title=title)


def _card_data(card: Card) -> dict[str, Json]:
    return {
        "chain_id": card.chain_id.hex(),
        "home": card.home,
        "key": card.key.hex(),
        "recovery_key": card.recovery_key.hex(),
        "card": card.qr_text(),
    }


def _card_facts(card: Card) -> Facts:
    pairs: tuple[tuple[Text, str], ...] = (
        (t(zh="家所在的区", en="Home district"), str(card.home)),
        (t(zh="公钥", en="Public key"), card.key.hex()),
        (t(zh="恢复公钥", en="Recovery key"), card.recovery_key.hex() or "-"),
        (t(zh="城市", en="City"), card.chain_id.hex()),
    )
    return Facts(pairs)


_NEXT: Final = t(
    zh="下一步：把登记卡带到服务站登记；登记后：timebank wallet link。",
    en="Next: take the card to a service desk to register; then: timebank wallet link.",
)
