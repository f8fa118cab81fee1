"""A policy as people change it: start from the active one, set a few values, see old and new side by side.

A motion carries the next policy whole. What is not named stays as it is, so nobody copies a hundred numbers by hand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from node.chain.codec import encode
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, Policy, decode_policy
from node.chain.types import UINT_MAX
from node.console.fault import usage
from node.console.formats import duration
from node.console.language import Text, same, t
from wallet.verbs.parameters import codes, parse_minutes

_SPAN: Final = re.compile(r"(\d{1,16})(ms|s|m|h|d)?")
_UNITS_MS: Final = {"ms": 1, "s": 1_000, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_FIXED: Final = frozenset({"version", "activation_height"})


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter before and after."""

    name: str
    before: object
    after: object


def parameters(policy: Policy) -> dict[str, object]:
    """Every parameter by its full name, as ``orders.confirm_ms``."""
    found: dict[str, object] = {}
    for group in policy.__struct_fields__:
        value = getattr(policy, group)
        if isinstance(value, msgspec.Struct):
            found |= {f"{group}.{name}": getattr(value, name) for name in value.__struct_fields__}
    return found


def changed(policy: Policy, settings: tuple[str, ...], activation_height: int) -> Policy:
    """The next version of a policy.

    Args:
        policy: the active one.
        settings: ``name=value``; the name full or, where only one group has it, without its group.
        activation_height: from which block on it holds.

    Raises:
        node.console.fault.Fault: a name or value is none (exit 3).
        node.chain.errors.Malformed: a value is outside the encoding.
    """
    groups: dict[str, dict[str, object]] = {}
    known = parameters(policy)
    for setting in settings:
        name, equals, text = setting.partition("=")
        full = _full_name(name.strip(), known)
        if not equals:
            raise _not_a_value(setting)
        group, _, field = full.partition(".")
        groups.setdefault(group, {})[field] = _value(full, text.strip(), known[full])
    parts = {
        group: msgspec.structs.replace(getattr(policy, group), **fields)
        for group, fields in groups.items()
    }
    following = msgspec.structs.replace(
        policy, version=policy.version + 1, activation_height=activation_height, **parts
    )
    return decode_policy(encode(following))


def _full_name(name: str, known: Mapping[str, object]) -> str:
    found = [full for full in known if name in {full, full.partition(".")[2]}]
    if len(found) != 1:
        raise usage(
            t(zh="没有这个参数：{name}", en="No such parameter: {name}").fill(name=name),
            t(
                zh="全部参数见 docs/spec/policy.md 或 GET /v1/policy。",
                en="All of them stand in docs/spec/policy.md and GET /v1/policy.",
            ),
        )
    return found[0]


def _value(name: str, text: str, before: object) -> object:
    match before:
        case int():
            return _number(name, text)
        case tuple() if name.endswith(".budgets"):
            return _budgets(text)
        case tuple() if before and isinstance(before[0], int):
            return tuple(_number(name, part.strip()) for part in text.split(","))
        case tuple():
            return codes(text) if text else ()
        case _:
            return text


def _budgets(text: str) -> tuple[tuple[str, int], ...]:
    pairs = (part.strip().partition(":") for part in text.split(","))
    return tuple(sorted((name, _number("budget_min", minutes)) for name, _, minutes in pairs))


def _number(name: str, text: str) -> int:
    number: int | None = None
    span = _SPAN.fullmatch(text)
    if name.endswith("_min"):
        number = parse_minutes(text)
    elif span is not None and (span[2] is None or name.endswith("_ms")):
        number = int(span[1]) * _UNITS_MS[span[2] or "ms"]
    if number is None or number > UINT_MAX:
        raise _not_a_value(f"{name}={text}")
    return number


def _not_a_value(setting: str) -> Exception:
    return usage(
        t(zh="看不懂：{setting}", en="Not understood: {setting}").fill(setting=setting),
        t(
            zh="如 grace_min=10、confirm_ms=72h、star_hours=100,300,600,1000,1500、budgets=key-elders:60000000",
            en="As grace_min=10, confirm_ms=72h, star_hours=100,300,600,1000,1500, budgets=key-elders:60000000",
        ),
    )


def differences(before: Policy, after: Policy) -> tuple[Change, ...]:
    """What a policy changes, by full name."""
    old, new = parameters(before), parameters(after)
    return tuple(Change(name, old[name], new[name]) for name in old if old[name] != new[name])


def said(name: str, value: object) -> Text:
    """A parameter's value for people."""
    if name.endswith("_min") and isinstance(value, int):
        return duration(value)
    if name.endswith("_ms") and isinstance(value, int):
        return same(_span(value))
    if isinstance(value, tuple):
        return same(", ".join(_item(item) for item in value) or "-")
    return same(str(value))


def _item(item: object) -> str:
    return ":".join(str(part) for part in item) if isinstance(item, tuple) else str(item)


def _span(ms: int) -> str:
    for unit in ("d", "h", "m", "s"):
        if ms and ms % _UNITS_MS[unit] == 0:
            return f"{ms // _UNITS_MS[unit]}{unit}"
    return f"{ms}ms"
