"""Group events: which are open, ``attend`` on arrival, ``leave-event`` on going."""

from node.chain.tx.events import AttendEvent, LeaveEvent
from node.chain.types import Id
from node.console.command import argument, option
from node.console.formats import duration, instant
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.client.answers import EventView
from wallet.commands.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, ID


@verb("events")
@option("--district", type=CODE, help=t(zh="只看这个区。", en="Only of this district."))
@option(
    "--state",
    type=CODE,
    default="open",
    show_default=True,
    help=t(zh="open（开放）或 closed（已结束）。", en="open or closed."),
)
@reading()
def events(act: Acting, *, district: str | None, state: str) -> None:
    """List group events."""
    filters = {"state": state} | ({} if district is None else {"district": district})
    found = sorted(
        act.client.listed(act.signer, EventView, filters), key=lambda e: (e.start_ms, e.id)
    )
    act.console.emit(Result({"events": found}, _table(found)))


@verb("attend")
@argument("event", type=ID)
@acting()
def attend(act: Acting, *, event: Id) -> None:
    """Check in at an event."""
    what = t(
        zh="已到场签到。离开时请用 leave-event 签退，否则不计时。",
        en="You are checked in. When you go, use leave-event; without it nothing is counted.",
    )
    act.perform(AttendEvent(event, act.account), what)


@verb("leave-event")
@argument("event", type=ID)
@acting()
def leave_event(act: Acting, *, event: Id) -> None:
    """Check out of an event."""
    what = t(zh="已签退。工作人员确认后计入。", en="You are checked out. Staff confirm the time.")
    act.perform(LeaveEvent(event, act.account), what)


def _table(found: list[EventView]) -> Table:
    columns = (
        Column(t(zh="活动", en="Event")),
        Column(t(zh="开始", en="Start")),
        Column(t(zh="时长", en="Length"), "right"),
        Column(t(zh="服务", en="Service")),
        Column(t(zh="区 / 站点", en="District / site")),
        Column(t(zh="名额", en="Places"), "right"),
    )
    rows = [
        (
            event.id,
            instant(event.start_ms),
            duration(event.minutes),
            event.service,
            f"{event.district} / {event.site}",
            event.places,
        )
        for event in found
    ]
    return Table(columns, rows, empty=t(zh="没有活动。", en="No events."))
