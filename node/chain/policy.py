"""The versioned on-chain policy: every number that a city may tune, with its unit and its default.

Sources: the rules page of the documentation and the practice of Nanjing (1,500 hours), Beijing, Shanghai and Guangzhou
that each parameter answers. A policy becomes active at its activation height; what an order pins at publication
(version, weight, cap) is read from the version named in the order.
"""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record, decoder, encode
from node.chain.hashing import digest
from node.chain.types import Code, CodeF, Hash, HeightF, Minutes, MinutesF, UintF

PERMILLE: Final = 1_000
HOUR_MIN: Final = 60
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
CHINA_OFFSET_MS: Final = 8 * HOUR_MS
"""Days, weeks and months are counted in UTC+8, as people live them."""


class ServicePolicy(Record, frozen=True):
    """How a service is measured and how much of it one person may do."""

    quantum_min: MinutesF = Minutes(30)
    """Counted minutes are a multiple of this."""
    grace_min: MinutesF = Minutes(5)
    """Added before rounding down, so that 59 minutes and 58 seconds count as an hour."""
    day_max_min: MinutesF = Minutes(480)
    """Above it in one service an endorsement is needed; above it in one day nothing is accepted."""
    week_max_min: MinutesF = Minutes(1_680)
    order_max_min: MinutesF = Minutes(720)
    """Longest expected service of one order."""
    pair_month_orders_max: UintF = 20
    pair_month_max_min: MinutesF = Minutes(2_400)
    """One volunteer and one recipient in a month; beyond either an endorsement is needed."""
    paired_month_orders_max: UintF = 62
    """The same for a reviewed pairing: two meals a day."""
    travel_gap_ms: UintF = 15 * MINUTE_MS
    """Between orders at different sites."""
    claim_tolerance_ms: UintF = 10 * MINUTE_MS
    """A claimed time this near to block time does not matter; block time counts."""
    late_report_age_max_ms: UintF = 7 * DAY_MS
    interval_kept_ms: UintF = 10 * DAY_MS
    """How long a volunteer's past services are remembered for overlap, day and week limits."""
    time_mark_ms: UintF = HOUR_MS
    """At most one mark of block time for each of these, for late reports to name; kept as long as the services."""


class OrderPolicy(Record, frozen=True):
    """The timers of the order machine, in milliseconds of block time."""

    review_ms: UintF = 72 * HOUR_MS
    publish_ahead_max_ms: UintF = 14 * DAY_MS
    check_in_early_ms: UintF = 2 * HOUR_MS
    lapse_ms: UintF = 2 * HOUR_MS
    """After the planned start."""
    no_show_after_ms: UintF = 30 * MINUTE_MS
    cancel_marked_ms: UintF = 2 * HOUR_MS
    """A cancellation later than this before the start is marked."""
    lapsed_ms: UintF = 7 * DAY_MS
    unclosed_after_ms: UintF = 540 * MINUTE_MS
    """480 minutes and 60 of patience after check-in."""
    unclosed_ms: UintF = 7 * DAY_MS
    confirm_ms: UintF = 72 * HOUR_MS
    cooling_strong_ms: UintF = 24 * HOUR_MS
    cooling_medium_ms: UintF = 72 * HOUR_MS
    cooling_weak_ms: UintF = 168 * HOUR_MS
    dispute_ms: UintF = 30 * DAY_MS
    dispute_city_ms: UintF = 15 * DAY_MS
    """From then on only the city's arbiters rule."""
    ruled_ms: UintF = 7 * DAY_MS
    silence_month_max: UintF = 2
    sample_permille: UintF = 50
    """Share of funded orders drawn for a call-back before they settle."""
    kept_final_ms: UintF = 400 * DAY_MS
    """After it a final order leaves the state tree; its record stays provable in the log."""
    review_exempt: tuple[CodeF, ...] = ()
    """Service classes that publish without review when the recipient signed the request."""
    urgent_max_min: MinutesF = Minutes(120)
    urgent_week_max: UintF = 5
    """Urgent orders of one site and week that publish on one signature."""
    call_back_day_max: UintF = 30
    """Recorded call-backs of one caller and day that need no endorsement."""
    witness_permille: UintF = 200
    """Share of a site's confirmed minutes in a month that staff may confirm as witnesses."""
    certifiable_after_ms: UintF = 14 * DAY_MS
    """Days of notice between a settlement and the first certificate that counts it."""
    witness_free_min: MinutesF = Minutes(600)
    """Minutes of a site and month that staff may witness whatever the share; a new month begins with nothing."""


