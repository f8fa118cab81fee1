"""This machine's clock against the chain's: the newest block here, and the newest that the others have.

A quorum took each block's time for its own within a second or so, and while the city lives there is a block at least
every heartbeat. So a clock behind a block is wrong, and a clock long after the newest one is, unless the chain stands
still. A rehearsal has a clock of its own.
"""

from typing import Final

from node.app.calling import PeerCaller
from node.app.doctor.findings import Finding, doubtful, ill, well
from node.chain.block import Header
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, began_ms_of
from node.chain.types import Height
from node.config import NodeConfig, NodeKeys
from node.consensus.wire import BlocksMessage, BlocksRequest, decode_peer_message, encode_message
from node.console.formats import instant
from node.console.language import same, t
from node.runtime.recovery import decided_fault

AHEAD_MAX_MS: Final = 2_000
"""Of the newest block over this machine's clock: voters refuse more than seconds."""
HEARTBEATS_MAX: Final = 3
"""So old may the newest block of a living chain be."""
ASKED_MAX: Final = 4
"""Peers that are asked for their newest block."""
REACH_S: Final = 3.0
BLOCKS_KIND: Final = 129
CLOCK: Final = t(zh="时钟", en="Clock")
PEERS_CLOCK: Final = t(zh="时钟（与其他区）", en="Clock, against the others")
_REMEDY: Final = same("timedatectl status")


def look_at_clock(now_ms: int, genesis: Genesis, newest: Header | None) -> Finding:
    """Against the newest block here, or the city's beginning."""
    said = instant(now_ms)
    least = began_ms_of(genesis) if newest is None else newest.time_ms
    if genesis.rehearsal_rate != 1 or least - now_ms <= AHEAD_MAX_MS:
        return well(CLOCK, said)
    late = t(
        zh="{now}，比最新区块晚了 {ms} 毫秒", en="{now}, {ms} ms behind the newest block"
    ).fill(now=said, ms=least - now_ms)
    return ill(CLOCK, "D06", late, _REMEDY)


def look_at_peers_clock(now_ms: int, genesis: Genesis, newest: Header) -> Finding:
    """Against the newest block that other districts have."""
    said, age_ms = instant(now_ms), now_ms - newest.time_ms
    if age_ms < -AHEAD_MAX_MS:
        late = t(
            zh="{now}，比其他区的最新区块（高度 {height}）晚了 {ms} 毫秒",
            en="{now}, {ms} ms behind block {height} of the others",
        ).fill(now=said, height=newest.height, ms=-age_ms)
        return ill(PEERS_CLOCK, "D06", late, _REMEDY)
    if age_ms > HEARTBEATS_MAX * genesis.policy.ledger.heartbeat_ms:
        early = t(
            zh="{now}，其他区的最新区块（高度 {height}）已是 {s} 秒前：时钟快了，或全城停在这里",
            en="{now}, the others' newest block, {height}, is {s} s old: the clock is ahead, or the chain stands",
        ).fill(now=said, height=newest.height, s=age_ms // 1_000)
        return doubtful(PEERS_CLOCK, "D06", early, _REMEDY)
    return well(PEERS_CLOCK, t(zh="高度 {height}", en="height {height}").fill(height=newest.height))


def newest_of_peers(config: NodeConfig, genesis: Genesis, node_keys: NodeKeys) -> Header | None:
    """The newest header that a few peers show with its certificate; only of a node that does not run.

    None where nobody answers in ``REACH_S``.
    """
    with PeerCaller(config, genesis, node_keys) as caller:
        if not caller.reach(patience_s=REACH_S):
            return None
        tips = sorted(caller.tips.items(), key=lambda tip: -tip[1])[:ASKED_MAX]
        shown = (_shown(caller, genesis, peer, height) for peer, height in tips)
        headers = [header for header in shown if header is not None]
        return max(headers, key=lambda header: header.time_ms, default=None)


def _shown(caller: PeerCaller, genesis: Genesis, peer: str, height: Height) -> Header | None:
    payload = caller.ask(peer, encode_message(BlocksRequest(height, 1)), BLOCKS_KIND)
    if payload is None:
        return None
    try:
        message = decode_peer_message(BLOCKS_KIND, payload)
    except Malformed:
        return None
    assert isinstance(message, BlocksMessage), "of that kind"
    for block, certificate in message.blocks[:1]:
        if decided_fault(genesis, height, block, certificate) is None:
            return block.header
    return None
