"""An outcome as people read it: the verdict first, then where the chain stands, then the totals."""

from collections.abc import Iterator, Sequence

from node.audit.auditor import Outcome
from node.audit.checkpoints import text_at
from node.audit.document import city_data, held_min, rate
from node.audit.findings import EXIT_WORDS, exit_code, place
from node.audit.sentences import EXPLANATIONS
from node.chain.genesis import Genesis
from node.chain.types import EpochMs
from node.chain.violations import Incomplete, Violation
from node.console.exits import ExitCode
from node.console.formats import duration, instant, short_id
from node.console.language import Text, t
from node.console.result import Cell, Column, Facts, Json, Table, View
from node.console.words import METHODS, word


def view(genesis: Genesis, outcome: Outcome) -> Sequence[View]:
    """The verdict first, then where the chain stands, then the totals."""
    return (
        _verdict_facts(outcome),
        _chain_facts(genesis, outcome),
        _district_table(outcome),
        _flow_table(outcome),
        _position_table(outcome),
        _participation_table(outcome),
        _behalf_table(outcome),
        _manual_table(outcome),
    )


def _verdict_facts(outcome: Outcome) -> Facts:
    fault = outcome.fault
    words = {
        ExitCode.OK: t(zh="完好", en="Sound"),
        ExitCode.REFUSED: t(zh="违规", en="Violation"),
        ExitCode.INCOMPLETE: t(zh="不完整", en="Incomplete"),
    }
    code = exit_code(fault)
    pairs: list[tuple[Text, Cell]] = [(t(zh="结论", en="Verdict"), words[code])]
    match fault:
        case Violation():
            pairs += [
                (t(zh="最早的一处", en="First bad place"), place(fault)),
                (t(zh="代码", en="Code"), f"V{fault.code.value} {fault.code.name.lower()}"),
                (t(zh="含义", en="Meaning"), EXPLANATIONS[fault.code]),
                (t(zh="所见", en="What was found"), fault.reason),
            ]
        case Incomplete():
            pairs.append((t(zh="原因", en="Why"), fault.reason))
        case None:
            pass
    pairs.append((t(zh="退出码", en="Exit code"), EXIT_WORDS[code]))
    return Facts(pairs)


def _chain_facts(genesis: Genesis, outcome: Outcome) -> Facts:
    point, tally = outcome.point, outcome.tally
    pairs: list[tuple[Text, Cell]] = [
        (
            t(zh="城市", en="City"),
            Text(genesis.name_zh.decode("utf-8", "replace"), genesis.city),
        ),
        (t(zh="创世散列", en="Genesis hash"), point.chain_id.hex()),
        (t(zh="核对到的高度", en="Checked up to height"), point.height),
        (t(zh="末块时间", en="Time of the last block"), instant(EpochMs(point.time_ms))),
        (t(zh="末块编号", en="Id of the last block"), point.block_id.hex()),
        (t(zh="状态根", en="State root"), outcome.state_root.hex()),
        (t(zh="区块", en="Blocks"), tally.blocks),
        (t(zh="交易", en="Transactions"), tally.transactions),
        (t(zh="已验签名", en="Signatures verified"), outcome.signatures),
        (
            t(zh="速度", en="Rate"),
            t(zh="每秒 {rate} 笔，共 {seconds} 秒", en="{rate} a second, {seconds} s").fill(
                rate=rate(outcome), seconds=f"{outcome.seconds:.1f}"
            ),
        ),
        *_checkpoint_pairs(genesis, outcome),
        *_evidence_pairs(outcome),
    ]
    return Facts(pairs, t(zh="链", en="Chain"))


def _checkpoint_pairs(genesis: Genesis, outcome: Outcome) -> Iterator[tuple[Text, Cell]]:
    body = text_at(genesis, outcome.point).split("\n")
    yield t(zh="检查点", en="Checkpoint"), " ".join(body).strip()
    for one, height in outcome.matched:
        yield (
            t(zh="已对照 {name}", en="Compared with {name}").fill(name=one.name),
            t(zh="第 {height} 块，{signers} 签署", en="height {height}, signed by {signers}").fill(
                height=height, signers=" ".join(one.signers)
            ),
        )


def _evidence_pairs(outcome: Outcome) -> Iterator[tuple[Text, Cell]]:
    for one in outcome.tally.evidence:
        yield (
            t(zh="违规证据", en="Evidence"),
            t(
                zh="{culprit} 在第 {offence} 块违反共识，证据在第 {height} 块",
                en="{culprit} broke the protocol at height {offence}, shown in block {height}",
            ).fill(culprit=one.culprit, offence=one.offence_height, height=one.height),
        )


