"""Proofs in the form of C2SP ``tlog-proof``: tools for transparency logs check the inclusion, we check all of it.

A proof whose anchor is a checkpoint shows one entry of the log: the transaction, or the summary of the block that a
record became final in, or that a state belongs to. Index and path of that entry, and the checkpoint, stand where the
format has them; everything else is its extra data: the proof file without those two (``docs/spec/proofs.md``). So the
two forms turn into each other without loss, and ``verify_proof`` is the one judge of both.
"""

from base64 import b64decode, b64encode
from typing import Final

from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.limits import LOG_PROOF_HASHES_MAX, PROOF_FILE_MAX_BYTES
from node.chain.proof import FinalClaim, NoteAnchor, Proof, TransactionClaim, decode_proof
from node.chain.types import Hash

LEAD: Final = b"c2sp.org/tlog-proof@v1\n"
_EXTRA, _INDEX = "extra ", "index "
_HASH_BYTES: Final = 32


def to_tlog_proof(raw: bytes) -> bytes:
    """A proof file as a tlog-proof.

    Raises:
        Malformed: it is no proof, or its anchor is a block: the format needs a checkpoint.
    """
    proof = decode_proof(raw)
    anchor = proof.anchor
    if not isinstance(anchor, NoteAnchor):
        raise _bad("the anchor is a block; make the proof with a checkpoint")
    index, path = shown_entry(proof)
    rest = encode(_with(proof, (), b""))
    lines = [f"{_EXTRA}{b64encode(rest).decode()}", f"{_INDEX}{index}"]
    lines += [b64encode(hash_).decode() for hash_ in path]
    return LEAD + "".join(f"{line}\n" for line in lines).encode() + b"\n" + anchor.note


def from_tlog_proof(raw: bytes) -> bytes:
    """The proof file of a tlog-proof of ours; verified by nobody yet.

    Raises:
        Malformed: another form, or the extra data is not that of a proof; nothing else, whatever the bytes are.
    """
    if len(raw) > 2 * PROOF_FILE_MAX_BYTES or not raw.startswith(LEAD):
        raise _bad("no tlog-proof")
    head, blank, note = raw[len(LEAD) :].partition(b"\n\n")
    try:
        extra, index, *hashes = head.decode("ascii").split("\n")
        path = tuple(Hash(_unbase64(line)) for line in hashes)
        proof = decode_proof(_unbase64(extra.removeprefix(_EXTRA)))
    except ValueError as error:
        raise _bad("lines of another form") from error
    if not blank or len(path) > LOG_PROOF_HASHES_MAX or any(len(h) != _HASH_BYTES for h in path):
        raise _bad("lines of another form")
    if not isinstance(proof.anchor, NoteAnchor):
        raise _bad("the extra data has another anchor")
    whole = encode(_with(proof, path, note))
    if index != f"{_INDEX}{shown_entry(proof)[0]}" or to_tlog_proof(whole) != raw:
        raise _bad("another form of the same proof")
    return whole


def shown_entry(proof: Proof) -> tuple[int, tuple[Hash, ...]]:
    """Index and path of the entry whose inclusion the format shows."""
    match proof.claim:
        case TransactionClaim(index=index, path=path):
            return index, path
        case FinalClaim(summary_index=index, summary_path=path):
            return index, path
        case _:
            assert isinstance(proof.anchor, NoteAnchor), "checked by the caller"
            return proof.anchor.summary_index, proof.anchor.summary_path


def _with(proof: Proof, path: tuple[Hash, ...], note: bytes) -> Proof:
    """The proof with another path of its entry and another note."""
    anchor = proof.anchor
    assert isinstance(anchor, NoteAnchor), "checked by the caller"
    anchor = replace(anchor, note=note)
    match proof.claim:
        case TransactionClaim():
            return replace(proof, claim=replace(proof.claim, path=path), anchor=anchor)
        case FinalClaim():
            return replace(proof, claim=replace(proof.claim, summary_path=path), anchor=anchor)
        case _:
            return replace(proof, anchor=replace(anchor, summary_path=path))


def _unbase64(text: str) -> bytes:
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode() != text:
        raise ValueError(text)
    return raw


def _bad(why: str) -> Malformed:
    return Malformed(ErrorCode.NOT_CANONICAL, f"tlog-proof: {why}")
