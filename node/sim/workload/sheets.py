"""Sealed code sheets of elders without a phone: registered by the city's issuer, handed out by two of the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.chain.policy import DAY_MS
from node.chain.tx.organisation import GrantRole
from node.chain.tx.sheets import CODE_CHARACTERS, SHEET_CODES, BindSheet, RegisterSheet, Slip
from node.chain.types import Code, EpochMs, Id
from node.sim.workload import proportions
from node.sim.workload.hands import Hand
from node.sim.workload.people import Resident, draw
from node.sim.workload.scribe import Scribe

CITY: Final = Code("city")
ISSUER: Final = Code("issuer")
REVIEWER: Final = Code("reviewer")
WHOLE_DISTRICT: Final = Code("-")
GRANTED_MS: Final = 700 * DAY_MS
_ALPHABET: Final = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(slots=True, eq=False)
class Sheet:
    """Twelve codes, of which some are scratched."""

    number: int
    seed: bytes
    scratched: int = 0

    @property
    def used_up(self) -> bool:
        """Whether no code is left."""
        return self.scratched == SHEET_CODES

    def slip(self, place: int) -> Slip:
        """What stands under the scratch layer."""
        letters = (self.seed[(place + n) % len(self.seed)] for n in range(CODE_CHARACTERS))
        return Slip(self.number, place, bytes(_ALPHABET[one % len(_ALPHABET)] for one in letters))

    def scratch(self, scribe: Scribe, order: Id, sender: Hand) -> bytes:
        """The next code, opened for an order in somebody's name."""
        place, self.scratched = self.scratched, self.scratched + 1
        chain_id = scribe.ground.chain_id
        return self.slip(place).opened(chain_id, chain_id, order, sender.id)


def grant_roles(scribe: Scribe) -> Hand:
    """A treasurer becomes the city's issuer, and the last reviewer of each district sits at one of its sites.

    Returns:
        The issuer.
    """
    until = EpochMs(scribe.now_ms + GRANTED_MS)
    (first, desk), (_, other), *_ = scribe.ground.desks.items()
    issuer = desk.treasurers[0]
    granted = [
        (
            desk.granters[0],
            other.granters[0],
            GrantRole(issuer.id, ISSUER, CITY, WHOLE_DISTRICT, until),
        )
    ]
    for district in scribe.ground.genesis.districts:
        here = scribe.desk(district.code)
        role = GrantRole(here.reviewers[-1].id, REVIEWER, district.code, district.sites[-1], until)
        granted.append((here.granters[0], here.granters[1], role))
    assert first in scribe.ground.desks
    scribe.agree(granted)
    return issuer


def hand_out_sheets(scribe: Scribe, residents: Sequence[Resident], issuer: Hand) -> None:
    """To some of those who have neither a phone nor somebody who acts for them."""
    alone = [r for r in residents if not r.has_key and r.agent is None]
    holders = [r for r in alone if draw(scribe.rng, proportions.SHEETS)]
    for number, resident in enumerate(holders, 1):
        sheet = Sheet(number, bytes(scribe.paper()))
        keys = tuple(sheet.slip(n).key(scribe.ground.chain_id) for n in range(SHEET_CODES))
        scribe.say(issuer, RegisterSheet(number, keys))
        resident.sheet = sheet
    scribe.flush()
    bound = []
    for resident in holders:
        assert resident.sheet is not None, "just printed"
        desk = scribe.desk(resident.home)
        action = BindSheet(resident.sheet.number, resident.hand.id, scribe.paper())
        bound.append((scribe.turn(desk.recorders), scribe.turn(desk.reviewers), action))
        scribe.books.done["sheets"] += 1
    scribe.agree(bound)
