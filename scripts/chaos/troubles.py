"""What can happen to a node or a line. Each trouble does its harm, undoes it, and says what it met."""

import random
import time
from collections.abc import Callable, Mapping
from typing import Final

from node.chain.policy import HOUR_MS
from node.city import processes
from node.city.processes import wait_until
from scripts.chaos.met import Met
from scripts.chaos.rig import SEEN_S, Rig
from scripts.chaos.trouble import Trouble
from scripts.chaos.upgrade import upgrade

PAUSE_MAX_S: Final = 2.0
FREEZE_MAX_S: Final = 6.0
CUT_MAX_S: Final = 6.0
LEAP_MAX_H: Final = 36
COPY_ENDS_S: Final = 30.0
FULL_ENDS_S: Final = 30.0
FULL_BYTES: Final = (8_192, 16_384)
"""Less than the blocks of a running node take soon, more than it says meanwhile."""
FULL_WORD: Final = "S01"
"""The operating system refused a write; it says "file too large" where a full disk says "no space left"."""
DUPLICATE_WORD: Final = "same-key-twice"


def kill(rig: Rig, chance: random.Random) -> Met:
    """Kill -9, a moment, start."""
    victim = chance.choice(rig.districts)
    rig.kill(victim)
    time.sleep(chance.uniform(0, PAUSE_MAX_S))
    rig.start(victim)
    return Met("kill", (victim,))


def kill_many(rig: Rig, chance: random.Random) -> Met:
    """More than the city can miss go at the same moment, as in a power cut; the chain stands until they are back."""
    victims = chance.sample(rig.districts, chance.randint(2, len(rig.districts)))
    for victim in victims:
        rig.kill(victim)
    for victim in victims:
        rig.start(victim)
    return Met("power cut", tuple(victims))


def freeze(rig: Rig, chance: random.Random) -> Met:
    """SIGSTOP, a while, SIGCONT."""
    victim = chance.choice(rig.districts)
    rig.freeze(victim)
    time.sleep(chance.uniform(0, FREEZE_MAX_S))
    rig.thaw(victim)
    return Met("freeze", (victim,))


def cut(rig: Rig, chance: random.Random) -> Met:
    """The city falls into two, which both notice; a while; heals."""
    side = chance.sample(rig.districts, chance.randint(1, len(rig.districts) // 2))
    rig.cut(side)
    time.sleep(chance.uniform(0, CUT_MAX_S))
    rig.relays.heal()
    return Met("cut", tuple(side))


def wipe(rig: Rig, chance: random.Random) -> Met:
    """A node loses its disk: it has to follow from nothing, rejoin by itself and sign again.

    Raises:
        Trouble: it does not abstain at first, or for ever.
    """
    victim = chance.choice(rig.districts)
    rig.kill(victim)
    rig.wipe(victim)
    before = rig.abstentions(victim)
    rig.start(victim)
    if not wait_until(lambda: rig.abstentions(victim) > before, SEEN_S):
        raise Trouble(f"{victim} lost its vote log and signs at once")
    rig.wait_ready([victim])
    return Met("wipe", (victim,))


def leap(rig: Rig, chance: random.Random) -> Met:
    """One node's clock goes ahead by hours; later the others' do, too.

    Raises:
        Trouble: its clock does not show it.
    """
    victim = chance.choice(rig.districts)
    hours = chance.randint(1, LEAP_MAX_H)
    before_ms = rig.city.advance(0)
    other = next(code for code in rig.districts if code != victim)
    rig.city.doors(victim).leap_to(before_ms + hours * HOUR_MS)
    ahead_ms = _now_ms(rig, victim) - _now_ms(rig, other)
    if ahead_ms < hours * HOUR_MS // 2:
        raise Trouble(f"the clock of {victim} is {ahead_ms} ms ahead, not {hours} h")
    time.sleep(chance.uniform(0, PAUSE_MAX_S))
    rig.city.advance(hours * HOUR_MS)
    return Met("clock", (victim,), f"+{hours} h")


def copy(rig: Rig, chance: random.Random) -> Met:
    """The same key twice: a copy of a whole node starts elsewhere, finds out and ends without a signature.

    Raises:
        Trouble: it goes on, ends for another reason, or has signed.
    """
    victim = chance.choice(rig.districts)
    rig.kill(victim)
    home, process = rig.copy(victim)
    before = (home.data / "votes.log").read_bytes()
    if not wait_until(lambda: not process.alive(), COPY_ENDS_S):
        raise Trouble(f"a copy of {victim} goes on")
    tail = processes.log_tail(home, 12)
    if DUPLICATE_WORD not in tail:
        raise Trouble(f"a copy of {victim} ended for another reason:\n{tail}")
    if (home.data / "votes.log").read_bytes() != before:
        raise Trouble(f"a copy of {victim} has signed")
    return Met("same key twice", (victim,))


def fill(rig: Rig, chance: random.Random) -> Met:
    """A node's disk is full: it ends by itself, with nothing that was final lost, and starts when there is room.

    Raises:
        Trouble: it goes on, or ends for another reason.
    """
    victim = chance.choice(rig.districts)
    process = rig.limit_files(victim, chance.randint(*FULL_BYTES))
    if not wait_until(lambda: not process.alive(), FULL_ENDS_S):
        raise Trouble(f"the node of {victim} goes on with a full disk")
    tail = processes.log_tail(rig.home(victim), 12)
    if FULL_WORD not in tail:
        raise Trouble(f"the node of {victim} ended for another reason:\n{tail}")
    rig.start(victim)
    return Met("full disk", (victim,))


def _now_ms(rig: Rig, district: str) -> int:
    status = rig.city.doors(district).status()
    if status is None:
        raise Trouble(f"{district} does not answer")
    return status.now_ms


TROUBLES: Final[Mapping[str, Callable[[Rig, random.Random], Met]]] = {
    "kill": kill,
    "power": kill_many,
    "freeze": freeze,
    "cut": cut,
    "wipe": wipe,
    "leap": leap,
    "copy": copy,
    "fill": fill,
    "upgrade": upgrade,
}
