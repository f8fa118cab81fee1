"""Every execution of one height with a few authorities, some of them liars, and a few rounds.

Theory of operation. Honest nodes are the production core: each reaction below is one ``core.step``, or one
``core.enter_height`` after a crash. The adversary delivers any message of anybody to anybody at any time or never, lets
any timer run out, stops nodes for ever or for a while, and speaks for the liars: any proposal, any prevote with any
``jr``, any precommit, another one to each listener. All of it cannot be listed message by message. It need not be:
many executions differ in nothing that an honest node ever says. What is left out, and why that loses nothing:

  1. *Lazy delivery.* A message is delivered at the moment at which it makes a node say or lock something, and not
     before: until then the node behaves as if it were still under way. What a node has received it then forgets; it can
     be told again. Forgetting only adds executions: a liar can now tell one node two things.
  2. *Free timers, free round skips.* Any timer may run out in its step whether or not a quorum made it start, and a
     node may follow to the next round whenever it likes. This too only adds executions. So votes for nil and mixed
     quorums need not be delivered: what they cause is what the timers cause.
  3. *Rounds one after the other.* What a node does in round r depends on messages of rounds up to r only (by 2), and
     what it receives later changes nothing that it did. So each execution has a twin with the same statements in
     which all nodes finish round r before any begins r + 1, and within a round all propose, then all prevote, then
     all precommit. Moves of one part do not depend on each other and are played in the order of the nodes.
  4. *Decisions last.* Whoever decides falls silent, and to be silent is possible without. So nobody decides during the
     search; after each round a fork is two quorums of precommits for two blocks, in whatever rounds.
  5. *What is over is summed up.* Of a polka of an earlier round only its existence matters to the core, so while
     evidence is not judged prevotes are replaced by the polkas that can be made of them. A vote that no quorum can
     be made of any more, and that forbids its author nothing, is dropped.
  6. *Liars show little* (``shown``). Beyond f liars, evidence is judged by the votes that honest nodes hold: those in
     accepted polkas and in certificates. A liar helps with as few votes as a quorum needs, and of configurations that
     differ only in what is shown, the one that shows less stands for the other. Liars are interchangeable in it.

All blocks are known to all nodes from the start (which again only adds), and good if the bounds say so. A proposal that
comes too late for its block time has the effect of one that does not come. After each round any node that spoke in it
may stop and start again, having lost the polka that came after its last precommit, the only thing that is not synced.

Layers are explored breadth first: the twin executions of 3 have one order, so a configuration is met in one layer only,
and a layer is a dictionary. Not covered: liveness; more rounds, blocks or authorities than the bounds say; messages of
other heights; the buffers' limits. ``walks`` checks 1 to 5 from outside, with executions that use none of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import combinations, product
from typing import NamedTuple

from node.chain.types import Hash
from node.sim.explore.ears import Ears
from node.sim.explore.judge import Judge, Rules, Violation
from node.sim.explore.moves import Move, Moves, Phase
from node.sim.explore.seat import Bench, rested
from node.sim.explore.shown import Shown, least, with_votes
from node.sim.explore.statements import BLOCKS, Said, Voiced
from node.sim.explore.story import story_of
from node.sim.explore.world import Heard, Seat, World


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is explored."""

    liars: tuple[int, ...]
    """Their indices; authority r proposes in round r."""
    rounds: int = 2
    nodes: int = 4
    valid: tuple[Hash, ...] = BLOCKS
    """Blocks that honest nodes find good; liars propose the others too."""


@dataclass(slots=True)
class Counts:
    """How much was looked at."""

    configurations: int = 0
    """Different ones, in all layers."""
    moves: int = 0
    """Moves that led to them."""
    core_runs: int = 0
    """Different questions to the production core."""
    forks: int = 0
    """Ways to fork; each has passed the judge."""
    boundaries: list[frozenset[Heard]] = field(default_factory=list)
    """After each round, everything that honest nodes can have said that still matters."""


class Origin(NamedTuple):
    """How a configuration came about first."""

    world: World
    me: int
    move: Move


Layer = dict[World, Origin | None]
"""Each configuration with its origin; None where nothing happened."""
Progress = Callable[[int, str, int], None]
"""Told (round, part of the round, configurations of the layer)."""


