"""A life's world made of real nodes: batches through their public doors, time by leaps of the rehearsal clock.

Every wait is for a state that all nodes report: as many transactions in their logs, or a block as late as the leap.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from node.chain.genesis import Genesis, chain_id_of
from node.chain.keys import public_key
from node.chain.records.actors import Person
from node.chain.rules.orders.sampling import SAMPLED
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import Id
from node.city.ceremony import STAFF_PASSWORD
from node.city.doors import Status
from node.city.faults import went_otherwise
from node.city.processes import wait_until
from node.city.supervisor import LocalCity
from node.config.homes import read_genesis, read_seed
from node.console.language import same, t
from node.sim.workload.ground import Ground, desk_of
from node.sim.workload.hands import Hand
from wallet.builder import Signer
from wallet.client import NodeClient
from wallet.client.answers import TxState
from wallet.home import WalletHome
from wallet.secret import Secret
from wallet.session.accounts import first_actor

SENDER_PENDING_MAX: Final = 60
"""Statements of one sender at a time: a node keeps 64."""
WAVE_MAX: Final = 4_000
"""Statements on their way at a time: a node keeps 20,000 and a block holds 2,000."""
PATIENCE_S: Final = 120.0
POLL_S: Final = 0.02
_PARTS: Final = {
    "recorder": ("recorder", "recorder-2"),
    "reviewer": ("reviewer", "reviewer-2"),
    "caller": ("caller",),
    "arbiter": ("arbiter",),
    "treasurer": ("treasurer",),
    "operator": ("operator", "operator-2"),
}
_CITY_ARBITERS: Final = ("city-arbiter", "city-arbiter-2")


def ground_of(city: LocalCity) -> Ground:
    """The city's genesis with the keys of its staff, whose password everybody knows."""
    genesis = read_genesis(city.places.genesis)
    wallets = WalletHome(city.places.staff)

    def hand(name: str) -> Hand:
        seed = wallets.load(name).open(STAFF_PASSWORD).reveal()
        account = first_actor(genesis, public_key(seed))
        assert account is not None, "staff stand in genesis"
        return Hand(chain_id_of(genesis), account, seed)

    desks = {
        code: desk_of(
            {part: tuple(hand(f"{code}-{n}") for n in names) for part, names in _PARTS.items()},
            hand(f"{code}-voice"),
        )
        for code in city.districts
    }
    bureau = read_seed(city.places.keys / "bureau.key")
    return Ground(genesis, bureau, desks, tuple(hand(name) for name in _CITY_ARBITERS))


class NodeWorld:
    """See ``World``.

    Attributes:
        said: transactions that stand in blocks of all nodes.
    """

    def __init__(self, city: LocalCity, genesis: Genesis, told: Callable[[int], None]) -> None:
        """A city whose nodes run; ``told`` hears how many transactions stand in blocks."""
        self.said = 0
        self._city = city
        self._chain_id = chain_id_of(genesis)
        self._told = told
        self._clients = [NodeClient.at(city.doors(code).public) for code in city.districts]
        self._pool = ThreadPoolExecutor(len(self._clients))
        self._first = min(status.transactions for status in self._statuses())

    def close(self) -> None:
        """End the connections."""
        self._pool.shutdown()
        for client in self._clients:
            client.close()

    def now_ms(self) -> int:
        """See ``World.now_ms``."""
        return max(status.now_ms for status in self._statuses())

    def reach(self, time_ms: int) -> None:
        """See ``World.reach``."""
        missing = time_ms - min(status.now_ms for status in self._statuses())
        if missing > 0:
            self._city.advance(missing)
            self._wait("leap", lambda status: status.time_ms >= time_ms)

    def submit(self, wave: Sequence[SignedTransaction]) -> None:
        """See ``World.submit``.

        Raises:
            node.console.fault.Fault: a statement is refused, or does not come into a block.
        """
        for part in parts_of(wave):
            count = len(self._clients)
            shares = [[s.raw for s in part if s.tx.sender[0] % count == n] for n in range(count)]
            list(self._pool.map(self._post, self._clients, shares))
            self.said += len(part)
            wanted = self._first + self.said
            self._wait("blocks", lambda status, wanted=wanted: status.transactions >= wanted)  # type: ignore[misc]
            self._told(self.said)

    def counted_min(self, order: Id, party: Hand) -> int:
        """See ``World.counted_min``."""
        signer = Signer(self._chain_id, party.id, Secret(party.seed))
        return self._clients[0].order(signer, order).order().counted_min

    def is_drawn(self, order: Id, party: Hand) -> bool:
        """See ``World.is_drawn``."""
        signer = Signer(self._chain_id, party.id, Secret(party.seed))
        return SAMPLED in self._clients[0].order(signer, order).order().marks

    def stores(self, reader: Hand, people: Sequence[Id]) -> dict[str, int]:
        """Minutes of each person, free and held, as an authority's operator reads them, by id in hex."""
        signer = Signer(self._chain_id, reader.id, Secret(reader.seed))
        found: dict[str, int] = {}
        for person in people:
            record = self._clients[0].account(signer, person).actor()
            assert isinstance(record, Person), "people of a life are persons"
            found[person.hex()] = record.store_min
        return found

    @staticmethod
    def _post(client: NodeClient, raws: Sequence[bytes]) -> None:
        for answer in client.submit_many(raws) if raws else ():
            if answer.status is TxState.REFUSED:
                said = f"{answer.id} {answer.code} {answer.detail}"
                raise went_otherwise("submit", same(said))

    def _statuses(self) -> list[Status]:
        statuses = [self._city.doors(code).status() for code in self._city.districts]
        found = [status for status in statuses if status is not None]
        if len(found) < len(statuses):
            raise went_otherwise("status", t(zh="有节点不答复", en="A node does not answer"))
        return found

    def _wait(self, step: str, reached: Callable[[Status], bool]) -> None:
        if not wait_until(lambda: all(map(reached, self._statuses())), PATIENCE_S, POLL_S):
            heights = ", ".join(f"{s.height} {s.transactions}" for s in self._statuses())
            raise went_otherwise(step, same(heights))


def parts_of(wave: Sequence[SignedTransaction]) -> list[list[SignedTransaction]]:
    """The wave in parts, each sender's statements in their order and never more of one than a node keeps."""
    parts: list[list[SignedTransaction]] = []
    counts: dict[Id, int] = {}
    for signed in wave:
        count = counts.get(signed.tx.sender, 0)
        counts[signed.tx.sender] = count + 1
        index = count // SENDER_PENDING_MAX
        while len(parts) <= index:
            parts.append([])
        parts[index].append(signed)
    return [
        part[start : start + WAVE_MAX] for part in parts for start in range(0, len(part), WAVE_MAX)
    ]
