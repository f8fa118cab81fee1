"""What a signal found, and each kind in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from node.console.language import Text, t


class Signal(Enum):
    """The kinds."""

    TRAVEL_GAP = "travel-gap"
    PAIR_SHARE = "pair-share"
    SHORT_CYCLE = "short-cycle"
    NIGHT_SHARE = "night-share"
    SITE_SPIKE = "site-spike"
    SAME_LENGTH = "same-length"
    EXACT_HOLD = "exact-hold"
    QUICK_CONFIRM = "quick-confirm"
    RECORDER_BATCH = "recorder-batch"
    SAME_CONFIRMER = "same-confirmer"
    SITE_METHOD = "site-method"
    LATE_REPORTS = "late-reports"
    MONTH_END = "month-end"
    KIN_GIFT = "kin-gift"
    MANY_ELDERS = "many-elders"
    RECORDER_HONOUR = "recorder-honour"


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding.

    Attributes:
        signal: its kind.
        subject: id in hexadecimal of the person it is about, or the code of a site.
        numbers: what the sentence says, by name.
        records: ids in hexadecimal of the orders, entries or transactions behind it.
    """

    signal: Signal
    subject: str
    numbers: Mapping[str, int]
    records: tuple[str, ...]

    def sentence(self) -> Text:
        """The finding explained."""
        return SENTENCES[self.signal].fill(subject=self.subject, **self.numbers)


SENTENCES: Final[Mapping[Signal, Text]] = MappingProxyType(
    {
        Signal.TRAVEL_GAP: t(
            zh="志愿者 {subject} 有 {count} 次在一个区签退后 {minutes} 分钟内就在另一个区签到。",
            en="Volunteer {subject} checked in in another district within {minutes} minutes of checking out, "
            "{count} times.",
        ),
        Signal.PAIR_SHARE: t(
            zh="志愿者 {subject} 的 {of} 次服务有 {count} 次给了同一位老人，而这位老人几乎只由此人服务。",
            en="Of the {of} services of volunteer {subject}, {count} went to one elder, whom few others serve.",
        ),
        Signal.SHORT_CYCLE: t(
            zh="{subject} 与另外 {others} 人在 {days} 天内互相服务成圈，共 {count} 次。",
            en="{subject} and {others} others served each other in a circle within {days} days, {count} services.",
        ),
        Signal.NIGHT_SHARE: t(
            zh="志愿者 {subject} 的 {of} 次服务有 {count} 次在夜里开始。",
            en="Of the {of} services of volunteer {subject}, {count} began at night.",
        ),
        Signal.SITE_SPIKE: t(
            zh="站点 {subject} 一天开始了 {count} 次服务，平时每天不到 {usual} 次。",
            en="Site {subject} had {count} services on one day, usually fewer than {usual}.",
        ),
        Signal.SAME_LENGTH: t(
            zh="志愿者 {subject} 的 {of} 次服务有 {count} 次时长都是 {minutes} 分钟，这在全市很少见。",
            en="Of the {of} services of volunteer {subject}, {count} took {minutes} minutes, which is rare.",
        ),
        Signal.EXACT_HOLD: t(
            zh="志愿者 {subject} 的 {of} 次服务有 {count} 次正好用满预订时长，别人很少如此。",
            en="Of the {of} services of volunteer {subject}, {count} took exactly what was booked, as few others do.",
        ),
        Signal.QUICK_CONFIRM: t(
            zh="志愿者 {subject} 的 {of} 次服务有 {count} 次签退后一分钟内就被确认。",
            en="Of the {of} services of volunteer {subject}, {count} were confirmed within a minute of check-out.",
        ),
        Signal.RECORDER_BATCH: t(
            zh="经办人 {subject} 在 {minutes} 分钟内代下了 {count} 个订单。",
            en="Recorder {subject} placed {count} orders on behalf within {minutes} minutes.",
        ),
        Signal.SAME_CONFIRMER: t(
            zh="工作人员 {subject} 连续 {count} 次为同一位老人确认（共 {of} 次），没有同事轮换。",
            en="Member of staff {subject} confirmed {count} times in a row for one elder, of {of}.",
        ),
        Signal.SITE_METHOD: t(
            zh="站点 {subject} 的 {of} 次服务有 {count} 次由工作人员代为确认，远多于其他站点。",
            en="Of the {of} services of site {subject}, {count} were confirmed by staff, far more than elsewhere.",
        ),
        Signal.LATE_REPORTS: t(
            zh="志愿者 {subject} 的 {of} 次服务有 {count} 次是事后补报。",
            en="Of the {of} services of volunteer {subject}, {count} were reported late.",
        ),
        Signal.MONTH_END: t(
            zh="老人 {subject} 的当月额度有 {minutes} 分钟在最后三天用掉，几乎用完。",
            en="Of the month's allowance of elder {subject}, {minutes} minutes went in its last three days.",
        ),
        Signal.KIN_GIFT: t(
            zh="{subject} 在结为亲属 {days} 天后就赠出了 {minutes} 分钟。",
            en="{subject} gave {minutes} minutes {days} days after the binding as kin.",
        ),
        Signal.MANY_ELDERS: t(
            zh="{subject} 先后做过 {count} 位老人的代理人。",
            en="{subject} has been agent of {count} elders.",
        ),
        Signal.RECORDER_HONOUR: t(
            zh="经办人 {subject} 一个月补录了 {minutes} 分钟荣誉时，远多于同事。",
            en="Recorder {subject} entered {minutes} honour minutes in one month, far more than colleagues.",
        ),
    }
)
"""The sentence of every kind."""
