"""``govern motion propose``: policy, catalogue, seats."""

from pathlib import Path
from typing import Annotated, Final

import click
import msgspec
from msgspec import Meta

from node.chain.certificate import Authority
from node.chain.genesis import Genesis, began_ms_of
from node.chain.policy import Policy, ServiceClass
from node.chain.rules.bounds import check_bounds
from node.chain.tx.authorities import (
    AddAuthority,
    MergeDistrict,
    RemoveAuthority,
    RotateKeys,
    SuspendSeat,
)
from node.chain.tx.governance import (
    CatalogueChange,
    PolicyChange,
    ProposeMotion,
    ProtocolChange,
    Subject,
)
from node.chain.types import UINT_MAX, ZERO_HASH, Code, Hash, Height
from node.console.command import argument, command, group, option
from node.console.fault import usage
from node.console.language import t
from node.console.result import Json
from wallet.govern.policies import changed, differences
from wallet.govern.proven import active_policy, service_class
from wallet.govern.subjects import changes_data, say_changes
from wallet.govern.table import TARGETS
from wallet.session.accounts import CODE_F
from wallet.session.files import read_json
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.parameters import CODE, EVIDENCE, UNTIL, When, codes

WEIGHT_MAX: Final = 10_000
SEAT_WORD = t(zh="席位文件", en="a seat's file")
_KeyHex = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_EVIDENCE = option("--evidence", type=EVIDENCE, help=t(zh="批文。", en="The decision on paper."))
_SEAT = option(
    "--seat",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=t(
        zh="席位的公钥文件，写法与创世文件的 authorities 一样。",
        en="The seat's public keys, written as under authorities in the genesis file.",
    ),
)


@group("motion", help=TARGETS["motion"].help)
def motion_group() -> None:
    """Motions."""


@group(
    "propose",
    help=t(
        zh="提出动议；提出即投赞成票。", en="Move that something be decided; it is the first vote."
    ),
)
def propose_group() -> None:
    """Move something."""


motion_group.add_command(propose_group)


class SeatFile(msgspec.Struct, frozen=True):
    """A seat's public keys as the genesis file has them; other members are ignored."""

    district: CODE_F
    consensus_key: _KeyHex
    operator_key: _KeyHex
    checkpoint_key: _KeyHex
    tls_key: _KeyHex
    suite: int = 1

    def authority(self) -> Authority:
        """The seat as a motion names it."""
        named = (self.consensus_key, self.operator_key, self.checkpoint_key, self.tls_key)
        return Authority(Code(self.district), self.suite, *(bytes.fromhex(key) for key in named))


def _move(
    act: Acting, subject: Subject, evidence: Hash | None, more: dict[str, Json] | None = None
) -> None:
    what = t(
        zh="已提出动议，等待各区表决：govern motion vote 编号。",
        en="Moved. The districts vote: govern motion vote ID.",
    )
    act.perform(ProposeMotion(subject, evidence or ZERO_HASH), what, more)


@command(
    propose_group,
    "policy",
    help=t(
        zh="修改政策：从现行政策出发，只写要改的参数；签名前并列显示现在和以后。",
        en="Change the policy: name only what changes, the rest stays; old and new are shown before signing.",
    ),
)
@option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="NAME=VALUE",
    help=t(
        zh="参数，可以给多个，如 grace_min=10、confirm_ms=96h。",
        en="A parameter, repeatable, as grace_min=10 or confirm_ms=96h.",
    ),
)
@option(
    "--from-height",
    type=click.IntRange(1, UINT_MAX),
    help=t(
        zh="从哪个区块起生效；至少比表决通过时高 10。",
        en="From which block on; at least 10 above the last vote's.",
    ),
)
@option(
    "--activate",
    type=UNTIL,
    help=t(
        zh="大约何时生效（换算成区块高度），给表决留足时间。",
        en="About when it begins, turned into a height; leave time for the votes.",
    ),
)
@_EVIDENCE
@acting()
def policy(
    act: Acting,
    *,
    settings: tuple[str, ...],
    from_height: int | None,
    activate: When | None,
    evidence: Hash | None,
) -> None:
    """Move a policy."""
    if (from_height is None) == (activate is None):
        raise usage(
            t(
                zh="写明 --from-height 或 --activate 之一",
                en="Give one of --from-height and --activate",
            )
        )
    before = active_policy(act)
    height = from_height or _height_at(act, before, activate)
    after = changed(before, settings, height)
    check_bounds(after)
    changes = differences(before, after)
    say_changes(act, after, changes)
    if not changes:
        raise usage(t(zh="这些值已经是现行政策", en="The policy has these values already"))
    more: dict[str, Json] = {
        "version": after.version,
        "activation_height": height,
        "changes": changes_data(changes),
    }
    _move(act, PolicyChange(after), evidence, more)