class PersonPolicy(Record, frozen=True):
    """Stores, gifts, bindings, keys."""

    cap_min: MinutesF = Minutes(1_500 * 60)
    """A personal store (available and held) earns up to this; 0 for no cap."""
    kin_max: UintF = 8
    kin_year_max: UintF = 2
    kin_rest_ms: UintF = 7 * DAY_MS
    """From binding to the first gift."""
    kin_types: tuple[CodeF, ...] = (Code("parent"), Code("child"), Code("spouse"), Code("sibling"))
    """Relations to whose holders minutes may be given."""
    agent_elders_max: UintF = 3
    donation_undo_above_min: MinutesF = Minutes(100 * 60)
    donation_undo_ms: UintF = 7 * DAY_MS
    recovery_delay_ms: UintF = 72 * HOUR_MS
    recovery_attempts_max: UintF = 2
    recovery_window_ms: UintF = 30 * DAY_MS
    suspension_max_ms: UintF = 30 * DAY_MS
    closing_notice_ms: UintF = 30 * DAY_MS
    succession_kin_age_ms: UintF = 180 * DAY_MS
    """Kin bound more recently do not succeed."""
    star_hours: tuple[UintF, ...] = (100, 300, 600, 1_000, 1_500)
    """Settled hours of service at which each star is reached."""
    served_to_redeem_min: MinutesF = Minutes(0)
    cap_warn_permille: UintF = 800
    """Share of the cap from which wallets warn."""
    contacts_max: UintF = 3
    contacts_needed: UintF = 2
    """Contacts that must name the same new key before a recovery begins."""
    household_max: UintF = 8
    minor_mode: CodeF = Code("none")
    """How guarded persons serve: ``none``, ``guardian_present`` or ``events_only``."""
    complaint_ms: UintF = 15 * DAY_MS
    """A complaint that nobody has answered by then is overdue, for everyone to see."""
    no_show_contest_ms: UintF = 7 * DAY_MS
    """How long a volunteer may contest a no-show."""

    def star_level(self, served_min: int) -> int:
        """Stars for settled minutes of service, honour minutes not among them: one for each threshold reached."""
        return sum(1 for hours in self.star_hours if served_min >= hours * HOUR_MIN)

    def is_near_cap(self, store_min: int) -> bool:
        """Whether a store has reached the share of the cap at which wallets warn; never without a cap."""
        return self.cap_min > 0 and store_min * PERMILLE >= self.cap_min * self.cap_warn_permille


class IssuancePolicy(Record, frozen=True):
    """Mints, funds, allowances, reserve."""

    budgets: tuple[tuple[CodeF, MinutesF], ...] = (
        (Code("correction"), Minutes(0)),
        (Code("honour"), Minutes(0)),
        (Code("key-elders"), Minutes(60_000_000)),
        (Code("starter"), Minutes(0)),
    )
    """(purpose, minutes a year for the whole city); a purpose not listed cannot be minted."""
    mint_votes_permille: UintF = 667
    """Share of the authorities that must vote for a mint or a motion, rounded up."""
    vote_ms: UintF = 14 * DAY_MS
    """A mint, motion or settlement run that finds too few voices expires after this."""
    allowance_month_min: MinutesF = Minutes(1_800)
    """What the fund pays for one key elder in a month."""
    coverage_min_permille: UintF = 200
    """Below this ratio of capacity to liability provider redemptions of non-priority persons queue."""
    redemption_held_ms: UintF = 14 * DAY_MS
    """A redemption that no provider captures goes back after this."""
    redemption_queued_ms: UintF = 90 * DAY_MS
    """A redemption that waits in the queue goes back after this."""


class ManualPolicy(Record, frozen=True):
    """Manual (honour) entries and events, whose quotas count by UTC+8 months."""

    recorder_month_max_min: MinutesF = Minutes(3_000)
    site_month_max_min: MinutesF = Minutes(30_000)
    entry_max_min: MinutesF = Minutes(480)
    entry_final_ms: UintF = 7 * DAY_MS
    """After it an entry can no longer be corrected."""
    event_heads_max: UintF = 60
    """Places of one event."""
    event_site_month_max: UintF = 20
    """Events of one site."""
    event_site_month_heads_max: UintF = 400
    """Places of all events of one site together."""


class LedgerPolicy(Record, frozen=True):
    """Quotas and windows of the ledger itself."""

    person_day_max: UintF = 200
    staff_day_max: UintF = 5_000
    operator_day_max: UintF = 5_000
    validity_max_ms: UintF = 30 * DAY_MS
    proposal_ms: UintF = 7 * DAY_MS
    """A proposal that nobody seconds expires after this."""
    block_cost_max: UintF = 20_000
    """Of one block: 1 for each transaction, timer and piece of evidence, and 1 for each record that it writes."""
    heartbeat_ms: UintF = 60_000


