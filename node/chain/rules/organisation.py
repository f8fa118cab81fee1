"""Two people for what matters: propose, then second, by a table of actions and roles.

The second is another natural person, holds the role, and is neither the subject nor who recorded the subject. The
action is checked when it is proposed and again when it happens.
"""

from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import domain
from node.chain.policy import is_quarter_end
from node.chain.records.actors import ACTIVE, PENDING, Agency, Gate, Person, Role
from node.chain.records.bindings import Proposal, Site
from node.chain.records.settings import SETTINGS_ID, CitySettings
from node.chain.rules.actions import ActionFamilies, Roles, Scope, Seconded, SecondPlace
from node.chain.rules.guards import (
    active_person,
    created_id,
    known_person,
    require,
    require_agent_room,
    require_agent_verbs,
    require_any_role,
    require_evidence,
    require_not_merged,
    require_origin,
    require_site,
    sending_person,
)
from node.chain.rules.kinship import bind_kin, check_kin
from node.chain.state import CITY_HOME, Moment, View, city_of, district_of
from node.chain.tx.envelope import OrganisationBody, Transaction
from node.chain.tx.organisation import (
    Action,
    AnyAction,
    ApproveKin,
    ApprovePerson,
    Attest,
    AttestGate,
    BindAgent,
    Decline,
    GrantRole,
    MoneyAction,
    OpenSite,
    Propose,
    RevokeRole,
    Second,
)
from node.chain.types import Code, EpochMs, Hash, Id

