"""Trails of authority changes that are wrong, and a chain in which a district speaks before it has a seat."""

from typing import Final

from msgspec.structs import replace as change

from node.chain.records.motions import Motion
from node.chain.seats import schedule_of
from node.chain.state import View
from node.chain.tx.authorities import AddAuthority
from node.chain.types import Code
from node.chain.verify import AuthorityChange
from node.chain.violations import ViolationCode
from tests.archives import Plant
from tests.authority_city import PUKOU, AuthorityCity, authority
from tests.kernel_city import DISTRICTS, seed_of


def without(number: int) -> Plant:
    """The trail lacks one step."""
    return Plant(trail=lambda trail: [c for at, c in enumerate(trail) if at != number])


def swapped(trail: list[AuthorityChange]) -> list[AuthorityChange]:
    return [trail[1], trail[0], *trail[2:]]


def another_set(trail: list[AuthorityChange]) -> list[AuthorityChange]:
    members = trail[0].authorities.members
    return [change(trail[0], authorities=change(trail[0].authorities, members=members[:4]))]


def repeated(trail: list[AuthorityChange]) -> list[AuthorityChange]:
    return [trail[0], *trail]


def signed_by_few(trail: list[AuthorityChange]) -> list[AuthorityChange]:
    certificate = trail[0].certificate
    few = change(certificate, signatures=certificate.signatures[:2])
    return [change(trail[0], certificate=few), *trail[1:]]


TRAILS: Final[dict[str, tuple[Plant, ViolationCode]]] = {
    "the first step is missing": (without(0), ViolationCode.AUTHORITY_TRAIL),
    "a later step is missing": (without(1), ViolationCode.AUTHORITY_TRAIL),
    "the last step is missing": (without(2), ViolationCode.AUTHORITIES_HASH),
    "steps in another order": (Plant(trail=swapped), ViolationCode.AUTHORITY_TRAIL),
    "another set than the header names": (Plant(trail=another_set), ViolationCode.AUTHORITY_TRAIL),
    "a step twice": (Plant(trail=repeated), ViolationCode.AUTHORITY_TRAIL),
    "a step below the quorum": (Plant(trail=signed_by_few), ViolationCode.AUTHORITY_TRAIL),
    "no trail at all": (Plant(trail=lambda _: []), ViolationCode.AUTHORITIES_HASH),
}


def candidate_story() -> AuthorityCity:
    """A district asks for a seat, proves its keys and votes for itself before it has one; then it signs."""
    city = AuthorityCity()
    city.wait(1_000)
    pukou = authority(PUKOU)
    motion = city.propose(AddAuthority(pukou, (Code("site-1"),)))
    candidate = schedule_of(View(city.ledger)).open[0].candidate
    city.seeds[candidate] = seed_of(f"operator/{PUKOU}")
    city.do(candidate, city.proofs(motion, pukou, ""))
    city.do(candidate, city.ballot(motion))
    for district in DISTRICTS[1:]:
        if city.get(Motion, motion).state == "open":
            city.vote(motion, district)
    for _ in range(3):
        city.wait(1_000)
    return city
