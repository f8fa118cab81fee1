"""A file that convicts an authority: two messages that no honest node signs both of, and whose key signed them.

``[28, version, chain id, evidence, anchor, trail]``. The trail is of the authority changes from genesis to the height
of the messages, the anchor the certified header of the height before, which names the set of that height: a trail that
hides a later change, so that a key speaks after its time, does not fit it. Nothing but the genesis document is needed
to know who was seated. The verifier is total: on any bytes it answers or raises ``Malformed``, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from node.chain.block import Header
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Evidence,
    authority_set_hash,
    check_evidence,
    decode_message,
)
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.limits import AUTHORITY_CHANGES_MAX, PROOF_FILE_MAX_BYTES
from node.chain.rules.offences import offence_kind
from node.chain.types import Code, Hash, HashF, Height, Round, UintF
from node.chain.verify import AuthorityChange, header_fault, walk_trail
from node.chain.violations import Violation

CONVICTION_VERSION: Final = 1
_KIND: Final = encode(28)


class CertifiedHeader(Record, frozen=True):
    """A header and what makes it final."""

    header: Header
    certificate: CommitCertificate


class Conviction(Record, frozen=True, tag=28):
    """The pair, and how the set of its height came from genesis."""

    version: UintF
    chain_id: HashF
    evidence: Evidence
    anchor: Annotated[tuple[CertifiedHeader, ...], Meta(max_length=1)]
    """Of the height before that of the messages; none for height 1, which genesis seats."""
    trail: Annotated[tuple[AuthorityChange, ...], Meta(max_length=AUTHORITY_CHANGES_MAX)]
    """Changes whose set signed the pair's height or an earlier one."""


decode_conviction = decoder(Conviction, PROOF_FILE_MAX_BYTES)


@dataclass(frozen=True, slots=True)
class Convicted:
    """What a sound file shows."""

    chain_id: Hash
    district: Code
    height: Height
    round: Round
    kind: Code
    authorities: int
    """Seats at that height."""


def make_conviction(
    chain_id: Hash,
    evidence: Evidence,
    anchor: CertifiedHeader | None,
    trail: Sequence[AuthorityChange],
) -> Conviction:
    """The file of a pair; of the whole trail it takes what the pair's height needs.

    Args:
        chain_id: the genesis hash.
        evidence: the pair.
        anchor: of the height before the pair's; None for height 1.
        trail: all changes.
    """
    height = decode_message(evidence.first).height
    needed = tuple(c for c in trail if c.header.height < height)
    anchors = () if anchor is None else (anchor,)
    return Conviction(CONVICTION_VERSION, chain_id, evidence, anchors, needed)


def is_conviction(raw: bytes) -> bool:
    """Whether bytes claim to be such a file, by their kind."""
    return raw[1 : 1 + len(_KIND)] == _KIND


def verify_conviction(genesis: Genesis, raw: bytes) -> Convicted:
    """Check a file against genesis alone.

    Raises:
        Malformed: the bytes are no conviction, or convict nobody; the detail says why.
    """
    found = decode_conviction(raw)
    chain_id = chain_id_of(genesis)
    if found.version != CONVICTION_VERSION:
        raise Malformed(ErrorCode.UNKNOWN_VERSION, f"version {found.version}")
    if found.chain_id != chain_id:
        raise Malformed(ErrorCode.WRONG_CHAIN, "it is of another chain")
    height = decode_message(found.evidence.first).height
    authorities = _set_at(chain_id, genesis.authorities, found, height)
    message = check_evidence(chain_id, authorities, found.evidence)
    return Convicted(
        chain_id=chain_id,
        district=authorities.members[message.signer].district,
        height=height,
        round=message.round,
        kind=offence_kind(found.evidence),
        authorities=len(authorities.members),
    )


def _set_at(chain_id: Hash, first: AuthoritySet, found: Conviction, height: Height) -> AuthoritySet:
    """The set of the messages' height: the trail leads to it, and the anchor names it."""
    try:
        authorities = walk_trail(chain_id, first, found.trail)
        before = walk_trail(
            chain_id, first, tuple(c for c in found.trail if c.header.height < height - 1)
        )
    except Violation as fault:
        raise Malformed(ErrorCode.BAD_FIELD, fault.reason) from fault
    late = bool(found.trail) and found.trail[-1].header.height >= height
    _need(height >= 1 and not late, "the trail goes beyond the evidence")
    _need(len(found.anchor) == (height > 1), "the header before the evidence is missing")
    for one in found.anchor:
        _need(one.header.height == height - 1, "the header is not the one before the evidence")
        fault_text = header_fault(chain_id, before, one.header, one.certificate)
        _need(fault_text is None, str(fault_text))
        named = one.header.next_authorities_hash == authority_set_hash(chain_id, authorities)
        _need(named, "the trail hides a change")
    return authorities


def _need(condition: bool, why: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise Malformed(ErrorCode.BAD_FIELD, why)
