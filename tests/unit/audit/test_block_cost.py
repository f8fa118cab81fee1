"""An auditor measures what a block costs by the kernel's own function."""

from collections import deque
from io import BytesIO

import pytest

from node.audit.replay import Replay, parse_step
from node.audit.structure import Walk
from node.chain.violations import Violation, ViolationCode
from tests.archives import archive_of, small_story
from tests.narrow import narrow


@pytest.mark.feature("A2")
def test_a_block_that_costs_more_than_the_policy_says_breaks_a_rule() -> None:
    """However many districts have signed it: V304 at its height, naming the transaction that no longer fits."""
    city = small_story()
    replay = Replay(city.genesis, lambda _raw, _place: None)
    narrow(replay.ledger, 1)
    steps = Walk(BytesIO(archive_of(city)), city.genesis).steps()
    with pytest.raises(Violation, match="block_full") as caught:
        deque((replay.run(parse_step(step)) for step in steps), maxlen=0)
    assert (caught.value.code, caught.value.height) == (ViolationCode.RULE, 1)
