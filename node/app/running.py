"""The life of a node process: open, listen, serve, stop; and what it says while doing so."""

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import ExitStack

import structlog

from node.api.app import create_operations_app, create_public_app
from node.app.assembly import DistrictNode
from node.app.doors import Door
from node.app.services import operations_services, public_services
from node.config import NodeConfig
from node.console.fault import Fault

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def run_node(node: DistrictNode, reread: Callable[[], NodeConfig]) -> None:
    """Run until a signal or a fault; on SIGHUP read again where the peers are.

    Args:
        node: not yet open.
        reread: the configuration as it is on disk now.

    Raises:
        StorageFault: the stores do not open, or fail later.
        OSError: an address is taken.
        BaseException: whatever fault stopped the node.
    """
    log = structlog.get_logger("node")
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        node.open(stack)
        node.build(loop)
        # The state has no cycles and lives as long as the process: the collector need never look at it again.
        gc.collect()
        gc.freeze()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, node.stop)
        loop.add_signal_handler(signal.SIGHUP, relocate, node, reread)
        public, closing = public_services(node)
        doors = (
            Door(create_public_app(public), node.config.public_listen),
            Door(
                create_operations_app(operations_services(node, public)),
                node.config.operations_listen,
            ),
        )
        await node.start()
        for door in doors:
            door.open()
        log.info(
            "listening",
            district=node.config.district,
            chain=node.chain_id.hex(),
            height=node.executor.tip.height,
            public=doors[0].address,
            operations=doors[1].address,
            peers=node.config.peers_listen,
            abstains=not node.stores.votes.may_sign,
        )
        await node.stopped()
        log.info("stopping", height=node.executor.tip.height)
        closing()
        await asyncio.gather(*(door.close() for door in doors))
        await node.network.stop()
    if node.fault is not None:
        raise node.fault


def relocate(node: DistrictNode, reread: Callable[[], NodeConfig]) -> None:
    """Take the peers of the configuration as it is now; where it is wrong, keep those that were."""
    log = structlog.get_logger("node")
    try:
        peers = reread().peers
        node.relocate(peers)
    except (Fault, OSError, ValueError) as error:
        log.error("peers stay as they were", reason=str(error))
    else:
        log.info("peers", names=[peer.name for peer in peers])
