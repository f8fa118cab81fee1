"""C10: when the trouble is over, every height is decided within f+2 rounds of where it stands."""

from collections.abc import Iterable

from node.chain.certificate import CommitCertificate
from node.chain.types import Height
from node.sim.checkers.faults import Broken
from node.sim.simnode import City, SimulatedNode

EXTRA_ROUNDS = 2
"""Beyond f of them whose proposers may lie: one in which those meet who were apart, one that decides."""


class Pace:
    """Knows in which round each height stood when peace had settled."""

    def __init__(self, city: City) -> None:
        """There is no peace yet."""
        self._city = city
        self._stood: dict[Height, int] | None = None

    def on_peace(self, nodes: Iterable[SimulatedNode]) -> None:
        """Everything that was said before has come; from now on rounds are counted."""
        self._stood = {}
        for node in nodes:
            if node.honest and node.driver is not None:
                state = node.driver.state
                stood = max(self._stood.get(state.height, 0), int(state.round))
                self._stood[state.height] = stood

    def on_committed(self, certificate: CommitCertificate) -> None:
        """A height below the highest that somebody stood at was decided in the trouble already."""
        if not self._stood or certificate.height < max(self._stood):
            return
        stood = self._stood.get(certificate.height, 0)
        faults = self._city.authorities_at(certificate.height).faults
        if certificate.round > stood + faults + EXTRA_ROUNDS:
            text = f"round {certificate.round} decides height {certificate.height}"
            raise Broken(f"C10: {text}, in peace it stood in round {stood}")
