"""What a reviewer should not have to say: sizes, names, words, numbers.

Each check collects every offence before it fails, and names file, line and rule.
"""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
FILE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 60
FILE_SIZE_MAX_BYTES: Final = 1_048_576
BARE_NUMBER_MAX: Final = 9
TYPE_WIDTHS: Final = frozenset({16, 32, 64, 128, 256})
"""Widths in bytes or bits that the types already say: ids, hashes, keys, signatures, tree keys."""

NOT_OURS: Final = frozenset(
    {".git", ".venv", "var", "build", "dist", "node_modules", "__pycache__", "vendor"}
)
CODE_SUFFIXES: Final = frozenset({".py", ".js", ".mjs", ".cjs", ".css", ".html", ".sh"})
TEXT_SUFFIXES: Final = CODE_SUFFIXES | {".md", ".toml", ".txt", ".yml", ".yaml", ".json", ".cfg"}
STRAY_NAMES: Final = frozenset({"utils", "util", "helpers", "helper", "misc", "common", "stuff"})
# Tables whose entries are numbers by nature: every one has its name and unit beside it.
NUMBER_TABLES: Final = ("limits", "policy", "lifecycle", "errors", "explanations")

# Spelled in two halves, so that this file passes its own check.
BANNED_WORDS: Final = (
    (re.compile("FIX" + "ME|\\bX" + "XX\\b"), "finish it, or write down why it can stay"),
    (re.compile("\\bTO" + r"DO\b(?!\(#\d+\))"), "name the ticket: TO" + "DO(#12)"),
    (re.compile("/wo" + "rk/"), "the path of one machine"),
)


@cache
def _files() -> tuple[Path, ...]:
    found: list[Path] = []
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if not _is_foreign(name)]
        found.extend(path for name in names if (path := Path(folder, name)).is_file())
    return tuple(sorted(found))


def _is_foreign(folder: str) -> bool:
    cache_of_a_tool = folder.startswith(".") and folder.endswith("_cache")
    return (
        folder in NOT_OURS
        or folder == ".hypothesis"
        or folder.endswith(".egg-info")
        or cache_of_a_tool
    )


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _module(path: Path) -> ast.Module:
    return ast.parse(_text(path), str(path))


@cache
def _functions(path: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    """Every function of a file; statements hold functions, expressions do not."""
    found = []
    todo: list[ast.AST] = [_module(path)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node)
        todo.extend(
            child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)
        )
    return tuple(found)


def _text_files() -> list[Path]:
    named = {"Makefile", "Dockerfile", "run"}
    return [path for path in _files() if path.suffix in TEXT_SUFFIXES or path.name in named]


def _python_files(*folders: str) -> list[Path]:
    return [
        path
        for path in _files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders
    ]


def _report(offences: list[str]) -> None:
    if offences:
        pytest.fail("\n".join(offences), pytrace=False)


def _at(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_no_source_file_is_longer_than_its_limit() -> None:
    """A file holds one concept; four hundred lines hold several."""
    _report(
        [
            f"{path.relative_to(ROOT)}: {lines} lines, at most {FILE_LINES_MAX}"
            for path in _files()
            if path.suffix in CODE_SUFFIXES
            and (lines := len(_text(path).splitlines())) > FILE_LINES_MAX
        ]
    )


def _function_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def test_no_function_is_longer_than_its_limit() -> None:
    """A function fits on a screen; its docstring does not count."""
    _report(
        [
            f"{_at(path, node.lineno)}: {node.name} has {lines} lines, at most {FUNCTION_LINES_MAX}"
            for path in _python_files("node", "wallet", "scripts", "tests")
            for node in _functions(path)
            if (lines := _function_lines(node)) > FUNCTION_LINES_MAX
        ]
    )


def test_no_banned_word_stands_anywhere() -> None:
    """Unfinished work has a ticket, and no path of one machine is left behind."""
    _report(
        [
            f"{_at(path, number)}: {found.group()} ({why})"
            for path in _text_files()
            for number, line in enumerate(_text(path).splitlines(), 1)
            for pattern, why in BANNED_WORDS
            if (found := pattern.search(line))
        ]
    )


def test_no_module_is_named_after_nothing() -> None:
    """A module is named by its concept, so that someone looking for it finds it."""
    _report(
        [
            f"{path.relative_to(ROOT)}: what is it about?"
            for path in _files()
            if STRAY_NAMES.intersection(path.relative_to(ROOT).with_suffix("").parts)
        ]
    )


def test_text_ends_lines_and_files_cleanly() -> None:
    """No trailing whitespace, no tab in prose, one newline at the end."""
    offences = []
    for path in _text_files():
        text = _text(path)
        if path.suffix == ".json":
            continue
        if text and not text.endswith("\n"):
            offences.append(f"{path.relative_to(ROOT)}: no newline at the end")
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip():
                offences.append(f"{_at(path, number)}: trailing whitespace")
            if "\t" in line and path.suffix == ".md":
                offences.append(f"{_at(path, number)}: tab")
    _report(offences)


def test_every_package_says_what_it_is() -> None:
    """A package's docstring is its readme: what, who may import it, what never belongs here."""
    offences = []
    folders = {path.parent for path in _python_files("node", "wallet", "scripts")}
    for folder in sorted(folders):
        init = folder / "__init__.py"
        if not init.is_file():
            offences.append(f"{folder.relative_to(ROOT)}: no __init__.py")
        elif not ast.get_docstring(_module(init)):
            offences.append(f"{init.relative_to(ROOT)}: no docstring")
    _report(offences)


def test_no_large_file_hides_in_the_tree() -> None:
    """Anything large is generated or downloaded; only the vectors may be large."""
    vectors = ROOT / "tests" / "vectors"
    _report(
        [
            f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes"
            for path in _files()
            if vectors not in path.parents and path.stat().st_size > FILE_SIZE_MAX_BYTES
        ]
    )


def _bare_numbers(path: Path) -> Iterator[ast.Constant]:
    """Integers above nine inside function bodies: a name, a unit and a reason are missing there."""
    seen: set[int] = set()
    for function in _functions(path):
        for node in (inner for statement in function.body for inner in ast.walk(statement)):
            if (
                isinstance(node, ast.Constant)
                and type(node.value) is int
                and node.value > BARE_NUMBER_MAX
                and node.value not in TYPE_WIDTHS
                and id(node) not in seen
            ):
                seen.add(id(node))
                yield node


def test_kernel_numbers_have_names() -> None:
    """Inside the kernel's functions no number above nine stands without a name."""
    kernel = ROOT / "node" / "chain"
    _report(
        [
            f"{_at(path, number.lineno)}: {number.value!r} needs a name (constant, limit, policy)"
            for path in _python_files("node")
            if kernel in path.parents and not path.stem.startswith(NUMBER_TABLES)
            for number in _bare_numbers(path)
        ]
    )
