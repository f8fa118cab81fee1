"""In which line of a TOML file a value stands.

``tomllib`` gives values without places. A node's file is written one setting a line, so a look at each line for a table
heading or a key is enough; a value that is written otherwise is reported without a line, never with a wrong one.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

_TABLE: Final = re.compile(r"\A\s*\[\s*([A-Za-z0-9_.-]+)\s*\]\s*(?:#.*)?\Z")
_ENTRY: Final = re.compile(r"\A\s*\[\[\s*([A-Za-z0-9_.-]+)\s*\]\]\s*(?:#.*)?\Z")
_KEY: Final = re.compile(r"\A\s*([A-Za-z0-9_.-]+)\s*=")


def places(text: str) -> Mapping[str, int]:
    """Line numbers, from 1, by the full name of a value or table.

    Returns:
        ``doors.public`` for a key of a table, ``peers[0].address`` for one of an array's entry, and ``doors`` or
        ``peers[0]`` for their headings.
    """
    found: dict[str, int] = {}
    entries: Counter[str] = Counter()
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if entry := _ENTRY.match(line):
            inside = f"{entry[1]}[{entries[entry[1]]}]"
            entries[entry[1]] += 1
            found.setdefault(inside, number)
        elif table := _TABLE.match(line):
            inside = table[1]
            found.setdefault(inside, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{inside}.{key[1]}" if inside else key[1], number)
    return found
