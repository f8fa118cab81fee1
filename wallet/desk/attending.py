"""Staff at a group event: ``attend``, ``leave-event``, ``credit-attendance``, ``close-event``."""

from node.chain.tx.events import AttendEvent, CloseEvent, CreditAttendance, LeaveEvent
from node.chain.types import Code, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration
from node.console.language import t
from wallet.client.answers import EventView
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import ID, MINUTES


@verb("attend")
@argument("event", type=ID)
@argument("person", type=ID)
@acting(DESK_PURPOSE)
def attend(act: Acting, *, event: Id, person: Id) -> None:
    """Check a person in at an event."""
    act.perform(AttendEvent(event, person), t(zh="已代为签到。", en="Checked in on behalf."))


@verb("leave-event")
@argument("event", type=ID)
@argument("person", type=ID)
@acting(DESK_PURPOSE)
def leave_event(act: Acting, *, event: Id, person: Id) -> None:
    """Check a person out of an event."""
    act.perform(LeaveEvent(event, person), t(zh="已代为签退。", en="Checked out on behalf."))


@verb("credit-attendance")
@argument("event", type=ID)
@argument("person", type=ID)
@option(
    "--minutes",
    type=MINUTES,
    help=t(zh="少于计时则写明。", en="Fewer than were counted."),
)
@acting(DESK_PURPOSE)
def credit_attendance(act: Acting, *, event: Id, person: Id, minutes: Minutes | None) -> None:
    """Confirm one attendance."""
    credited = minutes if minutes is not None else _counted(act, event, person)
    what = t(zh="已确认参加 {long}。", en="Credited: {long}.").fill(long=duration(credited))
    act.perform(CreditAttendance(event, person, credited), what)


def _counted(act: Acting, event: Id, person: Id) -> Minutes:
    """What the ledger counted between check-in and check-out.

    Raises:
        node.console.fault.Fault: no such event, or the person was never there (exit 1).
    """
    for found in act.client.listed(act.signer, EventView, {"state": "open"}, act.flags.purpose):
        if found.id == event.hex():
            for attendance in found.attendances:
                if attendance.person == person.hex():
                    return Minutes(attendance.counted_min)
            raise not_listed("attendances", person.hex())
    raise not_listed("open events", event.hex())


@verb("close-event")
@argument("event", type=ID)
@REASON_OPTION
@acting(DESK_PURPOSE)
def close_event(act: Acting, *, event: Id, reason: Code) -> None:
    """Close an event."""
    what = t(
        zh="活动已结束；没有确认的名额退回付款方。",
        en="Closed; what nobody was credited goes back to the payer.",
    )
    act.perform(CloseEvent(event, reason), what)
