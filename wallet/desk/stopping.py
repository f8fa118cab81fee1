"""Something is stopped for a time: ``suspend``, ``end-suspension``, ``pause``, ``resume``, ``veto-recovery``."""

import click

from node.chain.tx.recovery import VetoRecovery
from node.chain.tx.safety import EndSuspension, Pause, Resume, Suspend
from node.chain.types import Code, Hash, Id
from node.console.command import argument, option
from node.console.formats import instant
from node.console.language import t
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.options import REASON_OPTION
from wallet.verbs.parameters import CODE, EVIDENCE, ID, UNTIL, When

SCOPES = ("accept", "outgoing")
KINDS = ("class", "site")
LIFTED, UPHELD = "lifted", "upheld"
_UNTIL = option(
    "--until",
    type=UNTIL,
    required=True,
    help=t(zh="到哪天自动结束。", en="When it ends by itself."),
)
_EVIDENCE = option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="证据文件；只有它的哈希上链。", en="A file of evidence; only its hash goes on the chain."
    ),
)


@verb("suspend")
@argument("person", type=ID)
@argument("scope", type=click.Choice(SCOPES))
@_UNTIL
@REASON_OPTION
@_EVIDENCE
@acting(DESK_PURPOSE)
def suspend(
    act: Acting, *, person: Id, scope: str, until: When, reason: Code, evidence: Hash
) -> None:
    """Suspend a person's verbs."""
    until_ms = until.at(act.now_ms())
    what = t(
        zh="已暂停至 {until}；本人可以申诉一次。",
        en="Suspended until {until}; the person may appeal once.",
    ).fill(until=instant(until_ms))
    act.perform(Suspend(person, Code(scope), reason, until_ms, evidence), what)


@verb("end-suspension")
@argument("person", type=ID)
@argument("scope", type=click.Choice(SCOPES))
@option(
    "--uphold",
    is_flag=True,
    help=t(
        zh="仲裁员维持暂停，答复申诉；不写为解除。",
        en="An arbiter answers the appeal and upholds it; else it is lifted.",
    ),
)
@acting(DESK_PURPOSE)
def end_suspension(act: Acting, *, person: Id, scope: str, uphold: bool) -> None:
    """Lift or uphold a suspension."""
    verdict = Code(UPHELD if uphold else LIFTED)
    what = (
        t(zh="申诉已答复：维持暂停。", en="The appeal is answered: upheld.")
        if uphold
        else t(zh="已解除暂停。", en="The suspension is lifted.")
    )
    act.perform(EndSuspension(person, Code(scope), verdict), what)


@verb("pause")
@argument("kind", type=click.Choice(KINDS))
@argument("district", type=CODE)
@argument("code", type=CODE)
@_UNTIL
@REASON_OPTION
@_EVIDENCE
@acting(DESK_PURPOSE)
def pause(  # noqa: PLR0913 - one for each parameter
    act: Acting,
    *,
    kind: str,
    district: Code,
    code: Code,
    until: When,
    reason: Code,
    evidence: Hash,
) -> None:
    """Pause a class or a site."""
    until_ms = until.at(act.now_ms())
    what = t(zh="已暂停至 {until}。", en="Paused until {until}.").fill(until=instant(until_ms))
    act.perform(Pause(Code(kind), district, code, reason, until_ms, evidence), what)


@verb("resume")
@argument("kind", type=click.Choice(KINDS))
@argument("district", type=CODE)
@argument("code", type=CODE)
@acting(DESK_PURPOSE)
def resume(act: Acting, *, kind: str, district: Code, code: Code) -> None:
    """End a pause."""
    act.perform(Resume(Code(kind), district, code), t(zh="已恢复。", en="Resumed."))


@verb("veto-recovery")
@argument("person", type=ID)
@acting(DESK_PURPOSE)
def veto_recovery(act: Acting, *, person: Id) -> None:
    """Veto a recovery."""
    what = t(zh="已否决：新密钥不会生效。", en="Vetoed: the new key does not come into force.")
    act.perform(VetoRecovery(person), what)
