"""What the districts decide together during a run: a motion by one operator, votes by as many as are needed."""

from typing import Final

from node.chain.hashing import digest
from node.chain.policy import PERMILLE
from node.chain.tx.envelope import Body
from node.chain.tx.governance import ProposeMotion, Subject, VoteMotion
from node.chain.types import NO_HASH, Hash
from node.city.nodeworld import ground_of
from node.sim.workload.hands import Hand
from scripts.chaos.rig import Rig
from wallet.client import NodeClient

FINAL_S: Final = 60.0
PAPER: Final = digest("chaos-paper", NO_HASH, b"decided on paper")


def decide(rig: Rig, subject: Subject) -> None:
    """Move and vote until the subject is decided. All nodes are ready; nobody else signs for the operators.

    Raises:
        node.console.fault.Fault: a node refuses, or nothing becomes final.
    """
    operators = [desk.operator for desk in ground_of(rig.city).desks.values()]
    share = rig.genesis.policy.issuance.mint_votes_permille
    needed = -(-len(operators) * share // PERMILLE)
    with NodeClient.at(*(rig.city.doors(code).public for code in rig.districts)) as client:
        first, *others = operators
        first.number = client.sequence(first.id)
        motion = first.next_id()
        origin = _say(client, first, ProposeMotion(subject, PAPER))
        for operator in others[: needed - 1]:
            operator.number = client.sequence(operator.id)
            _say(client, operator, VoteMotion(motion, origin, 1))


def _say(client: NodeClient, hand: Hand, body: Body) -> Hash:
    signed = hand.sign(body, client.now_ms(), 1)
    client.submit(signed.raw)
    client.wait_final(signed.tx_id, FINAL_S)
    return signed.tx_id
