"""A whole small chain: genesis, archive, proofs, and ways in which an archive can be wrong.

The chain is the test city's (``tests/archives.py``): its keys are known to everybody, its rules are the kernel's.
"""

from importlib import import_module

from node.chain.archive import frame
from node.chain.codec import encode
from node.chain.compact import to_parts
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.proof import verify_proof
from scripts.vector_sections.constants import Json

SHOWN = (
    "previous id",
    "height skipped",
    "time not increasing",
    "last commit hash",
    "maker without a seat",
    "log root",
    "summary differs",
    "certificate below the quorum",
    "a signer twice",
    "tip below the quorum",
    "tip forged",
    "evidence convicts nobody",
    "signature forged",
    "signed by a key that was rotated away",
    "sequence with a gap",
    "transaction twice in a block",
    "rule broken",
    "state root",
    "another magic",
    "another format",
    "another chain",
    "frame check",
    "record too long",
    "block left out",
    "tip certificate left out",
    "longer form of an integer",
    "bytes after the end",
    "digest of the end",
    "records of the end",
    "a change that is none",
)
"""One of each kind; the tests try more."""
_FRAMES = ((0, 1, 3_238), (6, 3, 1_208), (12, 5, 74))


def section() -> dict[str, Json]:
    """Everything that a structural verifier needs to try itself on."""
    archives, corruptions = import_module("tests.archives"), import_module("tests.corruptions")
    city = archives.small_story()
    sound = archives.archive_of(city)
    wrong = {one.name: one for one in corruptions.corruptions(city)}
    return {
        "chain_id": city.chain_id.hex(),
        "genesis": encode(city.genesis).hex(),
        "frames": [_frame(*one) for one in _FRAMES],
        "archive": sound.hex(),
        "height": len(city.blocks),
        "incomplete": [0, 20, 44, 50, 60, len(sound) // 2, len(sound) - 1],
        "corruptions": [
            {
                "name": name,
                "code": f"V{wrong[name].code.value}",
                "height": wrong[name].height,
                "transaction": wrong[name].index,
                "structural": wrong[name].structural,
                **difference(sound, wrong[name].archive),
            }
            for name in SHOWN
        ],
        "proofs": _proofs(city.genesis, proofs := import_module("tests.proofs").all_proofs(city)),
        "codes": _codes(proofs),
    }


def _frame(number: int, kind: int, length: int) -> Json:
    whole = frame(number, kind, bytes(length))
    return {"number": number, "kind": kind, "length": length, "frame": whole[:9].hex()}


def difference(sound: bytes, other: bytes) -> dict[str, Json]:
    """The other file as: so many bytes of the sound one, these, so many of its last."""
    keep = _common(sound, other)
    rest = min(len(sound), len(other)) - keep
    end = _common(sound[::-1][:rest], other[::-1][:rest])
    return {"keep": keep, "then": other[keep : len(other) - end].hex(), "end": end}


def _common(one: bytes, other: bytes) -> int:
    """Length of the longest common beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _proofs(genesis: Genesis, sound: dict[str, bytes]) -> list[Json]:
    cases = dict(sound)
    for name, raw in sound.items():
        cases[f"{name}, its last byte changed"] = raw[:-1] + bytes([raw[-1] ^ 1])
        middle = len(raw) // 2
        cases[f"{name}, a byte in the middle changed"] = (
            raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
        )
    return [
        {"name": name, "proof": raw.hex(), "valid": _holds(genesis, raw)}
        for name, raw in cases.items()
    ]


def _codes(sound: dict[str, bytes]) -> list[Json]:
    """The shortest proof as codes for paper, and what a reader must refuse."""
    name = min(sound, key=lambda one: len(sound[one]))
    parts = to_parts(sound[name])
    first, rest = parts[0], parts[1:]
    cases = (
        ("in order", parts, True),
        ("in another order, one twice", (*reversed(parts), first), True),
        ("one missing", parts[:-1], False),
        ("one cut by a character", (first[:-1], *rest), False),
        ("a letter changed", (first[:-1] + ("0" if first[-1] != "0" else "1"), *rest), False),
        ("another count", (first.replace("TB1:1/", "TB1:1/9", 1), *rest), False),
        ("a code that is none", (*parts, "TB2:1/1:00000000:AA"), False),
    )
    return [
        {"name": said, "of": name, "codes": list(codes), "valid": valid}
        for said, codes, valid in cases
    ]


def _holds(genesis: Genesis, raw: bytes) -> bool:
    try:
        verify_proof(genesis, raw)
    except Malformed:
        return False
    return True
