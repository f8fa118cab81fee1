"""How much of what: the proportions of Nanjing, as far as they are published, and plain guesses elsewhere.

Published: more than 50,000 volunteers and 30,000 elders placed 110,000 orders by March 2021, from 1,252 service
points; most registered volunteers never serve (14,076 hours of 24,535 applicants in 2020); the core services are
meals, bathing, cleaning, errands and medical escort; the smallest unit seen is half an hour. Shares are permille.
"""

from types import MappingProxyType
from typing import Final

VOLUNTEERS: Final = 625
"""Of all people: 50,000 to 30,000."""
ACTIVE_VOLUNTEERS: Final = 300
"""Of the volunteers: most registered ones never serve."""
TRAINED: Final = 350
"""Of the active volunteers."""
KEY_ELDERS: Final = 450
"""Of the elders: alone or frail, paid for by the fund."""
KEYLESS: Final = 400
"""Of the key elders: no phone; a recorder writes for them and a caller asks them."""
WITH_KIN: Final = 200
"""Of the elders: a volunteer is their child."""
AGENTS: Final = 500
"""Of the keyless with kin: the child may act for them."""
SHEETS: Final = 600
"""Of the keyless without an agent: a sealed sheet of codes confirms for them, else a caller asks them."""
TEAM_MEMBERS: Final = 50
"""Of the active volunteers: what they earn goes to their team."""
ORDERS_A_DAY: Final = 25
"""For a thousand people: thousands of elders a day, now that the city is used to it."""
ON_BEHALF: Final = 150
"""Of the orders of elders with a key."""
OTHER_DISTRICT: Final = 80
"""Of the orders: the volunteer comes from another district."""
VOLUNTEER_AGES: Final = ((18, 49, 150), (50, 75, 850))
"""(from, to, permille): mostly the younger old."""
ELDER_AGES: Final = ((60, 79, 550), (80, 99, 450))
SERVICES: Final = MappingProxyType(
    {
        "company": 270,
        "meals": 240,
        "cleaning": 150,
        "errands": 120,
        "medical": 80,
        "outings": 70,
        "learning": 40,
        "bathing": 30,
    }
)
"""Shares of the classes; those a catalogue does not have are left out."""
LENGTHS: Final = ((30, 300), (60, 450), (90, 150), (120, 100))
"""(minutes, permille) of one service."""
FATES: Final = MappingProxyType(
    {
        "served": 800,
        "short": 40,
        "given-back": 30,
        "rejected": 10,
        "withdrawn": 15,
        "cancelled": 50,
        "lapsed": 20,
        "no-show": 15,
        "disputed": 20,
    }
)
"""What becomes of an order; a service may also find no volunteer."""
VERDICTS: Final = MappingProxyType(
    {"to-volunteer": 400, "split": 300, "to-payer": 200, "void": 100}
)
APPEALS: Final = 250
"""Of the verdicts."""
GIFTS_A_DAY: Final = 60
"""Of the volunteers with kin and at least an hour, on one day."""
DONATIONS_A_DAY: Final = 15
"""Of the active volunteers with at least two hours, on one day."""
MANUAL_A_DAY: Final = 2
"""For a thousand people."""
REDEMPTIONS_A_DAY: Final = 40
"""Of those over sixty with at least two hours, on one day."""
RELEASED: Final = 150
"""Of the redemptions: given back instead of captured."""
EVENT_WEEKDAY: Final = 5
"""Saturday; Monday is 0."""
EVENT_PLACES: Final = 12
UPHEAVALS_A_DAY: Final = 1
"""For a thousand people, of each kind: suspensions, lost keys, moves, notices of leaving, duplicates."""
VETOES: Final = 250
"""Of the recoveries by card and by contacts: somebody else began them."""
CARDS: Final = 400
"""Of those with a key: a printed card brings it back."""
CORRECTIONS: Final = 15
"""Of the settled orders: half an hour too much was paid."""
COMPENSATIONS: Final = 10
"""Of the settled orders: the recipient gets half an hour from the pool, for the trouble."""
FAREWELLS_A_DAY: Final = 1
FAREWELLS_OF: Final = 4_000
"""One a day for so many people, of each kind, by people with minutes: moves, exits, deaths, duplicates."""
STAY: Final = 333
"""Of those who were said to leave: still there."""
