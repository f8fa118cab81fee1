"""What a block says of its own execution."""

from node.chain.block import Summary
from node.chain.transition import Execution


def summary_of(execution: Execution) -> Summary:
    """The log leaf that closes a block."""
    return Summary(
        height=execution.height,
        time_ms=execution.time_ms,
        transaction_count=len(execution.receipts),
        timer_count=len(execution.timers),
        state_root=execution.staged.root,
        finals_root=execution.finals_root,
        next_authorities_hash=execution.next_authorities_hash,
        policy_hash=execution.policy_hash,
    )
