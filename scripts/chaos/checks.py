"""What must hold after every trouble: nothing called final is lost, and no key ever signed against itself."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx2
import msgspec

from node.api.limits import BATCH_MAX
from node.chain.certificate import SignedMessage
from node.chain.codec import encode
from node.chain.genesis import chain_id_of
from node.config import NodeHome
from node.runtime.statements import StatementLog, evidence_among
from node.store import voteslot
from node.store.files import RealFiles
from node.store.votelog import NAME, OLD_NAME
from node.store.voteslot import SECTOR_BYTES, SLOT_BYTES, Slot
from scripts.chaos.bank import Bank
from scripts.chaos.history import TOTAL, History, Told
from scripts.chaos.looking import Eyes
from scripts.chaos.rig import Rig
from scripts.chaos.trouble import Trouble

ANSWER_S: Final = 30.0
SINGLE: Final = 50
"""So many of the newest transactions are also asked for one by one, with their place in the block."""
_PACKED: Final = {"Content-Type": "application/msgpack"}


def require_kept(rig: Rig, told: Sequence[Told]) -> int:
    """Every node says of every transaction what one node said of it once.

    Asked by handing the same bytes in again, hundreds at a time: a node answers where the transaction is, and one that
    has lost it takes it as new and says ``PENDING``. Of the newest each node is also asked the wallets' way.

    Returns:
        How many answers were compared.

    Raises:
        Trouble: a node has lost one, or has it at another height.
    """
    with ThreadPoolExecutor(len(rig.districts)) as pool:
        return sum(pool.map(lambda district: _compare(rig, district, told), rig.districts))


def _compare(rig: Rig, district: str, told: Sequence[Told]) -> int:
    """A node that was begun from a snapshot does not know what stands up to its oldest block, and says just that."""
    url = f"{rig.city.doors(district).public}/v1"
    with httpx2.Client(timeout=ANSWER_S, trust_env=False) as http:
        oldest = int(http.get(f"{url}/status").json()["blocks_from"])
        known = [one for one in told if oldest == 1 or one.height > oldest]
        older = [one for one in told if oldest > 1 and one.height <= oldest]
        for batch in (known[n : n + BATCH_MAX] for n in range(0, len(known), BATCH_MAX)):
            body = msgspec.msgpack.encode([one.raw for one in batch])
            reply = http.post(f"{url}/transactions/batch", content=body, headers=_PACKED)
            found = reply.json()["results"]
            for one, answer in zip(batch, found, strict=True):
                _require(district, one, answer, {"status": "COMMITTED", "height": one.height})
        for one in known[-SINGLE:]:
            right = {"status": "COMMITTED", "height": one.height, "index": one.index}
            _require(district, one, _asked(http, url, one), right)
        for one in older[-SINGLE:]:
            _require(district, one, _asked(http, url, one), {"status": "UNKNOWN"})
    return len(known) + len(known[-SINGLE:]) + len(older[-SINGLE:])


def _asked(http: httpx2.Client, url: str, one: Told) -> Mapping[str, object]:
    answer: dict[str, object] = http.get(f"{url}/transactions/{one.tx_id.hex()}").json()
    return answer


def _require(
    district: str, one: Told, found: Mapping[str, object], right: Mapping[str, object]
) -> None:
    if any(found.get(name) != value for name, value in right.items()):
        place = f"{one.height}/{one.index}"
        raise Trouble(f"{one.by} called {one.tx_id.hex()} final at {place}, {district}: {found}")


def require_total(rig: Rig, bank: Bank, history: History) -> int:
    """On every node the balances of all bankers come to what they began with; what is read goes into the history.

    Returns:
        That total, in minutes.

    Raises:
        Trouble: naming the node and its sum.
    """
    with httpx2.Client(timeout=ANSWER_S, trust_env=False) as http:
        eyes = Eyes(rig, http, bank)
        for district in rig.districts:
            reads = [
                read
                for banker in bank.bankers
                for read in eyes.read(district, "account", banker.hand)
                if read.account
            ]
            history.reads += reads
            found = sum(read.balance for read in reads)
            if found != bank.opening(TOTAL):
                raise Trouble(f"{district} has {found} minutes, not {bank.opening(TOTAL)}")
    return bank.opening(TOTAL)


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
