"""An outcome as one JSON document: the stable form for machines. ``docs/audit.md`` names its fields."""

from pathlib import Path
from typing import Final

from node.audit.auditor import Outcome
from node.audit.checkpoints import text_at
from node.audit.findings import EXIT_WORDS, exit_code, finding_data, verdict
from node.chain.genesis import Genesis
from node.chain.records.accounts import District
from node.console.result import Json

FORMAT: Final = "timebank-audit/1"


def document(genesis: Genesis, archive: Path, outcome: Outcome) -> dict[str, Json]:
    """The machine's form; ``docs/audit.md`` names its fields."""
    code = exit_code(outcome.fault)
    point, tally = outcome.point, outcome.tally
    return {
        "format": FORMAT,
        "verdict": verdict(outcome.fault),
        "exit": int(code),
        "meaning": {"zh": EXIT_WORDS[code].zh, "en": EXIT_WORDS[code].en},
        "finding": finding_data(outcome.fault),
        "archive": str(archive),
        "city": genesis.city,
        "chain_id": point.chain_id.hex(),
        "height": point.height,
        "time_ms": point.time_ms,
        "block_id": point.block_id.hex(),
        "state_root": outcome.state_root.hex(),
        "checkpoint": text_at(genesis, point),
        "checkpoints": [
            {
                "name": one.name,
                "size": one.checkpoint.size,
                "height": height,
                "signers": one.signers,
            }
            for one, height in outcome.matched
        ],
        "blocks": tally.blocks,
        "transactions": tally.transactions,
        "transactions_by_kind": dict(sorted(tally.kinds.items())),
        "timers": tally.timers,
        "signatures": outcome.signatures,
        "seconds": round(outcome.seconds, 3),
        "transactions_per_second": rate(outcome),
        **_totals(outcome),
    }


def _totals(outcome: Outcome) -> dict[str, Json]:
    tally = outcome.tally
    return {
        "city_totals": city_data(outcome),
        "districts": [_district_data(outcome, one) for one in outcome.sums.districts.values()],
        "positions": [
            {
                "low": one.low,
                "high": one.high,
                "net_min": one.flow.balance,
                "open_min": one.open_min,
            }
            for one in outcome.sums.positions
        ],
        "participation": _participation_data(outcome),
        "evidence": [one._asdict() for one in tally.evidence],
        "on_behalf": [
            {**key._asdict(), "recorder": key.recorder.hex()}
            | {"orders": total.orders, "minutes": total.minutes}
            for key, total in sorted(tally.on_behalf.items())
        ],
        "manual": [
            {**key._asdict(), "recorder": key.recorder.hex(), "seconder": key.seconder.hex()}
            | {"entries": one.entries, "minutes": one.minutes, "corrected": one.corrected}
            for key, one in sorted(outcome.sums.manual.items())
        ],
        "identities": [
            {"name": one.name, "left": one.left, "right": one.right, "holds": one.holds}
            for one in outcome.identities
        ],
    }


def rate(outcome: Outcome) -> int:
    """Transactions a second."""
    return round(outcome.tally.transactions / outcome.seconds) if outcome.seconds > 0 else 0


def city_data(outcome: Outcome) -> dict[str, Json]:
    """Totals of the whole city."""
    city = outcome.sums.city
    assert city is not None, "a ledger has a city"
    return {
        "issued_min": city.issue.debits,
        "returned_min": city.issue.credits,
        "outstanding_min": -city.issue.balance,
        "held_min": city.held.balance,
        "pool_min": city.pool_free.balance + city.pool_held.balance,
        "paid_min": city.paid,
        "credited_min": city.credited,
        "overflow_min": city.overflow,
        "honour_min": -city.honour.balance,
        "claims_min": -city.claims.balance,
        "capacity_min": -city.capacity.balance - city.capacity_used,
        "capacity_used_min": city.capacity_used,
        "persons": city.persons,
        "policy_version": city.policy_version,
    }


def held_min(outcome: Outcome, one: District) -> int:
    """Minutes on hold at home in a district."""
    sums = outcome.sums
    return sums.held[one.code] + sums.funds_held[one.code] + one.pool_held.balance


def _district_data(outcome: Outcome, one: District) -> dict[str, Json]:
    return {
        "district": one.code,
        "issued_min": one.minted,
        "returned_min": one.returned,
        "stores_min": one.persons.balance,
        "funds_min": one.funds.balance,
        "pool_min": one.pool_free.balance + one.pool_held.balance,
        "teams_min": one.teams.balance,
        "providers_min": one.providers.balance,
        "held_min": held_min(outcome, one),
        "earned_min": one.earned_min,
        "redeemed_min": one.redeemed_min,
        "funded_min": one.funded_min,
        "donated_min": one.donated_min,
        "gifted_min": one.gifted_min,
        "retired_min": one.retired.balance,
        "net_position_min": one.inflow.balance,
        "settled_orders": one.settled_orders,
        "on_behalf_orders": one.on_behalf_orders,
    }


def _participation_data(outcome: Outcome) -> list[Json]:
    tally = outcome.tally
    return [
        {
            "district": code,
            "signed": tally.signed[code],
            "of": tally.due[code],
            "made": tally.made[code],
        }
        for code in sorted(tally.due)
    ]
