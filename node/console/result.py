"""A result: one value for machines, one view of it for people.

The value becomes exactly one JSON document with ``--json``; the view is drawn otherwise. Both come from the same
command at the same place, so that neither can say what the other does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, IntEnum
from typing import Literal, TypeAlias

import msgspec

from node.console.language import Lang, Text

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Cell: TypeAlias = "Text | str | int"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; numbers go to the right."""

    title: Text
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. ``empty`` is said instead of a table without rows."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    title: Text | None = None
    empty: Text | None = None

    def __post_init__(self) -> None:
        """A row has a cell for every column."""
        assert all(len(row) == len(self.columns) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Facts:
    """Named values, one a line."""

    pairs: Sequence[tuple[Text, Cell]]
    title: Text | None = None


View: TypeAlias = "Text | Table | Facts | Sequence[View]"


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found or did.

    Attributes:
        data: anything ``plain`` accepts; the stable, documented part.
        view: what people see.
    """

    data: object
    view: View = field(default=())


def plain(value: object, lang: Lang) -> Json:
    """A value as JSON has it: bytes in hexadecimal, texts in ``lang``, enums by their lower-case name.

    Args:
        value: None, numbers, strings, bytes, ``Text``, enums, sequences, mappings, dataclasses, msgspec structs.
        lang: language of every ``Text`` inside.

    Raises:
        TypeError: another kind of value, which is a fault of the command.
    """
    match value:
        case Text():
            return value.said(lang)
        case Enum():
            return value.name.lower() if isinstance(value, IntEnum) else plain(value.value, lang)
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.hex()
        case msgspec.Struct():
            return _members(value, value.__struct_fields__, lang)
        case Mapping():
            return {str(plain(key, lang)): plain(item, lang) for key, item in value.items()}
        case Sequence() | frozenset() | set():
            return [plain(item, lang) for item in _ordered(value)]
        case _ if is_dataclass(value):
            return _members(value, tuple(f.name for f in fields(value)), lang)
        case _:
            raise TypeError(f"no JSON form of {type(value).__name__}")


def _members(value: object, names: Sequence[str], lang: Lang) -> dict[str, Json]:
    return {name: plain(getattr(value, name), lang) for name in names}


def _ordered(value: Sequence[object] | frozenset[object] | set[object]) -> Sequence[object]:
    return value if isinstance(value, Sequence) else sorted(value, key=repr)
