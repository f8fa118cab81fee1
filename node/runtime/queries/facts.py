"""The state at the tip, and what is public of the city."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from node.chain.genesis import Genesis
from node.chain.genesis_document import to_document
from node.chain.policy import Policy, ServiceClass
from node.chain.records import StateRecord
from node.chain.records.accounts import City, District
from node.chain.records.orders import Order
from node.chain.records.settings import CatalogueEntry
from node.chain.state import View, city_of, district_of
from node.chain.transition import active_policy
from node.chain.types import Code, EpochMs, Hash, Height, Id
from node.runtime.clock import Clock
from node.runtime.executor import Executor
from node.runtime.queries.journal import Journal


class ChainClock:
    """The node's clock, never behind the newest block."""

    def __init__(self, clock: Clock, executor: Executor) -> None:
        """Read one clock and one tip."""
        self._clock = clock
        self._executor = executor
        self.rate = executor.genesis.rehearsal_rate

    def now_ms(self) -> EpochMs:
        """The later of the clock and the newest block's time."""
        return EpochMs(max(self._clock.now_ms(), self._executor.point.time_ms))


class TipRecords:
    """The state at the tip."""

    def __init__(self, executor: Executor, journal: Journal) -> None:
        """Read one executor's state."""
        self._executor = executor
        self._journal = journal
        self.chain_id: Hash = executor.chain_id

    @property
    def height(self) -> Height:
        """Height of the newest block."""
        return self._executor.ledger.height

    @property
    def time_ms(self) -> EpochMs:
        """Its time."""
        return self._executor.ledger.time_ms

    def read(self, key: bytes) -> StateRecord | None:
        """The record under a key (kind byte and id), or None."""
        return self._executor.ledger.records.get(key)

    def final_order(self, order: Id) -> Order | None:
        """A final order, also after it has left the state."""
        return self._journal.final_order(order)


@dataclass(frozen=True, slots=True)
class DistrictName:
    """A district as people know it."""

    code: Code
    name_zh: str
    name_en: str
    sites: tuple[Code, ...]


class CityFacts:
    """What is public of the whole city."""

    def __init__(
        self, executor: Executor, checkpoint: Callable[[], str | None] = lambda: None
    ) -> None:
        """Answer from one executor's state.

        Args:
            executor: the state.
            checkpoint: the newest signed note, if there is one.
        """
        self._executor = executor
        self._genesis: Genesis = executor.genesis
        self._document = to_document(executor.genesis)
        self.checkpoint = checkpoint

    def genesis(self) -> Mapping[str, object]:
        """The genesis document."""
        return self._document

    def city(self) -> City:
        """The city's totals."""
        return city_of(self._view)

    def district_totals(self) -> tuple[District, ...]:
        """The districts' totals, by code."""
        view = self._view
        return tuple(district_of(view, code) for code in self._executor.ledger.districts)

    def districts(self) -> tuple[DistrictName, ...]:
        """Names and service points as genesis has them, by code."""
        return tuple(
            DistrictName(d.code, d.name_zh.decode(), d.name_en.decode(), d.sites)
            for d in self._genesis.districts
        )

    def catalogue(self) -> tuple[ServiceClass, ...]:
        """Every service class, by code, as genesis lists and the state has it."""
        codes = sorted(service.code for service in self._genesis.catalogue)
        view = self._view
        return tuple(view.need(CatalogueEntry, code.encode()).service for code in codes)

    def policy(self) -> Policy:
        """The active policy."""
        return active_policy(self._executor.ledger)

    @property
    def _view(self) -> View:
        return View(self._executor.ledger)
