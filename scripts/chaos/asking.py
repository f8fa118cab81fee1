"""Order requests: what everybody may say without a minute in their store."""

from typing import Final

from node.chain.genesis import chain_id_of
from node.chain.policy import DAY_MS, HOUR_MIN
from node.chain.tx.orders import Request
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Minutes
from scripts.bench.people import seed_of
from scripts.chaos.history import Said
from scripts.chaos.rig import Rig
from wallet.builder import build

VALID_MS: Final = 20 * DAY_MS
AHEAD_MS: Final = 10 * DAY_MS


def request(rig: Rig, person: int, sequence: int, now_ms: int, minutes: int = HOUR_MIN) -> Said:
    """A signed order request of one of the rig's people."""
    chain_id, sender = chain_id_of(rig.genesis), rig.person(person)
    place = rig.genesis.districts[0]
    body = Request(
        recipient=sender,
        payer_kind=Code("person"),
        payer=sender,
        service=rig.genesis.catalogue[0].parent,
        district=place.code,
        site=place.sites[0],
        start_ms=EpochMs(now_ms + AHEAD_MS),
        expected_min=Minutes(minutes),
        invited=NO_ID,
        job=NO_ID,
        rule=Code("-"),
        consent=Code("own-key"),
        consent_evidence=ZERO_HASH,
        detail=ZERO_HASH,
    )
    return Said(build(chain_id, seed_of(person), sender, 0, sequence, now_ms + VALID_MS, 1, body))
