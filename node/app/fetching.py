"""Decided blocks from the other districts, for a node that is not running.

Whatever comes is held against the quorum's signatures before anybody sees it.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Final, NamedTuple

from node.app.calling import PeerCaller
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.types import Height
from node.config import NodeConfig, NodeKeys
from node.consensus.wire import (
    BLOCKS_MAX,
    BlocksMessage,
    BlocksRequest,
    decode_peer_message,
    encode_message,
)
from node.console.exits import ExitCode
from node.console.fault import Fault, fault
from node.console.language import t
from node.runtime.recovery import decided_fault

BLOCKS_KIND: Final = 129

Pair = tuple[bytes, bytes]


class _Run(NamedTuple):
    """Consecutive heights that one peer gave."""

    first: Height
    last: Height
    peer: str


class PeerBlocks:
    """A ``BlockSource`` over the network. Use as a context manager."""

    def __init__(
        self,
        config: NodeConfig,
        genesis: Genesis,
        node_keys: NodeKeys,
        tell: Callable[[Height, str], None],
    ) -> None:
        """Nothing is asked yet.

        Args:
            config: names the peers.
            genesis: names the authorities.
            node_keys: the TLS key among them shows who we are.
            tell: hears which peer gave which block.
        """
        self._config = config
        self._genesis = genesis
        self._tell = tell
        self._caller = PeerCaller(config, genesis, node_keys)
        self._given: dict[Height, tuple[str, Pair]] = {}
        self._givers: list[_Run] = []
        self._untrusted: set[str] = set()

    def __enter__(self) -> "PeerBlocks":
        """Wait for questions."""
        self._caller.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._caller.__exit__(kind, error, trace)

    def fetch(self, height: Height) -> Pair:
        """Canonical bytes of a decided block and its certificate, which is verified.

        Raises:
            node.console.fault.Fault: no peer is reached, or none has it (exit 4).
        """
        if height not in self._given:
            self._reach_anybody()
            asked = [p for p in self._caller.connected if p not in self._untrusted]
            for peer in asked:
                self._ask(peer, height)
                if height in self._given:
                    break
            else:
                raise _nobody_has(height, asked)
        giver, pair = self._given.pop(height)
        self._remember(height, giver)
        self._tell(height, giver)
        return pair

    def distrust(self, height: Height) -> None:
        """The block that was given for this height is not valid: its giver is asked no more."""
        runs = (run for run in reversed(self._givers) if run.first <= height <= run.last)
        giver = next((run.peer for run in runs), None)
        if giver is not None:
            self._untrusted.add(giver)
            self._given = {h: given for h, given in self._given.items() if given[0] != giver}

    def _remember(self, height: Height, giver: str) -> None:
        """Who gave what, in runs: of a million blocks most come from the same few peers."""
        last = self._givers[-1] if self._givers else None
        if last is not None and (last.peer, last.last + 1) == (giver, height):
            self._givers[-1] = _Run(last.first, height, giver)
        else:
            self._givers.append(_Run(height, height, giver))

    def _reach_anybody(self) -> None:
        if not self._caller.reach(frozenset(self._untrusted)):
            raise _nobody_has(None, [peer.name for peer in self._config.peers])

    def _ask(self, peer: str, height: Height) -> None:
        """Take in what one peer has from a height on; what is not shown to be decided is left out."""
        question = encode_message(BlocksRequest(height, BLOCKS_MAX))
        payload = self._caller.ask(peer, question, BLOCKS_KIND)
        if payload is None:
            return
        try:
            message = decode_peer_message(BLOCKS_KIND, payload)
        except Malformed:
            self._untrusted.add(peer)
            return
        assert isinstance(message, BlocksMessage), "of that kind"
        for number, (block, certificate) in enumerate(message.blocks, start=height):
            if decided_fault(self._genesis, Height(number), block, certificate) is not None:
                self._untrusted.add(peer)
                return
            self._given[Height(number)] = (peer, (encode(block), encode(certificate)))


def _nobody_has(height: Height | None, asked: list[str]) -> Fault:
    names = ", ".join(asked) or "-"
    why = (
        t(zh="连不上任何一个区的节点：{names}", en="No other district's node is reached: {names}")
        if height is None
        else t(
            zh="没有一个区给出区块 {height}；问过：{names}",
            en="No district gives block {height}; asked: {names}",
        ).fill(height=height)
    )
    return fault(
        "no-peer-has-it",
        ExitCode.UNREACHABLE,
        what=t(zh="区块日志没有修好", en="The block log is not repaired"),
        why=why.fill(names=names),
        remedy=t(
            zh="等其他区的节点在运行时再执行一次；已取回的不会丢失。",
            en="Run it again while other districts' nodes run; what is sound stays.",
        ),
    )
