"""The reference of transactions and of records: every kind with its fields, from the classes and their docstrings.

Order, names and bounds come from the source, not from a running program, because the sentence that explains a field
stands below it there and nowhere else.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, get_args

from node.chain.tx.governance import Subject
from node.chain.tx.organisation import AnyAction

ROOT: Final = Path(__file__).resolve().parents[2]
KERNEL: Final = ROOT / "node" / "chain"

SHAPES: Final = {
    "UintF": "integer",
    "HeightF": "integer",
    "RoundF": "integer",
    "MinutesF": "integer, minutes",
    "EpochMsF": "integer, ms since 1970",
    "HashF": "32 bytes",
    "IdF": "16 bytes",
    "CodeF": "code",
    "OptionalHashF": "32 bytes, or none",
    "OptionalIdF": "16 bytes, or none",
    "SignatureF": "64 bytes",
    "KeyF": "32 bytes",
    "_KeyF": "32 bytes",
    "ProofF": "64 bytes",
    "OptionalKeyF": "32 bytes, or none",
    "OptionalProofF": "64 bytes, or none",
    "KeyBytesF": "32 bytes, or none",
    "_NameF": "1 to 128 bytes, UTF-8",
    "PathF": "array of at most 64 × 32 bytes",
    "RecordBytesF": "at most 65,536 bytes",
    "RawTransactionF": "1 to 4,096 bytes",
    "bytes": "bytes",
    "int": "integer",
    "AnyAction": "an [action](transaction-kinds.md)",
    "Subject": "a motion's subject",
    "AuthoritySet": "[authority set](signatures.md)",
    "State": "code, a state of the [machine](lifecycle.md)",
}
"""Field types of the code as the specification says them."""
_BOUNDS: Final = re.compile(r"(ge|le|min_length|max_length)=([\w.]+)")
_REMAINS: Final = "touch"
_PLACES: Final = {one.__name__: "action" for one in get_args(AnyAction)} | {
    one.__name__: "subject" for one in get_args(Subject)
}
"""Where a record stands that is no body of its own: inside ``Propose``, or inside ``ProposeMotion``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: name, type in words, sentence."""

    name: str
    shape: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One record class."""

    name: str
    tag: int | None
    meaning: str
    fields: tuple[Field, ...]
    key: str
    """How the id of a state record is made; empty elsewhere."""


def kinds_of(path: Path) -> tuple[Kind, ...]:
    """The record classes of a module, in the order in which they stand."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    return tuple(_kind(node) for node in classes if _is_record(node))


def _is_record(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Record" for base in node.bases)


def _kind(node: ast.ClassDef) -> Kind:
    tag = next((word.value for word in node.keywords if word.arg == "tag"), None)
    number = tag.value if isinstance(tag, ast.Constant) and isinstance(tag.value, int) else None
    return Kind(
        node.name, number, _prose(ast.get_docstring(node)), tuple(_fields(node)), _key(node)
    )


def _fields(node: ast.ClassDef) -> Iterator[Field]:
    for index, part in enumerate(node.body):
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            following = node.body[index + 1] if index + 1 < len(node.body) else None
            yield Field(part.target.id, shape(part.annotation), _sentence(following))


def _sentence(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return _prose(str(node.value.value))
    return ""


def _key(node: ast.ClassDef) -> str:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "key_id":
            return _prose(ast.get_docstring(part))
    return ""


def _prose(text: str | None) -> str:
    """A docstring as one paragraph of Markdown."""
    return re.sub(r"\s+", " ", (text or "").replace("``", "`").replace("|", "\\|")).strip()


def shape(annotation: ast.expr) -> str:
    """A field's type in the words of the specification."""
    match annotation:
        case ast.Name(id=name):
            return SHAPES.get(name, f"[{name}](#{name.lower()})")
        case ast.Attribute(attr=name):
            return SHAPES.get(name, f"[{name}](#{name.lower()})")
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=elements)):
            return _array(elements)
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *rest])):
            return _bounded(inner, " ".join(ast.unparse(part) for part in rest))
        case ast.BinOp():
            return f"one of {ast.unparse(annotation)}"
        case _:
            return ast.unparse(annotation)


@cache
def _limits() -> Mapping[str, str]:
    """Every named integer of the kernel that has one value, with its digits in groups of three."""
    found: dict[str, set[str]] = {}
    for path in sorted(KERNEL.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case (
                    ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=int(value)))
                    | ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(value)))
                ):
                    found.setdefault(name, set()).add(f"{value:,}")
                case _:
                    pass
    return {name: value for name, (value, *others) in found.items() if not others}


