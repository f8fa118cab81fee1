"""How far a policy may be tuned: the range of every number, with the reasons that are not evident.

A motion for a policy outside these ranges is refused before anyone votes, and so is a genesis: what a city begins with,
its first motion must be able to repeat.
"""

from typing import Final

from node.chain.errors import ErrorCode
from node.chain.limits import EVENT_PLACES_MAX, VALIDITY_MAX_MS
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, PERMILLE, Policy
from node.chain.rules.guards import require

_Range = tuple[int, int]
_COUNT: Final = (0, 100_000)
_TIMER: Final = (HOUR_MS, 400 * DAY_MS)
"""A live state ends in finite time; nobody's objection window is shorter than an hour."""
_DAY_MIN: Final = (0, 1_440)
_YEAR_MIN: Final = (0, 100_000_000_000)

SERVICE: Final[dict[str, _Range]] = {
    "quantum_min": (1, 120),
    "grace_min": (0, 30),
    "day_max_min": (60, 1_440),
    "week_max_min": (60, 10_080),
    "order_max_min": (30, 1_440),
    "pair_month_orders_max": _COUNT,
    "pair_month_max_min": (0, 44_640),
    "paired_month_orders_max": _COUNT,
    "travel_gap_ms": (0, 4 * HOUR_MS),
    "claim_tolerance_ms": (0, HOUR_MS),
    "late_report_age_max_ms": (0, 30 * DAY_MS),
    "interval_kept_ms": (8 * DAY_MS, 60 * DAY_MS),
    "time_mark_ms": (MINUTE_MS, DAY_MS),
}
"""Past services are remembered for more than a week, or the week's limit would forget its Monday."""
ORDERS: Final[dict[str, _Range]] = {
    "review_ms": _TIMER,
    "publish_ahead_max_ms": (DAY_MS, 60 * DAY_MS),
    "check_in_early_ms": (0, 12 * HOUR_MS),
    "lapse_ms": _TIMER,
    "no_show_after_ms": (10 * MINUTE_MS, DAY_MS),
    "cancel_marked_ms": (0, 7 * DAY_MS),
    "lapsed_ms": _TIMER,
    "unclosed_after_ms": _TIMER,
    "unclosed_ms": _TIMER,
    "confirm_ms": _TIMER,
    "cooling_strong_ms": _TIMER,
    "cooling_medium_ms": _TIMER,
    "cooling_weak_ms": _TIMER,
    "dispute_ms": _TIMER,
    "dispute_city_ms": _TIMER,
    "ruled_ms": _TIMER,
    "silence_month_max": (0, 31),
    "sample_permille": (0, PERMILLE),
    "kept_final_ms": (60 * DAY_MS, 4_000 * DAY_MS),
    "urgent_max_min": _DAY_MIN,
    "urgent_week_max": _COUNT,
    "call_back_day_max": _COUNT,
    "witness_permille": (0, PERMILLE),
    "certifiable_after_ms": _TIMER,
    "witness_free_min": _YEAR_MIN,
}
PERSONS: Final[dict[str, _Range]] = {
    "cap_min": (0, 60_000_000),
    "kin_max": (0, 32),
    "kin_year_max": (0, 32),
    "kin_rest_ms": (0, 365 * DAY_MS),
    "agent_elders_max": (0, 32),
    "donation_undo_above_min": _YEAR_MIN,
    "donation_undo_ms": (0, 60 * DAY_MS),
    "recovery_delay_ms": _TIMER,
    "recovery_attempts_max": (0, 100),
    "recovery_window_ms": _TIMER,
    "suspension_max_ms": (HOUR_MS, 30 * DAY_MS),
    "closing_notice_ms": _TIMER,
    "succession_kin_age_ms": (0, 3_650 * DAY_MS),
    "served_to_redeem_min": _YEAR_MIN,
    "cap_warn_permille": (1, PERMILLE),
    "contacts_max": (0, 8),
    "contacts_needed": (2, 8),
    "household_max": (0, 32),
    "complaint_ms": _TIMER,
    "no_show_contest_ms": _TIMER,
}
"""A suspension is never longer than thirty days, whatever is voted."""
ISSUANCE: Final[dict[str, _Range]] = {
    "mint_votes_permille": (501, PERMILLE),
    "vote_ms": _TIMER,
    "allowance_month_min": (0, 44_640),
    "coverage_min_permille": (0, 10_000),
    "redemption_held_ms": _TIMER,
    "redemption_queued_ms": _TIMER,
}
"""Never less than a majority creates minutes or changes the rules."""
MANUAL: Final[dict[str, _Range]] = {
    "recorder_month_max_min": _YEAR_MIN,
    "site_month_max_min": _YEAR_MIN,
    "entry_max_min": _DAY_MIN,
    "entry_final_ms": _TIMER,
    "event_heads_max": (0, EVENT_PLACES_MAX),
    "event_site_month_max": _COUNT,
    "event_site_month_heads_max": _COUNT,
}
LEDGER: Final[dict[str, _Range]] = {
    "person_day_max": (20, 100_000),
    "staff_day_max": (100, 1_000_000),
    "operator_day_max": (100, 1_000_000),
    "validity_max_ms": (HOUR_MS, VALIDITY_MAX_MS),
    "proposal_ms": _TIMER,
    "block_cost_max": (2_000, 1_000_000),
    "heartbeat_ms": (1_000, HOUR_MS),
}
"""No quota can be voted so low that persons or operators could not undo it; every transaction fits into a block."""
SECTIONS: Final[dict[str, dict[str, _Range]]] = {
    "service": SERVICE,
    "orders": ORDERS,
    "persons": PERSONS,
    "issuance": ISSUANCE,
    "manual": MANUAL,
    "ledger": LEDGER,
}
MINOR_MODES: Final = frozenset({"none", "guardian_present", "events_only"})
LIST_MAX: Final = 32
BUDGET_MAX_MIN: Final = _YEAR_MIN[1]


def check_bounds(policy: Policy) -> None:
    """Every number within its range, every list short, sorted and without repetition.

    Raises:
        Rejected: ``POLICY_OUT_OF_BOUNDS``, naming the field.
    """
    code = ErrorCode.POLICY_OUT_OF_BOUNDS
    for section, ranges in SECTIONS.items():
        for field, (low, high) in ranges.items():
            value = getattr(getattr(policy, section), field)
            require(low <= value <= high, code, f"{section}.{field} {value}, {low} to {high}")
    require(policy.service.grace_min < policy.service.quantum_min, code, "service.grace_min")
    stars = policy.persons.star_hours
    require(stars == tuple(sorted(stars)), code, "persons.star_hours ascending")
    require(policy.persons.minor_mode in MINOR_MODES, code, "persons.minor_mode")
    purposes = tuple(name for name, _ in policy.issuance.budgets)
    require(purposes == tuple(sorted(purposes)), code, "issuance.budgets sorted")
    most = max((minutes for _, minutes in policy.issuance.budgets), default=0)
    require(most <= BUDGET_MAX_MIN, code, "issuance.budgets")
    _check_distinct("persons.star_hours", stars)
    _check_distinct("issuance.budgets", purposes)
    _check_distinct("persons.kin_types", policy.persons.kin_types)
    _check_distinct("orders.review_exempt", policy.orders.review_exempt)


def _check_distinct(name: str, values: tuple[int, ...] | tuple[str, ...]) -> None:
    distinct = len(values) == len(set(values)) <= LIST_MAX
    require(distinct, ErrorCode.POLICY_OUT_OF_BOUNDS, f"{name} distinct, at most {LIST_MAX}")
