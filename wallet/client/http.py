"""The questions of ``/v1``, each as a method.

A wallet has no clock of its own that a node would agree with (a rehearsal city's runs faster and leaps), so "now" is
asked of the node and carried on for two seconds at the city's rate. A signed read that the node finds too old is
signed once more with the node's time asked anew.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from node.chain.errors import ErrorCode, Rejected
from node.chain.types import Hash, Id
from node.console.language import Text
from wallet.builder import Signer
from wallet.client.answers import (
    Account,
    BindingView,
    BlockView,
    CapacityView,
    ClaimView,
    DistrictPage,
    DistrictView,
    EventView,
    HistoryItem,
    MintView,
    NextNumber,
    NodeStatus,
    OffenceList,
    OffenceView,
    OrderAnswer,
    OrderView,
    Page,
    PersonView,
    Problem,
    ProposalView,
    ProviderView,
    RedemptionView,
    Submitted,
    SubmittedMany,
    TeamView,
    TransactionStatus,
)
from wallet.client.faults import NodeProblem, NoNode, NotFinal, strange_answer
from wallet.client.matters import MATTERS
from wallet.client.transport import Call, Reply, Transport

BATCH_MAX: Final = 500
"""Transactions of one batch request."""
PAGE_ITEMS: Final = 200
PAGES_MAX: Final = 1_000
CLOCK_KEPT_S: Final = 2.0
POLL_FIRST_S: Final = 0.05
POLL_MOST_S: Final = 1.0
POLL_GROWTH: Final = 1.6
HTTP_OK: Final = frozenset({200, 202})
HTTP_UNAUTHORISED: Final = 401

A = TypeVar("A")
_OFFERS: Final[dict[type[object], str]] = {
    EventView: "/v1/group-events",
    TeamView: "/v1/teams",
    ProviderView: "/v1/providers",
    CapacityView: "/v1/capacities",
    RedemptionView: "/v1/redemptions",
    ClaimView: "/v1/claims",
}
_LISTS: Final = _OFFERS | MATTERS
_CODES: Final = {str(code.value): code for code in ErrorCode}


@dataclass(frozen=True, slots=True)
class Pace:
    """How a client waits; tests are quicker.

    Attributes:
        sleep: waits so many seconds.
        elapsed_s: seconds of a clock that only goes forward.
    """

    sleep: Callable[[float], None] = time.sleep
    elapsed_s: Callable[[], float] = time.monotonic


class NodeClient:
    """A client of one or several nodes of one city."""

    def __init__(self, transport: Transport, pace: Pace | None = None) -> None:
        """Ask through ``transport``."""
        self._transport = transport
        self._pace = pace or Pace()
        self._clock: tuple[NodeStatus, float] | None = None

    @classmethod
    def at(cls, *addresses: str) -> Self:
        """A client of the nodes at these addresses.

        Raises:
            node.console.fault.Fault: an address is none (exit 3).
        """
        return cls(Transport(addresses))

    def __enter__(self) -> Self:
        """Use it in a ``with``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it asks."""
        return self._transport.addresses

    def status(self) -> NodeStatus:
        """The node's view of itself, asked now.

        Raises:
            NoNode: none answers; so does every other method.
        """
        status = self.ask("/v1/status", NodeStatus)
        self._clock = (status, self._pace.elapsed_s())
        return status

    def now_ms(self) -> int:
        """The node's time, in milliseconds since 1970."""
        if self._clock is None or self._pace.elapsed_s() - self._clock[1] > CLOCK_KEPT_S:
            return self.status().now_ms
        status, asked_s = self._clock
        passed_s = self._pace.elapsed_s() - asked_s
        return status.now_ms + int(passed_s * 1_000) * status.rehearsal_rate

    def genesis(self) -> bytes:
        """The genesis file; who uses it compares its hash with one they trust."""
        return self.file("/v1/genesis")

    def districts(self) -> tuple[DistrictView, ...]:
        """The districts of the city."""
        return self.ask("/v1/districts", DistrictPage).items

    def block_time(self, height: int) -> int:
        """Time of a final block, in milliseconds since 1970."""
        return self.ask(f"/v1/blocks/{height}", BlockView).header.time_ms

    def sequence(self, actor: Id, lane: int = 0) -> int:
        """The next free number of an actor's lane, pending transactions counted."""
        target = f"/v1/actors/{actor.hex()}/sequence?lane={lane}"
        return self.ask(target, NextNumber).next

    def submit(self, raw: bytes) -> Submitted:
        """Hand in one signed transaction.

        Raises:
            Rejected: the ledger refuses it; nothing happened.
        """
        headers = {"Content-Type": "application/octet-stream"}
        call = Call("POST", "/v1/transactions", headers, raw)
        return _decode(self._ask(call), Submitted, call.target)

    def submit_many(self, raws: Sequence[bytes]) -> tuple[Submitted, ...]:
        """Hand in any number, 500 a request; one answer for each, in order. A refusal is an answer, not an error."""
        answers: list[Submitted] = []
        headers = {"Content-Type": "application/msgpack"}
        for start in range(0, len(raws), BATCH_MAX):
            batch = raws[start : start + BATCH_MAX]
            call = Call(
                "POST", "/v1/transactions/batch", headers, msgspec.msgpack.encode(list(batch))
            )
            results = _decode(self._ask(call), SubmittedMany, call.target).results
            if len(results) != len(batch):
                raise strange_answer(call.target, f"{len(results)} answers for {len(batch)}")
            answers += results
        return tuple(answers)

    def transaction(self, tx_id: Hash) -> TransactionStatus:
        """Where a transaction is."""
        return self.ask(f"/v1/transactions/{tx_id.hex()}", TransactionStatus)

    def wait_final(self, tx_id: Hash, timeout_s: float) -> TransactionStatus:
        """Poll, ever more slowly, until the transaction is committed or can no longer be.

        Args:
            tx_id: its id.
            timeout_s: seconds of real time to wait at most.

        Raises:
            NotFinal: still undecided; the transaction is not lost.
            NoNode: no node answered at the end.
        """
        deadline_s = self._pace.elapsed_s() + timeout_s
        pause_s = POLL_FIRST_S
        while True:
            try:
                found = self.transaction(tx_id)
            except NoNode:
                if self._pace.elapsed_s() >= deadline_s:
                    raise
            else:
                if found.status.decided:
                    return found
                if self._pace.elapsed_s() >= deadline_s:
                    raise NotFinal(tx_id.hex(), found.status.value)
            self._pace.sleep(min(pause_s, max(0.0, deadline_s - self._pace.elapsed_s())))
            pause_s = min(pause_s * POLL_GROWTH, POLL_MOST_S)

    def account(self, signer: Signer, actor: Id, purpose: str = "") -> Account:
        """One actor's record."""
        target = f"/v1/accounts/{actor.hex()}"
        return _decode(self._read(signer, target, purpose), Account, target)

    def history(self, signer: Signer, actor: Id, purpose: str = "") -> Iterator[HistoryItem]:
        """Everything that happened to an account, asked page by page."""
        path = f"/v1/accounts/{actor.hex()}/history"
        return self._pages(signer, path, {}, purpose, Page[HistoryItem])

    def order(self, signer: Signer, order: Id, purpose: str = "") -> OrderAnswer:
        """One order's record."""
        target = f"/v1/orders/{order.hex()}"
        return _decode(self._read(signer, target, purpose), OrderAnswer, target)

    def orders(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[OrderView]:
        """Orders that the reader may see; filters ``state``, ``district``, ``recipient``, ``volunteer``, ``payer``."""
        return self._pages(signer, "/v1/orders", filters, purpose, Page[OrderView])

    def proposals(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[ProposalView]:
        """Proposals; filters ``district`` and ``state``."""
        return self._pages(signer, "/v1/proposals", filters, purpose, Page[ProposalView])

    def mints(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[MintView]:
        """Mints; filter ``state``."""
        return self._pages(signer, "/v1/mints", filters, purpose, Page[MintView])

    def bindings(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[BindingView]:
        """Kin bindings; filter ``person``."""
        return self._pages(signer, "/v1/kin-bindings", filters, purpose, Page[BindingView])

    def persons(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[PersonView]:
        """Persons; filters ``district`` and ``status``."""
        return self._pages(signer, "/v1/persons", filters, purpose, Page[PersonView])

    def listed(
        self, signer: Signer, kind: type[A], filters: dict[str, str], purpose: str = ""
    ) -> Iterator[A]:
        """Events, teams, providers, redemptions, claims and what waits for staff; filters are those of the contract.

        Args:
            signer: who asks.
            kind: the view of what is wanted, such as ``EventView``.
            filters: field to value.
            purpose: why staff ask.
        """
        path = _LISTS[kind]
        return self._pages(signer, path, filters, purpose, Page[kind])  # type: ignore[valid-type]

    def proof_of_record(self, signer: Signer, id_: bytes, purpose: str = "") -> bytes:
        """The proof file of a transaction (by its id of 32 bytes) or a final order (16 bytes)."""
        return self._read(signer, f"/v1/proofs/record/{id_.hex()}", purpose).content

    def proof_of_state(
        self,
        signer: Signer,
        kind: str,
        id_: bytes,
        purpose: str = "",
        *,
        height: int | None = None,
    ) -> bytes:
        """The proof file of a record, or of its absence.

        Args:
            signer: who asks.
            kind: ``person``, ``order``, ``district``, ``city``, ``fund``.
            id_: the record's key id.
            purpose: why staff ask.
            height: in the state after this block; None for the tip.

        Raises:
            NodeProblem: ``A21``, the node keeps no state so old.
        """
        query = "" if height is None else f"?height={height}"
        target = f"/v1/proofs/state/{quote(kind)}/{id_.hex()}{query}"
        return self._read(signer, target, purpose).content

    def offences(self) -> tuple[OffenceView, ...]:
        """Every offence on the chain, by height and district; unsigned."""
        return self.ask("/v1/offences", OffenceList).items

    def evidence(self, height: int) -> bytes:
        """The file that convicts a district of what it said at a height; unsigned.

        Raises:
            NodeProblem: ``A14``, the node has none.
        """
        return self.file(f"/v1/evidence?height={height}")

    def ask(self, target: str, kind: type[A], signer: Signer | None = None, purpose: str = "") -> A:
        """One answer in JSON, signed by whoever is named."""
        if signer is None:
            return _decode(self._ask(Call("GET", target, {})), kind, target)
        return _decode(self._read(signer, target, purpose), kind, target)

    def file(self, target: str) -> bytes:
        """One answer in bytes; unsigned."""
        return self._ask(Call("GET", target, {})).content

    def _read(self, signer: Signer, target: str, purpose: str) -> Reply:
        reply = self._signed(signer, target, purpose, self.now_ms())
        if reply.http_status == HTTP_UNAUTHORISED:
            reply = self._signed(signer, target, purpose, self.status().now_ms)
        return _accepted(reply)

    def _signed(self, signer: Signer, target: str, purpose: str, now_ms: int) -> Reply:
        headers = signer.read_headers("GET", target, now_ms, purpose)
        return self._transport.send(Call("GET", target, headers))

    def _pages(
        self,
        signer: Signer,
        path: str,
        filters: dict[str, str],
        purpose: str,
        kind: type[Page[A]],
    ) -> Iterator[A]:
        cursor: str | None = None
        for _ in range(PAGES_MAX):
            query = filters | {"limit": str(PAGE_ITEMS)} | ({"cursor": cursor} if cursor else {})
            target = f"{path}?{urlencode(query)}"
            page = _decode(self._read(signer, target, purpose), kind, path)
            yield from page.items
            if page.next is None:
                return
            if page.next == cursor:
                raise strange_answer(path, "the same page again")
            cursor = page.next
        raise strange_answer(path, f"more than {PAGES_MAX} pages")

    def _ask(self, call: Call) -> Reply:
        return _accepted(self._transport.send(call))


def _accepted(reply: Reply) -> Reply:
    """The reply, unless it says no.

    Raises:
        Rejected: with a code of the ledger.
        NodeProblem: with any other.
    """
    if reply.http_status in HTTP_OK:
        return reply
    try:
        problem = msgspec.json.decode(reply.content, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        problem = Problem()
    code = ledger_code(problem.code)
    if code is not None:
        raise Rejected(code, problem.detail)
    english = problem.title or f"HTTP {reply.http_status}"
    title = Text(problem.title_zh or english, english)
    raise NodeProblem(reply.http_status, problem.code or problem.name, title, problem.detail)


def ledger_code(code: str | None) -> ErrorCode | None:
    """The ledger's error code of ``E309``; None for anything else."""
    digits = code[1:] if code is not None and code.startswith("E") else ""
    return _CODES.get(digits)


def _decode(reply: Reply, kind: type[A], question: str) -> A:
    try:
        return msgspec.json.decode(reply.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise strange_answer(question, f"{reply.address}: {error}") from error
