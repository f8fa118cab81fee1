"""Those who change the set of authorities in a simulated city: operators who move, vote and prove new keys.

They are clients: they see the state of some node that runs, and bring their statements to it. What is lost with a node
is said again at another. A district whose consensus key is rotated starts its node anew with the next key, and with a
vote log of its own, when that is in effect.
"""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Final

from msgspec.structs import replace

from node.chain import keys
from node.chain.certificate import Authority
from node.chain.records.accounts import District
from node.chain.records.actors import operator_id
from node.chain.records.authorities import Merger, OpenChange
from node.chain.records.motions import Motion
from node.chain.rules.authorities import proof_context
from node.chain.seats import current_set, schedule_of
from node.chain.state import View
from node.chain.tx.authorities import (
    AddAuthority,
    AuthoritySubject,
    KeyProof,
    MergeDistrict,
    ProveKeys,
    RemoveAuthority,
    RotateKeys,
)
from node.chain.tx.envelope import Body
from node.chain.tx.governance import ProposeMotion, VoteMotion
from node.chain.types import Code, Hash, Id
from node.sim.ledgers import CityLedger
from node.sim.simnode import SimulatedNode

SEATS_MIN: Final = 4
"""Below that no node may fail."""
MOVE_CHANCE: Final = 0.3
"""Of a new motion at each step, while none is open."""
PAPER: Final = Hash(bytes([7]) * 32)


def seat_of(district: Code, seed: bytes) -> Authority:
    """A seat whose four keys follow from one seed."""
    uses = (seed, operator_seed(seed), *(sha256(use + seed).digest() for use in (b"note", b"tls")))
    return Authority(district, 1, *map(keys.public_key, uses))


def operator_seed(seed: bytes) -> bytes:
    """Of the operator of a seat, which keeps it when the consensus key is rotated."""
    return sha256(b"operator" + seed).digest()


