"""``timebank node regenesis``: the city founded anew after a permanent loss. ``docs/operations.md`` says when."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from node.app.refounding import Case, Wishes, install, prepare, sign
from node.app.snapshot_verbs import refusals
from node.app.storage import translated
from node.chain.genesis import Genesis, SuccessorGenesis, chain_id_of
from node.chain.link import LinkCode, LinkRefused
from node.config import NodeHome, load
from node.config.homes import read_genesis
from node.console.command import Group, argument, command, group, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import fault, usage
from node.console.formats import instant
from node.console.language import Text, same, t
from node.console.result import Cell, Facts, Json, Result

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
KEY_HEX_DIGITS: Final = 64


@group(
    "regenesis",
    help=t(
        zh="永久失去法定多数后重新创立城市：起草、由恢复密钥签署、装到新节点。",
        en="After a permanent loss of the quorum, found the city anew: draft, sign with recovery keys, install.",
    ),
)
def regenesis_group() -> None:
    """The noun under ``node``."""


def register_regenesis(node_group: Group) -> None:
    """Add the noun to ``timebank node``."""
    node_group.add_command(regenesis_group)


@command(
    regenesis_group,
    "prepare",
    help=t(
        zh="在幸存且已停止的节点上起草：新的创世文件、旧的创世文件、末态，写到一个目录。",
        en="On a surviving node that is stopped, draft the successor and write it with genesis and last state.",
    ),
)
@option(
    "--node",
    "nodes",
    multiple=True,
    required=True,
    type=_FILE,
    help=t(
        zh="新节点的公钥：它的 timebank node init --district 区 --json 的输出；每个新区一份。",
        en="A new node's public keys, as its timebank node init --district CODE --json printed them; one each.",
    ),
)
@option(
    "--reason",
    required=True,
    help=t(
        zh="为什么重新创立，一句话；永远留在新的创世文件里。",
        en="Why, in a sentence; it stays in the new genesis for ever.",
    ),
)
@option(
    "--bureau-key",
    help=t(
        zh="市民政局登记回执的新公钥；默认不变。",
        en="The bureau's new public key for receipts; the same as before by default.",
    ),
)
@option(
    "--recovery-key",
    "recovery_keys",
    multiple=True,
    help=t(
        zh="下一次的恢复公钥，每个一次；默认不变。",
        en="A recovery public key for the next time, once each; the same ones by default.",
    ),
)
@option(
    "--threshold",
    type=click.IntRange(1, 100),
    help=t(zh="下一次要几个签名；默认不变。", en="How many must sign the next time; as before."),
)
@option(
    "--out",
    required=True,
    type=_FOLDER,
    help=t(zh="空目录或新目录。", en="An empty directory, or a new one."),
)
@pass_console
def prepare_verb(  # noqa: PLR0913 - one parameter for each option
    console: Console,
    *,
    nodes: tuple[Path, ...],
    reason: str,
    bureau_key: str | None,
    recovery_keys: tuple[str, ...],
    threshold: int | None,
    out: Path,
) -> None:
    """Nothing is signed yet, and the surviving node's home stays as it is."""
    if out.exists() and any(out.iterdir()):
        raise usage(t(zh="{path} 不是空目录", en="{path} is not empty").fill(path=str(out)))
    wishes = Wishes(
        nodes,
        reason,
        None if bureau_key is None else _key(bureau_key),
        tuple(map(_key, recovery_keys)),
        threshold,
    )
    home = NodeHome(console.home)
    config = load(console.home, {}, console.environment)
    with translated(console.home), refusals(), _refused():
        new = prepare(home, config, wishes, Case(out))
    _emit(console, new, home.read_genesis(), out)


@command(
    regenesis_group,
    "sign",
    help=t(
        zh="用一把恢复密钥签署起草好的 genesis.json。离线做；需要持有人自己保存的旧创世文件。",
        en="Sign a drafted genesis.json with a recovery key, offline, against the holder's own old genesis.",
    ),
)
@argument("file", type=_FILE)
@option(
    "--previous-genesis",
    required=True,
    type=_FILE,
    help=t(
        zh="旧的创世文件，用持有人自己保存的那份。",
        en="The genesis before, from the holder's own keeping.",
    ),
)
@option(
    "--key",
    required=True,
    type=_FILE,
    help=t(zh="恢复密钥文件。", en="The recovery key's file."),
)
@option(
    "--chain-id",
    help=t(
        zh="各持有人电话核对过的新链编号；不同就不签。",
        en="The new chain id that the holders have compared; another one is not signed.",
    ),
)
@pass_console
def sign_verb(
    console: Console, *, file: Path, previous_genesis: Path, key: Path, chain_id: str | None
) -> None:
    """The chain id does not change with signatures, so that holders can compare it before they sign."""
    old = read_genesis(previous_genesis)
    draft = Case(file.parent, file.name).successor()
    named = chain_id_of(draft).hex()
    if chain_id is not None and chain_id.lower() != named:
        raise usage(
            t(zh="文件里的新链是 {named}", en="The file founds {named}").fill(named=named),
            t(zh="不要签；与其他持有人核对文件。", en="Do not sign; compare files first."),
        )
    with _refused():
        new = sign(Case(file.parent, file.name), old, key)
    _emit(console, new, old, file)


