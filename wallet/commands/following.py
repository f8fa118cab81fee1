"""``wallet follow``: the city was founded anew, and the wallet goes on with it."""

from pathlib import Path

import click

from node.chain.genesis import chain_id_of
from node.chain.link import LinkRefused
from node.console.command import argument, option
from node.console.console import Console, pass_console
from node.console.fault import usage
from node.console.formats import instant
from node.console.language import t
from node.console.result import Facts, Result
from wallet.client.http import NodeClient
from wallet.commands.table import verb
from wallet.home import WalletHome
from wallet.session.faults import not_followed
from wallet.session.files import parse_genesis_file, read_genesis_file
from wallet.session.following import follow as follow_link
from wallet.verbs.acting import addresses


@verb("follow")
@argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@option(
    "--node",
    multiple=True,
    metavar="URL",
    help=t(
        zh="没有给文件时，向哪个节点要新的创世文件。",
        en="Whom to ask for the new genesis when no file is given.",
    ),
)
@pass_console
def follow(console: Console, *, file: Path | None, node: tuple[str, ...]) -> None:
    """Whoever gives the genesis is not trusted: the recovery keys of the one that is kept must have signed it."""
    home = WalletHome(console.home)
    if not home.genesis.is_file():
        raise usage(
            t(zh="这里还没有城市", en="There is no city here yet"),
            t(
                zh="用 timebank wallet new --genesis 文件。",
                en="Use timebank wallet new --genesis FILE.",
            ),
        )
    old = read_genesis_file(home.genesis)
    if file is not None:
        raw, new = file.read_bytes(), read_genesis_file(file)
    else:
        with NodeClient.at(*addresses(node, console.environment)) as client:
            raw = client.genesis()
        new = parse_genesis_file(raw, Path("/v1/genesis"))
    if chain_id_of(new) == chain_id_of(old):
        said = t(zh="钱包已经在这条链上。", en="The wallet is of this chain already.")
        console.emit(Result({"chain_id": chain_id_of(old).hex(), "wallets": []}, said))
        return
    try:
        done = follow_link(home, old, new, raw)
    except LinkRefused as refusal:
        raise not_followed(refusal) from refusal
    link = done.genesis.link
    facts = (
        (t(zh="新链编号", en="New chain id"), chain_id_of(done.genesis).hex()),
        (t(zh="由此高度接续", en="It goes on from height"), link.header.height),
        (t(zh="那一块的时间", en="Time of that block"), instant(link.header.time_ms)),
        (t(zh="原因", en="Why"), link.reason.decode("utf-8", "replace")),
        (t(zh="账户照旧的钱包", en="Wallets whose account goes on"), " ".join(done.names) or "-"),
        (t(zh="旧的创世文件", en="The genesis before"), str(done.kept)),
    )
    data = {
        "chain_id": chain_id_of(done.genesis).hex(),
        "previous_chain_id": link.chain_id.hex(),
        "height": link.header.height,
        "wallets": list(done.names),
        "kept": str(done.kept),
    }
    console.emit(Result(data, Facts(facts)))
