"""Proof files: fetched from a node, checked without one."""

from pathlib import Path

import click

from node.chain.genesis import chain_id_of
from node.chain.limits import PROOF_FILE_MAX_BYTES
from node.console.command import argument, option
from node.console.console import Console, pass_console
from node.console.fault import Fault, usage
from node.console.language import t
from node.console.result import Facts, Json, Result
from wallet.commands.table import verb
from wallet.home import WalletHome
from wallet.proofs import check_proof, proven_data, proven_facts
from wallet.session.faults import no_genesis
from wallet.session.files import read_genesis_file, read_small, write_whole
from wallet.verbs.acting import Acting
from wallet.verbs.making import reading
from wallet.verbs.parameters import CODE, ID, TX_ID

KINDS = ("transaction", "order", "final-order", "account", "district", "city")
RECORDS = ("transaction", "final-order")
"""Kinds that are final, whatever the height."""
CITY_KEY = b"city"
_FILE = click.Path(dir_okay=False, path_type=Path)


@verb("prove")
@argument("kind", type=click.Choice(KINDS))
@argument("id_", metavar="[ID]", required=False)
@option(
    "--out", type=_FILE, required=True, help=t(zh="写进这个文件。", en="Write it to this file.")
)
@option(
    "--height",
    type=click.IntRange(min=1),
    help=t(
        zh="哪个高度之后的状态；默认最新。节点只保留最近的状态，更早的用 timebank audit prove --at。",
        en="The state after which height; the newest by default. A node keeps recent states only; for older ones "
        "see timebank audit prove --at.",
    ),
)
@reading()
def prove(act: Acting, *, kind: str, id_: str | None, out: Path, height: int | None) -> None:
    """Get a proof file."""
    if kind in RECORDS and height is not None:
        raise usage(
            t(
                zh="--height 只用于账户、订单、区和全市；已完结的不再变化",
                en="--height is for states; what is final changes no more",
            )
        )
    raw = _of_record(act, kind, id_) if kind in RECORDS else _of_state(act, kind, id_, height)
    proven = check_proof(act.genesis, raw)
    write_whole(out, raw)
    data: dict[str, Json] = {"file": str(out), "bytes": len(raw), **proven_data(proven)}
    where = Facts(((t(zh="证明文件", en="Proof file"), str(out)),))
    act.console.emit(Result(data, (where, proven_facts(proven))))


def _of_record(act: Acting, kind: str, id_: str | None) -> bytes:
    if id_ is None:
        raise _id_missing()
    convert = TX_ID.convert if kind == "transaction" else ID.convert
    return act.client.proof_of_record(act.signer, convert(id_, None, None))


def _of_state(act: Acting, kind: str, id_: str | None, height: int | None) -> bytes:
    record, key = _state_key(act, kind, id_)
    return act.client.proof_of_state(act.signer, record, key, height=height)


def _state_key(act: Acting, kind: str, id_: str | None) -> tuple[str, bytes]:
    """The kind as the node calls it, and the record's key id."""
    match kind:
        case "city":
            return kind, CITY_KEY
        case "account" if id_ is None:
            return "person", act.account
        case _ if id_ is None:
            raise _id_missing()
        case "account":
            return "person", ID.convert(id_, None, None)
        case "district":
            return kind, CODE.convert(id_, None, None).encode()
        case _:
            return kind, ID.convert(id_, None, None)


def _id_missing() -> Fault:
    return usage(t(zh="缺少编号", en="An id is missing"))


@verb("verify-proof")
@argument("file", type=_FILE)
@option(
    "--genesis", type=_FILE, help=t(zh="创世文件；默认主目录里的。", en="Genesis; else the home's.")
)
@pass_console
def verify_proof(console: Console, *, file: Path, genesis: Path | None) -> None:
    """Check a proof file."""
    path = genesis or WalletHome(console.home).genesis
    if genesis is None and not path.is_file():
        raise no_genesis(path)
    city = read_genesis_file(path)
    proven = check_proof(
        city, read_small(file, t(zh="证明文件", en="a proof file"), PROOF_FILE_MAX_BYTES)
    )
    assert proven.chain_id == chain_id_of(city), "a proof of another chain does not hold"
    console.emit(Result(proven_data(proven), proven_facts(proven)))