@command(
    regenesis_group,
    "install",
    help=t(
        zh="在新节点上安装签署好的目录：核对接续和末态，写入创世文件和空的投票日志。",
        en="On a new node, verify the signed directory and put genesis, last state and an empty vote log in place.",
    ),
)
@argument("folder", type=_FOLDER)
@pass_console
def install_verb(console: Console, folder: Path) -> None:
    """The home has the keys of ``node init``; peers are named in its settings as in any other."""
    home, case = NodeHome(console.home), Case(folder)
    with translated(console.home), refusals(), _refused():
        new, district = install(home, case)
    facts = (
        (t(zh="区", en="District"), district),
        *_chain_facts(new),
        (
            t(zh="接着", en="Next"),
            t(
                zh="在 config/node.toml 写上其他节点的地址，再 timebank node start",
                en="name the other nodes in config/node.toml, then timebank node start",
            ),
        ),
    )
    data = {"district": district, **_chain_data(new)}
    console.emit(Result(data, Facts(facts)))


def _emit(console: Console, new: SuccessorGenesis, old: Genesis, place: Path) -> None:
    """What is to be signed, and by how many more."""
    missing = old.recovery_threshold - len(new.signatures)
    facts = (
        (t(zh="文件", en="Files"), str(place)),
        *_chain_facts(new),
        (t(zh="原因", en="Why"), new.link.reason.decode("utf-8", "replace")),
        (t(zh="新的签名区", en="New seats"), " ".join(m.district for m in new.authorities.members)),
        (t(zh="已签", en="Signed by keys"), " ".join(str(i) for i, _ in new.signatures) or "-"),
        (t(zh="还差签名", en="Signatures still needed"), missing),
    )
    data = {"path": str(place), **_chain_data(new), "missing": missing}
    console.emit(Result(data, Facts(facts)))


def _chain_facts(new: SuccessorGenesis) -> Iterator[tuple[Text, Cell]]:
    header = new.link.header
    yield t(zh="新链编号", en="New chain id"), chain_id_of(new).hex()
    yield t(zh="接续的链", en="It follows chain"), new.link.chain_id.hex()
    yield t(zh="接续的高度", en="From height"), header.height
    yield t(zh="那一块的时间", en="Time of that block"), instant(header.time_ms)
    yield t(zh="那时的状态根", en="State root there"), header.state_root.hex()


def _chain_data(new: SuccessorGenesis) -> dict[str, Json]:
    header = new.link.header
    return {
        "chain_id": chain_id_of(new).hex(),
        "previous_chain_id": new.link.chain_id.hex(),
        "height": header.height,
        "time_ms": header.time_ms,
        "state_root": header.state_root.hex(),
        "signed_by": [signer for signer, _ in new.signatures],
    }


def _key(text: str) -> bytes:
    """A public key from hexadecimal; whether it is one is judged with the whole genesis."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(text) != KEY_HEX_DIGITS or len(raw) * 2 != KEY_HEX_DIGITS:
        raise usage(
            t(zh="“{text}”不是公钥", en="{text} is no public key").fill(text=text),
            t(zh="写 64 位十六进制。", en="Write 64 hexadecimal digits."),
        )
    return raw


@contextmanager
def _refused() -> Iterator[None]:
    """Turn a refused link into an error with its number (exit 1)."""
    try:
        yield
    except LinkRefused as error:
        few = error.code is LinkCode.SIGNATURES
        raise fault(
            f"L{error.code.value:02}",
            ExitCode.REFUSED,
            what=t(zh="不能这样重新创立城市", en="The city cannot be founded anew by this"),
            why=same(error.reason),
            remedy=t(zh="请其他持有人签署。", en="Let other holders sign it.")
            if few
            else t(
                zh="含义见 docs/spec/genesis.md；不要签署或安装。",
                en="docs/spec/genesis.md says what the number means; neither sign nor install it.",
            ),
        ) from error