class Explorer:
    """One search; ``run`` may be called once."""

    def __init__(
        self, bounds: Bounds, progress: Progress | None = None, *, tells_story: bool = True
    ) -> None:
        """Prepare a search within bounds.

        Args:
            bounds: what to explore.
            progress: is told of every layer.
            tells_story: keep all layers, so that a violation comes with its story; else the last one only.
        """
        honest = tuple(i for i in range(bounds.nodes) if i not in bounds.liars)
        rules = Rules(bounds.nodes, len(bounds.liars), bounds.valid)
        self._bounds = bounds
        self._progress = progress
        self._tells_story = tells_story
        self._bench = Bench(bounds.nodes, bounds.valid)
        self.ears = Ears(honest, bounds.liars, self._bench.authorities.quorum)
        self._moves = Moves(self._bench, self.ears, BLOCKS)
        self._judge = Judge(rules)
        self._accountable = rules.liars > rules.faults
        self._with_votes = cache(self._show)
        self._layers: list[Layer] = []
        self.counts = Counts()

    def run(self) -> Counts:
        """Explore everything within the bounds.

        Raises:
            Violation: the first thing that must not be, with its story.
        """
        seats = tuple(Seat(i, *self._bench.first(i)) for i in self.ears.honest)
        nothing: Shown = tuple(frozenset[Said]() for _ in self._bounds.liars)
        self._enter_layer({World(seats, shown=nothing): None}, 0, "start")
        for round_ in range(self._bounds.rounds):
            for phase in Phase:
                self._play(phase, round_)
        self.counts.core_runs = self._bench.asked
        return self.counts

    def _play(self, phase: Phase, round_: int) -> None:
        if phase is Phase.PRECOMMIT and not self._accountable:
            self._sum_up("tally", round_, partial(self.ears.tallied, round_=round_))
        if phase is Phase.ENTER:
            self._close(round_)
            if round_ + 1 == self._bounds.rounds:
                return
        for place in range(len(self.ears.honest)):
            self._play_node(phase, round_, place)

    def _play_node(self, phase: Phase, round_: int, place: int) -> None:
        following: Layer = {}
        for world in self._layers[-1]:
            for after, move in self._successors(world, phase, round_, place):
                self.counts.moves += 1
                me = world.seats[place].me
                following.setdefault(after, None if after == world else Origin(world, me, move))
        if self._accountable:
            following = _without_the_dominated(following)
        self._enter_layer(following, round_, f"{phase} {place}")

    def _successors(
        self, world: World, phase: Phase, round_: int, place: int
    ) -> Iterator[tuple[World, Move]]:
        seat = world.seats[place]
        ends: dict[Seat, dict[Shown, Move]] = {}
        for move in self._moves.of(phase, seat, world.heard, round_):
            after, shown = self._reaction(world, seat, move), world.shown
            if phase is Phase.REST:
                after = after._replace(local=rested(after.local, round_))
            elif self._accountable and after != seat:
                shown = self._with_votes(shown, move.shows)
            ends.setdefault(after, {}).setdefault(shown, move)
        for after, ways in ends.items():
            seats = (*world.seats[:place], after, *world.seats[place + 1 :])
            for shown in least(ways):
                yield World(seats, world.polkas, shown), ways[shown]

    def _reaction(self, world: World, seat: Seat, move: Move) -> Seat:
        local, said = seat.local, seat.said
        for stimulus in move.stimuli:
            local, more = self._bench.react(local, seat.me, stimulus)
            said += more
        after = Seat(seat.me, local, said)
        if after != seat:
            try:
                self._judge.step(seat, after, world.with_seat(after).heard)
            except Violation as violation:
                violation.story = (*self._story(world), *story_of(seat.me, move.stimuli))
                raise
        return after

    def _enter_layer(self, layer: Layer, round_: int, part: str) -> None:
        self.counts.configurations += sum(1 for origin in layer.values() if origin is not None)
        if not self._tells_story:
            self._layers.clear()
        self._layers.append(layer)
        if self._progress:
            self._progress(round_, part, len(layer))

    def _sum_up(self, part: str, round_: int, less: Callable[[Heard], Heard]) -> None:
        layer: Layer = {}
        for world in self._layers[-1]:
            layer.setdefault(world.with_heard(less(world.heard)), Origin(world, 0, Move(())))
        self._enter_layer(layer, round_, part)

    def _close(self, round_: int) -> None:
        """Look for forks, then forget what can matter no more."""
        for world in self._layers[-1]:
            self._look_for_forks(world, round_)
        self._sum_up("end", round_, self.ears.trimmed)
        self.counts.boundaries.append(frozenset(world.heard for world in self._layers[-1]))

    def _look_for_forks(self, world: World, round_: int) -> None:
        ways = [
            [c for r in range(round_ + 1) for c in self.ears.certificates(world.heard, r, block)]
            for block in BLOCKS
        ]
        for pair in product(*ways):
            votes = tuple(vote for certificate in pair for vote in certificate)
            self.counts.forks += 1
            try:
                self._judge.fork(self._with_votes(world.shown, votes).count(None))
            except Violation as violation:
                violation.story = self._story(world)
                raise

    def _show(self, shown: Shown, votes: tuple[Voiced, ...]) -> Shown:
        return with_votes(shown, self._bounds.liars, votes, self._judge.convicts)

    def _story(self, world: World) -> tuple[str, ...]:
        """How a configuration of the last layer came about, a move a line."""
        lines: list[str] = []
        for layer in reversed(self._layers):
            origin = layer[world]
            if origin is not None:
                lines[:0] = story_of(origin.me, origin.move.stimuli)
                world = origin.world
        return tuple(lines)


def _without_the_dominated(layer: Layer) -> Layer:
    alike: dict[World, list[Shown]] = {}
    for world in layer:
        alike.setdefault(world._replace(shown=()), []).append(world.shown)
    kept = (w._replace(shown=shown) for w, found in alike.items() for shown in least(found))
    return {world: layer[world] for world in kept}


def choices_of_liars(count: int, nodes: int, rounds: int) -> list[tuple[int, ...]]:
    """Sets of liars, one for each set of rounds in which they propose: liars that never do are alike."""
    found: dict[tuple[int, ...], tuple[int, ...]] = {}
    for liars in combinations(range(nodes), count):
        found.setdefault(tuple(i for i in liars if i < rounds), liars)
    return list(found.values())
