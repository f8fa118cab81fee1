"""What a report says, in the order in which people ask: verdict, chain, minutes, districts, orders, who wrote down."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from node.audit.auditor import Outcome
from node.audit.document import city_data
from node.audit.report.course import CLASSES, LATE, MANUAL, ON_BEHALF, Course, Entry
from node.audit.report.page import Part, flat
from node.audit.report.svg import Chart, Series
from node.audit.tables import view
from node.chain.genesis import Genesis
from node.console.formats import duration, short_id
from node.console.language import Text, t
from node.console.result import Cell, Column, Facts, Json, Table
from node.console.words import METHODS, OFFENCES, STATES, word

TITLE: Final = t(zh="审计报告", en="Audit report")
MINUTES: Final = t(zh="分钟", en="min")
ORDERS: Final = t(zh="单", en="orders")
PERMILLE: Final = 1_000
FORMS: Final = {
    MANUAL: t(zh="补录", en="manual"),
    ON_BEHALF: t(zh="代办", en="on behalf"),
    LATE: t(zh="补报", en="late"),
}
BY: Final = {
    "person": t(zh="经办人", en="by person"),
    "site": t(zh="站点", en="by site"),
    "method": t(zh="方式", en="by method"),
}
PERSONAL_TABLES: Final = 2
"""The last tables of an outcome's view name members of staff."""


def contents(
    genesis: Genesis, outcome: Outcome, course: Course | None, *, public: bool = False
) -> tuple[Part, ...]:
    """Every part of a report.

    Args:
        genesis: what the audit began from.
        outcome: of the audit.
        course: what was collected on the way; None where the audit did not execute every block.
        public: leave out persons, and cells with fewer than five of them.
    """
    whole = list(flat(view(genesis, outcome)))
    kept = whole[:-PERSONAL_TABLES] if public else whole
    parts: list[Part] = [*kept[:2], _supply(outcome), _identities(outcome)]
    if course is not None:
        parts += [_issued_chart(course), _held_chart(course), _months(course)]
    parts += [*kept[2:4], *_position_chart(outcome), *kept[4:]]
    if course is not None:
        parts += [*_course(course, public)]
    return tuple(parts)


def course_data(course: Course, *, public: bool = False) -> dict[str, Json]:
    """The machine's form of what was collected on the way."""
    withheld = course.withheld() if public else frozenset()
    return {
        "months": [
            {"month": month, "issued_min": m.issued, "held_min": m.held, "retired_min": m.retired}
            for month, m in sorted(course.months.items())
        ],
        "orders": [
            {
                **cell._asdict(),
                "orders": None if cell in withheld else count.entries,
                "paid_min": None if cell in withheld else count.minutes,
            }
            for cell, count in sorted(course.orders.items())
        ],
        "entries": [
            {**key._asdict(), "entries": count.entries, "minutes": count.minutes}
            for key, count in sorted(course.entries.items())
            if not public
        ],
        "disputed_permille": course.disputed * PERMILLE // (course.finals or 1),
        "policies": [{"height": height, "version": version} for height, version in course.policies],
        "authority_changes": [one._asdict() for one in course.changes],
        "offences": [
            {"district": o.district, "height": o.height, "kind": o.kind, "block": o.block_height}
            for o in course.offences
        ],
    }


def _course(course: Course, public: bool) -> Iterator[Part]:  # noqa: FBT001 - as ``contents``
    yield _orders_chart(course, public)
    yield _orders(course, public)
    yield from _method_chart(course)
    yield _governance(course)
    if not public:
        yield _entries(course)


def _supply(outcome: Outcome) -> Facts:
    city = city_data(outcome)
    names = {
        "issued_min": t(zh="累计发行", en="Issued"),
        "returned_min": t(zh="累计收回", en="Returned"),
        "outstanding_min": t(zh="流通", en="Outstanding"),
        "held_min": t(zh="其中冻结", en="Of it held"),
        "pool_min": t(zh="市公益池", en="City pool"),
        "honour_min": t(zh="荣誉时", en="Honour"),
        "claims_min": t(zh="待追回", en="Claims"),
    }
    pairs: list[tuple[Text, Cell]] = []
    for name, title in names.items():
        value = city[name]
        assert isinstance(value, int)
        pairs.append((title, duration(value)))
    return Facts(pairs, t(zh="总量表", en="Supply statement"))


