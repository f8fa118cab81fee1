"""Who acts, through which node: what every verb that asks or tells a node has in common.

A verb is a function of an ``Acting`` and its own parameters; ``wallet.verbs.making`` gives it the shared options. The
password is asked for only when something must be signed.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.chain.genesis import Genesis, chain_id_of
from node.chain.records.actors import Actor, Operator, Person
from node.chain.records.orders import Order
from node.chain.tx.envelope import Body
from node.chain.types import Hash, Id
from node.console.console import Console
from node.console.formats import instant
from node.console.language import Text, t
from node.console.result import Cell, Facts, Json, Result
from wallet.builder import Signer, created_id
from wallet.client.answers import TransactionStatus
from wallet.client.http import NodeClient
from wallet.home import DEFAULT_NAME, WalletHome, password
from wallet.keystore import Keystore
from wallet.session.accounts import account_of
from wallet.session.faults import other_city, other_key
from wallet.session.files import parse_genesis_file, read_genesis_file, write_whole
from wallet.session.session import WAIT_S, Done, Session, made_by, wait_committed
from wallet.verbs.faults import not_a_person

NODE_VARIABLE: Final = "TIMEBANK_NODE"
DEFAULT_NODE: Final = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Flags:
    """The shared options of a verb.

    Attributes:
        nodes: addresses, tried in turn; empty for the default.
        name: the wallet that acts.
        purpose: why staff read personal data; empty for one's own.
        wait: whether to wait for the block.
        timeout_s: seconds to wait at most.
        out: where to write the signed transaction instead of handing it in.
    """

    nodes: tuple[str, ...] = ()
    name: str = DEFAULT_NAME
    purpose: str = ""
    wait: bool = True
    timeout_s: float = WAIT_S
    out: Path | None = None


class Acting:
    """One verb in action: opens what it needs when it needs it."""

    def __init__(self, console: Console, flags: Flags) -> None:
        """Open nothing yet.

        Raises:
            node.console.fault.Fault: an address of a node is none (exit 3).
        """
        self.console = console
        self.flags = flags
        self.home = WalletHome(console.home)
        self.client = NodeClient.at(*addresses(flags.nodes, console.environment))

    @functools.cached_property
    def keystore(self) -> Keystore:
        """The acting wallet's keystore, closed."""
        return self.home.load(self.flags.name)

    @functools.cached_property
    def genesis(self) -> Genesis:
        """The wallet's city: its genesis file, else the node's."""
        if self.home.genesis.is_file():
            return read_genesis_file(self.home.genesis)
        return parse_genesis_file(self.client.genesis(), Path("/v1/genesis"))

    @functools.cached_property
    def chain_id(self) -> Hash:
        """The city's genesis hash."""
        return chain_id_of(self.genesis)

    @functools.cached_property
    def account(self) -> Id:
        """The acting account."""
        return account_of(self.home, self.flags.name, self.keystore.public_key, self.genesis)

    @functools.cached_property
    def signer(self) -> Signer:
        """The acting account with its key; asks for the password."""
        account = self.account
        key = self.keystore.open(password(self.console))
        return Signer(self.chain_id, account, key)

    @functools.cached_property
    def session(self) -> Session:
        """The conversation with the ledger."""
        return Session(self.client, self.signer)

    def actor(self, id_: Id | None = None) -> Actor:
        """An actor's record; the acting account's unless named."""
        chosen = self.account if id_ is None else id_
        record = self.client.account(self.signer, chosen, self.flags.purpose).actor()
        if record.id != chosen:
            raise other_key(self.flags.name)
        return record

    def person(self, id_: Id | None = None) -> Person:
        """A person's record.

        Raises:
            node.console.fault.Fault: it is an operator's account (exit 3).
        """
        record = self.actor(id_)
        if isinstance(record, Operator):
            raise not_a_person(record.id.hex())
        return record

    def order(self, id_: Id) -> Order:
        """An order's record, as it is now."""
        return self.client.order(self.signer, id_, self.flags.purpose).order()

    def now_ms(self) -> int:
        """The node's time."""
        return self.client.now_ms()

    def check_city(self) -> None:
        """The node and the wallet are of one city.

        Raises:
            node.console.fault.Fault: they are not (exit 3).
        """
        found = self.client.status().chain_id
        if found != self.chain_id.hex():
            raise other_city(self.chain_id.hex(), found)

    def perform(
        self,
        body: Body,
        what: Text,
        more: Mapping[str, Json] | None = None,
        told: Callable[[], tuple[Mapping[str, Json], Facts]] | None = None,
    ) -> Done | None:
        """Sign, hand in, wait and report; with ``--out``, sign and write to a file.

        Args:
            body: what is said.
            what: the same, for people.
            more: further members of the JSON result.
            told: what can be said only once it stands in a block: more members, and the same for people.

        Returns:
            What was done; None when it was only written.
        """
        if self.flags.out is not None:
            self._write(self.flags.out, body, what)
            return None
        self.console.progress(t(zh="正在签名并提交……", en="Signing and submitting..."))
        done = self.session.submit(body)
        if self.flags.wait:
            self.console.progress(t(zh="正在等待入账……", en="Waiting for the block..."))
            status = wait_committed(self.client, done.signed, self.flags.timeout_s)
            done = Done(done.signed, status, made_by(self.chain_id, done.signed, status))
        data, facts = _done_data(done) | dict(more or {}), (what, _done_facts(done))
        if told is not None and self.flags.wait:
            extra, shown = told()
            self.console.emit(Result(data | dict(extra), (*facts, shown)))
        else:
            self.console.emit(Result(data, facts))
        return done

    def _write(self, out: Path, body: Body, what: Text) -> None:
        signed = self.session.sign(body)
        write_whole(out, signed.raw)
        made = created_id(self.chain_id, signed.tx)
        data = {
            "tx_id": signed.tx_id.hex(),
            "file": str(out),
            "created": [] if made is None else [made.hex()],
            "valid_until_ms": signed.tx.valid_until_ms,
        }
        facts = Facts(
            (
                (t(zh="交易编号", en="Transaction"), signed.tx_id.hex()),
                (t(zh="已写入，尚未提交", en="Written, not submitted"), str(out)),
                (t(zh="有效期至", en="Valid until"), instant(signed.tx.valid_until_ms)),
            )
        )
        self.console.emit(Result(data, (what, facts)))


