"""``audit prove``: a proof file from an archive, about any height, as a file or as QR codes on paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from node.audit.checkpoints import Noted
from node.audit.group import FILE, FOLDER, archive_argument, audit_group, audited, genesis_option
from node.audit.inputs import read_genesis, read_note, read_noted
from node.audit.paper import write_codes
from node.audit.previous import before, previous_options
from node.audit.proving import (
    AboutOrder,
    AboutRecord,
    AboutSupply,
    AboutTransaction,
    NothingToProveError,
    Prover,
    Wanted,
)
from node.audit.tlogproof import to_tlog_proof
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.proof import Proven, verify_proof
from node.chain.records import KINDS
from node.chain.records.actors import Person
from node.chain.records.service_certificates import (
    CertificateNumber,
    ServiceCertificate,
    parse_number,
)
from node.chain.types import Hash, Height, Id
from node.console.command import argument, command, option
from node.console.console import Console, pass_console
from node.console.fault import incomplete, usage
from node.console.language import same, t
from node.console.result import Facts, Result

FORMAT: Final = "timebank-proof-made/1"
FORMS: Final = ("proof", "tlog-proof")
SUBJECTS: Final = ("balance", "record", "order", "transaction", "certificate", "supply")


def _identified(make: Callable[[bytes], Wanted], size: int, said: str) -> Wanted:
    try:
        id_ = bytes.fromhex(said)
    except ValueError:
        id_ = b""
    if len(id_) != size:
        raise usage(
            t(zh="编号应为 {n} 位十六进制数", en="An id here has {n} hexadecimal digits").fill(
                n=2 * size
            )
        )
    return make(id_)


def _record(said: str) -> Wanted:
    """``kind:id``, such as ``district:gulou`` or ``person:`` and 32 hexadecimal digits."""
    name, _, id_ = said.partition(":")
    numbers = {kind.__name__.lower(): number for kind, number in KINDS.items()}
    if name.replace("_", "") not in numbers or not id_:
        raise usage(
            t(zh="写成 种类:编号，例如 district:gulou", en="Write kind:id, such as district:gulou")
        )
    number = numbers[name.replace("_", "")]
    try:
        return AboutRecord(number, bytes.fromhex(id_))
    except ValueError:
        return AboutRecord(number, id_.encode("utf-8"))


def _number(said: str) -> CertificateNumber:
    try:
        return parse_number(said)
    except Malformed as why:
        raise usage(
            t(
                zh="证明编号不对，请核对有没有抄错",
                en="Not the number of a service certificate; look for a typing error",
            )
        ) from why


def _require_number(subject: str, said: str, proven: Proven) -> None:
    """The certificate that was found has the whole number, check code included."""
    found = proven.subject
    if subject != "certificate" or not isinstance(found, ServiceCertificate):
        return
    if found.number != _number(said).text():
        raise incomplete(
            t(zh="没有这个编号的证明", en="No certificate has this number"),
            t(zh="核对编号。", en="Check the number."),
        )


def _wanted(subject: str, said: str) -> Wanted:
    match subject:
        case "balance":
            return _identified(lambda id_: AboutRecord(KINDS[Person], id_), 16, said)
        case "order":
            return _identified(lambda id_: AboutOrder(Id(id_)), 16, said)
        case "transaction":
            return _identified(lambda id_: AboutTransaction(Hash(id_)), 32, said)
        case "record":
            return _record(said)
        case "certificate":
            return AboutRecord(KINDS[ServiceCertificate], _number(said).key_id)
        case _:
            return AboutSupply()


@command(
    audit_group,
    "prove",
    help=t(
        zh="由归档开出证明文件：某高度的余额、任何记录（有或没有）、已完结的订单、交易、"
        "服务记录证明的状态、全市总量。先核验整份归档。",
        en="Make a proof file from an archive: a balance at a height, any record or its absence, a final order, "
        "a transaction, a service certificate's status, the supply. Audits the archive first.",
    ),
)
@archive_argument
@argument("subject", type=click.Choice(SUBJECTS))
@argument("id", required=False, default="")
@genesis_option
@previous_options
@option(
    "--at",
    type=click.IntRange(min=1),
    help=t(
        zh="哪个高度之后的状态；默认末块。", en="The state after which height; the last by default."
    ),
)
@option(
    "--checkpoint",
    type=FILE,
    help=t(
        zh="以这个检查点为凭，而不是区块证书。",
        en="Anchor in this checkpoint instead of a block's certificate.",
    ),
)
@option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=t(zh="证明文件写到哪里。", en="Where to write the proof."),
)
@option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default=FORMS[0],
    help=t(
        zh="写成证明文件，还是 C2SP tlog-proof（须有 --checkpoint）。",
        en="Write a proof file, or a C2SP tlog-proof, which needs --checkpoint.",
    ),
)
@option(
    "--codes",
    type=FOLDER,
    help=t(zh="另把二维码（SVG）写进这个目录。", en="Also write QR codes (SVG) into this folder."),
)
@pass_console
def prove(  # noqa: PLR0913 - one parameter for each option
    console: Console,
    *,
    archive: Path,
    subject: str,
    id: str,  # noqa: A002 - the argument's name
    genesis: Path,
    at: int | None,
    checkpoint: Path | None,
    out: Path,
    form: str,
    codes: Path | None,
) -> None:
    """Audit, prove, check the proof, write it."""
    trusted = read_genesis(genesis)
    wanted = _wanted(subject, id)
    noted = None if checkpoint is None else read_note(trusted, checkpoint)
    note = None if checkpoint is None else read_noted(checkpoint)
    prover = Prover(wanted, None if at is None else Height(at), note)
    raw = _proven(console, trusted, archive, prover, noted)
    _require_number(subject, id, verify_proof(trusted, raw))
    form_of_file = _in_form(raw, form)
    out.write_bytes(form_of_file)
    parts = () if codes is None else write_codes(raw, codes, out.stem)
    size = t(zh="{n} 字节", en="{n} bytes").fill(n=len(form_of_file))
    pairs = [(t(zh="证明文件", en="Proof"), same(str(out))), (t(zh="大小", en="Size"), size)]
    if parts:
        pairs.append((t(zh="二维码", en="QR codes"), same(str(len(parts)))))
    data = {"format": FORMAT, "file": str(out), "bytes": len(form_of_file), "parts": parts}
    console.emit(Result(data, Facts(pairs)))


def _in_form(raw: bytes, form: str) -> bytes:
    if form == FORMS[0]:
        return raw
    try:
        return to_tlog_proof(raw)
    except Malformed as why:
        raise usage(
            t(
                zh="tlog-proof 以检查点为凭；请用 --checkpoint 给出",
                en="A tlog-proof is anchored in a checkpoint; give one with --checkpoint",
            )
        ) from why


def _proven(
    console: Console, genesis: Genesis, archive: Path, prover: Prover, noted: Noted | None
) -> bytes:
    notes = () if noted is None else (noted,)
    origin, _ = before(console, genesis)
    auditor, _ = audited(console, genesis, archive, (prover,), notes, origin=origin)
    try:
        return prover.finish(auditor)
    except NothingToProveError as why:
        raise incomplete(
            t(zh="没有可证明的内容：{why}", en="Nothing to prove: {why}").fill(why=str(why)),
            t(zh="核对编号、高度和检查点。", en="Check the id, the height and the checkpoint."),
        ) from why
