"""What the doors are given: the queries over this node's parts, and what only the running node knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from node.api.services import OperationsServices, PublicServices
from node.app.assembly import DistrictNode
from node.app.metrics import metrics_text
from node.chain.types import EpochMs
from node.runtime.clock import RehearsalClock
from node.runtime.queries.accesses import LoggedAccesses
from node.runtime.queries.chain import ArchiveExport, FinalBlocks, ProofFiles
from node.runtime.queries.events import BlockFeed
from node.runtime.queries.facts import ChainClock, CityFacts, TipRecords
from node.runtime.queries.history import AccountHistories
from node.runtime.queries.lists import RecordLists
from node.runtime.queries.log import PublicLog
from node.runtime.queries.offences import OffenceFiles
from node.runtime.queries.status import StatusDesk
from node.runtime.queries.transactions import TransactionDesk
from node.runtime.statements import StatementLog


class NodeVitals:
    """What only the running node knows of itself."""

    def __init__(self, node: DistrictNode) -> None:
        """Watch one node."""
        self._node = node
        self.district: str = node.config.district
        self.version = version("timebank")

    @property
    def round(self) -> int:
        """Round of the height in progress."""
        return self._node.driver.state.round

    @property
    def step(self) -> str:
        """``idle``, ``propose``, ``prevote``, ``precommit`` or ``decided``."""
        return self._node.driver.state.step.name.lower()

    @property
    def offences(self) -> int:
        """Offences of authorities on the chain."""
        return self._node.succession.offences

    def waiting_for(self) -> tuple[str, ...]:
        """Districts whose message the step waits for."""
        return self._node.driver.waiting_for()

    def peers(self) -> Sequence[tuple[str, bool]]:
        """Every peer by name, and whether it is connected."""
        connected = self._node.connected
        return [(peer.name, peer.name in connected) for peer in self._node.succession.peers]

    def reasons(self) -> tuple[str, ...]:
        """Why the node does not take part, as codes; empty when it does."""
        node = self._node
        members = node.executor.tip.authorities.members
        here = node.connected | {node.config.district}
        present = sum(1 for member in members if member.district in here)
        found = (
            ("no-block-yet", not node.executor.point.begun),
            ("no-quorum", present < node.executor.tip.authorities.quorum),
            ("abstains", not node.stores.votes.may_sign),
            ("second-copy", node.watch.second_copy_seen),
            ("no-space", not node.intake.accepting),
        )
        return tuple(code for code, holds in found if holds)


@dataclass(frozen=True, slots=True)
class LeapingClock:
    """The clock as the operations door shows and moves it."""

    node: DistrictNode

    def now_ms(self) -> EpochMs:
        """The node's clock."""
        return self.node.clock.now_ms()

    @property
    def rate(self) -> int:
        """Rehearsal milliseconds in a real one; 1 in a real city."""
        return self.node.genesis.rehearsal_rate

    @property
    def leap_ms(self) -> int:
        """Sum of all leaps."""
        clock = self.node.clock
        return clock.leap_ms if isinstance(clock, RehearsalClock) else 0

    def leap_to(self, leap_ms: int) -> bool:
        """Make the sum of leaps at least this; False in a real city."""
        if not isinstance(self.node.clock, RehearsalClock):
            return False
        self.node.leap(leap_ms)
        return True


def public_services(node: DistrictNode) -> tuple[PublicServices, Callable[[], None]]:
    """Everything behind the public door, and what ends its streams."""
    executor, store, journal = node.executor, node.stores.chain, node.stores.journal
    clock = ChainClock(node.clock, executor)
    feed = BlockFeed(executor)
    services = PublicServices(
        clock=clock,
        transactions=TransactionDesk(
            node.intake, node.pool, store, journal, lambda: node.executor.lacks_blocks
        ),
        records=TipRecords(executor, journal),
        histories=AccountHistories(executor, store, journal),
        lists=RecordLists(executor),
        blocks=FinalBlocks(executor),
        proofs=ProofFiles(executor, store, journal),
        log=PublicLog(executor, store),
        offences=OffenceFiles(executor, StatementLog(node.stores.files)),
        city=CityFacts(executor, node.checkpoints.note),
        status=StatusDesk(executor, node.pool, clock, NodeVitals(node)),
        events=feed,
        accesses=LoggedAccesses(),
    )
    return services, feed.close


def operations_services(node: DistrictNode, public: PublicServices) -> OperationsServices:
    """Everything behind the operations door, beside what stands behind the public one."""
    clock = ChainClock(node.clock, node.executor)
    return OperationsServices(
        status=StatusDesk(node.executor, node.pool, clock, NodeVitals(node)),
        metrics=lambda: metrics_text(node, public.accesses.refusals),
        exports=ArchiveExport(node.executor),
        rehearsal=LeapingClock(node),
    )
