"""New minutes come only from a voted mint into a fund, within the year's budget of its purpose."""

from typing import assert_never

from msgspec.structs import replace

from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode
from node.chain.policy import civil, year_start_ms
from node.chain.records.accounts import EMPTY, Budget, Fund, budget_id, fund_id
from node.chain.records.bindings import Mint
from node.chain.rules.guards import (
    created_id,
    require,
    require_origin,
    sending_operator,
)
from node.chain.rules.voting import Ballot, Outcome, seated_authorities
from node.chain.state import ISSUE, Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.envelope import IssuanceBody, Transaction
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.types import Code, EpochMs, Hash, Minutes


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: IssuanceBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case ProposeMint():
            _propose(view, at, tx, tx_id, body)
        case VoteMint():
            _vote(view, at, tx, body)
        case _:
            assert_never(body)


def _check_budget(view: View, at: Moment, year: int, purpose: Code, minutes: Minutes) -> None:
    budget = at.policy.budget(purpose)
    require(budget is not None, ErrorCode.PURPOSE_UNKNOWN, purpose)
    assert budget is not None
    spent = view.get(Budget, budget_id(year, purpose))
    left = budget - (spent.minted if spent else 0)
    require(minutes <= left, ErrorCode.BUDGET_EXCEEDED, f"{left} left for {purpose} in {year}")


def _propose(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: ProposeMint) -> None:
    operator = sending_operator(view, tx)
    authorities = seated_authorities(view, operator)
    district_of(view, body.district)
    year, _ = civil(at.time_ms)
    require(body.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    require(body.year >= year, ErrorCode.YEAR_CLOSED, str(body.year))
    require(body.year <= year + 1, ErrorCode.TOO_EARLY, str(body.year))
    _check_budget(view, at, body.year, body.purpose, body.minutes)

    mint = Mint(
        id=created_id(at, tx),
        origin=tx_id,
        district=body.district,
        year=body.year,
        purpose=body.purpose,
        minutes=body.minutes,
        evidence=body.evidence,
        voters=(operator.district,),
        opponents=(),
        state=Code("open"),
        due_ms=EpochMs(at.time_ms + at.policy.issuance.vote_ms),
        touch=b"",
    )
    view.create(mint)
    _decide(view, at, authorities, mint)


def _vote(view: View, at: Moment, tx: Transaction, body: VoteMint) -> None:
    operator = sending_operator(view, tx)
    authorities = seated_authorities(view, operator)
    mint = view.need(Mint, body.proposal)
    require(mint.state == "open", ErrorCode.WRONG_STATE, mint.state)
    require(at.time_ms < mint.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(mint.origin, body.origin)
    ballot = Ballot(mint.voters, mint.opponents).cast(operator.district, body.approve)

    mint = replace(mint, voters=ballot.voters, opponents=ballot.opponents)
    view.put(mint)
    _decide(view, at, authorities, mint)


def _decide(view: View, at: Moment, authorities: AuthoritySet, mint: Mint) -> None:
    """Mint once enough agree; refuse once enough can no longer agree."""
    outcome = Ballot(mint.voters, mint.opponents).outcome(at, authorities)
    if outcome is Outcome.FAILED:
        view.put(replace(mint, state=Code("refused"), due_ms=EpochMs(0)))
    if outcome is not Outcome.PASSED:
        return
    year, _ = civil(at.time_ms)
    require(mint.year >= year, ErrorCode.YEAR_CLOSED, str(mint.year))
    _check_budget(view, at, mint.year, mint.purpose, mint.minutes)

    spent = view.get(Budget, budget_id(mint.year, mint.purpose))
    minted = mint.minutes + (spent.minted if spent else 0)
    view.put(Budget(mint.year, mint.purpose, minted, spent.touch if spent else b""))
    key = fund_id(mint.district, mint.year, mint.purpose)
    if view.get(Fund, key) is None:
        view.put(
            Fund(
                mint.district,
                mint.year,
                mint.purpose,
                EMPTY,
                EMPTY,
                EpochMs(year_start_ms(mint.year + 1)),
                b"",
            )
        )
    post(view, (Leg(ISSUE, Account(Book.FUND_FREE, key), mint.minutes),))
    view.put(replace(mint, state=Code("minted"), due_ms=EpochMs(0)))


def close_fund(view: View, fund: Fund) -> None:
    """The timer of a fund's year: what is free returns to ``issue``, and the fund is closed (I7).

    Minutes still held return when their holds end (``rules.orders.settlement``, ``rules.holding``).
    """
    post(view, (Leg(Account(Book.FUND_FREE, fund.key_id), ISSUE, fund.free.balance),))
    view.put(replace(view.need(Fund, fund.key_id), due_ms=EpochMs(0)))


def expire_mint(view: View, mint: Mint) -> None:
    """The timer of a mint that found too few voices."""
    view.put(replace(mint, state=Code("expired"), due_ms=EpochMs(0)))
