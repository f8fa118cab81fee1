"""Records as JSON, by their own field names: one rule for all of them, so that a new field is never forgotten.

Bytes become lower-case hexadecimal; totals become three numbers of minutes; a statement among several kinds says its
kind. Integers stay numbers, as all are below 2**53. The canonical bytes beside the view alone count.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Final

import msgspec

from node.chain.records.accounts import Totals

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


def view(record: msgspec.Struct) -> dict[str, Json]:
    """The fields of a record by name."""
    return {name: render(getattr(record, name)) for name in record.__struct_fields__}


def render(value: object) -> Json:
    """Any value of the closed grammar, a view made of such values, or a mapping of them.

    Raises:
        TypeError: a float or anything else that no record holds.
    """
    match value:
        case Totals():
            return {
                "debits_min": value.debits,
                "credits_min": value.credits,
                "balance_min": value.balance,
            }
        case msgspec.Struct():
            return _kind_of(value) | view(value)
        case Enum():
            return render(value.value)
        case bytes():
            return value.hex()
        case str() | int() | None:
            return value
        case tuple() | list():
            return [render(item) for item in value]
        case Mapping():
            return {str(name): render(item) for name, item in value.items()}
        case _:
            return _of_dataclass(value)


def name_of(kind: type) -> str:
    """A class's name as the door spells it: ``ApprovePerson`` is ``approve_person``."""
    return _CAPITAL.sub("_", kind.__name__).lower()


def _kind_of(value: msgspec.Struct) -> dict[str, Json]:
    if value.__struct_config__.tag is None:
        return {}
    return {"kind": name_of(type(value))}


def _of_dataclass(value: object) -> Json:
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"a record holds no {type(value).__name__}")
    return {field.name: render(getattr(value, field.name)) for field in fields(value)}
