"""What may happen to one honest node in one phase of a round."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from node.chain.types import Hash
from node.consensus.schedule import Timeout
from node.consensus.state import Step
from node.sim.explore.ears import Ears
from node.sim.explore.seat import Bench, Build, Fire, Restart, Stimulus, Tell
from node.sim.explore.statements import NIL, NONE, Kind, Said, Voiced
from node.sim.explore.world import Chain, Heard, Seat


class Phase(StrEnum):
    """The parts of a round, in the order in which the explorer plays them."""

    PROPOSE = "propose"
    PREVOTE = "prevote"
    PRECOMMIT = "precommit"
    REST = "rest"
    """The round is over for the node, which may have stopped and started again."""
    ENTER = "enter"


class Move(NamedTuple):
    """One thing that may happen; several stimuli follow each other without anything in between."""

    stimuli: tuple[Stimulus, ...]
    shows: tuple[Voiced, ...] = ()
    """Votes, liars' among them, that the node holds afterwards."""


STAY = Move(())
"""Nothing happens."""


class Moves:
    """All moves of a node."""

    def __init__(self, bench: Bench, ears: Ears, blocks: tuple[Hash, ...]) -> None:
        """A city and the blocks that liars may put forward."""
        self._bench = bench
        self._ears = ears
        self._blocks = blocks

    def of(self, phase: Phase, seat: Seat, heard: Heard, round_: int) -> Iterator[Move]:
        """Every move of one node."""
        match phase:
            case Phase.PROPOSE:
                yield STAY
                yield from self._propose(seat)
            case Phase.PREVOTE:
                yield STAY
                if (seat.local.round, seat.local.step) == (round_, Step.PROPOSE):
                    yield from self._prevote(heard, round_)
            case Phase.PRECOMMIT:
                yield STAY
                if (seat.local.round, seat.local.step) == (round_, Step.PREVOTE):
                    yield from self._precommit(heard, round_)
            case Phase.REST:
                yield STAY
                yield from self._restart(seat, heard, round_)
            case Phase.ENTER:
                if self._proposer(round_ + 1) == seat.me:
                    yield STAY
                yield from self._enter(seat, round_)

    def _proposer(self, round_: int) -> int:
        return self._bench.authorities.proposer(self._bench.height, round_)

    def _propose(self, seat: Seat) -> Iterator[Move]:
        done = any(s.kind is Kind.PROPOSAL and s.round == seat.local.round for s in seat.said)
        if seat.local.asked_to_propose and not done:
            yield from (Move((Build(block),)) for block in self._bench.valid)

    def _prevote(self, heard: Heard, round_: int) -> Iterator[Move]:
        yield Move((Fire(Timeout.PROPOSE),))
        for proposal in self._proposals(heard, round_):
            _, said = proposal
            if said.earlier == NONE:
                yield Move((Tell((proposal,)),))
            else:
                for chain in self._ears.chains(heard, said.earlier, said.block):
                    yield Move((Tell((proposal,), chain),), _votes(chain))

    def _proposals(self, heard: Heard, round_: int) -> Iterator[Voiced]:
        proposer = self._proposer(round_)
        if proposer in self._ears.honest:
            for said in heard.speech[self._ears.honest.index(proposer)]:
                if (said.kind, said.round) == (Kind.PROPOSAL, round_):
                    yield proposer, said
            return
        for block in self._blocks:
            for valid_round in range(NONE, round_):
                yield proposer, Said(Kind.PROPOSAL, round_, block, valid_round)

    def _precommit(self, heard: Heard, round_: int) -> Iterator[Move]:
        end = Fire(Timeout.PREVOTE)
        yield Move((end,))
        for block in self._blocks:
            for chain in self._ears.chains(heard, round_, block):
                polka = Tell(tuple(chain[-1].voiced()), chain[:-1])
                yield Move((polka,), _votes(chain))
                yield Move((end, polka), _votes(chain))

    def _restart(self, seat: Seat, heard: Heard, round_: int) -> Iterator[Move]:
        """Own votes and the polka behind the lock are durable; a polka that came later may be lost."""
        lock = (seat.local.locked_round, seat.local.locked_block)
        kept = self._ears.chains(heard, *lock)[:1] if lock[1] != NIL else ()
        votes = [Said(kind, round_, NIL) for kind in (Kind.PREVOTE, Kind.PRECOMMIT)]
        here = {s.kind for s in seat.said if s.round == round_}
        stand_ins = [v for v in votes[: seat.local.step - 1] if v.kind not in here]
        if seat.local.round == round_ and (here or stand_ins):
            yield Move((Restart((*seat.said, *stand_ins), kept[0] if kept else ()),))

    def _enter(self, seat: Seat, round_: int) -> Iterator[Move]:
        yield Move((Fire(Timeout.PRECOMMIT),))
        others = [i for i in range(self._bench.count) if i != seat.me]
        ahead = Said(Kind.PRECOMMIT, round_ + 1, NIL)
        voices = others[: self._bench.authorities.faults + 1]
        yield Move((Tell(tuple((i, ahead) for i in voices)),))


def _votes(chain: Chain) -> tuple[Voiced, ...]:
    return tuple(voiced for bundle in chain for voiced in bundle.voiced())