def _identities(outcome: Outcome) -> Table:
    words = {True: t(zh="相符", en="holds"), False: t(zh="不符", en="does not hold")}
    return Table(
        (
            Column(t(zh="恒等式", en="Identity")),
            Column(t(zh="左", en="Left"), "right"),
            Column(t(zh="右", en="Right"), "right"),
            Column(t(zh="结论", en="Verdict")),
        ),
        [
            (_identity(one.name), one.left, one.right, words[one.holds])
            for one in outcome.identities
            if one.name.startswith(("I2", "I6")) or not one.holds
        ],
        t(zh="总量核对", en="The statement adds up"),
        t(
            zh="归档没有核完，没有核对。",
            en="Not the whole archive was checked, so nothing was added up.",
        ),
    )


def _identity(name: str) -> Text:
    """The identities of the statement in both languages; others keep their English name."""
    if name.startswith("I2"):
        return t(zh="I2 发行而未收回 = 各方持有", en=name)
    if name.startswith("I6"):
        return t(zh="I6 {code}：持有 = 发行 - 收回 + 净流入", en=name).fill(
            code=name.removeprefix("I6 ").partition(":")[0]
        )
    return Text(name, name)


def _label(month: int) -> str:
    return f"{month // 100}-{month % 100:02d}"


def _issued_chart(course: Course) -> Chart:
    found = sorted(course.months.items())
    return Chart(
        t(zh="流通分钟", en="Minutes outstanding"),
        t(
            zh="每月末已发行而未收回的分钟数。",
            en="Minutes issued and not returned at the end of each month.",
        ),
        [_label(month) for month, _ in found],
        (Series(t(zh="流通", en="Outstanding"), [m.issued for _, m in found]),),
        MINUTES,
    )


def _held_chart(course: Course) -> Chart:
    found = sorted(course.months.items())
    return Chart(
        t(zh="冻结和核销", en="Minutes held and retired"),
        t(
            zh="每月末为订单冻结的、和已经核销的分钟数。",
            en="Minutes held for orders, and minutes retired, at the end of each month.",
        ),
        [_label(month) for month, _ in found],
        (
            Series(t(zh="冻结", en="Held"), [m.held for _, m in found]),
            Series(t(zh="核销", en="Retired"), [m.retired for _, m in found]),
        ),
        MINUTES,
    )


def _months(course: Course) -> Table:
    titles = (
        t(zh="流通", en="Outstanding"),
        t(zh="冻结", en="Held"),
        t(zh="核销", en="Retired"),
    )
    return Table(
        (Column(t(zh="月份", en="Month")), *(Column(title, "right") for title in titles)),
        [(_label(month), *map(duration, m)) for month, m in sorted(course.months.items())],
    )


def _position_chart(outcome: Outcome) -> Iterator[Chart]:
    districts = outcome.sums.districts.values()
    if any(one.inflow.balance for one in districts):
        yield Chart(
            t(zh="各区净流入", en="Net position of each district"),
            t(
                zh="从其他区转入减去转出的分钟数。",
                en="Minutes that came in from other districts, less those that went out.",
            ),
            [one.code for one in districts],
            (Series(MINUTES, [one.inflow.balance for one in districts]),),
            MINUTES,
            bars=True,
        )


def _orders_chart(course: Course, public: bool) -> Chart:  # noqa: FBT001 - as ``contents``
    withheld = course.withheld() if public else frozenset()
    counts: Counter[int] = Counter()
    settled: Counter[int] = Counter()
    for cell, count in course.orders.items():
        entries = 0 if cell in withheld else count.entries
        counts[cell.month] += entries
        settled[cell.month] += entries if cell.status == "settled" else 0
    months = sorted(counts)
    return Chart(
        t(zh="每月订单", en="Orders a month"),
        t(
            zh="当月完结的订单，以及其中结清的；不含未公布的。",
            en="Orders that became final in each month, and those of them that settled; without withheld ones.",
        ),
        [_label(month) for month in months],
        (
            Series(t(zh="完结", en="Final"), [counts[month] for month in months]),
            Series(t(zh="其中结清", en="Settled"), [settled[month] for month in months]),
        ),
        ORDERS,
    )


