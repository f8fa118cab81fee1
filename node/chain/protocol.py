"""The version of the protocol: what every node of the city must know to decide and to verify the next block.

Version 1 is that of genesis. The districts vote on the next one by a motion that names its activation height; the
record stands in the state, so it is under every state root and every node reads the same. Until that height releases
that know it and releases that do not decide the same blocks by the same rules. A rule that differs between versions
asks ``protocol_at`` and nothing else. A release that does not know a version stops before its height and never guesses.
"""

from typing import Final

from node.chain.records.settings import ProtocolRecord, policy_id
from node.chain.state import Reader, View
from node.chain.types import Height

FIRST_PROTOCOL: Final = 1
KNOWN_PROTOCOL: Final = 1
"""The newest version that this release knows; it knows all before."""


def protocol_at(reader: Reader, height: Height) -> int:
    """The version in force for a height that is the tip's or the next."""
    view, version = View(reader), FIRST_PROTOCOL
    while (following := view.get(ProtocolRecord, policy_id(version + 1))) is not None:
        if following.activation_height > height:
            break
        version = following.version
    return version


def protocol_waiting(reader: Reader, height: Height) -> ProtocolRecord | None:
    """The version that was decided and is not yet in force at a height."""
    return View(reader).get(ProtocolRecord, policy_id(protocol_at(reader, height) + 1))
