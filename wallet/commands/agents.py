"""Agents: let somebody act for oneself, with named verbs, until revoked."""

from node.chain.tx.identity import GrantAgent, RevokeAgent
from node.chain.types import Id
from node.console.command import argument, command, group, option
from node.console.language import t
from wallet.commands.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.parameters import ID, codes


@group("agent", help=TARGETS["agent"].help)
def agent_group() -> None:
    """Agents."""


@command(
    agent_group,
    "grant",
    help=t(zh="允许一个人代自己做列出的事。", en="Let a person do the listed things for oneself."),
)
@argument("agent", type=ID)
@option(
    "--verbs",
    required=True,
    metavar="VERB,...",
    help=t(
        zh="request、withdraw、cancel、confirm、object、redeem 中的几个，用逗号隔开。",
        en="Some of request, withdraw, cancel, confirm, object, redeem, with commas.",
    ),
)
@acting()
def grant(act: Acting, *, agent: Id, verbs: str) -> None:
    """Grant an agency."""
    what = t(zh="已允许代办：{verbs}。", en="Granted: {verbs}.").fill(verbs=verbs)
    act.perform(GrantAgent(agent, codes(verbs)), what)


@command(agent_group, "revoke", help=t(zh="收回代理，立即生效。", en="End an agency, at once."))
@argument("agent", type=ID)
@option(
    "--person",
    type=ID,
    help=t(zh="代理人自己退出时，被代理人的账户。", en="When the agent resigns: whose agency."),
)
@acting()
def revoke(act: Acting, *, agent: Id, person: Id | None) -> None:
    """End an agency."""
    body = RevokeAgent(person or act.account, agent)
    act.perform(body, t(zh="已收回代理。", en="The agency has ended."))
