"""Where honest nodes stand after each input: C5, C8, C11, C19, and that no rule was left undone (C10)."""

from dataclasses import dataclass

from node.chain.types import Height
from node.consensus.state import NO_ROUND, WINDOW_ROUNDS, State, Step
from node.consensus.votes import leader
from node.sim.checkers.faults import Broken
from node.sim.simnode import City, SimulatedNode


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Lock and valid value of a node at a height, in one life."""

    height: Height
    life: int
    locked: int
    valid: int


class Standing:
    """Remembers lock and valid value of each place."""

    def __init__(self, city: City) -> None:
        """Nobody stands anywhere."""
        self._city = city
        self._known: dict[int, _Rounds] = {}

    def on_acted(self, node: SimulatedNode, state: State) -> None:
        """A node has dealt with one input."""
        if state.authorities != self._city.authorities_at(state.height):
            raise Broken(f"C8: node {node.place} has another set at height {state.height}")
        if state.step is Step.DECIDED:
            return
        check_bounds(node.place, state)
        check_rules(node.place, state)
        self._check_lock(node, state)

    def _check_lock(self, node: SimulatedNode, state: State) -> None:
        known = self._known.get(node.place)
        lock, valid = state.locked_round, state.valid_round
        if not state.signing:
            lock = NO_ROUND
        elif known is not None and known.height == state.height:
            if lock < known.locked:
                raise Broken(f"C5: the lock of node {node.place} goes back to round {lock}")
            if known.life == node.life and valid < known.valid:
                raise Broken(f"C5: the valid round of node {node.place} goes back to {valid}")
        self._known[node.place] = _Rounds(state.height, node.life, lock, valid)


def check_rules(place: int, state: State) -> None:
    """What the rules of Algorithm 1 have left behind when they could act.

    Raises:
        Broken: C5, C10 or C11.
    """
    authorities = state.authorities
    reached = sorted(state.highest_rounds(), reverse=True)[authorities.faults]
    if reached > state.round:
        raise Broken(f"C11: node {place} stays in round {state.round}, f+1 are in {reached}")
    for round_, entry in state.rounds.items():
        block = leader(entry.precommits, authorities.quorum)
        if block and state.verdicts.get(block):
            raise Broken(f"C10: node {place} does not decide what round {round_} has decided")
    against = sum(1 for v in state.current.prevotes if v is not None and not v.block_id)
    if state.step is Step.PREVOTE and against >= authorities.quorum:
        raise Broken(f"C10: node {place} waits though a quorum has prevoted nil")
    if state.signing and state.locked_round > state.valid_round:
        kept = (state.locked_round, state.locked_block) in state.polkas
        if kept and state.verdicts.get(state.locked_block):
            raise Broken(f"C5: node {place} is locked on what it would not propose")


def check_bounds(place: int, state: State) -> None:
    """What is kept of a height is bounded, whatever others send.

    Raises:
        Broken: C19.
    """
    members = len(state.authorities.members)
    rounds_max = 2 * WINDOW_ROUNDS + 1 + members + len(state.polkas)
    if len(state.rounds) > rounds_max:
        raise Broken(f"C19: node {place} keeps {len(state.rounds)} rounds, at most {rounds_max}")
    last = max(state.rounds, default=0)
    polkas_max = 2 * (max(last, int(state.round)) + 1)
    if len(state.polkas) > polkas_max:
        raise Broken(f"C19: node {place} keeps {len(state.polkas)} polkas, at most {polkas_max}")
    if len(state.accused) > members:
        raise Broken(f"C19: node {place} has evidence against {len(state.accused)}")