def _district_table(outcome: Outcome) -> Table:
    columns = (
        Column(t(zh="区", en="District")),
        *(
            Column(title, "right")
            for title in (
                t(zh="发行", en="Issued"),
                t(zh="收回", en="Returned"),
                t(zh="个人", en="Stores"),
                t(zh="基金", en="Funds"),
                t(zh="公益池", en="Pool"),
                t(zh="其中冻结", en="Of it held"),
                t(zh="净流入", en="Net position"),
            )
        ),
    )
    rows: list[Sequence[Cell]] = [
        (
            one.code,
            *(
                duration(minutes)
                for minutes in (
                    one.minted,
                    one.returned,
                    one.persons.balance,
                    one.funds.balance,
                    one.pool_free.balance + one.pool_held.balance,
                    held_min(outcome, one),
                    one.inflow.balance,
                )
            ),
        )
        for one in outcome.sums.districts.values()
    ]
    city = city_data(outcome)
    total = t(
        zh="全市：发行 {issued}，收回 {returned}，冻结 {held}，市公益池 {pool}",
        en="City: issued {issued}, returned {returned}, held {held}, city pool {pool}",
    )
    return Table(
        columns,
        rows,
        total.fill(
            issued=_duration(city["issued_min"]),
            returned=_duration(city["returned_min"]),
            held=_duration(city["held_min"]),
            pool=_duration(city["pool_min"]),
        ),
    )


def _duration(value: Json) -> Text:
    assert isinstance(value, int)
    return duration(value)


def _flow_table(outcome: Outcome) -> Table:
    columns = (
        Column(t(zh="区", en="District")),
        *(
            Column(title, "right")
            for title in (
                t(zh="服务所得", en="Earned"),
                t(zh="兑换", en="Redeemed"),
                t(zh="基金支付", en="Funded"),
                t(zh="捐赠", en="Donated"),
                t(zh="赠与", en="Gifted"),
                t(zh="核销", en="Retired"),
                t(zh="结清订单", en="Settled orders"),
                t(zh="其中代办", en="Of them on behalf"),
            )
        ),
    )
    rows: list[Sequence[Cell]] = [
        (
            one.code,
            *(
                duration(minutes)
                for minutes in (
                    one.earned_min,
                    one.redeemed_min,
                    one.funded_min,
                    one.donated_min,
                    one.gifted_min,
                    one.retired.balance,
                )
            ),
            one.settled_orders,
            one.on_behalf_orders,
        )
        for one in outcome.sums.districts.values()
    ]
    return Table(columns, rows, t(zh="累计", en="Ever"))


def _position_table(outcome: Outcome) -> Table:
    return Table(
        (
            Column(t(zh="甲", en="One")),
            Column(t(zh="乙", en="Other")),
            Column(t(zh="乙净转给甲", en="Net from the other to the one"), "right"),
            Column(t(zh="其中未结算", en="Of it not settled"), "right"),
        ),
        [
            (one.low, one.high, duration(one.flow.balance), duration(one.open_min))
            for one in outcome.sums.positions
        ],
        t(zh="区际往来", en="Between districts"),
        t(zh="各区之间没有往来。", en="Nothing passed between districts."),
    )


def _participation_table(outcome: Outcome) -> Table:
    tally = outcome.tally
    return Table(
        (
            Column(t(zh="区", en="District")),
            Column(t(zh="签署的区块", en="Blocks signed"), "right"),
            Column(t(zh="应签", en="Of"), "right"),
            Column(t(zh="出块", en="Made"), "right"),
        ),
        [
            (code, tally.signed[code], tally.due[code], tally.made[code])
            for code in sorted(tally.due)
        ],
        t(zh="各区签署", en="Who signed"),
        t(zh="没有区块。", en="There is no block."),
    )


def _behalf_table(outcome: Outcome) -> Table:
    return Table(
        (
            Column(t(zh="区", en="District")),
            Column(t(zh="站点", en="Site")),
            Column(t(zh="经办人", en="Recorder")),
            Column(t(zh="同意方式", en="Consent")),
            Column(t(zh="确认方式", en="Confirmation")),
            Column(t(zh="订单", en="Orders"), "right"),
            Column(t(zh="分钟", en="Minutes"), "right"),
        ),
        [
            (
                key.district,
                key.site,
                short_id(key.recorder),
                word(METHODS, key.consent),
                word(METHODS, key.method),
                total.orders,
                duration(total.minutes),
            )
            for key, total in sorted(outcome.tally.on_behalf.items())
        ],
        t(zh="代办订单", en="Orders requested on behalf"),
        t(zh="没有代办订单。", en="No order was requested on behalf."),
    )


def _manual_table(outcome: Outcome) -> Table:
    return Table(
        (
            Column(t(zh="区", en="District")),
            Column(t(zh="站点", en="Site")),
            Column(t(zh="经办人", en="Recorder")),
            Column(t(zh="复核人", en="Second")),
            Column(t(zh="补录", en="Entries"), "right"),
            Column(t(zh="荣誉分钟", en="Honour minutes"), "right"),
            Column(t(zh="已更正", en="Taken back"), "right"),
        ),
        [
            (
                key.district,
                key.site,
                short_id(key.recorder),
                short_id(key.seconder),
                total.entries,
                duration(total.minutes),
                duration(total.corrected),
            )
            for key, total in sorted(outcome.sums.manual.items())
        ],
        t(zh="补录的荣誉时", en="Manual entries of honour minutes"),
        t(zh="没有补录。", en="There is no manual entry."),
    )
