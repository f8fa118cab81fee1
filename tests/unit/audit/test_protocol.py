"""An archive that goes beyond the protocol that the auditor knows is sound so far, and not more."""

from io import BytesIO

import pytest

from node.audit import replay
from node.audit.auditor import Auditor
from node.chain.limits import PROTOCOL_NOTICE_BLOCKS
from node.chain.tx.governance import ProtocolChange
from node.chain.types import Height
from node.chain.violations import Incomplete
from tests.archives import archive_of
from tests.money_city import MoneyCity


@pytest.mark.feature("K10")
def test_an_old_auditor_stops_before_the_height_and_a_new_one_goes_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Incomplete and no violation: the archive is not to blame."""
    city = MoneyCity()
    height = Height(city.ledger.height + 3 + PROTOCOL_NOTICE_BLOCKS)
    city.move(ProtocolChange(2, height))
    while city.ledger.height <= height:
        city.block()
    raw = archive_of(city)

    fault = Auditor(city.genesis, lambda: BytesIO(raw)).run().fault
    assert isinstance(fault, Incomplete)
    assert fault.height == height - 1
    assert "protocol 2" in fault.reason

    monkeypatch.setattr(replay, "KNOWN_PROTOCOL", 2)
    assert Auditor(city.genesis, lambda: BytesIO(raw)).run().fault is None
