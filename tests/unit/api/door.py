"""A city whose blocks come from a real executor, and its doors, asked in process."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from node.api.app import create_operations_app, create_public_app
from node.api.reading import read_bytes
from node.api.services import OperationsServices, PublicServices
from node.chain import keys
from node.chain.block import Block, block_id
from node.chain.certificate import CommitCertificate, Precommit, make_certificate, sign_bytes
from node.chain.genesis import Genesis, chain_id_of
from node.chain.ledger import Ledger
from node.chain.transition import Execution, Receipt
from node.chain.tx.envelope import Body, SignedTransaction
from node.chain.types import EpochMs, Height, Id, Round
from node.runtime.executor import CommittedBlock, Executor
from node.runtime.intake import Intake
from node.runtime.mempool import Mempool
from node.runtime.queries.accesses import LoggedAccesses
from node.runtime.queries.chain import ArchiveExport, FinalBlocks, ProofFiles
from node.runtime.queries.events import BlockFeed
from node.runtime.queries.facts import ChainClock, CityFacts, TipRecords
from node.runtime.queries.history import AccountHistories
from node.runtime.queries.journal import Journal, journal_entries
from node.runtime.queries.lists import RecordLists
from node.runtime.queries.log import PublicLog
from node.runtime.queries.offences import OffenceFiles
from node.runtime.queries.status import StatusDesk
from node.runtime.queries.transactions import TransactionDesk
from node.runtime.statements import StatementLog
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from tests.kernel_city import KernelCity, seed_of

BASE = "http://node"


class CityClock:
    """The clock of a test: the city's."""

    def __init__(self, city: "DoorCity") -> None:
        self._city = city

    def now_ms(self) -> EpochMs:
        return EpochMs(self._city.now_ms)


class FixedVitals:
    """A node that stands still, for reasons that a test sets."""

    district = "gulou"
    version = "0"
    round = 0
    step = "prevote"
    offences = 0
    why: tuple[str, ...] = ()

    def waiting_for(self) -> tuple[str, ...]:
        return ("xuanwu",)

    def peers(self) -> tuple[tuple[str, bool], ...]:
        return (("jianye", True), ("xuanwu", False))

    def reasons(self) -> tuple[str, ...]:
        return self.why


class CityRehearsal:
    """Leaps the test's clock, unless the city is a real one."""

    rate = 1
    leap_ms = 0
    allowed = True

    def __init__(self, city: "DoorCity") -> None:
        self._city = city

    def now_ms(self) -> EpochMs:
        return EpochMs(self._city.now_ms)

    def leap_to(self, leap_ms: int) -> bool:
        if self.allowed:
            self._city.now_ms += max(0, leap_ms - self.leap_ms)
            self.leap_ms = max(self.leap_ms, leap_ms)
        return self.allowed


