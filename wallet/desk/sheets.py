"""Sealed code sheets: ``register-sheet``, ``cancel-sheet``, and ``code``, which hands in a scratched one.

The codes are made here and written to a file for the printer, before their public keys are announced: a sheet whose
codes were lost is cancelled and another made. Nothing but the keys ever leaves this machine, and of a scratched code
nothing but its signature.
"""

import secrets
from pathlib import Path
from typing import Final

import click

from node.chain.errors import Rejected
from node.chain.genesis import city_id_of
from node.chain.tx.orders import Confirm
from node.chain.tx.sheets import CODE_CHARACTERS, SHEET_CODES, CancelSheet, RegisterSheet, Slip
from node.chain.types import UINT_MAX, Code, Id, Minutes
from node.console.command import argument, option
from node.console.fault import usage
from node.console.formats import duration
from node.console.language import t
from wallet.desk.table import verb
from wallet.session.files import write_whole
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import ID, MINUTES

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U."""
METHOD: Final = Code("code")
_READ_AS: Final = str.maketrans("ILO", "110")
_SHEET: Final = click.IntRange(0, UINT_MAX)


@verb("register-sheet")
@argument("sheet", type=_SHEET)
@option(
    "--codes-file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(
        zh="把十二个验证码写进这个文件，交给印制；印完销毁。",
        en="Write the twelve codes to this file for the printer; destroy it afterwards.",
    ),
)
@acting(DESK_PURPOSE)
def register_sheet(act: Acting, *, sheet: int, codes_file: Path) -> None:
    """Announce a sheet."""
    if codes_file.exists():
        raise usage(
            t(zh="文件已存在，不会覆盖：{path}", en="The file exists and is kept: {path}").fill(
                path=str(codes_file)
            )
        )
    slips = [Slip(sheet, place, _random_code()) for place in range(SHEET_CODES)]
    lines = [f"{sheet} {slip.place + 1:2d} {slip.code.decode('ascii')}" for slip in slips]
    write_whole(codes_file, ("\n".join(lines) + "\n").encode("ascii"))
    keys = tuple(slip.key(city_id_of(act.genesis)) for slip in slips)
    what = t(zh="已登记，现在可以印制。", en="Registered; it may be printed now.")
    try:
        act.perform(RegisterSheet(sheet, keys), what, {"sheet": sheet, "file": str(codes_file)})
    except Rejected:
        codes_file.unlink()
        raise


def _random_code() -> bytes:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS)).encode("ascii")


@verb("cancel-sheet")
@argument("sheet", type=_SHEET)
@acting(DESK_PURPOSE)
def cancel_sheet(act: Acting, *, sheet: int) -> None:
    """Cancel a lost sheet."""
    what = t(zh="已作废：上面的验证码不再有效。", en="Cancelled: its codes count no longer.")
    act.perform(CancelSheet(sheet), what)


@verb("code")
@argument("order", type=ID)
@option("--sheet", type=_SHEET, required=True, help=t(zh="纸上的编号。", en="The sheet's number."))
@option(
    "--place",
    type=click.IntRange(1, SHEET_CODES),
    required=True,
    help=t(zh="第几个验证码，从 1 数起。", en="Which of the codes, counted from 1."),
)
@option("--code", "typed", required=True, help=t(zh="刮开的验证码。", en="The scratched code."))
@option("--minutes", type=MINUTES, help=t(zh="少于计时则写明。", en="Fewer than were counted."))
@acting(DESK_PURPOSE)
def code(
    act: Acting, *, order: Id, sheet: int, place: int, typed: str, minutes: Minutes | None
) -> None:
    """Confirm with a code."""
    found = act.order(order)
    agreed = found.counted_min if minutes is None else minutes
    slip = Slip(sheet, place - 1, _read_code(typed))
    proof = slip.opened(city_id_of(act.genesis), act.chain_id, order, act.account)
    what = t(zh="已用验证码确认 {long}。", en="Confirmed by code: {long}.").fill(
        long=duration(agreed)
    )
    act.perform(Confirm(order, found.origin, found.events, agreed, METHOD, proof), what)


def _read_code(typed: str) -> bytes:
    """A code as people type it: with spaces and dashes, in small letters, I and L for 1, O for 0.

    Raises:
        node.console.fault.Fault: it is none (exit 3).
    """
    read = typed.replace(" ", "").replace("-", "").upper().translate(_READ_AS)
    if len(read) != CODE_CHARACTERS or not set(read) <= set(ALPHABET):
        raise usage(t(zh="验证码是 12 个字母和数字", en="A code has 12 letters and digits"))
    return read.encode("ascii")
