"""A node's home in a city that was founded anew: what it keeps of the chain before, and how it begins from that."""

from node.app.shelf import BASE_NAME, PREVIOUS_NAME, previous_of
from node.chain.genesis import Genesis, SuccessorGenesis
from node.config import NodeHome
from node.config.homes import read_genesis
from node.console.fault import Fault
from node.runtime.snapshots import damage_of
from node.runtime.successors import Previous, begin_after
from node.store.chainstore import ChainStore
from node.store.shadow import ShadowFiles
from node.store.snapshotfiles import SnapshotFiles


def previous_chain(home: NodeHome) -> Previous | None:
    """The chain before, as the home keeps it; None where it keeps none.

    Raises:
        node.console.fault.Fault: its genesis is damaged (exit 5).
        OSError: it cannot be read.
    """
    if not home.previous_genesis.is_file():
        return None
    return Previous(read_genesis(home.previous_genesis), previous_of(home.data))


def previous_damage(home: NodeHome, genesis: Genesis) -> str | None:
    """Why the chain before is not what a rebuild needs, or None; nothing is changed, one chunk in memory at a time.

    Raises:
        StorageFault: ``READ_FAILED``, the disk does not read.
    """
    if not isinstance(genesis, SuccessorGenesis):
        return None
    if not home.previous_genesis.is_file():
        begun = SnapshotFiles(ShadowFiles(home.data / BASE_NAME)).whole
        return None if begun else f"{home.previous_genesis.name} is gone"
    try:
        old = read_genesis(home.previous_genesis)
    except Fault as fault:
        return fault.report.why.en
    state = SnapshotFiles(ShadowFiles(home.data / PREVIOUS_NAME))
    return damage_of(old, state) if state.whole else "the state is gone"


def begin_home_after(home: NodeHome, genesis: Genesis, store: ChainStore) -> None:
    """Give a successor's chain its first state, where it has no block yet; nothing in any other city.

    Raises:
        StorageFault: ``PREVIOUS_MISSING``, what is needed is missing, or does not belong together; the disk fails.
        node.console.fault.Fault: the genesis before is damaged (exit 5).
    """
    if isinstance(genesis, SuccessorGenesis):
        begin_after(previous_chain(home), genesis, store)
