"""What must hold after every trouble: nothing called final is lost, and no key ever signed against itself."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx2

from node.chain.certificate import SignedMessage
from node.chain.codec import encode
from node.chain.genesis import chain_id_of
from node.config import NodeHome
from node.runtime.statements import StatementLog, evidence_among
from node.store import voteslot
from node.store.files import RealFiles
from node.store.votelog import NAME, OLD_NAME
from node.store.voteslot import SECTOR_BYTES, SLOT_BYTES, Slot
from scripts.chaos.load import Told
from scripts.chaos.rig import Rig, Trouble

ANSWER_S: Final = 10.0
_OK: Final = 200


def require_kept(rig: Rig, told: Sequence[Told]) -> int:
    """Every node says of every transaction what one node said of it once.

    A node that was begun from a snapshot does not know what stands up to its oldest block, and has to say just that.

    Returns:
        How many answers were compared.

    Raises:
        Trouble: a node has lost one, or has it at another height.
    """
    with ThreadPoolExecutor(len(rig.districts)) as pool:
        return sum(pool.map(lambda district: _compare(rig, district, told), rig.districts))


def _compare(rig: Rig, district: str, told: Sequence[Told]) -> int:
    url = rig.city.doors(district).public
    with httpx2.Client(timeout=ANSWER_S, trust_env=False) as http:
        blocks_from = int(http.get(f"{url}/v1/status").json()["blocks_from"])
        for one in told:
            reply = http.get(f"{url}/v1/transactions/{one.tx_id.hex()}")
            found = reply.json() if reply.status_code == _OK else {}
            older = blocks_from > 1 and one.height <= blocks_from
            right = ("UNKNOWN", None) if older else ("COMMITTED", one.height)
            if (found.get("status"), found.get("height")) != right:
                raise Trouble(
                    f"{one.by} called {one.tx_id.hex()} final at {one.height}, "
                    f"{district} says {found or reply.status_code}"
                )
    return len(told)


def require_one_word(rig: Rig, homes: Iterable[NodeHome] = ()) -> int:
    """No two messages of one authority contradict each other, in any node's memory of what was said.

    Looks at the vote logs, those that were given up included, and at all that every node has heard in the last
    thousand heights.

    Args:
        rig: the city.
        homes: of copies of nodes.

    Returns:
        How many different messages were compared.

    Raises:
        Trouble: naming the two.
    """
    messages: dict[SignedMessage, None] = {}
    for home in (*(rig.home(code) for code in rig.districts), *homes):
        files = RealFiles(home.data)
        own = _signed(rig, files)
        places: dict[tuple[int, int, str], bytes] = {}
        for message in own:
            place = (message.height, message.round, type(message).__name__)
            if places.setdefault(place, encode(message)) != encode(message):
                raise Trouble(f"{home.root.name} signed twice at {place}")
        messages.update(dict.fromkeys(own))
        messages.update(dict.fromkeys(StatementLog(files).everything()))
    for signer, evidence in evidence_among(messages).items():
        raise Trouble(f"authority {signer} contradicts itself: {evidence}")
    return len(messages)


def _signed(rig: Rig, files: RealFiles) -> list[SignedMessage]:
    """The messages in a node's vote logs."""
    chain_id = chain_id_of(rig.genesis)
    found: list[SignedMessage] = []
    for name in (NAME, OLD_NAME):
        if name not in files.names():
            continue
        file = files.open(name)
        for number in range(file.size() // SLOT_BYTES):
            slot = voteslot.parse(chain_id, number, file.read(number * SLOT_BYTES, SECTOR_BYTES))
            if isinstance(slot, Slot) and not isinstance(slot.entry, voteslot.Mark):
                found.append(slot.entry)
        file.close()
    return found