def kind_of(body: Body) -> str:
    """The name of a statement: ``check-in`` for ``CheckIn``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(body).__name__).lower()


def _done_data(done: Done) -> dict[str, Json]:
    status: TransactionStatus = done.status
    return {
        "tx_id": done.signed.tx_id.hex(),
        "kind": kind_of(done.signed.tx.body),
        "status": status.status.value,
        "height": status.height,
        "index": status.index,
        "created": [done.created.hex()] if done.created else list(status.created or ()),
        "lane": done.signed.tx.sequence[0],
        "number": done.signed.tx.sequence[1],
    }


def _done_facts(done: Done) -> Facts:
    pairs: list[tuple[Text, Cell]] = []
    if done.created is not None:
        pairs.append((t(zh="编号", en="Id"), done.created.hex()))
    if done.status.height is not None:
        pairs.append((t(zh="区块高度", en="Height"), done.status.height))
    else:
        pairs.append((t(zh="状态", en="State"), t(zh="已提交，等待入账", en="submitted")))
    pairs.append((t(zh="交易编号", en="Transaction"), done.signed.tx_id.hex()))
    return Facts(pairs)


def addresses(flags: Iterable[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Nodes to ask: ``--node``, then ``TIMEBANK_NODE`` (separated by commas), then this machine's."""
    chosen = tuple(flags)
    if chosen:
        return chosen
    listed = environment.get(NODE_VARIABLE, "").split(",")
    return tuple(part.strip() for part in listed if part.strip()) or (DEFAULT_NODE,)


def nobody(value: Id | None) -> Id:
    """An optional id as the ledger has it: empty for none."""
    return Id(b"") if value is None else value
