"""A statement's fields by name, for people and for ``--json``."""

import msgspec

from node.console.result import Json


def values_of(record: msgspec.Struct) -> dict[str, Json]:
    """The fields of a record by name, led by its kind; bytes in hexadecimal."""
    fields = {name: _plain(getattr(record, name)) for name in record.__struct_fields__}
    return {"kind": type(record).__name__, **fields}


def _plain(value: object) -> Json:
    match value:
        case bytes():
            return value.hex()
        case msgspec.Struct():
            return values_of(value)
        case tuple():
            return [_plain(item) for item in value]
        case bool() | int() | str():
            return value
        case _:
            return str(value)


def one_line(values: object) -> str:
    """Named values on one line, as ``kind=OpenSite district=gulou``."""
    if not isinstance(values, dict):
        return str(values)
    return " ".join(f"{name}={value}" for name, value in values.items())
