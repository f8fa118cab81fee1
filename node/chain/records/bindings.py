"""Things that wait for a second voice: proposals, mints, kin bindings; and the sites of a district."""

from node.chain.codec import Record
from node.chain.tx.organisation import AnyAction
from node.chain.types import CodeF, EpochMsF, HashF, IdF, MinutesF, UintF


class Proposal(Record, frozen=True, tag=73):
    """An action of two staff, half done."""

    id: IdF
    origin: HashF
    proposer: IdF
    action: AnyAction
    state: CodeF
    """``open``, ``done``, ``declined`` or ``expired``."""
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The proposal's id."""
        return self.id


class Mint(Record, frozen=True, tag=74):
    """New minutes on the way to a fund."""

    id: IdF
    origin: HashF
    district: CodeF
    year: UintF
    purpose: CodeF
    minutes: MinutesF
    evidence: HashF
    voters: tuple[CodeF, ...]
    """Districts whose operators agreed."""
    opponents: tuple[CodeF, ...]
    state: CodeF
    """``open``, ``minted``, ``refused`` or ``expired``."""
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The proposal's id."""
        return self.id


class KinBinding(Record, frozen=True, tag=75):
    """A kin relation between two persons, from offer to end."""

    id: IdF
    origin: HashF
    first: IdF
    second: IdF
    relation: CodeF
    """What the second is to the first."""
    state: CodeF
    """``offered``, ``accepted``, ``bound``, ``ended`` or ``expired``."""
    method: CodeF
    """How the second consented; ``-`` until then."""
    evidence: HashF
    recorder: IdF
    """Who recorded a consent on behalf; zero for an own key."""
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The binding's id."""
        return self.id


class Site(Record, frozen=True, tag=76):
    """A service point."""

    district: CodeF
    code: CodeF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``district/site``."""
        return site_id(self.district, self.code)


def site_id(district: str, site: str) -> bytes:
    """``district/site``."""
    return f"{district}/{site}".encode()
