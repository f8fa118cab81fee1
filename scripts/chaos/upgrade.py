"""A rolling upgrade as a trouble: node after node becomes the next release while the city goes on, then a motion.

The last node stays what it was until the height has come: it has to stop by itself before it, and to follow once it is
upgraded. A transaction that only the new version admits is refused by every node before, final on every node after.
"""

import contextlib
import random
import time
from collections.abc import Sequence
from typing import Final

import httpx2

from node.chain.errors import ErrorCode, Rejected
from node.chain.limits import PROTOCOL_NOTICE_BLOCKS
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.governance import ProtocolChange
from node.chain.types import Height
from node.city import processes
from node.city.processes import wait_until
from node.console.fault import Fault
from scripts.chaos.asking import request
from scripts.chaos.met import Met
from scripts.chaos.motions import FINAL_S, decide
from scripts.chaos.release import Release, new_minutes
from scripts.chaos.rig import Rig
from scripts.chaos.trouble import Trouble
from wallet.client import NodeClient

VOTING_BLOCKS: Final = 25
"""Blocks that may pass while the districts vote."""
ACTIVE_S: Final = 240.0
OLD_ENDS_S: Final = 30.0
ASK_S: Final = 10.0
UPDATE_WORD: Final = "S13"


def upgrade(rig: Rig, chance: random.Random) -> Met:
    """See the module.

    Raises:
        Trouble: a release that should does not open the data, or one that should not; the city stands meanwhile; the
            new rule holds too early or not at all; the old release goes on beyond its height.
    """
    release = rig.next_release()
    *early, late = chance.sample(rig.districts, len(rig.districts))
    for district in early:
        _become(rig, district, release)
    _require_refused(rig, release.version)
    height = Height(max(map(rig.height, rig.districts)) + PROTOCOL_NOTICE_BLOCKS + VOTING_BLOCKS)
    decide(rig, ProtocolChange(release.version, height))
    _hurry(rig, early, height)
    _require_old_ended(rig, late, height)
    _become(rig, late, release)
    rig.settle()
    _require_admitted(rig, release.version)
    rig.release = release
    return Met("upgrade", (late,), f"to {release.version}")


def _become(rig: Rig, district: str, release: Release) -> None:
    """Stop, check the data with the new release, start it; what the others decide meanwhile is followed."""
    others = [code for code in rig.districts if code != district]
    before = max(map(rig.height, others))
    rig.city.stop(district)
    if not rig.opens(district, release):
        raise Trouble(f"the next release does not open the data of {district}")
    if not wait_until(lambda: max(map(rig.height, others)) > before, FINAL_S):
        raise Trouble(f"the city stands at {before} while {district} is upgraded")
    rig.become(district, release)
    rig.wait_ready([district])


def _hurry(rig: Rig, districts: Sequence[str], height: int) -> None:
    """Let time leap from heartbeat to heartbeat until these nodes have come to a height.

    In the moment in which the old release ends it may answer a leap with a fault.
    """
    deadline_s = time.monotonic() + ACTIVE_S
    while min(map(rig.height, districts)) < height:
        if time.monotonic() > deadline_s:
            raise Trouble(f"height {height} is not reached in {ACTIVE_S:.0f} s")
        with contextlib.suppress(Fault):
            rig.city.advance(rig.genesis.policy.ledger.heartbeat_ms)


def _require_old_ended(rig: Rig, district: str, height: int) -> None:
    home = rig.home(district)
    if not wait_until(lambda: processes.running(home) is None, OLD_ENDS_S):
        raise Trouble(f"the old release of {district} goes on at {rig.height(district)}")
    tail = processes.log_tail(home, 20)
    if UPDATE_WORD not in tail or str(height) not in tail:
        raise Trouble(f"the old release of {district} ended for another reason:\n{tail}")
    if rig.opens(district, rig.release):
        raise Trouble(f"the old release says that it opens the data of {district} beyond {height}")


def _require_refused(rig: Rig, version: int) -> None:
    """No node, of whatever release, admits now what a later version does."""
    for district in rig.districts:
        with NodeClient.at(rig.city.doors(district).public) as client:
            try:
                client.submit(_novelty(rig, client, version).raw)
            except Rejected as refused:
                if refused.code is ErrorCode.MINUTES_OUT_OF_RANGE:
                    continue
                raise Trouble(f"{district} refuses for another reason: {refused}") from refused
        raise Trouble(f"{district} admits a transaction of protocol {version} before its height")


def _require_admitted(rig: Rig, version: int) -> None:
    """One node takes it, and it is final on all."""
    clients = [NodeClient.at(rig.city.doors(code).public) for code in rig.districts]
    try:
        signed = _novelty(rig, clients[0], version)
        clients[0].submit(signed.raw)
        places = {client.wait_final(signed.tx_id, FINAL_S).height for client in clients}
    finally:
        for client in clients:
            client.close()
    if len(places) != 1 or None in places:
        raise Trouble(f"a transaction of protocol {version} stands at {places}")
    for district in rig.districts:
        found = httpx2.get(f"{rig.city.doors(district).public}/v1/status", timeout=ASK_S).json()
        if found["protocol"] != version:
            raise Trouble(f"{district} follows protocol {found['protocol']}, not {version}")


def _novelty(rig: Rig, client: NodeClient, version: int) -> SignedTransaction:
    number = client.sequence(rig.person(rig.witness))
    return request(rig, rig.witness, number, client.now_ms(), new_minutes(version)).signed