def _array(elements: Sequence[ast.expr]) -> str:
    if len(elements) > 1 and isinstance(elements[-1], ast.Constant):
        return f"array of {shape(elements[0])}"
    return "[" + ", ".join(shape(one) for one in elements) + "]"


def _bounded(inner: ast.expr, meta: str) -> str:
    bounds = {
        side: _limits().get(value.rpartition(".")[2], value)
        for side, value in _BOUNDS.findall(meta)
    }
    low, high = (
        bounds.get("ge", bounds.get("min_length", "0")),
        bounds.get("le", bounds.get("max_length", "")),
    )
    words = shape(inner)
    if words in {"bytes", "integer"} and low == high:
        return f"{low} {words}"
    unit = {"bytes": "bytes", "integer": "integer,"}.get(words)
    if unit is None:
        return f"{words}, {low} to {high}" if high else words
    return f"{unit} {low} to {high}" if words == "integer" else f"{low} to {high} {unit}"


def table(kind: Kind) -> list[str]:
    """The lines of a kind's fields."""
    lines = ["| field | type | meaning |", "|---|---|---|"]
    for number, field in enumerate(kind.fields, 1):
        meaning = field.meaning
        if field.name == _REMAINS and not meaning:
            meaning = "see [touch](state.md#touch)"
        lines.append(f"| {number}. {field.name} | {field.shape} | {meaning} |")
    return lines if kind.fields else ["No fields."]


def chapter(path: Path, level: str = "##") -> list[str]:
    """Every kind of a module, under the module's first sentence."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    lines = [
        "",
        f"{level} {path.stem.replace('_', ' ').capitalize()}",
        "",
        _prose(ast.get_docstring(module)),
    ]
    for kind in kinds_of(path):
        place = _PLACES.get(kind.name, "kind")
        name = kind.name if kind.tag is None else f"{kind.name} · {place} {kind.tag}"
        lines += ["", f'{level}# <a id="{kind.name.lower()}"></a>{name}', "", kind.meaning, ""]
        if kind.key:
            lines += [f"Id in the state: {kind.key}", ""]
        lines += table(kind)
    return lines


def transaction_kinds_page() -> str:
    """Every body and action with its fields."""
    return _linked(_transaction_kinds(), _record_kinds(), "record-kinds.md")


def record_kinds_page() -> str:
    """Every record of the state with its fields."""
    return _linked(_record_kinds(), _transaction_kinds(), "transaction-kinds.md")


def _linked(text: str, other: str, page: str) -> str:
    """A kind that stands on the other page is linked there."""
    here, there = (set(re.findall(r'<a id="(\w+)">', one)) for one in (text, other))
    elsewhere = there - here
    return re.sub(
        r"\]\(#(\w+)\)", lambda m: f"]({page}#{m[1]})" if m[1] in elsewhere else m[0], text
    )


def _transaction_kinds() -> str:
    lines = [
        "# Transaction kinds",
        "",
        "Written by `make docs` from `node/chain/tx/`. The envelope around every body is on the page",
        "[transactions](transactions.md); types are those of [encoding](encoding.md). A kind with a number is a",
        "record: an array that begins with it. One without a number is a plain group. A *kind* is a body of its",
        "own; an *action* stands only inside `Propose`, a *subject* only inside `ProposeMotion`, and both count",
        "by themselves: action 40 and kind 40 are different records. What each one does, and which guards it",
        "passes, is in the module of the same name in `node/chain/rules/`. `possession_bytes(chain id, key, context)`",
        "are the signed bytes of a [proof of possession](signatures.md#proof-of-possession).",
    ]
    for path in sorted((KERNEL / "tx").glob("*.py")):
        if path.stem not in {"__init__", "envelope"}:
            lines += chapter(path)
    return "\n".join(lines) + "\n"


def _record_kinds() -> str:
    lines = [
        "# Record kinds",
        "",
        "Written by `make docs` from `node/chain/records/` and `node/chain/policy.py`. How a record becomes an",
        "entry of the tree, and what `touch` is, stands on the page [state](state.md); types are those of",
        "[encoding](encoding.md). A kind without a number is a plain group inside another record.",
    ]
    for path in sorted((KERNEL / "records").glob("*.py")):
        if path.stem != "__init__":
            lines += chapter(path)
    lines += chapter(KERNEL / "policy.py")
    return "\n".join(lines) + "\n"
