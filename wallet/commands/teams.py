"""Teams: see them, join one, leave it, and as its steward donate what it has."""

import click

from node.chain.tx.teams import DonateTeam, JoinTeam, LeaveTeam
from node.chain.types import Code, Id, Minutes
from node.console.command import argument, command, group, option
from node.console.formats import duration
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.client.answers import TeamView
from wallet.commands.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, ID, MINUTES


@group("team", help=TARGETS["team"].help)
def team_group() -> None:
    """Teams."""


@command(team_group, "list", help=t(zh="列出团队。", en="List the teams."))
@option("--district", type=CODE, help=t(zh="只看这个区。", en="Only of this district."))
@reading()
def list_(act: Acting, *, district: str | None) -> None:
    """List teams."""
    filters = {} if district is None else {"district": district}
    found = sorted(act.client.listed(act.signer, TeamView, filters), key=lambda team: team.id)
    columns = (
        Column(t(zh="团队", en="Team")),
        Column(t(zh="区", en="District")),
        Column(t(zh="负责人", en="Steward")),
        Column(t(zh="可捐时间", en="May be donated"), "right"),
    )
    rows = [
        (
            team.id,
            team.district,
            team.steward,
            duration(0 if team.free is None else team.free.balance_min),
        )
        for team in found
    ]
    empty = t(zh="没有团队。", en="No teams.")
    act.console.emit(Result({"teams": found}, Table(columns, rows, empty=empty)))


@command(
    team_group,
    "join",
    help=t(
        zh="加入团队；以后接单时加 --team，时间归团队。",
        en="Join a team; from then on accept --team lets an order's minutes go to it.",
    ),
)
@argument("team", type=ID)
@acting()
def join(act: Acting, *, team: Id) -> None:
    """Join a team."""
    act.perform(JoinTeam(team), t(zh="已加入团队。", en="You are a member of the team."))


@command(
    team_group,
    "leave",
    help=t(
        zh="退出团队；已按团队接下的单仍归团队。",
        en="Leave the team; orders accepted for it still count for it.",
    ),
)
@acting()
def leave(act: Acting) -> None:
    """Leave the team."""
    act.perform(LeaveTeam(), t(zh="已退出团队。", en="You are no longer a member of a team."))


@command(
    team_group,
    "donate",
    help=t(
        zh="负责人把团队的时间捐给公益池。", en="The steward donates the team's minutes to a pool."
    ),
)
@argument("team", type=ID)
@argument("minutes", type=MINUTES)
@option(
    "--pool",
    type=click.Choice(("district", "city")),
    default="district",
    show_default=True,
    help=t(zh="本区的还是全市的公益池。", en="The team's district's pool or the city's."),
)
@acting()
def donate(act: Acting, *, team: Id, minutes: Minutes, pool: str) -> None:
    """Donate a team's minutes."""
    what = t(zh="团队已捐赠 {long}，谢谢。", en="The team donated {long}. Thank you.")
    act.perform(DonateTeam(team, Code(pool), minutes), what.fill(long=duration(minutes)))
