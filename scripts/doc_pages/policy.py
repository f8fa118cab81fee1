"""The table of the policy: every parameter with its unit, default and bounds, and which modules of the kernel read it.

Fields, defaults and sentences come from the classes and their docstrings, bounds from the rule that a motion meets, and
readers from the source: a parameter that nothing reads is a promise that nobody keeps, and a test looks for it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, Policy
from node.chain.rules.bounds import SECTIONS
from node.chain.types import Height
from scripts.doc_pages.records import KERNEL, ROOT

SOURCE: Final = KERNEL / "policy.py"
NO_READERS: Final = frozenset({SOURCE, KERNEL / "rules" / "bounds.py"})
"""Where a parameter is defined and bounded, which is not where it has an effect."""
OUTSIDE: Final = (ROOT / "node", ROOT / "wallet")
UNITS: Final = (("_ms", "ms"), ("_min", "minutes"), ("_permille", "‰"), ("_hours", "hours"))


def _unit(name: str) -> str:
    if name.endswith("_max_min"):
        return "minutes"
    return next((unit for suffix, unit in UNITS if name.endswith(suffix)), "count")


def _amount(name: str, value: int) -> str:
    """An integer with, for times, the largest unit that divides it."""
    if not name.endswith("_ms") or value == 0:
        return f"{value:,}"
    for size, word in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (1_000, "s")):
        if value % size == 0:
            return f"{value:,} ({value // size:,} {word})"
    return f"{value:,}"


def _default(name: str, value: object) -> str:
    if isinstance(value, int):
        return _amount(name, value)
    if isinstance(value, tuple):
        parts = (
            f"{part[0]} {part[1]:,}" if isinstance(part, tuple) else f"{part}" for part in value
        )
        return ", ".join(parts) or "none"
    return f"`{value}`"


@cache
def _attributes(path: Path) -> frozenset[str]:
    """Names read as attributes in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def readers(name: str) -> tuple[str, ...]:
    """Modules that read a parameter, as paths from ``node/chain``; those outside it only where none inside does."""
    inside = [path for path in sorted(KERNEL.rglob("*.py")) if path not in NO_READERS]
    found = [path for path in inside if name in _attributes(path)]
    if found or any(_method_reads(name)):
        return tuple(str(path.relative_to(KERNEL)) for path in found) or ("policy.py",)
    outside = (path for root in OUTSIDE for path in sorted(root.rglob("*.py")))
    others = (p for p in outside if KERNEL not in p.parents and name in _attributes(p))
    return tuple(str(path.relative_to(ROOT)) for path in others)


def _method_reads(name: str) -> Iterator[str]:
    """Methods of the policy itself that read a parameter for their callers."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            read = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
            if name in read:
                yield node.name


def _meanings() -> dict[str, dict[str, str]]:
    """Of each section's class: what stands below each field."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    meanings: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        sentences = meanings.setdefault(node.name, {})
        for field, following in zip(node.body, node.body[1:], strict=False):
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            if isinstance(following, ast.Expr):
                text = str(ast.literal_eval(following.value))
                sentences[field.target.id] = " ".join(text.split()).replace("``", "`")
    return meanings


def parameters() -> Iterator[tuple[str, str]]:
    """(section, parameter) of every one, in the order of the encoding."""
    policy = Policy(1, Height(0))
    for section in SECTIONS:
        for name in getattr(policy, section).__struct_fields__:
            yield section, name


def policy_page() -> str:
    """Every parameter of the policy."""
    policy = Policy(1, Height(0))
    meanings = _meanings()
    lines = [
        "# The policy",
        "",
        "Written by `make docs` from `node/chain/policy.py` and `node/chain/rules/bounds.py`. These are the numbers",
        "that a city may tune by a motion; a policy outside the bounds is refused in a genesis and before anyone votes",
        "(`POLICY_OUT_OF_BOUNDS`). A policy holds from its activation height, and what was written",
        "under an earlier one verifies by that one. Readers are modules of `node/chain`, unless another path is given.",
    ]
    section = ""
    for part, name in parameters():
        holder = getattr(policy, part)
        if part != section:
            section = part
            title = " ".join((holder.__doc__ or "").split())
            head = "| parameter | unit | default | bounds | meaning | read by |"
            lines += ["", f"## `{part}`: {title}", "", head, "|---|---|---|---|---|---|"]
        value = getattr(holder, name)
        unit = _unit(name) if isinstance(value, int) or name.endswith("_hours") else "list"
        unit = "code" if isinstance(value, str) else unit
        low_high = SECTIONS[part].get(name)
        bounds = "by rule" if low_high is None else " to ".join(_amount(name, n) for n in low_high)
        meaning = meanings[type(holder).__name__].get(name, "")
        by = ", ".join(f"`{path}`" for path in readers(name)) or "nothing"
        lines.append(
            f"| `{name}` | {unit} | {_default(name, value)} | {bounds} | {meaning} | {by} |"
        )
    return "\n".join(lines) + "\n"