class Policy(Record, frozen=True, tag=12):
    """One version of the policy."""

    version: UintF
    activation_height: HeightF
    service: ServicePolicy = ServicePolicy()
    orders: OrderPolicy = OrderPolicy()
    persons: PersonPolicy = PersonPolicy()
    issuance: IssuancePolicy = IssuancePolicy()
    manual: ManualPolicy = ManualPolicy()
    ledger: LedgerPolicy = LedgerPolicy()

    def is_stop(self, gap_ms: int) -> bool:
        """Whether a gap between headers exceeds max(10 minutes, two heartbeats): the city stood still."""
        return gap_ms > max(self.service.claim_tolerance_ms, 2 * self.ledger.heartbeat_ms)

    def budget(self, purpose: Code) -> Minutes | None:
        """Minutes a year that may be minted for a purpose; None for an unknown one."""
        return next((minutes for name, minutes in self.issuance.budgets if name == purpose), None)


decode_policy = decoder(Policy, 8_192)


def policy_hash(chain_id: Hash, policy: Policy) -> Hash:
    """The hash that headers name the policy by."""
    return digest("policy", chain_id, encode(policy))


class ServiceClass(Record, frozen=True, tag=14):
    """One entry of the catalogue of services."""

    code: CodeF
    parent: CodeF
    """What appears on the chain for a sensitive class; the code itself otherwise."""
    risk: Annotated[int, Meta(ge=0, le=3)]
    weight_permille: UintF
    """Minutes paid for a thousand minutes served."""
    version: UintF
    siblings: UintF
    """How many volunteers one job needs before any of them checks in."""
    home_visit: Annotated[int, Meta(ge=0, le=1)]
    """1 where an insurance reference is needed before the start."""
    training: Annotated[int, Meta(ge=0, le=1)]
    """1 where a training record is needed to accept."""
    urgent: Annotated[int, Meta(ge=0, le=1)]
    retired: Annotated[int, Meta(ge=0, le=1)]
    districts: tuple[CodeF, ...]
    """Where it is offered; empty for the whole city."""


def day_of(time_ms: int) -> int:
    """Day number in UTC+8."""
    return (time_ms + CHINA_OFFSET_MS) // DAY_MS


def week_of(time_ms: int) -> int:
    """Week number in UTC+8, weeks beginning on Monday (1970-01-01 was a Thursday)."""
    return (day_of(time_ms) + 3) // 7


_JANUARY_INDEX: Final = 10


def civil(time_ms: int) -> tuple[int, int]:
    """(year, month) in UTC+8, by the days-to-civil algorithm over 400-year eras of 146,097 days."""
    shifted = day_of(time_ms) + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    # Months of this algorithm begin in March, so that the leap day ends the year.
    month = (month_index + 2) % 12 + 1
    return year_of_era + era * 400 + (1 if month_index >= _JANUARY_INDEX else 0), month


_EPOCH_YEAR: Final = 1970
_DAYS_IN_YEAR: Final = 365
_LEAPS_BEFORE_EPOCH: Final = 477


def year_start_ms(year: int) -> int:
    """When a year begins in UTC+8."""
    before = year - 1
    leaps = before // 4 - before // 100 + before // 400 - _LEAPS_BEFORE_EPOCH
    return ((year - _EPOCH_YEAR) * _DAYS_IN_YEAR + leaps) * DAY_MS - CHINA_OFFSET_MS


_LATER_QUARTERS_DAYS: Final = (275, 184, 92, 0)
"""Days from each quarter's end to the year's: the same in leap years, whose day lies in the first quarter."""


def quarter_end_ms(time_ms: int) -> int:
    """The first millisecond after the quarter in which a time lies, in UTC+8: when what ends with it ends."""
    following = year_start_ms(civil(time_ms)[0] + 1)
    ends = (following - days * DAY_MS for days in _LATER_QUARTERS_DAYS)
    return next(end for end in ends if time_ms < end)


def is_quarter_end(time_ms: int) -> bool:
    """Whether a time is the first millisecond after a quarter in UTC+8."""
    return time_ms > 0 and quarter_end_ms(time_ms - 1) == time_ms


def month_of(time_ms: int) -> int:
    """Month as year · 100 + month in UTC+8, such as 202611."""
    year, month = civil(time_ms)
    return year * 100 + month
