"""The authority trail: from one authority set to a later one, by certified headers alone.

Each step is a header that names another set as the next, the certificate of the set before it, and that other set. Who
holds the first set and the trail knows the last one, and so who may certify any header after it.
"""

from node.chain.block import Header, block_id
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    authority_set_hash,
    certificate_fault,
)
from node.chain.codec import Record
from node.chain.types import Hash
from node.chain.violations import Violation, ViolationCode


class AuthorityChange(Record, frozen=True, tag=18):
    """One step of the authority trail: a certified header that names the next set, and that set."""

    header: Header
    certificate: CommitCertificate
    authorities: AuthoritySet


def walk_trail(
    chain_id: Hash, first: AuthoritySet, trail: tuple[AuthorityChange, ...]
) -> AuthoritySet:
    """The authority set after a trail of changes, each certified by the set before it.

    Raises:
        Violation: ``AUTHORITY_TRAIL``.
    """
    code, current, height = ViolationCode.AUTHORITY_TRAIL, first, 0
    for change in trail:
        header = change.header
        _need(header.height > height, code, header.height, "out of order")
        signers = header.authorities_hash == authority_set_hash(chain_id, current)
        _need(signers, code, header.height, "signed by another set")
        named = header.next_authorities_hash == authority_set_hash(chain_id, change.authorities)
        _need(named, code, header.height, "the header names another set")
        fault = header_fault(chain_id, current, header, change.certificate)
        _need(fault is None, code, header.height, str(fault))
        current, height = change.authorities, header.height
    return current


def header_fault(
    chain_id: Hash, authorities: AuthoritySet, header: Header, certificate: CommitCertificate
) -> str | None:
    """Why a certificate does not prove a header under a set, or None."""
    if certificate.block_id != block_id(chain_id, header) or certificate.height != header.height:
        return "the certificate is for another block"
    if certificate.suite != header.suite:
        return f"suite {certificate.suite}"
    if header.authorities_hash != authority_set_hash(chain_id, authorities):
        return "the header names another set"
    return certificate_fault(chain_id, authorities, certificate)


def _need(condition: bool, code: ViolationCode, height: int, reason: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise Violation(code, height, reason)
