"""Where the story plays: people with their keys in front of the nodes' public doors.

Everybody acts through the wallet's own builder, client and sessions. Every wait is for a state that a node reports.
Time moves by leaps of the rehearsal clock, and only forward.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from node.chain import keys
from node.chain.errors import ErrorCode, Rejected
from node.chain.genesis import Genesis, chain_id_of
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.keys import SEED_BYTES
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, day_of, quarter_end_ms
from node.chain.records.actors import Operator, Person
from node.chain.records.orders import Order
from node.chain.tx.envelope import Body
from node.chain.tx.identity import Register
from node.chain.tx.organisation import Action, ApprovePerson, Propose, Second
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Id
from node.city.ceremony import STAFF_PASSWORD
from node.city.faults import went_otherwise
from node.city.processes import wait_until
from node.city.supervisor import LocalCity
from node.config.homes import read_genesis, read_seed
from node.console.language import t
from wallet.builder import Signer, bureau_receipt, possession
from wallet.client import NodeClient
from wallet.client.answers import TxState
from wallet.home import WalletHome
from wallet.secret import Secret
from wallet.session.accounts import account_of
from wallet.session.session import Done, Session, wait_committed

STATE_WAIT_S: Final = 30.0
POLL_S: Final = 0.03
ATTESTED_MS: Final = 365 * DAY_MS


class Actor:
    """Somebody with a key, in front of the node of their district."""

    def __init__(self, name: str, client: NodeClient, signer: Signer) -> None:
        """Open a session; nothing is asked yet."""
        self.name = name
        self.id = signer.actor
        self.client = client
        self.signer = signer
        self.session = Session(client, signer)

    def say(self, body: Body) -> Done:
        """Sign, hand in, wait until it is committed.

        Raises:
            Rejected: the ledger refuses it.
        """
        return self.session.perform(body)

    def make(self, body: Body) -> tuple[Id, Hash]:
        """``say`` something that creates an object: (its id, the transaction's id)."""
        done = self.say(body)
        assert done.created is not None, f"{type(body).__name__} creates an object"
        return done.created, done.signed.tx_id

    def record(self) -> Person | Operator:
        """The actor's own record at the tip."""
        return self.client.account(self.signer, self.id).actor()

    def order(self, order: Id) -> Order:
        """An order in which the actor has a part."""
        return self.client.order(self.signer, order).order()


class Stage:
    """The city in front of which everybody acts.

    Attributes:
        city: its processes.
        genesis: its beginning.
        chain_id: its name in all that is signed.
    """

    def __init__(self, city: LocalCity) -> None:
        """Open the staff's keystores on demand; ``close`` ends the connections."""
        self.city = city
        self.genesis: Genesis = read_genesis(city.places.genesis)
        self.chain_id = chain_id_of(self.genesis)
        self._bureau = read_seed(city.places.keys / "bureau.key")
        self._wallets = WalletHome(city.places.staff)
        self._clients = {code: NodeClient.at(*self._addresses(code)) for code in city.districts}
        self._staff: dict[str, Actor] = {}

    def close(self) -> None:
        """End the connections."""
        for client in self._clients.values():
            client.close()

    def client(self, district: str) -> NodeClient:
        """A client that asks this district's node first, then the others."""
        return self._clients[Code(district)]

    def staff(self, district: str, part: str) -> Actor:
        """A first member of staff, or a district's operator as ``voice``."""
        name = f"{district}-{part}"
        if name not in self._staff:
            seed = self._wallets.load(name).open(STAFF_PASSWORD)
            public = keys.public_key(seed.reveal())
            account = account_of(self._wallets, name, public, self.genesis)
            signer = Signer(self.chain_id, account, seed)
            self._staff[name] = Actor(name, self.client(district), signer)
        return self._staff[name]

    def now_ms(self) -> EpochMs:
        """The city's time, asked now."""
        return EpochMs(self._clients[self.city.districts[0]].status().now_ms)

    def leap_until(self, time_ms: int) -> None:
        """Leap so that the clocks show at least this time."""
        missing = time_ms - self.now_ms()
        if missing > 0:
            self.city.advance(missing)

    def register(self, name: str, home: str, *, serves: bool, funded: bool) -> Actor:
        """A person at the desk: a recorder enters them, the bureau knows them once, two reviewers agree."""
        site = next(d.sites[0] for d in self.genesis.districts if d.code == home)
        seed = Secret(secrets.token_bytes(SEED_BYTES))
        public = keys.public_key(seed.reveal())
        proof = possession(self.chain_id, seed.reveal(), home.encode())
        entry = Register(
            Code(home), site, SUITE_ED25519_SHA256, public, proof, b"", b"", fresh_hash()
        )
        person, origin = self.staff(home, "recorder").make(entry)
        now_ms = self.now_ms()
        until_ms = EpochMs(quarter_end_ms(now_ms + ATTESTED_MS))
        receipt = bureau_receipt(self.chain_id, self._bureau, person, Code(home), day_of(now_ms))
        self.two(
            home,
            ApprovePerson(
                person,
                origin,
                until_ms if serves else EpochMs(0),
                until_ms,
                until_ms if funded else EpochMs(0),
                fresh_hash(),
                receipt,
            ),
        )
        return Actor(name, self.client(home), Signer(self.chain_id, person, seed))

    def two(self, district: str, action: Action) -> None:
        """One reviewer proposes, another seconds."""
        proposal, origin = self.staff(district, "reviewer").make(Propose(action))
        self.staff(district, "reviewer-2").say(Second(proposal, origin))

    def until(self, actor: Actor, order: Id, state: State) -> Order:
        """Wait until an order is in a state.

        Raises:
            node.console.fault.Fault: it is not, within half a minute of real time.
        """
        found = actor.order(order)

        def reached() -> bool:
            nonlocal found
            found = actor.order(order)
            return found.state is state

        if not wait_until(reached, STATE_WAIT_S, POLL_S):
            raise self._otherwise("wait", state.value, found.state.value)
        return found

    def refused(self, actor: Actor, body: Body, code: ErrorCode) -> Rejected:
        """Try what must not be possible.

        Raises:
            node.console.fault.Fault: it was accepted, or refused for another reason.
        """
        try:
            actor.say(body)
        except Rejected as refusal:
            if refusal.code is code:
                return refusal
            raise self._otherwise(type(body).__name__, code.name, refusal.code.name) from refusal
        raise self._otherwise(type(body).__name__, code.name, "accepted")

    def twice(self, actor: Actor, body: Body) -> Hash:
        """Hand the same signed bytes to two nodes that run, at the same moment.

        Returns:
            The transaction's id, once it is committed.
        """
        signed = actor.session.sign(body)
        running = self.city.running()
        doors = [NodeClient.at(self.city.doors(code).public) for code in (running[0], running[-1])]
        try:
            with ThreadPoolExecutor(len(doors)) as pool:
                answers = list(pool.map(lambda client: client.submit(signed.raw), doors))
        finally:
            for client in doors:
                client.close()
        ids = {answer.id for answer in answers}
        if ids != {signed.tx_id.hex()}:
            raise self._otherwise("twice", signed.tx_id.hex(), ", ".join(sorted(ids)))
        found = wait_committed(actor.client, signed, STATE_WAIT_S)
        assert found.status is TxState.COMMITTED, "the wait raises otherwise"
        # The session does not know of what was handed in beside it; a new one asks for its next number.
        actor.session = Session(actor.client, actor.signer)
        return signed.tx_id

    @staticmethod
    def _otherwise(step: str, wanted: str, seen: str) -> Exception:
        why = t(zh="应为 {wanted}，却是 {seen}", en="expected {wanted}, found {seen}")
        return went_otherwise(step, why.fill(wanted=wanted, seen=seen))

    def _addresses(self, first: str) -> tuple[str, ...]:
        others = [code for code in self.city.districts if code != first]
        return tuple(self.city.doors(code).public for code in (first, *others))


def fresh_hash() -> Hash:
    """A commitment to something in a vault that this story does not have."""
    return Hash(secrets.token_bytes(len(ZERO_HASH)))
