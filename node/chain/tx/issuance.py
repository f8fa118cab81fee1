"""What can be said about new minutes: a mint is proposed by one authority and voted by many."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import CodeF, HashF, IdF, MinutesF, UintF


class ProposeMint(Record, frozen=True, tag=140):
    """An authority's operator proposes new minutes for a fund; it is its first vote."""

    district: CodeF
    year: UintF
    purpose: CodeF
    minutes: MinutesF
    evidence: HashF
    """Hash of the decision on paper."""


class VoteMint(Record, frozen=True, tag=141):
    """Another authority's operator agrees or not."""

    proposal: IdF
    origin: HashF
    approve: Annotated[int, Meta(ge=0, le=1)]
