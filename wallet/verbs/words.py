"""The words for states and kinds, in both languages; the terms are those of the glossary."""

from typing import Final

from node.console.language import Text, t
from node.console.words import STATES, word

__all__ = ["PERSON_STATES", "REDEMPTION_STATES", "RELATIONS", "STATES", "word"]

PERSON_STATES: Final[dict[str, Text]] = {
    "pending": t(zh="待审核", en="pending"),
    "active": t(zh="正常", en="active"),
    "closing": t(zh="正在销户", en="closing"),
    "closed": t(zh="已销户", en="closed"),
}
REDEMPTION_STATES: Final[dict[str, Text]] = {
    "queued": t(zh="排队中", en="queued"),
    "held": t(zh="已冻结", en="held"),
    "captured": t(zh="已兑换", en="taken"),
    "released": t(zh="已取消", en="given back"),
    "expired": t(zh="已过期", en="expired"),
}
RELATIONS: Final[dict[str, Text]] = {
    "parent": t(zh="父母", en="parent"),
    "child": t(zh="子女", en="child"),
    "spouse": t(zh="配偶", en="spouse"),
    "sibling": t(zh="兄弟姐妹", en="sibling"),
}
