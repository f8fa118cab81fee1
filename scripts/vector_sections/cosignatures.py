"""Lines of witnesses under a checkpoint: what holds, since when, and what is nobody's cosignature."""

from dataclasses import replace

from node.chain import keys
from node.chain.checkpoint import Checkpoint, Line, Note, encode_note, key_id, text_of
from node.chain.cosignature import (
    TIME_MAX_S,
    cosign,
    cosigned_at,
    cosigned_bytes,
    witness_key_id,
)
from node.chain.types import Hash
from scripts.vector_sections.checkpoint import CHECKPOINT, ORIGIN, lines_of
from scripts.vector_sections.constants import Json, seed

_NAMES = ("witness.example/audit-office", "witness.example/university")
_TIME_S = 1_772_000_000


def _seed(name: str) -> bytes:
    return seed(f"{name} witness")


def _key(name: str) -> bytes:
    return keys.public_key(_seed(name))


def _signed(message: bytes, time_s: int) -> Line:
    """A line of the first witness whose signature is over whatever message is given."""
    name = _NAMES[0]
    signature = keys.sign(_seed(name), message)
    return Line(name, witness_key_id(name, _key(name)), time_s.to_bytes(8, "big") + signature)


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _sound() -> list[tuple[str, Checkpoint, tuple[Line, ...]]]:
    line = cosign(CHECKPOINT, _NAMES[0], _seed(_NAMES[0]), _TIME_S)
    other = cosign(CHECKPOINT, _NAMES[1], _seed(_NAMES[1]), _TIME_S + 1)
    return [
        ("one witness", CHECKPOINT, (line,)),
        ("two witnesses", CHECKPOINT, (line, other)),
        ("the second witness alone", CHECKPOINT, (other,)),
        ("at the beginning of time", CHECKPOINT, (_at(0),)),
        ("at the last second that a line can name", CHECKPOINT, (_at(TIME_MAX_S),)),
    ]


def _at(time_s: int) -> Line:
    return _signed(cosigned_bytes(CHECKPOINT, time_s), time_s)


def _unsound() -> list[tuple[str, Checkpoint, tuple[Line, ...]]]:
    """Each beside a quorum of authorities, whose lines hold all the same."""
    name, key = _NAMES[0], _key(_NAMES[0])
    line = _at(_TIME_S)
    text = text_of(CHECKPOINT)
    larger = replace(CHECKPOINT, size=CHECKPOINT.size + 1)
    forked = replace(CHECKPOINT, root=Hash(_flipped(CHECKPOINT.root, 0)))

    def change(body: bytes) -> Line:
        return replace(line, signature=body)

    found: list[tuple[str, Line]] = [
        ("a signature with a bit flipped", change(_flipped(line.signature, 40))),
        ("another time than the signed one", change(_flipped(line.signature, 7))),
        ("a body of 71 bytes", change(line.signature[:-1])),
        ("a body of 73 bytes", change(line.signature + b"\0")),
        ("a signature without a time", change(keys.sign(_seed(name), text))),
        ("a time of 2^63", _at(TIME_MAX_S + 1)),
        ("a larger size signed", _signed(cosigned_bytes(larger, _TIME_S), _TIME_S)),
        ("another root signed", _signed(cosigned_bytes(forked, _TIME_S), _TIME_S)),
        ("the text alone signed", _signed(text, _TIME_S)),
        ("no line of the version signed", _signed(b"time %d\n" % _TIME_S + text, _TIME_S)),
        (
            "the time signed with a leading zero",
            _signed(b"cosignature/v1\ntime 0%d\n" % _TIME_S + text, _TIME_S),
        ),
        ("under the name of the other witness", replace(line, name=_NAMES[1])),
        ("with the key id of a signature of type 0x01", replace(line, key_id=key_id(name, key))),
        ("by the key of the other witness", _by_other(line)),
    ]
    return [(case, CHECKPOINT, (made,)) for case, made in found]


def _by_other(line: Line) -> Line:
    signature = keys.sign(_seed(_NAMES[1]), cosigned_bytes(CHECKPOINT, _TIME_S))
    return replace(line, signature=line.signature[:8] + signature)


def _case(name: str, checkpoint: Checkpoint, lines: tuple[Line, ...]) -> Json:
    """A note of a quorum with lines of witnesses, and when each witness says to have seen it."""
    note = Note(checkpoint, (*lines_of("gulou", "jianye", "qinhuai"), *lines))
    times = [_time(note, witness) for witness in _NAMES]
    return {"name": name, "note": encode_note(note).decode(), "times_s": list[Json](times)}


def _time(note: Note, name: str) -> str | None:
    """In decimal digits: 2^63 - 1 is beyond what JSON numbers keep."""
    found = (cosigned_at(note.checkpoint, line, name, _key(name)) for line in note.lines)
    return next((str(time_s) for time_s in found if time_s is not None), None)


def section() -> dict[str, Json]:
    """Two witnesses of the checkpoint of ``checkpoint.json``."""
    return {
        "origin": ORIGIN,
        "witnesses": [
            {
                "name": name,
                "seed": _seed(name).hex(),
                "key": _key(name).hex(),
                "key_id": witness_key_id(name, _key(name)).hex(),
            }
            for name in _NAMES
        ],
        "cosigned_bytes": cosigned_bytes(CHECKPOINT, _TIME_S).hex(),
        "valid": [_case(*case) for case in _sound()],
        "invalid": [_case(*case) for case in _unsound()],
    }
