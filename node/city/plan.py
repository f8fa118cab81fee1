"""What a city is made of before anybody has a key: districts, service points, staff, catalogue."""

import tomllib
from importlib.resources import files
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from node.chain.policy import ServiceClass
from node.chain.types import CODE_PATTERN, Code

TEMPLATE: Final = "nanjing"
BUREAU: Final = Code("bureau")
NODES_MIN: Final = 1
NODES_MAX: Final = 13
NODES_DEFAULT: Final = 4
"""The smallest city that does without one of its nodes."""
_CodeText = Annotated[str, Meta(pattern=CODE_PATTERN)]
_Flag = Annotated[int, Meta(ge=0, le=1)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A strict TOML table."""


class DistrictPlan(_Part, frozen=True):
    """A district and its service points, from code to name."""

    code: _CodeText
    name_zh: str
    name_en: str
    sites: dict[_CodeText, str]


class StaffPlan(_Part, frozen=True):
    """One member of staff by part, with their roles."""

    name: _CodeText
    roles: tuple[_CodeText, ...]


class ServicePlan(_Part, frozen=True):
    """One class of the catalogue."""

    code: _CodeText
    name_zh: str
    name_en: str
    parent: str = ""
    risk: int = 1
    weight_permille: int = 1_000
    siblings: int = 1
    home_visit: _Flag = 0
    training: _Flag = 0
    urgent: _Flag = 0

    def entry(self) -> ServiceClass:
        """Its first version, offered in the whole city."""
        return ServiceClass(
            code=Code(self.code),
            parent=Code(self.parent or self.code),
            risk=self.risk,
            weight_permille=self.weight_permille,
            version=1,
            siblings=self.siblings,
            home_visit=self.home_visit,
            training=self.training,
            urgent=self.urgent,
            retired=0,
            districts=(),
        )


class CityPlan(_Part, frozen=True):
    """A whole city, its districts in the order in which they are started."""

    city: _CodeText
    name_zh: str
    name_en: str
    districts: tuple[DistrictPlan, ...]
    staff: tuple[StaffPlan, ...]
    city_staff: tuple[StaffPlan, ...]
    catalogue: tuple[ServicePlan, ...]

    def first(self, nodes: int) -> "CityPlan":
        """The city of its first districts; the others do not exist in it."""
        assert NODES_MIN <= nodes <= len(self.districts), "between one and all"
        return msgspec.structs.replace(self, districts=self.districts[:nodes])

    @property
    def seat(self) -> DistrictPlan:
        """Where the city's own staff sit: the bureau, or the first district of a city without it."""
        return next((d for d in self.districts if d.code == BUREAU), self.districts[0])


def read_plan(name: str = TEMPLATE) -> CityPlan:
    """A city that comes with the program.

    Args:
        name: of its file in ``templates``, without the ending.
    """
    text = files("node.city").joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), CityPlan)
