"""Checkpoint notes: sound ones with who signed them, and what a verifier must refuse."""

from base64 import b64encode

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.checkpoint import (
    Checkpoint,
    Line,
    Note,
    certified,
    encode_note,
    key_id,
    origin_of,
    sign_line,
    signers,
)
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.merkle import leaf_hash, root_of
from node.chain.types import Code, Hash
from scripts.vector_sections.constants import CHAIN_ID, OTHER_CHAIN_ID, Json, hexes, seed

_CITY = Code("nanjing")
_DISTRICTS = ("gulou", "jianye", "qinhuai", "xuanwu")
ORIGIN = origin_of(_CITY, CHAIN_ID)
_SIZE = 7
_ROOT = root_of([leaf_hash(bytes([number]) * number) for number in range(_SIZE)])
CHECKPOINT = Checkpoint(ORIGIN, _SIZE, _ROOT)


def _seed(district: str) -> bytes:
    return seed(f"{district} checkpoint")


def _authorities() -> AuthoritySet:
    uses = ("consensus", "operator", "checkpoint", "tls")
    return AuthoritySet(
        tuple(
            Authority(Code(d), 1, *(keys.public_key(seed(f"{d} {use}")) for use in uses))
            for d in _DISTRICTS
        )
    )


def lines_of(*districts: str) -> tuple[Line, ...]:
    """Lines of these districts under the checkpoint."""
    return _lines(CHECKPOINT, *districts)


def _lines(checkpoint: Checkpoint, *districts: str) -> tuple[Line, ...]:
    return tuple(sign_line(checkpoint, _seed(district)) for district in districts)


def _note(name: str, note: Note) -> Json:
    """A note with its verdict: who signed it, or that it is refused whole."""
    case: dict[str, Json] = {"name": name, "note": encode_note(note).decode()}
    try:
        found = list(signers(note, ORIGIN, _authorities()))
        return case | {"signers": found, "certified": certified(note, ORIGIN, _authorities())}
    except Malformed as fault:
        return case | {"error": int(fault.code)}


def _notes() -> list[Json]:
    everybody = _lines(CHECKPOINT, *_DISTRICTS)
    witness = Line("witness.example/nanjing", bytes(4), bytes(72))
    renamed = Line("witness.example/gulou", everybody[0].key_id, everybody[0].signature)
    elsewhere = Checkpoint(origin_of(_CITY, OTHER_CHAIN_ID), _SIZE, _ROOT)
    larger = Checkpoint(ORIGIN, _SIZE + 1, _ROOT)
    return [
        _note("everybody", Note(CHECKPOINT, everybody)),
        _note("a quorum, in another order", Note(CHECKPOINT, everybody[:0:-1])),
        _note("one below the quorum", Note(CHECKPOINT, everybody[:2])),
        _note("a witness beside them", Note(CHECKPOINT, (witness, *everybody[:3]))),
        _note("a known key id under another name", Note(CHECKPOINT, (renamed, *everybody[1:3]))),
        _note("nobody known", Note(CHECKPOINT, (witness,))),
        _note(
            "a line for another size",
            Note(CHECKPOINT, (*_lines(larger, "gulou"), *everybody[1:])),
        ),
        _note("another chain", Note(elsewhere, _lines(elsewhere, *_DISTRICTS))),
    ]


def _refused() -> list[Json]:
    text = encode_note(Note(CHECKPOINT, _lines(CHECKPOINT, "gulou"))).decode()
    origin, size, root, blank, line, _ = text.split("\n")
    longer = b64encode(_ROOT + b"\0").decode()
    cases = [
        ("empty", ""),
        ("no newline at the end", text[:-1]),
        ("no signature line", "\n".join((origin, size, root, blank, ""))),
        ("no blank line", "\n".join((origin, size, root, line, ""))),
        ("an extension line", "\n".join((origin, size, root, "extension", blank, line, ""))),
        ("size with a leading zero", text.replace("\n7\n", "\n07\n")),
        ("size with a sign", text.replace("\n7\n", "\n+7\n")),
        ("size of 2^53", text.replace("\n7\n", f"\n{2**53}\n")),
        ("a root of 33 bytes", text.replace(root, longer)),
        ("root without padding", text.replace(root, root.rstrip("="))),
        ("root with bits beyond its end", text.replace(root, _next_last_character(root))),
        ("carriage returns", text.replace("\n", "\r\n")),
        ("a hyphen for the dash", text.replace("\N{EM DASH}", "-")),
        ("two spaces", text.replace("\N{EM DASH} ", "\N{EM DASH}  ")),
        ("a plus in the name", text.replace("nanjing", "nan+jing")),
        ("a key id alone", "\n".join((origin, size, root, blank, "\N{EM DASH} a AAAAAA==", ""))),
        ("a line twice", text + line + "\n"),
    ]
    return [{"name": name, "note": note} for name, note in cases]


def _next_last_character(root: str) -> str:
    """Another base64 of the same bytes: 32 bytes leave two unused bits in the last character."""
    last = root[-2]
    return root[:-2] + chr(ord(last) + 1) + "="


def section() -> dict[str, Json]:
    """Four districts and one checkpoint of the log of seven leaves in ``log.json``."""
    authorities = _authorities()
    ids = [key_id(ORIGIN, member.checkpoint_key) for member in authorities.members]
    root: Hash = _ROOT
    return {
        "city": _CITY,
        "chain_id": CHAIN_ID.hex(),
        "origin": ORIGIN,
        "size": _SIZE,
        "root": root.hex(),
        "authorities": encode(authorities).hex(),
        "quorum": authorities.quorum,
        "seeds": hexes([_seed(district) for district in _DISTRICTS]),
        "key_ids": hexes(ids),
        "notes": _notes(),
        "refused": _refused(),
    }
