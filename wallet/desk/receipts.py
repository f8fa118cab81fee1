"""The bureau's receipt: the city's word that a person is registered for the first time.

The bureau signs over the person, the district and the day; whoever proposes the approval puts the receipt in.
"""

from pathlib import Path
from typing import Annotated, Literal

import click
import msgspec
from msgspec import Meta

from node.chain import keys
from node.chain.policy import day_of
from node.chain.tx.identity import BureauReceipt
from node.chain.types import UINT_MAX, Code, Id
from node.console.command import argument, option
from node.console.console import Console, pass_console
from node.console.language import t
from node.console.result import Facts, Result
from wallet.builder import bureau_receipt
from wallet.client.answers import HASH_HEX, ID_HEX
from wallet.desk.table import verb
from wallet.session.accounts import CODE_F
from wallet.session.files import json_bytes, read_json, read_key_file, write_whole
from wallet.verbs.acting import Acting, Flags
from wallet.verbs.faults import does_not_hold
from wallet.verbs.parameters import CODE, ID

RECEIPT_WORD = t(zh="首次登记回执", en="a receipt of first registration")


class ReceiptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt as a JSON file."""

    kind: Literal["timebank-bureau-receipt"]
    version: Literal[1]
    chain_id: Annotated[str, Meta(pattern=HASH_HEX)]
    person: Annotated[str, Meta(pattern=ID_HEX)]
    district: CODE_F
    day: Annotated[int, Meta(ge=0, le=UINT_MAX)]
    signature: Annotated[str, Meta(pattern=r"\A[0-9a-f]{128}\Z")]

    def receipt(self) -> BureauReceipt:
        """The receipt as a transaction holds it."""
        return BureauReceipt(self.day, bytes.fromhex(self.signature))


def read_receipt(path: Path) -> ReceiptFile:
    """A receipt from a file.

    Raises:
        node.console.fault.Fault: it is none (exit 5).
        OSError: it cannot be read.
    """
    return read_json(path, ReceiptFile, RECEIPT_WORD)


@verb("receipt")
@argument("person", type=ID)
@option("--district", type=CODE, required=True, help=t(zh="家所在的区。", en="The home district."))
@option(
    "--bureau-key",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(zh="登记机关的密钥文件。", en="The bureau's key file."),
)
@option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(zh="把回执写进这个文件。", en="Write the receipt to this file."),
)
@option("--node", multiple=True, metavar="URL", help=t(zh="节点地址。", en="A node's address."))
@pass_console
def receipt(
    console: Console,
    *,
    person: Id,
    district: Code,
    bureau_key: Path,
    out: Path,
    node: tuple[str, ...],
) -> None:
    """Sign a receipt of first registration."""
    seed = read_key_file(bureau_key).reveal()
    act = Acting(console, Flags(node))
    with act.client:
        if keys.public_key(seed) != act.genesis.bureau_key:
            raise does_not_hold(
                "not-the-bureau",
                t(zh="这不是创世文件里登记机关的密钥", en="It is not the bureau's key of genesis"),
                t(zh="换用登记机关的密钥文件。", en="Use the bureau's key file."),
            )
        day = day_of(act.now_ms())
        signed = bureau_receipt(act.chain_id, seed, person, district, day)
    file = ReceiptFile(
        "timebank-bureau-receipt",
        1,
        act.chain_id.hex(),
        person.hex(),
        district,
        day,
        signed.signature.hex(),
    )
    write_whole(out, json_bytes(file))
    pairs = ((t(zh="回执", en="Receipt"), str(out)), (t(zh="登记人", en="Person"), person.hex()))
    console.emit(Result(file, Facts(pairs)))
