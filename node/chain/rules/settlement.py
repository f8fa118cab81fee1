"""Settlement between districts: a run nets nothing away and posts what stood open at its cut-off.

Minutes that pass between homes move positions by themselves; nobody posts them by hand. A run names every open pair
as of its own place in its own block, and which contracted capacity changes hands. Every district with an open pair
agrees in a transaction of its own. The last one marks the cut-off amounts as settled (what moved later stays open) and
passes the capacity. The flow of a position is cumulative and is never reset.
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode
from node.chain.limits import SETTLEMENT_PAIRS_MAX
from node.chain.records.accounts import Position, Totals, position_id
from node.chain.records.redemption import Capacity
from node.chain.records.settlement import SettledPair, SettlementRun
from node.chain.rules.guards import created_id, require, require_origin, sending_operator
from node.chain.rules.voting import seated_authorities
from node.chain.state import CITY_HOME, Moment, View, city_of, put_position
from node.chain.tx.envelope import SettlementBody, Transaction
from node.chain.tx.settlement import AgreeSettlement, CapacityTransfer, ProposeSettlement
from node.chain.types import NO_ID, Code, EpochMs, Hash
from node.chain.units import pass_capacity

NEVER: Final = EpochMs(0)


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: SettlementBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case ProposeSettlement():
            _propose(view, at, tx, tx_id, body)
        case AgreeSettlement():
            _agree(view, at, tx, body)
        case _:
            assert_never(body)


def _propose(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: ProposeSettlement) -> None:
    operator = sending_operator(view, tx)
    authorities = seated_authorities(view, operator)
    running = city_of(view).settlement
    require(running == NO_ID, ErrorCode.ALREADY_EXISTS, running.hex())
    pairs = _open_pairs(view, body)
    homes = frozenset(home for pair in pairs for home in (pair.low, pair.high))
    _check_transfers(view, at, body, homes)

    run = SettlementRun(
        id=created_id(at, tx),
        origin=tx_id,
        cut_off_height=at.height,
        pairs=pairs,
        transfers=body.transfers,
        needed=_voices(authorities, homes),
        agreed=(),
        evidence=body.evidence,
        state=Code("open"),
        due_ms=EpochMs(at.time_ms + at.policy.issuance.vote_ms),
        touch=b"",
    )
    view.create(run)
    view.put(replace(city_of(view), settlement=run.id))
    _count(view, at, tx, run, operator.district)


def _open_pairs(view: View, body: ProposeSettlement) -> tuple[SettledPair, ...]:
    """Every open pair with what is open now: all of them, or as many as one run carries."""
    ordered = list(body.pairs) == sorted(set(body.pairs)) and all(a < b for a, b in body.pairs)
    require(ordered, ErrorCode.BAD_FIELD, "pairs sorted, each once, lower code first")
    count = city_of(view).open_pairs
    require(count > 0, ErrorCode.ALREADY_DONE, "every pair is settled")
    needed = min(count, SETTLEMENT_PAIRS_MAX)
    require(len(body.pairs) == needed, ErrorCode.STALE_OBJECT, f"{count} pairs are open")
    pairs = []
    for low, high in body.pairs:
        open_min = view.need(Position, position_id(low, high)).open_min
        require(open_min != 0, ErrorCode.ALREADY_DONE, f"{low} and {high} are settled")
        pairs.append(SettledPair(low, high, max(0, -open_min), max(0, open_min)))
    return tuple(pairs)


def _voices(authorities: AuthoritySet, homes: frozenset[Code]) -> tuple[Code, ...]:
    """Who must agree: the districts of the run that have a seat. The city's own pool has no voice of its own."""
    return tuple(sorted(m.district for m in authorities.members if m.district in homes))


def _check_transfers(
    view: View, at: Moment, body: ProposeSettlement, homes: frozenset[Code]
) -> None:
    named = [transfer.capacity for transfer in body.transfers]
    require(len(named) == len(set(named)), ErrorCode.BAD_FIELD, "each capacity once")
    for transfer in body.transfers:
        capacity = view.need(Capacity, transfer.capacity)
        inside = {capacity.district, transfer.target} <= homes - {CITY_HOME}
        require(inside, ErrorCode.WRONG_DISTRICT, "a transfer stays within the run's districts")
        apart = capacity.district != transfer.target
        require(apart, ErrorCode.WRONG_DISTRICT, f"{transfer.target} has it")
        require(at.time_ms < capacity.due_ms, ErrorCode.TOO_LATE, "the capacity has lapsed")
        left = capacity.left_min
        require(0 < transfer.minutes <= left, ErrorCode.MINUTES_OUT_OF_RANGE, f"{left} left")


def _agree(view: View, at: Moment, tx: Transaction, body: AgreeSettlement) -> None:
    operator = sending_operator(view, tx)
    seated_authorities(view, operator)
    run = view.need(SettlementRun, body.run)
    require(run.state == "open", ErrorCode.WRONG_STATE, run.state)
    require(at.time_ms < run.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(run.origin, body.origin)
    require(operator.district in run.needed, ErrorCode.NOT_A_PARTY, "no open pair")
    again = operator.district in run.agreed
    require(not again, ErrorCode.ALREADY_DONE, operator.district)

    if body.approve:
        _count(view, at, tx, run, operator.district)
    else:
        _close(view, run, "refused")


def _count(view: View, at: Moment, tx: Transaction, run: SettlementRun, district: Code) -> None:
    """One more agreement; the last one posts the run."""
    if district in run.needed:
        run = replace(run, agreed=tuple(sorted((*run.agreed, district))))
        view.put(run)
    if run.agreed == run.needed:
        _post(view, at, tx, run)


def _post(view: View, at: Moment, tx: Transaction, run: SettlementRun) -> None:
    for pair in run.pairs:
        before = view.need(Position, position_id(pair.low, pair.high))
        settled = Totals(before.settled.debits + pair.debits, before.settled.credits + pair.credits)
        put_position(view, before, replace(before, settled=settled))
    for index, transfer in enumerate(run.transfers, 1):
        capacity = view.need(Capacity, transfer.capacity)
        require(at.time_ms < capacity.due_ms, ErrorCode.TOO_LATE, "the capacity has lapsed")
        pass_capacity(view, capacity, _received(at, tx, index, transfer, capacity))
    _close(view, run, "settled")


def _received(
    at: Moment, tx: Transaction, index: int, transfer: CapacityTransfer, capacity: Capacity
) -> Capacity:
    """The same contract in other hands; the run itself is the transaction's object 0."""
    return replace(
        capacity,
        id=created_id(at, tx, index),
        district=transfer.target,
        minutes=transfer.minutes,
        left_min=transfer.minutes,
        touch=b"",
    )


def _close(view: View, run: SettlementRun, state: str) -> None:
    view.put(replace(city_of(view), settlement=NO_ID))
    view.finish(replace(run, state=Code(state), due_ms=NEVER))


def expire_run(view: View, run: SettlementRun) -> None:
    """The timer of a run to which not every district agreed."""
    _close(view, run, "expired")
