"""What a district has for its people beside volunteers: a provider under contract, and a team."""

from dataclasses import dataclass

from node.chain.types import Id
from node.sim.workload.people import Resident, Team


@dataclass(slots=True)
class Provision:
    """Of one district."""

    provider: Id
    capacity: Id
    """The contract whose minutes captures use."""
    staff: Resident
    """Who captures for the provider."""
    team: Team | None = None
