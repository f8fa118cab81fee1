"""Where the rules' guards stand, read from their source, and which of them a refusal has passed through."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import node.chain.rules

RULES = Path(node.chain.rules.__file__).parent
ASKING = frozenset(
    {
        "active_person",
        "known_person",
        "sending_operator",
        "sending_person",
        "prove_presence",
        "ripe_order",
        "_check_new_key",
        "_seat",
    }
)
"""Functions that refuse, besides those whose name begins with ``require``."""


class Guard(NamedTuple):
    """One statement that can refuse a transaction."""

    module: str
    first: int
    last: int
    function: str
    what: str

    def __str__(self) -> str:
        return f"{self.module}:{self.first} {self.function}: {self.what}"


def _refusals(statement: ast.stmt) -> list[str]:
    """Codes that a statement names and guards that it calls."""
    found = []
    for inner in ast.walk(statement):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            found += [inner.attr] if inner.value.id == "ErrorCode" else []
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            name = inner.func.id
            asks = name in ASKING or name.lstrip("_").startswith("require_")
            found += [f"{name}()"] if asks else []
    return found


def guards_of(module: str) -> Iterator[Guard]:
    """Every guard of one module of the rules, named by its path below them."""
    tree = ast.parse((RULES / module).read_text(encoding="utf-8"))
    simple = ast.Expr | ast.Raise | ast.Assign | ast.Return
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        for statement in ast.walk(function):
            if not isinstance(statement, simple):
                continue
            what = _refusals(statement)
            if what:
                last = statement.end_lineno or statement.lineno
                yield Guard(module, statement.lineno, last, function.name, " ".join(what))


def lines_of(fault: BaseException) -> frozenset[tuple[str, int]]:
    """(module, line) of every place in the rules through which a refusal came."""
    places = set()
    trace: TracebackType | None = fault.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if RULES in path.parents:
            places.add((path.relative_to(RULES).as_posix(), trace.tb_lineno))
        trace = trace.tb_next
    return frozenset(places)
