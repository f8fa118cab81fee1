"""Measurements for Prometheus, read off the node when somebody scrapes."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from node.app.assembly import DistrictNode

NAMESPACE = "timebank"


class NodeCollector(Collector):
    """Turns a node's present numbers into metric families."""

    def __init__(self, node: DistrictNode, refusals: Mapping[str, int]) -> None:
        """Watch one node, and what its public door refuses, by code."""
        self._node = node
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        """Everything, now."""
        yield from self._consensus()
        yield from self._pool()
        yield from self._network()
        refused = CounterMetricFamily(
            f"{NAMESPACE}_http_refused", "Requests the public door refused.", labels=["code"]
        )
        for code, count in sorted(self._refusals.items()):
            refused.add_metric([code], count)
        yield refused

    def _consensus(self) -> Iterator[Metric]:
        node, tip, state = self._node, self._node.executor.tip, self._node.driver.state
        yield _gauge("consensus_height", "Height of the newest block.", tip.height)
        yield _gauge("consensus_block_time_ms", "Block time of the newest block.", tip.time_ms)
        behind = max(0, node.clock.now_ms() - tip.time_ms)
        yield _gauge("consensus_tip_age_ms", "Age of the newest block by this clock.", behind)
        yield _gauge("consensus_round", "Round of the height in progress.", state.round)
        seats = len(tip.authorities.members)
        yield _gauge("consensus_authorities", "Seats of the present set.", seats)
        offences = node.succession.offences
        yield _gauge("consensus_offences", "Offences of authorities on the chain.", offences)
        waiting = len(node.driver.waiting_for())
        yield _gauge("consensus_waiting_for", "Districts that the present step waits for.", waiting)
        rounds = CounterMetricFamily(
            f"{NAMESPACE}_consensus_decided",
            "Blocks by the round that decided them.",
            labels=["round"],
        )
        for number, count in sorted(node.watch.rounds.items()):
            rounds.add_metric([str(number)], count)
        yield rounds
        refused = node.watch.refused_blocks
        yield _counter("consensus_refused_blocks", "Proposed blocks not valid here.", refused)
        evidence = node.watch.evidence_count
        yield _counter(
            "consensus_evidence", "Proofs that an authority broke the protocol.", evidence
        )
        yield _gauge(
            "log_size", "Leaves of the transparency log.", node.executor.point.frontier.size
        )
        served = node.snapshots.served_bytes
        yield _counter("snapshot_served_bytes", "Snapshot bytes given to peers.", served)
        refused = node.snapshots.refused
        yield _counter("snapshot_refused", "Snapshot questions beyond a peer's budget.", refused)
        oldest = node.executor.blocks_from
        yield _gauge("blocks_from", "Height of the oldest block here.", oldest)
        older = node.backfill.gathered
        yield _gauge("blocks_gathered", "Blocks below it that wait for a repair.", older)
        free = node.stores.files.free_bytes()
        yield _gauge("disk_free_bytes", "Space left where the data is.", free)
        yield _gauge("state_records", "Records of the state.", len(node.executor.ledger.records))

    def _pool(self) -> Iterator[Metric]:
        pool = self._node.pool
        yield _gauge("mempool_size", "Transactions that wait for a block.", len(pool))
        refusals = CounterMetricFamily(
            f"{NAMESPACE}_mempool_refused", "Transactions refused here, by code.", labels=["code"]
        )
        for code, count in sorted(pool.answers.counts.items()):
            refusals.add_metric([f"E{code.value}"], count)
        yield refusals

    def _network(self) -> Iterator[Metric]:
        counters = self._node.network.counters()
        yield _gauge("p2p_peers", "Peers with a live connection.", len(self._node.connected))
        faults = CounterMetricFamily(
            f"{NAMESPACE}_p2p_faults",
            "What peers and strangers did wrong, by code.",
            labels=["code"],
        )
        for code, count in counters.faults:
            faults.add_metric([code.name], count)
        yield faults
        traffic = CounterMetricFamily(
            f"{NAMESPACE}_p2p_bytes", "Bytes to and from peers.", labels=["peer", "direction"]
        )
        for peer in counters.peers:
            traffic.add_metric([peer.name, "in"], peer.bytes_in)
            traffic.add_metric([peer.name, "out"], peer.bytes_out)
        yield traffic


def metrics_text(node: DistrictNode, refusals: Mapping[str, int]) -> bytes:
    """The Prometheus text format of a node's numbers."""
    registry = CollectorRegistry()
    registry.register(NodeCollector(node, refusals))
    return generate_latest(registry)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{NAMESPACE}_{name}", what, value)


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(f"{NAMESPACE}_{name}", what, value)
