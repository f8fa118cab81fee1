"""Proofs as QR codes, and texts of scanned codes as proofs."""

from pathlib import Path
from typing import Final

from node.audit.tlogproof import LEAD, from_tlog_proof
from node.chain.compact import from_parts, to_parts
from node.chain.errors import ErrorCode, Malformed
from node.chain.proof import decode_proof
from node.chain.verify import AuthorityChange

SCANNED_LEAD: Final = b"TB1:"
"""How a text of scanned codes begins; a proof file begins otherwise."""
CODE_SCALE: Final = 3
"""User units of an SVG for each module; a printer makes of them what it likes."""


def write_codes(proof: bytes, folder: Path, stem: str) -> tuple[str, ...]:
    """Write one SVG for each part and the texts beside them; returns the texts.

    Raises:
        Malformed: too large for paper.
        OSError: the folder cannot be written.
    """
    import segno  # noqa: PLC0415 - only paper needs it

    parts = to_parts(proof)
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(parts, 1):
        code = segno.make_qr(part, error="m")
        code.save(str(folder / f"{stem}-{number}.svg"), scale=CODE_SCALE)
    (folder / f"{stem}.codes.txt").write_text("".join(f"{part}\n" for part in parts), "ascii")
    return parts


def as_proof(raw: bytes, trail: tuple[AuthorityChange, ...] = ()) -> bytes:
    """A proof file's bytes as they are, or those of scanned codes, one a line, or of a tlog-proof.

    Raises:
        Malformed: the codes are not those of one proof, or the tlog-proof is none of ours.
    """
    if raw.startswith(LEAD):
        return from_tlog_proof(raw)
    if not raw.startswith(SCANNED_LEAD):
        return raw
    try:
        lines = raw.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise Malformed(ErrorCode.NOT_CANONICAL, "codes: not in their alphabet") from error
    return from_parts([line for line in lines if line], trail)


def trail_of(raw: bytes) -> tuple[AuthorityChange, ...]:
    """The trail of a proof file, to bring to a proof from paper.

    Raises:
        Malformed: it is no proof.
    """
    return decode_proof(raw).anchor.trail
