"""Plays a scenario file: commands to a few consensus cores, and the full trace of what they do.

A file opens with a paragraph that says what it proves. Then come blocks: a command, a line ``----``, the trace that the
command gives. ``python -m tests.scenarios.interpreter`` writes all traces anew; commit the difference only if you
understand it.

Commands. Nodes are numbers, blocks are single letters, ``r0`` is round 0, ``jr0`` a justification of round 0::

    city 4 [liars 3,..]            cores at height 4, where node 0 proposes round 0; a liar has no core
    work 0,1,..                    WorkDue
    built 0 v                      the answer to a request for a block
    bad w                          from now on w is found invalid (other blocks are valid)
    run [0,1,..]                   deliver what is on its way between these (or all) until nothing is
    drop [to 3] [from 3]           lose what is on its way
    fire 0,1 propose               the timer of the current round
    say 3 > 0,1 prevote r0 v [jr0] [with r0 v by 0,1,3 [jr0] ..]     what a liar says; also proposal (valid0), precommit
    restart 0                      the core starts from what it cast and kept
    show 0,1                       where nodes stand
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, assert_never

from node.chain.certificate import Polka, Precommit, Prevote, Proposal, SignedMessage
from node.chain.types import NO_HASH, Hash, Height, Round
from node.consensus.core import enter_height, step
from node.consensus.effects import (
    Cast,
    CheckBlock,
    Decide,
    Effect,
    Ignore,
    KeepBlock,
    KeepPolka,
    ReportEvidence,
    RequestBlock,
    ScheduleTimeout,
)
from node.consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    ProposalReceived,
    Start,
    TimeoutFired,
    VoteReceived,
    WorkDue,
)
from node.consensus.schedule import Timeout
from node.consensus.state import State
from node.consensus.views import waiting_for
from tests.unit.consensus.lab import authorities, signature

FOLDER: Final = Path(__file__).parent
HEIGHT: Final = Height(4)
MARK: Final = "----"

Letter = tuple[int, int, SignedMessage, tuple[Polka, ...]]
"""(from, to, message, polkas) on its way."""


class Scenario:
    """A few cores and what is on its way between them."""

    def __init__(self) -> None:
        self.size = 0
        self.states: dict[int, State] = {}
        self.casts: dict[int, list[SignedMessage]] = {}
        self.polkas: dict[int, list[Polka]] = {}
        self.blocks: dict[int, list[Hash]] = {}
        self.bad: set[Hash] = set()
        self.mail: list[Letter] = []
        self.trace: list[str] = []

    def play(self, command: str) -> list[str]:
        """Execute one command; its trace."""
        self.trace = []
        verb, *words = command.split()
        getattr(self, f"do_{verb}")(words)
        return self.trace or ["nothing"]

    def do_city(self, words: list[str]) -> None:
        self.size = int(words[0])
        liars = _numbers(words[2]) if words[1:2] == ["liars"] else []
        for node in range(self.size):
            if node not in liars:
                self.casts[node], self.polkas[node], self.blocks[node] = [], [], []
                self._begin(node)

    def do_work(self, words: list[str]) -> None:
        for node in _numbers(words[0]):
            self._give(node, WorkDue(HEIGHT))

    def do_built(self, words: list[str]) -> None:
        node = int(words[0])
        self._give(node, BlockBuilt(HEIGHT, self.states[node].round, _block(words[1])))

    def do_bad(self, words: list[str]) -> None:
        self.bad.add(_block(words[0]))

    def do_run(self, words: list[str]) -> None:
        among = _numbers(words[0]) if words else list(self.states)
        while True:
            letter = next((m for m in self.mail if m[0] in among and m[1] in among), None)
            if letter is None:
                return
            self.mail.remove(letter)
            self._give(letter[1], _received(letter[2], letter[3]))

    def do_drop(self, words: list[str]) -> None:
        wanted = dict(zip(words[::2], words[1::2], strict=True))
        self.mail = [
            m
            for m in self.mail
            if ("to" in wanted and m[1] not in _numbers(wanted["to"]))
            or ("from" in wanted and m[0] not in _numbers(wanted["from"]))
        ]

    def do_fire(self, words: list[str]) -> None:
        for node in _numbers(words[0]):
            self._give(node, TimeoutFired(Timeout(words[1]), HEIGHT, self.states[node].round))

    def do_say(self, words: list[str]) -> None:
        said, *attached = " ".join(words[3:]).split(" with ")
        message = _message(int(words[0]), said.split())
        polkas = tuple(_polka(text.split()) for text in attached)
        for node in _numbers(words[2]):
            self._give(node, _received(message, polkas))

    def do_restart(self, words: list[str]) -> None:
        for node in _numbers(words[0]):
            self._begin(node)

    def do_show(self, words: list[str]) -> None:
        for node in _numbers(words[0]):
            state = self.states[node]
            lock, valid = state.locked_round, state.valid_round
            self.trace.append(
                f"{node} is in r{state.round} {state.step.name.lower()}"
                + (f", locked on {_name(state.locked_block)} in r{lock}" if lock >= 0 else "")
                + (f", valid {_name(state.valid_block)} in r{valid}" if valid >= 0 else "")
                + f", waits for {','.join(map(str, waiting_for(state))) or 'nobody'}"
            )

    def _begin(self, node: int) -> None:
        start = Start(
            HEIGHT,
            authorities(self.size),
            node,
            signing=True,
            restored=tuple(self.casts[node]),
            polkas=tuple(self.polkas[node]),
            blocks=tuple(self.blocks[node]),
        )
        self.states[node], effects = enter_height(start)
        self._execute(node, effects)

    def _give(self, node: int, event: Event) -> None:
        self.states[node], effects = step(self.states[node], event)
        self._execute(node, effects)

    def _execute(self, node: int, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self.trace.append(f"{node} {_told(effect)}")
        for effect in effects:
            match effect:
                case Cast():
                    self._cast(node, effect)
                case CheckBlock():
                    valid = effect.block_id not in self.bad
                    self._give(node, BlockChecked(effect.block_id, valid))
                case KeepBlock():
                    self.blocks[node].append(effect.block_id)
                case KeepPolka():
                    self.polkas[node].append(effect.polka)
                case _:
                    pass

    def _cast(self, node: int, cast: Cast) -> None:
        self.casts[node].append(cast.message)
        self.mail += [(node, n, cast.message, cast.polkas) for n in self.states if n != node]
        self._give(node, _received(cast.message, cast.polkas))


def _received(message: SignedMessage, polkas: tuple[Polka, ...]) -> Event:
    if isinstance(message, Proposal):
        return ProposalReceived(message, timely=True, polkas=polkas)
    return VoteReceived(message, polkas)


def _message(signer: int, words: list[str]) -> SignedMessage:
    kind, round_, block = words[0], Round(int(words[1][1:])), _block(words[2])
    extra = words[3] if len(words) > 3 else ""
    refers = int(extra.removeprefix("valid").removeprefix("jr") or -1) + 1
    signed = signature(signer)
    if kind == "proposal":
        return Proposal(1, HEIGHT, round_, refers, block, signer, signed)
    if kind == "prevote":
        return Prevote(1, HEIGHT, round_, block, refers, signer, signed)
    return Precommit(1, HEIGHT, round_, block, signer, signed)


def _polka(words: list[str]) -> Polka:
    round_, block, signers = Round(int(words[0][1:])), _block(words[1]), _numbers(words[3])
    jr = int(words[4][2:]) + 1 if len(words) > 4 else 0
    return Polka(HEIGHT, round_, block, tuple((i, jr, signature(i)) for i in signers))


def _told(effect: Effect) -> str:
    match effect:
        case RequestBlock():
            return f"asks for a block in r{effect.round}"
        case CheckBlock():
            return f"checks {_name(effect.block_id)}"
        case Cast():
            return f"casts {_spoken(effect.message)}" + "".join(
                f" with the polka of r{p.round}" for p in effect.polkas
            )
        case KeepBlock():
            return f"keeps {_name(effect.block_id)}"
        case KeepPolka():
            return f"keeps the polka of r{effect.polka.round} for {_name(effect.polka.block_id)}"
        case ScheduleTimeout():
            return f"sets the {effect.kind} timer of r{effect.round} to {effect.delay_ms} ms"
        case Decide() | ReportEvidence() | Ignore():
            return _concluded(effect)
        case _:
            assert_never(effect)


def _concluded(effect: Decide | ReportEvidence | Ignore) -> str:
    match effect:
        case Decide():
            signers = ",".join(str(i) for i, _ in effect.certificate.signatures)
            name = _name(effect.certificate.block_id)
            return f"decides {name} by the precommits of {signers} in r{effect.certificate.round}"
        case ReportEvidence():
            return f"accuses {effect.signer}"
        case Ignore():
            return f"ignores it: {effect.reason}"
        case _:
            assert_never(effect)


def _spoken(message: SignedMessage) -> str:
    text = f"{type(message).__name__.lower()} r{message.round} {_name(message.block_id)}"
    if isinstance(message, Proposal) and message.valid_round:
        return text + f" valid{message.valid_round - 1}"
    if isinstance(message, Prevote) and message.justification:
        return text + f" jr{message.justification - 1}"
    return text


def _block(name: str) -> Hash:
    return NO_HASH if name == "nil" else Hash(name.encode() * 32)


def _name(block_id: Hash) -> str:
    return block_id[:1].decode() or "nil"


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def blocks_of(text: str) -> Iterator[tuple[str, str]]:
    """(command, expected trace) of each block of a file; the opening paragraph is skipped."""
    for paragraph in text.split("\n\n")[1:]:
        command, mark, trace = paragraph.strip().partition(f"\n{MARK}\n")
        assert mark, f"no {MARK} after: {command}"
        yield command, trace


def played(text: str, report: Callable[[str, str, str], None] = lambda *_: None) -> str:
    """The file with the traces that the cores give now.

    Args:
        text: of a scenario file.
        report: called with command, expected trace and real trace, before they are compared by anyone.
    """
    scenario = Scenario()
    parts = [text.split("\n\n", maxsplit=1)[0]]
    for command, expected in blocks_of(text):
        trace = "\n".join(scenario.play(command))
        report(command, expected, trace)
        parts.append(f"{command}\n{MARK}\n{trace}")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.txt")):
        path.write_text(played(path.read_text(encoding="utf-8")), encoding="utf-8")
