"""Which authority set signs which height.

A motion that passes in block h makes a set that signs from block h + 2: header h + 1 names it as the next one, so
nobody meets it unannounced. ``AuthorityRecord`` is the set of the tip's height, ``AuthoritySchedule`` names the one
that waits and the heights of those before, which stay as ``PastSet``.
"""

from typing import NamedTuple

from node.chain.certificate import AuthoritySet
from node.chain.records.authorities import SCHEDULE_ID, AuthoritySchedule, PastSet, height_id
from node.chain.records.settings import AUTHORITIES_ID, AuthorityRecord
from node.chain.state import Reader, View
from node.chain.types import Height

EFFECT_BLOCKS = 2
"""A set that passes in block h signs from block h + 2."""


class Epoch(NamedTuple):
    """A set and the first height that it signs."""

    first_height: Height
    authorities: AuthoritySet


def schedule_of(view: View) -> AuthoritySchedule:
    """Past and waiting sets and open motions; empty while nothing ever changed."""
    found = view.get(AuthoritySchedule, SCHEDULE_ID)
    return found if found is not None else AuthoritySchedule((), (), (), b"")


def current_set(view: View) -> AuthoritySet:
    """The set that signs the block being executed, or the tip."""
    return view.need(AuthorityRecord, AUTHORITIES_ID).authorities


def waiting_from(view: View, height: Height) -> AuthoritySet | None:
    """The set that begins to sign at a height, if it waits for just that."""
    waiting = schedule_of(view).waiting
    return waiting[0].authorities if waiting and waiting[0].effective_height == height else None


def following_set(reader: Reader, tip: Height) -> AuthoritySet | None:
    """The set that the header after the tip names as its next, if that is another than its own."""
    return waiting_from(View(reader), Height(tip + EFFECT_BLOCKS))


def set_at(view: View, height: Height) -> AuthoritySet:
    """The set that signed a height from ``first_signed`` up to the present one."""
    record = view.need(AuthorityRecord, AUTHORITIES_ID)
    if height >= record.effective_height:
        return record.authorities
    first = max(begin for begin in schedule_of(view).past if begin <= height)
    return view.need(PastSet, height_id(first)).authorities


def first_signed(view: View) -> Height:
    """The chain's first height: 1, unless the chain goes on where another one was lost."""
    schedule = schedule_of(view)
    record = view.need(AuthorityRecord, AUTHORITIES_ID)
    return Height(schedule.past[0] if schedule.past else record.effective_height)


def epochs_of(reader: Reader, tip: Height) -> tuple[Epoch, ...]:
    """Every set that signed a height up to the one after the tip, in order."""
    view = View(reader)
    record, schedule = view.need(AuthorityRecord, AUTHORITIES_ID), schedule_of(view)
    epochs = [
        Epoch(Height(first), view.need(PastSet, height_id(first)).authorities)
        for first in schedule.past
    ]
    epochs.append(Epoch(Height(record.effective_height), record.authorities))
    following = waiting_from(view, Height(tip + 1))
    if following is not None:
        epochs.append(Epoch(Height(tip + 1), following))
    return tuple(epochs)
