"""``timebank desk propose``: what one of two staff puts forward, one module for each concern.

Who may import it: ``wallet.desk.table`` by name. Never here: who may propose and who may second; the ledger knows that
and says so when it refuses.
"""

from wallet.desk.propose import (
    circle,
    corrections,
    honour,
    leaving,
    organisation,
    places,
    redemption,
    safety,
)
from wallet.desk.propose.group import propose_group

__all__ = [
    "circle",
    "corrections",
    "honour",
    "leaving",
    "organisation",
    "places",
    "propose_group",
    "redemption",
    "safety",
]