class Clerk:
    """See the module."""

    def __init__(self, rng: Random, nodes: Sequence[SimulatedNode]) -> None:
        """Nobody has moved anything."""
        self._rng = rng
        self._nodes = nodes
        self._operators = {node.name: operator_seed(node.seed) for node in nodes}
        self._seats = {node.name: seat_of(Code(node.name), node.seed) for node in nodes}
        self._known = {m: s for name, s in self._first_seeds() for m in (keys.public_key(s),)}
        self._said: dict[tuple[str, Id, str], bytes] = {}
        self._motions: list[bytes] = []

    def _first_seeds(self) -> list[tuple[str, bytes]]:
        pairs = [(node.name, node.seed) for node in self._nodes]
        return pairs + [(name, seed) for name, seed in self._operators.items()]

    def step(self) -> None:
        """Say what is to be said now."""
        running = [node for node in self._nodes if node.alive]
        if not running:
            return
        node = self._rng.choice(running)
        assert isinstance(node.ledger, CityLedger)
        view = View(node.ledger.state)
        schedule = schedule_of(view)
        seated = {str(member.district): member for member in current_set(view).members}
        if not self._all_sign(seated):
            return
        if schedule.open:
            self._further(node, view, schedule.open[0])
        elif (
            not (schedule.waiting or self._on_its_way(running)) and self._rng.random() < MOVE_CHANCE
        ):
            self._move(node, view, seated)

    def next_seed(self, node: SimulatedNode) -> bytes | None:
        """The seed that a node must be started with, if the set that it knows of names another key than it has."""
        if not isinstance(node.ledger, CityLedger):
            return None
        for member in node.ledger.blocks.tip.authorities.members:
            if member.district == node.name:
                seed = self._known[member.consensus_key]
                return seed if seed != node.seed else None
        return None

    def _on_its_way(self, running: Sequence[SimulatedNode]) -> bool:
        """Whether somebody's motion waits at some node."""
        ledgers = [node.ledger for node in running if node.ledger is not None]
        return any(ledger.waits(raw) for ledger in ledgers for raw in self._motions)

    def _move(self, node: SimulatedNode, view: View, seated: dict[str, Authority]) -> None:
        motion = ProposeMotion(self._subject(view, seated), PAPER)
        proposer = self._rng.choice(sorted(seated))
        raw = self._say(node, proposer, self._operator(node, proposer), motion)
        if raw is not None:
            self._motions.append(raw)

    def _all_sign(self, seated: dict[str, Authority]) -> bool:
        """Whether nobody abstains or waits for the next key: two in a set of four leave no quorum."""
        logs = [node.vote_log for node in self._nodes if node.name in seated and node.alive]
        signing = sum(log is not None and log.may_sign for log in logs)
        return signing == len(seated) and not any(map(self.next_seed, self._nodes))

    def _subject(self, view: View, seated: dict[str, Authority]) -> AuthoritySubject:
        """Something that makes sense with these seats."""
        rng = self._rng
        outside = [
            name
            for name in self._seats
            if name not in seated and view.get(Merger, name.encode()) is None
        ]
        kinds = ["rotate"] + ["add"] * bool(outside)
        kinds += ["remove", "merge"] if len(seated) > SEATS_MIN else []
        name = rng.choice(sorted(seated))
        match rng.choice(kinds):
            case "rotate":
                return RotateKeys(self._rotated(seated[name]))
            case "add":
                chosen = rng.choice(outside)
                founded = view.get(District, chosen.encode()) is not None
                sites = () if founded else (Code(chosen),)
                return AddAuthority(self._seats[chosen], sites)
            case "remove":
                return RemoveAuthority(Code(name))
            case _:
                successor = next(other for other in sorted(seated) if other != name)
                return MergeDistrict(Code(name), Code(successor))

    def _rotated(self, seat: Authority) -> Authority:
        seed = self._rng.randbytes(32)
        public = keys.public_key(seed)
        self._known[public] = seed
        return replace(seat, consensus_key=public)

    def _further(self, node: SimulatedNode, view: View, entry: OpenChange) -> None:
        """Vote, and prove what is not proven."""
        motion = view.need(Motion, entry.motion)
        voters = {
            str(m.district): self._operator(node, m.district) for m in current_set(view).members
        }
        if entry.candidate:
            voters[str(entry.district)] = entry.candidate
        for name, sender in sorted(voters.items()):
            if name not in motion.voters and self._rng.getrandbits(1):
                self._say(node, name, sender, VoteMotion(motion.id, motion.origin, 1))
        if entry.unproven:
            proposer = str(entry.proposer)
            proof = self._proofs(node, entry, motion)
            self._say(node, proposer, self._operator(node, proposer), proof)

    def _proofs(self, node: SimulatedNode, entry: OpenChange, motion: Motion) -> ProveKeys:
        assert isinstance(node.ledger, CityLedger)
        context = proof_context(motion.id, node.ledger.state.state_root)
        chain_id = node.city.chain_id
        proofs = tuple(
            KeyProof(
                key, keys.sign(self._known[key], keys.possession_bytes(chain_id, key, context))
            )
            for key in entry.unproven
        )
        return ProveKeys(motion.id, motion.origin, node.ledger.blocks.tip.height, proofs)

    def _say(self, node: SimulatedNode, name: str, sender: Id, body: Body) -> bytes | None:
        """Bring a statement, unless one of the kind is on its way."""
        assert isinstance(node.ledger, CityLedger)
        place = (name, getattr(body, "motion", Id(b"")), type(body).__name__)
        earlier = self._said.get(place)
        if earlier is not None and node.ledger.waits(earlier):
            return None
        raw = node.ledger.say(sender, self._operators[name], body)
        driver = node.driver
        if raw is not None and driver is not None:
            self._said[place] = raw
            node.act(lambda: driver.share((raw,)))
        return raw

    def _operator(self, node: SimulatedNode, name: str) -> Id:
        return operator_id(node.city.chain_id, Code(name))
