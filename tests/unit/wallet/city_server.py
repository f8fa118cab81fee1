"""A node's public door around a city in memory, on a real socket: as much of the contract as a wallet uses.

Every submitted transaction becomes a block at once. Signed reads are checked like a node checks them.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import get_args
from urllib.parse import parse_qs, urlsplit

import msgspec

from node.api.routes.matters import NOUNS
from node.api.views import name_of, view
from node.chain import keys
from node.chain.block import Header, block_id
from node.chain.certificate import (
    NO_SIGNATURE,
    Precommit,
    authority_set_hash,
    make_certificate,
    sign_bytes,
)
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Rejected
from node.chain.genesis_document import to_document
from node.chain.hashing import domain
from node.chain.merkle import leaf_hash
from node.chain.proof import Anchor, Proof, StateClaim, TransactionClaim
from node.chain.proof import Claim as ProofClaim
from node.chain.records import KINDS, StateRecord, encode_record, key_of
from node.chain.records.actors import Operator, Person
from node.chain.records.bindings import KinBinding, Mint, Proposal
from node.chain.records.corrections import Claim
from node.chain.records.events import Event, Team
from node.chain.records.orders import Order
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.rules.envelope import next_number
from node.chain.transition import Execution
from node.chain.tx.envelope import SignedTransaction, parse
from node.chain.types import ZERO_HASH, EpochMs, Hash, Height, Id, Round
from node.runtime.queries.facets import Listed, facets_of
from tests.kernel_city import KernelCity, seed_of

VALIDITY_MS = 7_200_000
MATTERS: dict[str, type[StateRecord]] = {
    **NOUNS,
    "group-events": Event,
    "teams": Team,
    "providers": Provider,
    "capacities": Capacity,
    "redemptions": Redemption,
    "claims": Claim,
}
"""Lists that the door renders as a node does."""


class Refused(Exception):  # noqa: N818 - an answer, not an accident
    """An answer that is a problem."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


