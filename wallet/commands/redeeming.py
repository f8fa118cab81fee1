"""Redemption at providers of limited services: find one, hold minutes, give them back; as a provider, take them."""

from node.chain.tx.redemption import Capture, Redeem, ReleaseRedemption
from node.chain.types import Hash, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration, instant
from node.console.language import t
from node.console.result import Column, Json, Result, Table
from wallet.client.answers import CapacityView, ProviderView, RedemptionView
from wallet.commands.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed
from wallet.verbs.making import acting, reading
from wallet.verbs.parameters import CODE, EVIDENCE, ID, MINUTES
from wallet.verbs.words import REDEMPTION_STATES, word


@verb("providers")
@option("--district", type=CODE, help=t(zh="只看这个区。", en="Only of this district."))
@reading()
def providers(act: Acting, *, district: str | None) -> None:
    """List providers with what is contracted and left."""
    filters = {} if district is None else {"district": district}
    found = sorted(act.client.listed(act.signer, ProviderView, filters), key=lambda p: p.id)
    now_ms = act.now_ms()
    left = dict.fromkeys((provider.id for provider in found), 0)
    for capacity in act.client.listed(act.signer, CapacityView, {}):
        if capacity.due_ms > now_ms and capacity.provider in left:
            left[capacity.provider] += capacity.left_min
    columns = (
        Column(t(zh="服务商", en="Provider")),
        Column(t(zh="区", en="District")),
        Column(t(zh="还可兑换", en="Still contracted"), "right"),
    )
    rows = [(p.id, p.district, duration(left[p.id])) for p in found]
    data: list[Json] = [{"id": p.id, "district": p.district, "left_min": left[p.id]} for p in found]
    empty = t(zh="没有服务商。", en="No providers.")
    act.console.emit(Result({"providers": data}, Table(columns, rows, empty=empty)))


@verb("redemptions")
@option(
    "--provider",
    type=ID,
    help=t(zh="服务商的人看自己店的兑换。", en="A provider's own, for its staff."),
)
@option("--state", type=CODE, help=t(zh="只看这个状态。", en="Only in this state."))
@reading()
def redemptions(act: Acting, *, provider: Id | None, state: str | None) -> None:
    """List redemptions."""
    mine = {"person": act.account.hex()} if provider is None else {"provider": provider.hex()}
    filters = mine | ({} if state is None else {"state": state})
    found = list(act.client.listed(act.signer, RedemptionView, filters))
    columns = (
        Column(t(zh="兑换", en="Redemption")),
        Column(t(zh="状态", en="State")),
        Column(t(zh="冻结", en="Held"), "right"),
        Column(t(zh="已用", en="Taken"), "right"),
        Column(t(zh="期限", en="Until")),
        Column(t(zh="服务商", en="Provider")),
    )
    rows = [
        (
            r.id,
            word(REDEMPTION_STATES, r.state),
            duration(r.hold_min),
            duration(r.captured_min),
            instant(r.due_ms) if r.due_ms else "-",
            r.provider,
        )
        for r in found
    ]
    empty = t(zh="没有兑换。", en="No redemptions.")
    act.console.emit(Result({"redemptions": found}, Table(columns, rows, empty=empty)))


@verb("redeem")
@argument("provider", type=ID)
@argument("minutes", type=MINUTES)
@option("--for", "person", type=ID, help=t(zh="替谁兑换；默认自己。", en="For whom; else oneself."))
@acting()
def redeem(act: Acting, *, provider: Id, minutes: Minutes, person: Id | None) -> None:
    """Hold minutes for a provider."""
    what = t(
        zh="已为服务商冻结 {long}；用不完的会退回。",
        en="{long} are held for the provider; what it does not take comes back.",
    )
    body = Redeem(person or act.account, provider, minutes)
    act.perform(body, what.fill(long=duration(minutes)))


@verb("release")
@argument("redemption", type=ID)
@acting()
def release(act: Acting, *, redemption: Id) -> None:
    """Give a hold back."""
    what = t(zh="兑换已取消，时间已退回。", en="The redemption has ended; the minutes are back.")
    act.perform(ReleaseRedemption(redemption), what)


@verb("capture")
@argument("redemption", type=ID)
@argument("minutes", type=MINUTES)
@option(
    "--provider",
    type=ID,
    required=True,
    help=t(zh="自己所在的服务商。", en="The provider that one works for."),
)
@option(
    "--receipt",
    type=EVIDENCE,
    required=True,
    help=t(zh="顾客签字的收据文件或它的 SHA-256。", en="The signed receipt, or its SHA-256."),
)
@option(
    "--capacity",
    type=ID,
    help=t(
        zh="用哪一份合同时间；默认最先到期且够用的。",
        en="Which contracted minutes; else those that lapse first and suffice.",
    ),
)
@acting()
def capture(
    act: Acting,
    *,
    redemption: Id,
    minutes: Minutes,
    provider: Id,
    receipt: Hash,
    capacity: Id | None,
) -> None:
    """Take minutes that were held."""
    mine = {"provider": provider.hex()}
    held = list(act.client.listed(act.signer, RedemptionView, mine))
    found = next((r for r in held if r.id == redemption.hex()), None)
    if found is None:
        raise not_listed("redemptions", redemption.hex())
    chosen = capacity or _capacity(act, provider, minutes)
    origin = Hash(bytes.fromhex(found.origin))
    what = t(zh="已收取 {long}，其余已退回。", en="Taken: {long}; the rest has gone back.")
    act.perform(
        Capture(redemption, origin, chosen, minutes, receipt), what.fill(long=duration(minutes))
    )


def _capacity(act: Acting, provider: Id, minutes: int) -> Id:
    now_ms = act.now_ms()
    mine = act.client.listed(act.signer, CapacityView, {"provider": provider.hex()})
    live = [c for c in mine if c.due_ms > now_ms and c.left_min >= minutes]
    if not live:
        raise not_listed("capacities", provider.hex())
    return Id(bytes.fromhex(min(live, key=lambda c: (c.due_ms, c.id)).id))
