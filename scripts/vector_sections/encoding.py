"""Canonical bytes of the closed grammar, and bytes that a decoder must refuse."""

from node.chain.codec import encode
from node.chain.types import UINT_MAX
from scripts.vector_sections.constants import GrammarValue, Json, grammar_json

_EDGES = (0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, UINT_MAX)


def _accepted() -> dict[str, GrammarValue]:
    values: dict[str, GrammarValue] = {f"integer {number}": number for number in _EDGES}
    values |= {f"{size} bytes": bytes(size) for size in (0, 1, 16, 32, 64, 255, 256, 65_536)}
    values |= {
        "code of 1": "a",
        "code with every kind of character": "xuanwu-07.site_b",
        "code of 31": "a" * 31,
        "code of 32": "a" * 32,
    }
    values |= {f"array of {size}": [7] * size for size in (0, 1, 15, 16, 65_536)}
    values["record in a record"] = [3, [2, 1, 1, bytes(32)], [], [b"\x01\x02"], "jianye"]
    return values


_REFUSED = {
    "no bytes": "",
    "integer 127 in two bytes": "cc7f",
    "integer 255 in three bytes": "cd00ff",
    "integer 65535 in five bytes": "ce0000ffff",
    "integer 2**32 - 1 in nine bytes": "cf00000000ffffffff",
    "integer 2**53": "cf0020000000000000",
    "integer 2**64 - 1": "cfffffffffffffffff",
    "negative integer": "ff",
    "signed form of 1": "d001",
    "nil": "c0",
    "false": "c2",
    "true": "c3",
    "float": "ca3f800000",
    "double": "cb3ff0000000000000",
    "empty map": "80",
    "map": "810102",
    "extension": "d4010000",
    "never used": "c1",
    "length of bytes in three bytes": "c5000101",
    "length of bytes cut": "c4",
    "bytes cut": "c40201",
    "array of 1 in three bytes": "dc000107",
    "array of 16 in five bytes": "dd0000001007070707070707070707070707070707",
    "array cut": "9201",
    "code of 1 in two bytes": "d90161",
    "code in three bytes": "da000161",
    "empty code": "a0",
    "code of 33": "d921" + "61" * 33,
    "code with a capital": "a141",
    "code with a space": "a120",
    "code with a line feed": "a2610a",
    "code outside ASCII": "a3e5ae81",
    "code that is not UTF-8": "a1ff",
    "one byte too many": "0000",
}


def section() -> dict[str, Json]:
    """Values with their bytes; bytes with the reason for refusal."""
    accepted: list[Json] = []
    for name, value in _accepted().items():
        raw = encode(value)
        case: dict[str, Json] = {"name": name}
        if len(raw) > 1_000:
            case |= {"repeat": _repeated(value), "size": len(raw), "start": raw[:8].hex()}
        else:
            case |= {"value": grammar_json(value), "encoded": raw.hex()}
        accepted.append(case)
    refused: list[Json] = [{"name": name, "encoded": raw} for name, raw in _REFUSED.items()]
    return {"accepted": accepted, "refused": refused}


def _repeated(value: GrammarValue) -> Json:
    """A long value in short: what is repeated, and how often."""
    assert isinstance(value, bytes | list)
    what: Json = "zero byte" if isinstance(value, bytes) else "integer 7"
    return {"what": what, "count": len(value)}
