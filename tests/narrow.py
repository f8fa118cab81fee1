"""Blocks with little room: the policy in force with another cost, as if a motion might set one so low."""

from msgspec.structs import replace

from node.chain.ledger import Ledger
from node.chain.records import key_of
from node.chain.records.settings import PolicyRecord, policy_id
from node.chain.transition import active_policy


def narrow(ledger: Ledger, cost: int) -> None:
    """From the next block on a block may cost so much."""
    policy = active_policy(ledger)
    limited = replace(policy, ledger=replace(policy.ledger, block_cost_max=cost))
    key = key_of(PolicyRecord, policy_id(policy.version))
    ledger.records[key] = PolicyRecord(limited, bytes(16))
