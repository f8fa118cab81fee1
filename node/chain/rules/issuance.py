"""New minutes come only from a voted mint into a fund, within the year's budget of its purpose."""

from typing import assert_never

from msgspec.structs import replace

from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode
from node.chain.policy import civil
from node.chain.records.accounts import EMPTY, Budget, Fund, budget_id, fund_id
from node.chain.records.actors import Operator
from node.chain.records.bindings import Mint
from node.chain.records.settings import AUTHORITIES_ID, AuthorityRecord
from node.chain.rules.guards import (
    created_id,
    require,
    require_origin,
    sending_operator,
)
from node.chain.state import ISSUE, Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.envelope import IssuanceBody, Transaction
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.types import Code, EpochMs, Hash, Minutes

PERMILLE = 1_000


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


def votes_needed(at: Moment, authorities: AuthoritySet) -> int:
    """Authorities that must agree: the policy's share, rounded up."""
    share = len(authorities.members) * at.policy.issuance.mint_votes_permille
    return -(-share // PERMILLE)


def _seat(view: View, operator: Operator) -> AuthoritySet:
    """The authority set, in which the operator's district must sit with this key."""
    authorities = view.need(AuthorityRecord, AUTHORITIES_ID).authorities
    seated = any(
        m.district == operator.district and m.operator_key == operator.key
        for m in authorities.members
    )
    require(seated, ErrorCode.NOT_AUTHORITY, operator.district)
    return authorities


def _check_budget(view: View, at: Moment, year: int, purpose: Code, minutes: Minutes) -> None:
    budget = at.policy.budget(purpose)
    require(budget is not None, ErrorCode.PURPOSE_UNKNOWN, purpose)
    assert budget is not None
    spent = view.get(Budget, budget_id(year, purpose))
    left = budget - (spent.minted if spent else 0)
    require(minutes <= left, ErrorCode.BUDGET_EXCEEDED, f"{left} left for {purpose} in {year}")


def _propose(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: ProposeMint) -> None:
    operator = sending_operator(view, tx)
    authorities = _seat(view, operator)
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
    authorities = _seat(view, operator)
    mint = view.need(Mint, body.proposal)
    require(mint.state == "open", ErrorCode.WRONG_STATE, mint.state)
    require(at.time_ms < mint.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(mint.origin, body.origin)
    voted = operator.district in mint.voters + mint.opponents
    require(not voted, ErrorCode.ALREADY_DONE, operator.district)

    if body.approve:
        mint = replace(mint, voters=tuple(sorted((*mint.voters, operator.district))))
    else:
        mint = replace(mint, opponents=tuple(sorted((*mint.opponents, operator.district))))
    view.put(mint)
    _decide(view, at, authorities, mint)


def _decide(view: View, at: Moment, authorities: AuthoritySet, mint: Mint) -> None:
    """Mint once enough agree; refuse once enough can no longer agree."""
    needed = votes_needed(at, authorities)
    if len(authorities.members) - len(mint.opponents) < needed:
        view.put(replace(mint, state=Code("refused"), due_ms=EpochMs(0)))
    if len(mint.voters) < needed:
        return
    year, _ = civil(at.time_ms)
    require(mint.year >= year, ErrorCode.YEAR_CLOSED, str(mint.year))
    _check_budget(view, at, mint.year, mint.purpose, mint.minutes)

    spent = view.get(Budget, budget_id(mint.year, mint.purpose))
    minted = mint.minutes + (spent.minted if spent else 0)
    view.put(Budget(mint.year, mint.purpose, minted, spent.touch if spent else b""))
    key = fund_id(mint.district, mint.year, mint.purpose)
    if view.get(Fund, key) is None:
        view.put(Fund(mint.district, mint.year, mint.purpose, EMPTY, EMPTY, b""))
    post(view, (Leg(ISSUE, Account(Book.FUND_FREE, key), mint.minutes),))
    view.put(replace(mint, state=Code("minted"), due_ms=EpochMs(0)))


def expire_mint(view: View, mint: Mint) -> None:
    """The timer of a mint that found too few voices."""
    view.put(replace(mint, state=Code("expired"), due_ms=EpochMs(0)))