def _orders(course: Course, public: bool) -> Table:  # noqa: FBT001 - as ``contents``
    withheld = course.withheld() if public else frozenset()
    hidden = t(zh="不公布", en="withheld")
    return Table(
        (
            Column(t(zh="月份", en="Month")),
            Column(t(zh="区", en="District")),
            Column(t(zh="结果", en="Status")),
            Column(t(zh="订单", en="Orders"), "right"),
            Column(t(zh="支付", en="Paid"), "right"),
        ),
        [
            (
                _label(cell.month),
                cell.district,
                word(STATES, cell.status),
                hidden if cell in withheld else count.entries,
                hidden if cell in withheld else duration(count.minutes),
            )
            for cell, count in sorted(course.orders.items())
        ],
        t(zh="各区各月订单", en="Orders by month and district"),
        t(zh="没有完结的订单。", en="No order became final."),
    )


def _method_chart(course: Course) -> Iterator[Chart]:
    found = course.methods.most_common()
    if found:
        whole = sum(count for _, count in found)
        yield Chart(
            t(zh="确认方式", en="How services were confirmed"),
            t(
                zh="结清订单按确认方式，共 {n} 单。",
                en="Settled orders by confirmation, {n} in all.",
            ).fill(n=whole),
            [_share(method, count, whole) for method, count in found],
            (Series(ORDERS, [count for _, count in found]),),
            ORDERS,
            bars=True,
        )


def _share(method: str, count: int, whole: int) -> Text:
    """A method's word, and its part of all settled orders."""
    said = word(METHODS, method)
    part = f" {100 * count / whole:.0f}%"
    return Text(said.zh + part, said.en + part)


def _governance(course: Course) -> Facts:
    rate = course.disputed * PERMILLE // (course.finals or 1)
    pairs: list[tuple[Text, Cell]] = [
        (
            t(zh="有异议的订单", en="Orders disputed"),
            t(zh="{n} 单，占 {a}.{b}%", en="{n}, {a}.{b}% of all final ones").fill(
                n=course.disputed, a=rate // 10, b=rate % 10
            ),
        )
    ]
    for height, version in course.policies:
        where = t(zh="第 {n} 块记入", en="written in block {n}").fill(n=height)
        pairs.append((t(zh="政策第 {v} 版", en="Policy version {v}").fill(v=version), where))
    for change in course.changes:
        what = t(zh="加入 {a}；退出 {b}；换密钥 {c}", en="joined {a}; left {b}; new keys {c}")
        names = [" ".join(one) or "-" for one in change[1:]]
        where = t(zh="第 {n} 块改签名区", en="Authorities changed in block {n}").fill(
            n=change.height
        )
        pairs.append((where, what.fill(a=names[0], b=names[1], c=names[2])))
    for one in course.offences:
        what = t(zh="{who} 在第 {n} 块：{kind}", en="{who} at height {n}: {kind}")
        pairs.append(
            (
                t(zh="违规", en="Offence"),
                what.fill(who=one.district, n=one.height, kind=word(OFFENCES, one.kind)),
            )
        )
    if not course.offences:
        pairs.append((t(zh="违规", en="Offences"), t(zh="没有", en="none")))
    return Facts(pairs, t(zh="治理", en="Governance"))


def _named(key: Entry) -> Cell:
    """Whose entries a total is of, as people read it."""
    match key.by:
        case "person":
            return short_id(bytes.fromhex(key.name))
        case "method":
            return word(METHODS, key.name)
        case _:
            return key.name


def _entries(course: Course) -> Table:
    order = {form: number for number, form in enumerate(CLASSES)}
    rows = sorted(course.entries.items(), key=lambda item: (order[item[0].form], item[0]))
    return Table(
        (
            Column(t(zh="类别", en="Class")),
            Column(t(zh="按", en="Totalled")),
            Column(t(zh="名称", en="Name")),
            Column(t(zh="笔数", en="Entries"), "right"),
            Column(t(zh="分钟", en="Minutes"), "right"),
        ),
        [
            (
                FORMS[key.form],
                BY[key.by],
                _named(key),
                count.entries,
                duration(count.minutes),
            )
            for key, count in rows
        ],
        t(zh="补录、代办、补报合计", en="Manual, on-behalf and late entries"),
        t(zh="没有这类记录。", en="There are none."),
    )