def _height_at(act: Acting, active: Policy, when: When | None) -> Height:
    """About which height the chain has at a time: blocks come as fast as they did, and once a heartbeat at least."""
    assert when is not None, "one of two options is given"
    status = act.client.status()
    ahead_ms = max(0, when.at(status.now_ms) - status.time_ms)
    return Height(
        status.height + -(-ahead_ms // _pace_ms(act.genesis, active, status.height, status.time_ms))
    )


def _pace_ms(genesis: Genesis, active: Policy, height: int, time_ms: int) -> int:
    lived_ms = max(0, time_ms - began_ms_of(genesis))
    mean_ms = lived_ms // height if height else active.ledger.heartbeat_ms
    return max(1, min(mean_ms, active.ledger.heartbeat_ms))


@command(
    propose_group,
    "catalogue",
    help=t(
        zh="修改或新增一类服务：从现行版本出发，只写要改的。",
        en="Change a class of service, or add one: name only what changes.",
    ),
)
@argument("code", type=CODE)
@option(
    "--weight",
    type=click.IntRange(1, WEIGHT_MAX),
    help=t(zh="每 1000 分钟服务付多少分钟。", en="Minutes paid for 1000 minutes served."),
)
@option(
    "--parent", type=CODE, help=t(zh="敏感类在链上显示的类。", en="What the chain shows for it.")
)
@option("--risk", type=click.IntRange(0, 3), help=t(zh="风险级别。", en="Class of risk."))
@option(
    "--siblings", type=click.IntRange(1, 4), help=t(zh="同时需要几人。", en="How many a job needs.")
)
@option(
    "--home-visit/--no-home-visit",
    default=None,
    help=t(zh="上门，要保险。", en="At home; insurance."),
)
@option("--training/--no-training", default=None, help=t(zh="要培训。", en="Training is needed."))
@option("--urgent/--no-urgent", default=None, help=t(zh="可紧急发布。", en="May be urgent."))
@option("--retired/--no-retired", default=None, help=t(zh="不再提供。", en="No longer offered."))
@option(
    "--districts",
    metavar="CODE,...",
    help=t(zh="在哪些区；all 为全市。", en="Where; all for the whole city."),
)
@_EVIDENCE
@acting()
def catalogue(
    act: Acting,
    *,
    code: Code,
    weight: int | None,
    districts: str | None,
    evidence: Hash | None,
    **given: str | int | bool | None,
) -> None:
    """Move a class of service."""
    before = _class_of(act, code)
    values: dict[str, object] = {
        name: int(value) if isinstance(value, bool) else value
        for name, value in given.items()
        if value is not None
    }
    if weight is not None:
        values["weight_permille"] = weight
    if districts is not None:
        values["districts"] = () if districts == "all" else tuple(sorted(codes(districts)))
    after = msgspec.structs.replace(before, version=before.version + 1, **values)
    changes: list[Json] = [
        {
            "name": name,
            "before": msgspec.to_builtins(getattr(before, name)),
            "after": msgspec.to_builtins(getattr(after, name)),
        }
        for name in before.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    ]
    for change in changes:
        assert isinstance(change, dict)
        line = t(zh="  {name}：{before} → {after}", en="  {name}: {before} → {after}")
        act.console.progress(line.fill(**{key: str(value) for key, value in change.items()}))
    _move(act, CatalogueChange(after), evidence, {"changes": changes})


def _class_of(act: Acting, code: Code) -> ServiceClass:
    """The class as it is, or a plain new one before its first version."""
    plain = ServiceClass(code, code, 0, 1_000, 0, 1, 0, 0, 0, 0, ())
    return service_class(act, code) or plain


@command(
    propose_group,
    "add-authority",
    help=t(zh="给没有席位的区一个席位。", en="A seat for a district that has none."),
)
@_SEAT
@option(
    "--site",
    "sites",
    type=CODE,
    multiple=True,
    help=t(zh="新区的服务站点，可以给多个。", en="Service points of a new district; repeatable."),
)
@_EVIDENCE
@acting()
def add_authority(
    act: Acting, *, seat: Path, sites: tuple[Code, ...], evidence: Hash | None
) -> None:
    """Move a new seat."""
    authority = read_json(seat, SeatFile, SEAT_WORD).authority()
    _move(act, AddAuthority(authority, tuple(sorted(sites))), evidence)


@command(
    propose_group,
    "rotate-keys",
    help=t(zh="给一个席位换密钥。", en="Other keys for a seat: the whole seat as it will be."),
)
@_SEAT
@_EVIDENCE
@acting()
def rotate_keys(act: Acting, *, seat: Path, evidence: Hash | None) -> None:
    """Move other keys."""
    _move(act, RotateKeys(read_json(seat, SeatFile, SEAT_WORD).authority()), evidence)


@command(
    propose_group,
    "remove-authority",
    help=t(
        zh="一个区放弃席位；人和时间不动。",
        en="A district gives up its seat; its persons and minutes stay where they are.",
    ),
)
@argument("district", type=CODE)
@_EVIDENCE
@acting()
def remove_authority(act: Acting, *, district: Code, evidence: Hash | None) -> None:
    """Move that a seat goes."""
    _move(act, RemoveAuthority(district), evidence)


@command(
    propose_group,
    "merge",
    help=t(
        zh="一个区并入另一个区；之后用 govern move-homes 迁移人和时间。",
        en="A district becomes part of another; afterwards govern move-homes.",
    ),
)
@argument("district", type=CODE)
@argument("successor", type=CODE)
@_EVIDENCE
@acting()
def merge(act: Acting, *, district: Code, successor: Code, evidence: Hash | None) -> None:
    """Move a merger."""
    _move(act, MergeDistrict(district, successor), evidence)


@command(
    propose_group,
    "suspend-seat",
    help=t(
        zh="因链上已定的违规暂停席位（见 govern evidence）。",
        en="A seat goes for an offence that stands on the chain (govern evidence lists them).",
    ),
)
@argument("district", type=CODE)
@argument("height", type=click.IntRange(1, UINT_MAX))
@_EVIDENCE
@acting()
def suspend_seat(act: Acting, *, district: Code, height: int, evidence: Hash | None) -> None:
    """Move that a seat is suspended."""
    _move(act, SuspendSeat(district, Height(height)), evidence)


@command(
    propose_group,
    "protocol",
    help=t(
        zh="从某个区块起启用新的协议版本；到那时每个区都要已升级。",
        en="The next version of the protocol, from a block on; by then every district has upgraded.",
    ),
)
@argument("version", type=click.IntRange(2, UINT_MAX))
@option(
    "--from-height",
    type=click.IntRange(1, UINT_MAX),
    required=True,
    help=t(zh="从哪个区块起。", en="From which block on."),
)
@_EVIDENCE
@acting()
def protocol(act: Acting, *, version: int, from_height: int, evidence: Hash | None) -> None:
    """Move a version of the protocol."""
    _move(act, ProtocolChange(version, Height(from_height)), evidence)