@dataclass
class CityDoor:
    """The door's answers, and what was asked."""

    city: KernelCity = field(default_factory=KernelCity)
    committed: dict[str, tuple[int, SignedTransaction, int]] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)
    has_all_blocks: bool = True
    history: list[tuple[dict[str, object], frozenset[Id]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    """Every byte that came in: request lines, headers, bodies."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    before_submit: Callable[[bytes], None] | None = None
    fate: str = "COMMITTED"
    """What becomes of every submitted transaction."""
    offences: list[dict[str, object]] = field(default_factory=list)
    conviction: bytes = b""
    """The file that every question for evidence is answered with."""
    lies: dict[str, ProofClaim] = field(default_factory=dict)
    """By kind of record: what is said in proofs of the state instead of the truth."""
    swallow: int = 0
    """Submissions to take without answering: the connection is closed instead."""

    def get(self, target: str, headers: dict[str, str]) -> object:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path.strip("/").split("/")[1:]:
            case ["status"]:
                return self._status()
            case ["genesis"]:
                return to_document(self.city.genesis)
            case ["districts"]:
                return {"items": [{"code": d.code} for d in self.city.genesis.districts]}
            case ["offences"]:
                return {"items": self.offences}
            case ["evidence"] if self.conviction:
                return self.conviction
            case ["evidence"]:
                raise Refused(404, "A14")
            case ["actors", id_, "sequence"]:
                return {"lane": 0, "next": next_number(self._actor(id_), int(query["lane"]))}
            case ["transactions", tx_id]:
                return self._transaction(tx_id)
            case rest:
                return self._signed(target, rest, query, headers)

    def _signed(
        self, target: str, rest: list[str], query: dict[str, str], headers: dict[str, str]
    ) -> object:
        reader = self._check(target, headers)
        match rest:
            case ["accounts", id_]:
                return {"height": 1, "kind": "x", "record": encode_record(self._actor(id_)).hex()}
            case ["accounts", id_, "history"]:
                mine = [item for item, who in self.history if Id(bytes.fromhex(id_)) in who]
                return {"items": mine[::-1], "next": None}
            case ["orders", id_]:
                order = self.city.order(Id(bytes.fromhex(id_)))
                return {"height": 1, "record": encode_record(order).hex()}
            case ["proofs", "record", tx_id]:
                self._may_prove(reader, tx_id, headers)
                return self._transaction_proof(self.committed[tx_id][1].raw)
            case ["proofs", "state", kind, key]:
                return self._state_proof(kind, bytes.fromhex(key))
            case [noun]:
                return self._list(noun, query)
            case _:
                raise Refused(404, "A01", str(reader))

    def _status(self) -> dict[str, object]:
        city = self.city
        return {
            "chain_id": city.chain_id.hex(),
            "district": "gulou",
            "height": city.ledger.height,
            "time_ms": city.now_ms,
            "now_ms": city.now_ms,
            "validity_ms": VALIDITY_MS,
            "policy_version": 1,
            "ready": True,
            "something_new": [],
        }

    def _actor(self, id_: str) -> Person | Operator:
        raw = bytes.fromhex(id_)
        for kind in (Person, Operator):
            record = self.city.ledger.read(key_of(kind, raw))
            if isinstance(record, Person | Operator):
                return record
        raise Refused(403, "A13")

    def _check(self, target: str, headers: dict[str, str]) -> Id:
        actor = self._actor(headers["timebank-actor"])
        time_ms = int(headers["timebank-time"])
        if abs(time_ms - self.city.now_ms) > 60_000:
            raise Refused(401, "A11")
        message = (
            domain("read", self.city.chain_id)
            + b"GET\x00"
            + target.encode()
            + b"\x00"
            + time_ms.to_bytes(8, "big")
            + actor.id
            + headers.get("timebank-purpose", "").encode()
        )
        if not keys.verify(1, actor.key, message, bytes.fromhex(headers["timebank-signature"])):
            raise Refused(401, "A10")
        return actor.id

    def _may_prove(self, reader: Id, tx_id: str, headers: dict[str, str]) -> None:
        """Whom it concerns, and staff with a purpose."""
        concerned = next(who for item, who in self.history if item.get("tx_id") == tx_id)
        if reader not in concerned and "timebank-purpose" not in headers:
            raise Refused(403, "A12")

    def _list(self, noun: str, query: dict[str, str]) -> dict[str, object]:
        if noun in MATTERS:
            return self._matters(MATTERS[noun], query)
        kind = {
            "orders": Order,
            "proposals": Proposal,
            "mints": Mint,
            "kin-bindings": KinBinding,
            "persons": Person,
        }[noun]
        records = [r for r in self.city.ledger.records.values() if isinstance(r, kind)]
        wanted = {k: v for k, v in query.items() if k in {"state", "status", "recipient"}}
        views = [msgspec.to_builtins(_plain(record)) for record in records]
        items = [v for v in views if all(str(v.get(k)) == w for k, w in wanted.items())]
        return {"items": items, "next": None}

    def _matters(self, kind: type[StateRecord], query: dict[str, str]) -> dict[str, object]:
        """As a node lists them, by the same facets and rendering."""
        wanted = {
            name: value for name, value in query.items() if name in {"state", "person", "order"}
        }
        ledger = self.city.ledger
        items = []
        for record in ledger.records.values():
            if isinstance(record, kind) and isinstance(record, get_args(Listed)):
                facets = {
                    (name, getattr(value, "hex", lambda v=value: v)())
                    for name, value in facets_of(record, ledger)
                }
                if set(wanted.items()) <= facets:
                    items.append(view(record))
        return {"items": items, "next": None}

    def _transaction(self, tx_id: str) -> dict[str, object]:
        if tx_id not in self.committed:
            return {"id": tx_id, "status": self.superseded.get(tx_id, "UNKNOWN")}
        height, signed, index = self.committed[tx_id]
        kind = type(signed.tx.body).__name__.lower()
        return {
            "id": tx_id,
            "status": self.fate,
            "height": height,
            "index": index,
            "kind": kind,
        }

    def submit(self, raw: bytes) -> dict[str, object]:
        """One transaction, a block of its own."""
        if self.before_submit is not None:
            hook, self.before_submit = self.before_submit, None
            hook(raw)
        signed = parse(raw)
        tx_id = signed.tx_id.hex()
        if tx_id not in self.committed:
            execution = self._block(tx_id, signed)
            receipt = execution.receipts[0]
            self.committed[tx_id] = (int(execution.height), signed, 0)
            item = {
                "height": int(execution.height),
                "time_ms": int(execution.time_ms),
                "index": 0,
                "tx_id": tx_id,
                "kind": type(signed.tx.body).__name__.lower(),
                "minutes": 0,
                "orders": [order.hex() for order in receipt.orders],
            }
            self.history.append((item, frozenset(receipt.persons)))
        return {"id": tx_id, "status": "PENDING"}

    def _block(self, tx_id: str, signed: SignedTransaction) -> Execution:
        try:
            return self.city.block(signed)
        except Rejected as refusal:
            if refusal.code is ErrorCode.SEQUENCE_USED and self.has_all_blocks:
                self.superseded[tx_id] = "SUPERSEDED"
            raise

    def _transaction_proof(self, raw: bytes) -> bytes:
        return self._proof(TransactionClaim(raw, 0, ()), leaf_hash(raw), ZERO_HASH)

    def _state_proof(self, kind: str, key: bytes) -> bytes:
        ledger = self.city.ledger
        number = KINDS[next(one for one in KINDS if name_of(one) == kind)]
        record = ledger.read(bytes([number]) + key)
        raw = b"" if record is None else encode_record(record)
        claim = StateClaim(number, key, raw, ledger.prove(bytes([number]) + key))
        return self._proof(self.lies.get(kind, claim), ZERO_HASH, ledger.state_root)

    def _proof(self, claim: ProofClaim, log_root: Hash, state_root: Hash) -> bytes:
        city = self.city
        authorities = city.genesis.authorities
        set_hash = authority_set_hash(city.chain_id, authorities)
        header = Header(
            version=1,
            suite=1,
            height=Height(1),
            time_ms=EpochMs(city.now_ms),
            previous_id=city.chain_id,
            last_commit_hash=Hash(b""),
            maker=0,
            transaction_count=1,
            log_number=0,
            log_size=1,
            log_root=log_root,
            state_root=state_root,
            evidence_root=ZERO_HASH,
            authorities_hash=set_hash,
            next_authorities_hash=set_hash,
            policy_hash=ZERO_HASH,
        )
        id_ = block_id(city.chain_id, header)
        votes = []
        for index, member in enumerate(authorities.members):
            vote = Precommit(1, Height(1), Round(0), id_, index, NO_SIGNATURE)
            seed = seed_of(f"consensus/{member.district}")
            signature = keys.sign(seed, sign_bytes(city.chain_id, vote))
            votes.append(msgspec.structs.replace(vote, signature=signature))
        anchor = Anchor(header, make_certificate(votes), ())
        return encode(Proof(1, city.chain_id, claim, anchor))


def _plain(record: msgspec.Struct) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, msgspec.Struct):
            fields[name] = {"kind": type(value).__name__} | _plain(value)
        elif isinstance(value, tuple):
            fields[name] = [str(item) for item in value]
        else:
            fields[name] = value.hex() if isinstance(value, bytes) else value
    return fields


def _handler(door: CityDoor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            door.heard.append(self.raw_requestline + bytes(self.headers))
            self._answer(200, lambda: door.get(self.path, headers))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            door.heard.append(self.raw_requestline + bytes(self.headers) + body)
            if self.path.endswith("/batch"):
                self._answer(200, lambda: {"results": [_one(door, raw) for raw in _raws(body)]})
            else:
                self._answer(202, lambda: door.submit(body))

        def _answer(self, status: int, make: Callable[[], object]) -> None:
            with door.lock:
                door.asked.append(f"{self.command} {self.path}")
                try:
                    value = make()
                except Refused as refused:
                    status, value = refused.status, {"code": refused.code, "title": refused.code}
                except Rejected as rejected:
                    status = 409
                    value = {"code": f"E{rejected.code.value}", "detail": rejected.detail}
                if self.command == "POST" and door.swallow:
                    door.swallow -= 1
                    self.close_connection = True
                    return
            raw = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    return Handler


def _raws(body: bytes) -> list[bytes]:
    return msgspec.msgpack.decode(body, type=list[bytes])


def _one(door: CityDoor, raw: bytes) -> dict[str, object]:
    try:
        return door.submit(raw)
    except Rejected as refusal:
        code = f"E{refusal.code.value}"
        id_ = parse(raw).tx_id.hex()
        return {"id": id_, "status": "REFUSED", "code": code, "detail": refusal.detail}


@contextlib.contextmanager
def serving(door: CityDoor) -> Iterator[str]:
    """The address of a server of this door."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(door))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def closed_port() -> str:
    """An address where nobody listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_port
    server.server_close()
    return f"http://127.0.0.1:{port}"