class DoorCity(KernelCity):
    """A kernel city over executor, mempool and stores; its helpers make real certified blocks."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.files, self.kv = MemoryFiles(), MemoryKeyValue()
        self.vitals, self.rehearsal = FixedVitals(), CityRehearsal(self)
        self.shared: list[bytes] = []
        self.open()

    def open(self) -> None:
        """Everything that a node opens at its start, on the stores as they are."""
        clock = CityClock(self)
        self.pool = Mempool(self.chain_id, clock)
        self.block_log = BlockLog(self.files, self.chain_id)
        self.store = ChainStore(self.kv, self.chain_id)
        self.executor = Executor(
            self.genesis, self.block_log, self.store, self.pool, journal_entries
        )
        self.pool.attach(self.executor.app)
        self.ledger: Ledger = self.executor.ledger
        self.journal = Journal(self.kv)
        self.journal.check(self.executor.point.height)
        self.executor.watch(self._on_block)
        self.later: list[Callable[[], None]] = []
        self.intake = Intake(self.pool, self.shared.extend, self.later.append)
        self.accesses, self.feed = LoggedAccesses(), BlockFeed(self.executor)
        self.statements = StatementLog(self.files)
        self.services = self._services(ChainClock(clock, self.executor))
        self.public = create_public_app(self.services)
        self.operations = create_operations_app(
            OperationsServices(
                self._status(ChainClock(clock, self.executor)),
                lambda: b"timebank_height %d\n" % self.executor.point.height,
                ArchiveExport(self.executor),
                self.rehearsal,
            )
        )

    def block(self, *transactions: SignedTransaction, after_ms: int = 1_000) -> Execution:
        for signed in transactions:
            self.intake.submit(signed.raw)
        return self.make_block(after_ms)

    def do(self, sender: Id, body: Body, after_ms: int = 1_000) -> Receipt:
        self.now_ms += after_ms
        self.intake.submit(self.sign(sender, body).raw)
        return self.make_block(0).receipts[-1]

    def make_block(self, after_ms: int = 1_000) -> Execution:
        """Whatever is pending, in a block that all authorities sign."""
        self.now_ms += after_ms
        block = self.executor.build(EpochMs(self.now_ms), 0)
        self.executor.commit(block, certificate_of(self.genesis, block))
        return self.executions[-1]

    def _on_block(self, committed: CommittedBlock) -> None:
        self.executions.append(committed.execution)

    def _status(self, clock: ChainClock) -> StatusDesk:
        return StatusDesk(self.executor, self.pool, clock, self.vitals)

    def _services(self, clock: ChainClock) -> PublicServices:
        return PublicServices(
            clock=clock,
            transactions=TransactionDesk(
                self.intake, self.pool, self.store, self.journal, lambda: self.executor.lacks_blocks
            ),
            records=TipRecords(self.executor, self.journal),
            histories=AccountHistories(self.executor, self.store, self.journal),
            lists=RecordLists(self.executor),
            blocks=FinalBlocks(self.executor),
            proofs=ProofFiles(self.executor, self.store, self.journal),
            log=PublicLog(self.executor, self.store),
            offences=OffenceFiles(self.executor, self.statements),
            city=CityFacts(self.executor),
            status=self._status(clock),
            events=self.feed,
            accesses=self.accesses,
        )

    def read_signed(
        self, target: str, reader: Id, purpose: str = "", time_ms: int | None = None
    ) -> "Reply":
        """A signed read."""
        headers = self.headers(target, reader, purpose, time_ms)
        return ask(self.public, "GET", target, headers=headers)

    def headers(
        self,
        target: str,
        reader: Id,
        purpose: str = "",
        time_ms: int | None = None,
        seed: bytes | None = None,
    ) -> dict[str, str]:
        """The headers of a signed read, by another key or at another time if given."""
        at_ms = self.now_ms if time_ms is None else time_ms
        said = read_bytes(self.chain_id, "GET", target.encode(), at_ms, reader, purpose)
        headers = {
            "Timebank-Actor": reader.hex(),
            "Timebank-Time": str(at_ms),
            "Timebank-Signature": keys.sign(seed or self.seeds[reader], said).hex(),
        }
        return headers | ({"Timebank-Purpose": purpose} if purpose else {})

    def read(self, target: str, **headers: str) -> "Reply":
        """An unsigned read at the public door."""
        return ask(self.public, "GET", target, headers=headers)


def certificate_of(genesis: Genesis, block: Block) -> CommitCertificate:
    """Everybody's precommits."""
    chain_id = chain_id_of(genesis)
    id_ = block_id(chain_id, block.header)
    votes = []
    for index, member in enumerate(genesis.authorities.members):
        vote = Precommit(1, block.header.height, Round(0), id_, index, bytes(64))
        signature = keys.sign(seed_of(f"consensus/{member.district}"), sign_bytes(chain_id, vote))
        votes.append(Precommit(1, Height(vote.height), Round(0), id_, index, signature))
    return make_certificate(votes)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a door answered."""

    status: int
    headers: httpx2.Headers
    content: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON of any shape
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The code of a problem, whose form is checked on the way."""
        assert self.headers["content-type"] == "application/problem+json"
        problem = self.json
        assert problem["status"] == self.status
        assert problem["title"]
        assert problem["title_zh"]
        assert problem["type"] == f"/docs/errors#{problem['code'].lower()}"
        return str(problem["code"])


def ask(app: FastAPI, method: str, target: str, **options: Any) -> Reply:  # noqa: ANN401 - the client's own
    """One request, in process."""

    async def run() -> Reply:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
            reply = await client.request(method, target, **options)
            return Reply(reply.status_code, reply.headers, reply.content)

    return asyncio.run(run())
