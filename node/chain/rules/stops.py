"""Whether something is stopped now; what several families ask."""

from node.chain.errors import ErrorCode
from node.chain.records.safety import Suspension, suspension_id
from node.chain.rules.guards import require
from node.chain.state import Moment, View
from node.chain.types import Id

ACCEPT = "accept"
OUTGOING = "outgoing"


def is_stopped(view: View, at: Moment, scope: str, subject: bytes) -> bool:
    """Whether a suspension or pause of this scope holds for a subject now."""
    found = view.get(Suspension, suspension_id(scope, subject))
    return found is not None and found.holds(at.time_ms)


def require_not_suspended(view: View, at: Moment, scope: str, person: Id) -> None:
    """The person is not suspended from accepting, or from giving out.

    Raises:
        Rejected: ``SUSPENDED``.
    """
    stopped = is_stopped(view, at, scope, person)
    require(not stopped, ErrorCode.SUSPENDED, f"{scope} of {person.hex()}")


def require_not_paused(view: View, at: Moment, district: str, service: str, site: str) -> None:
    """Neither the class of service in this district nor the site is paused.

    Raises:
        Rejected: ``PAUSED``.
    """
    for kind, code in (("class", service), ("site", site)):
        stopped = is_stopped(view, at, kind, f"{district}/{code}".encode())
        require(not stopped, ErrorCode.PAUSED, f"{kind} {code} in {district}")