ROLES: Final = frozenset(
    {
        "recorder",
        "reviewer",
        "arbiter",
        "treasurer",
        "certifier",
        "caller",
        "issuer",
        "privacy",
        "operator",
    }
)
AUDITOR: Final = "auditor"
"""May read what stands in the log, and may say nothing; of the whole city only."""
CITY_ROLES: Final = frozenset({"arbiter", "caller", "issuer", "privacy", AUDITOR})
"""Roles that a person may hold for the whole city; operators of two districts grant and end them."""
ACTION_ROLES: Final[dict[type[Action], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    ApprovePerson: (("recorder", "reviewer"), ("reviewer",)),
    GrantRole: (("operator",), ("operator",)),
    RevokeRole: (("operator",), ("operator",)),
    OpenSite: (("operator",), ("operator",)),
    ApproveKin: (("recorder", "reviewer"), ("reviewer",)),
    Attest: (("reviewer",), ("reviewer",)),
    BindAgent: (("recorder", "reviewer"), ("reviewer",)),
    AttestGate: (("recorder", "reviewer"), ("reviewer",)),
}
"""(roles that may propose, roles that may second), each in the district the action concerns."""


def apply(
    view: View,
    at: Moment,
    tx: Transaction,
    tx_id: Hash,
    body: OrganisationBody,
    families: ActionFamilies,
) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case Propose():
            _propose(view, at, tx, _Named(tx_id, body.action), families)
        case Second():
            _second(view, at, tx, body, families)
        case Decline():
            _decline(view, at, tx, body, families)
        case _:
            assert_never(body)


class _Named(NamedTuple):
    """An action with the transaction that proposes it."""

    tx_id: Hash
    action: AnyAction


def _roles(action: AnyAction, families: ActionFamilies) -> Roles:
    if isinstance(action, MoneyAction):
        return families[type(action)].roles[type(action)]
    return ACTION_ROLES[type(action)]


def _scope(
    view: View, at: Moment, action: AnyAction, proposer: Id, families: ActionFamilies
) -> Scope:
    if isinstance(action, MoneyAction):
        return families[type(action)].check(view, at, action, proposer)
    return _check(view, at, action)


def _propose(
    view: View, at: Moment, tx: Transaction, named: _Named, families: ActionFamilies
) -> None:
    sender = sending_person(view, tx)
    action = named.action
    scope = _scope(view, at, action, sender.id, families)
    proposers, _ = _roles(action, families)
    require_any_role(sender, proposers, scope.district, at.time_ms)
    apart = sender.id not in scope.subjects or isinstance(action, RevokeRole)
    require(apart, ErrorCode.SAME_PERSON, "whom it concerns cannot propose")

    view.create(
        Proposal(
            id=created_id(at, tx),
            origin=named.tx_id,
            proposer=sender.id,
            action=action,
            state=Code("open"),
            due_ms=EpochMs(at.time_ms + at.policy.ledger.proposal_ms),
            touch=b"",
        )
    )


def _open_proposal(view: View, at: Moment, id_: Id, origin: Hash) -> Proposal:
    proposal = view.need(Proposal, id_)
    require(proposal.state == "open", ErrorCode.WRONG_STATE, proposal.state)
    require(at.time_ms < proposal.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(proposal.origin, origin)
    return proposal


def _second(
    view: View, at: Moment, tx: Transaction, body: Second, families: ActionFamilies
) -> None:
    sender = sending_person(view, tx)
    proposal = _open_proposal(view, at, body.proposal, body.origin)
    action = proposal.action
    scope = _scope(view, at, action, proposal.proposer, families)
    _require_place(view, at, sender, proposal, scope, families)
    require(sender.id != proposal.proposer, ErrorCode.SAME_PERSON, "the proposer cannot second")
    concerned = scope.subjects | {scope.recorder}
    require(sender.id not in concerned, ErrorCode.SAME_PERSON, "subject or its recorder")

    view.put(replace(proposal, state=Code("done"), due_ms=EpochMs(0)))
    if isinstance(action, MoneyAction):
        families[type(action)].perform(view, at, action, Seconded(proposal, sender.id))
    else:
        _perform(view, at, action)


def _require_place(
    view: View,
    at: Moment,
    sender: Person,
    proposal: Proposal,
    scope: Scope,
    families: ActionFamilies,
) -> None:
    """The second has the role, in the place that the action asks for.

    Raises:
        Rejected: ``ROLE_MISSING``, ``WRONG_DISTRICT``.
    """
    proposers, seconders = _roles(proposal.action, families)
    if scope.second is SecondPlace.OTHER_DISTRICT:
        places = {r.district for r in sender.roles if r.role in seconders}
        if scope.second_district is not None:
            places &= {scope.second_district}
        elsewhere = sorted(places - {scope.district, CITY_HOME})
        require(bool(elsewhere), ErrorCode.WRONG_DISTRICT, f"a second outside {scope.district}")
        held = any(
            sender.has_role(role, place, at.time_ms) for role in seconders for place in elsewhere
        )
        require(held, ErrorCode.ROLE_MISSING, " or ".join(seconders))
        return
    require_any_role(sender, seconders, scope.district, at.time_ms)
    if scope.second is SecondPlace.OTHER_SITE:
        proposer = view.need(Person, proposal.proposer)
        here = _sites(proposer, proposers, scope.district)
        there = _sites(sender, seconders, scope.district)
        apart = len(here | there) > 1
        require(apart, ErrorCode.WRONG_DISTRICT, "a second from another site")


def _sites(person: Person, roles: tuple[str, ...], district: str) -> set[str]:
    return {r.site for r in person.roles if r.role in roles and r.district == district}


def _decline(
    view: View, at: Moment, tx: Transaction, body: Decline, families: ActionFamilies
) -> None:
    sender = sending_person(view, tx)
    proposal = _open_proposal(view, at, body.proposal, body.origin)
    scope = _scope(view, at, proposal.action, proposal.proposer, families)
    _, seconders = _roles(proposal.action, families)
    own = sender.id == proposal.proposer
    if not own:
        require_any_role(sender, seconders, scope.district, at.time_ms)

    view.put(replace(proposal, state=Code("declined"), due_ms=EpochMs(0)))


def expire_proposal(view: View, proposal: Proposal) -> None:
    """The timer of a proposal that nobody seconded."""
    view.put(replace(proposal, state=Code("expired"), due_ms=EpochMs(0)))


def _check(view: View, at: Moment, action: Action) -> Scope:
    """Whether the action could happen now, whom it concerns and where."""
    match action:
        case ApprovePerson():
            return _check_approval(view, at, action)
        case GrantRole() | RevokeRole():
            return _check_role(view, at, action)
        case OpenSite():
            district_of(view, action.district)
            require_not_merged(view, action.district)
            return Scope(action.district, frozenset())
        case ApproveKin():
            return check_kin(view, at, action)
        case Attest() | AttestGate():
            person = active_person(view, action.person)
            if isinstance(action, Attest):
                _require_quarters(action)
            return Scope(person.home, frozenset({person.id}))
        case BindAgent():
            return _check_agent(view, at, action)
        case _:
            assert_never(action)


def _require_quarters(action: ApprovePerson | Attest) -> None:
    """A flag ends with a quarter: a day would tell when a person came of age, or when their case is reviewed.

    Raises:
        Rejected: ``NOT_A_QUARTERS_END``.
    """
    ends = (
        action.may_serve_until_ms,
        action.may_receive_until_ms,
        action.may_be_funded_until_ms,
    )
    for until_ms in ends:
        quarterly = until_ms == 0 or is_quarter_end(until_ms)
        require(quarterly, ErrorCode.NOT_A_QUARTERS_END, str(until_ms))


def _check_approval(view: View, at: Moment, action: ApprovePerson) -> Scope:
    person = known_person(view, action.person)
    require(person.status == PENDING, ErrorCode.ALREADY_DONE, person.status)
    require_origin(person.origin, action.origin)
    _require_quarters(action)
    settings = view.need(CitySettings, SETTINGS_ID)
    sound = keys.verify(
        settings.bureau_suite,
        settings.bureau_key,
        receipt_bytes(at.chain_id, person.id, person.home, action.receipt.day),
        action.receipt.signature,
    )
    require(sound, ErrorCode.RECEIPT_INVALID, person.id.hex())
    return Scope(person.home, frozenset({person.id}), recorder=person.recorder)


def receipt_bytes(chain_id: Hash, person: Id, district: Code, day: int) -> bytes:
    """What the bureau signs: domain("receipt") ‖ person ‖ district ‖ 0x00 ‖ day as 8 bytes big endian."""
    return (
        domain("receipt", chain_id) + person + district.encode() + b"\x00" + day.to_bytes(8, "big")
    )


def _check_role(view: View, at: Moment, action: GrantRole | RevokeRole) -> Scope:
    person = active_person(view, action.person)
    whole_city = action.district == CITY_HOME
    known = CITY_ROLES if whole_city else ROLES
    require(action.role in known, ErrorCode.ROLE_MISSING, f"no {action.role} of {action.district}")
    if not whole_city:
        district_of(view, action.district)
    if isinstance(action, GrantRole):
        require(at.time_ms < action.until_ms, ErrorCode.TOO_LATE, "the role would have ended")
        require(action.site == "-" or _site_exists(view, action), ErrorCode.NO_SUCH_OBJECT)
    else:
        held = any(r.role == action.role and r.district == action.district for r in person.roles)
        require(held, ErrorCode.NO_SUCH_OBJECT, "no such role")
    if whole_city:
        return Scope(person.home, frozenset({person.id}), SecondPlace.OTHER_DISTRICT)
    return Scope(action.district, frozenset({person.id}))


def _site_exists(view: View, action: GrantRole) -> bool:
    require_site(view, action.district, action.site)
    return True


def _check_agent(view: View, at: Moment, action: BindAgent) -> Scope:
    person, agent = active_person(view, action.person), active_person(view, action.agent)
    require(person.id != agent.id, ErrorCode.SAME_PERSON)
    require(not person.key, ErrorCode.METHOD_NOT_ALLOWED, "the person has a key of their own")
    require_evidence(action.evidence)
    require_agent_verbs(action.verbs)
    require_agent_room(person, agent, at.policy.persons.agent_elders_max)
    return Scope(person.home, frozenset({person.id, agent.id}))


def _perform(view: View, at: Moment, action: Action) -> None:
    match action:
        case ApprovePerson():
            _approve(view, action)
        case GrantRole():
            _grant(view, action)
        case RevokeRole():
            person = view.need(Person, action.person)
            kept = tuple(
                r for r in person.roles if (r.role, r.district) != (action.role, action.district)
            )
            view.put(replace(person, roles=kept))
        case OpenSite():
            view.create(Site(action.district, action.site, b""))
        case ApproveKin():
            bind_kin(view, at, action)
        case Attest():
            _attest(view, action)
        case BindAgent():
            _bind_agent(view, action)
        case AttestGate():
            person = view.need(Person, action.person)
            kept_gates = tuple(g for g in person.gates if g.gate != action.gate)
            gate = Gate(action.gate, action.until_ms, action.commitment)
            view.put(replace(person, gates=(*kept_gates, gate)))
        case _:
            assert_never(action)


def _attest(view: View, action: ApprovePerson | Attest) -> Person:
    attested = replace(
        view.need(Person, action.person),
        may_serve_until_ms=action.may_serve_until_ms,
        may_receive_until_ms=action.may_receive_until_ms,
        may_be_funded_until_ms=action.may_be_funded_until_ms,
        flags_commitment=action.commitment,
    )
    view.put(attested)
    return attested


def _approve(view: View, action: ApprovePerson) -> None:
    person = _attest(view, action)
    district, city = district_of(view, person.home), city_of(view)
    view.put(replace(person, status=ACTIVE, number=district.next_number))
    view.put(replace(district, next_number=district.next_number + 1))
    view.put(replace(city, persons=city.persons + 1))


def _grant(view: View, action: GrantRole) -> None:
    person = view.need(Person, action.person)
    kept = tuple(r for r in person.roles if (r.role, r.district) != (action.role, action.district))
    role = Role(action.role, action.district, action.site, action.until_ms)
    view.put(replace(person, roles=(*kept, role)))


def _bind_agent(view: View, action: BindAgent) -> None:
    person, agent = view.need(Person, action.person), view.need(Person, action.agent)
    others = tuple(a for a in person.agents if a.agent != agent.id)
    agency = Agency(agent.id, tuple(sorted(set(action.verbs))))
    view.put(replace(person, agents=(*others, agency)))
    if len(others) == len(person.agents):
        view.put(replace(agent, principals=agent.principals + 1))
