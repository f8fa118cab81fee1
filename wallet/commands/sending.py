"""Transactions that were signed earlier: ``submit`` hands them in, ``track`` says where one is."""

from pathlib import Path

import click

from node.chain.limits import TRANSACTION_SIZE_MAX_BYTES
from node.chain.tx.envelope import parse
from node.chain.types import Hash
from node.console.command import argument
from node.console.language import Text, same, t
from node.console.result import Cell, Column, Facts, Json, Result, Table
from wallet.client.answers import TransactionStatus
from wallet.commands.table import verb
from wallet.session.files import read_small
from wallet.session.session import hand_in, wait_committed
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import TX_ID

FILE_WORD = t(zh="已签名的交易", en="a signed transaction")


@verb("submit")
@argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@acting()
def submit(act: Acting, *, files: tuple[Path, ...]) -> None:
    """Hand in signed transactions, in the given order."""
    signed = [parse(read_small(path, FILE_WORD, TRANSACTION_SIZE_MAX_BYTES)) for path in files]
    found = [hand_in(act.client, one) for one in signed]
    if act.flags.wait:
        act.console.progress(t(zh="正在等待入账……", en="Waiting for the block..."))
        found = [wait_committed(act.client, one, act.flags.timeout_s) for one in signed]
    columns = (
        Column(t(zh="文件", en="File")),
        Column(t(zh="交易编号", en="Transaction")),
        Column(t(zh="状态", en="State")),
        Column(t(zh="高度", en="Height"), "right"),
    )
    rows = [
        (str(path), status.id, status.status.value, "-" if status.height is None else status.height)
        for path, status in zip(files, found, strict=True)
    ]
    data: list[Json] = [_status_data(status) for status in found]
    act.console.emit(Result({"transactions": data}, Table(columns, rows)))


@verb("track")
@argument("tx_id", type=TX_ID)
@reading()
def track(act: Acting, *, tx_id: Hash) -> None:
    """Where a transaction is."""
    status = act.client.transaction(tx_id)
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="交易编号", en="Transaction"), status.id),
        (t(zh="状态", en="State"), same(status.status.value)),
    ]
    if status.height is not None:
        pairs.append((t(zh="高度", en="Height"), status.height))
    act.console.emit(Result(_status_data(status), Facts(pairs)))


def _status_data(status: TransactionStatus) -> dict[str, Json]:
    return {
        "tx_id": status.id,
        "status": status.status.value,
        "height": status.height,
        "index": status.index,
        "kind": status.kind,
        "created": list(status.created or ()),
    }
