"""Every conviction of an archive: the evidence in its blocks, each as a file that proves itself to a stranger."""

from dataclasses import dataclass

from node.audit.auditor import OpenArchive
from node.audit.structure import Step, Walk
from node.chain.block import Header
from node.chain.certificate import CommitCertificate, Evidence, decode_message
from node.chain.codec import encode
from node.chain.conviction import (
    CertifiedHeader,
    Convicted,
    make_conviction,
    verify_conviction,
)
from node.chain.genesis import Genesis, chain_id_of


@dataclass(frozen=True, slots=True)
class Found:
    """One pair of a block, and what its file shows."""

    block_height: int
    convicted: Convicted
    file: bytes


def convictions_of(genesis: Genesis, open_archive: OpenArchive) -> tuple[Found, ...]:
    """Read an archive twice: for the evidence, then for the headers before it.

    Raises:
        Violation: the archive's structure is not sound.
        Incomplete: the file stops early.
        Malformed: a pair convicts nobody, which a sound archive has not.
    """
    pairs: list[tuple[int, Evidence]] = []
    with open_archive() as source:
        walk = Walk(source, genesis)
        for step in walk.steps():
            pairs += [(step.block.header.height, pair) for pair in step.block.evidence]
        trail, tip = tuple(walk.changes), walk.tip_certificate
    wanted = {_height(pair) - 1 for _, pair in pairs}
    anchors = _anchors(genesis, open_archive, wanted, tip)
    chain_id = chain_id_of(genesis)
    found = []
    for block_height, pair in pairs:
        made = make_conviction(chain_id, pair, anchors.get(_height(pair) - 1), trail)
        raw = encode(made)
        found.append(Found(block_height, verify_conviction(genesis, raw), raw))
    return tuple(found)


def _height(pair: Evidence) -> int:
    return decode_message(pair.first).height


def _anchors(
    genesis: Genesis, open_archive: OpenArchive, wanted: set[int], tip: CommitCertificate | None
) -> dict[int, CertifiedHeader]:
    """Headers of these heights, each with the certificate that the next block carries."""
    found: dict[int, CertifiedHeader] = {}
    if not wanted:
        return found
    before: Header | None = None
    with open_archive() as source:
        for step in Walk(source, genesis).steps():
            _add(found, wanted, before, step)
            before = step.block.header
    if before is not None and tip is not None and before.height in wanted:
        found[before.height] = CertifiedHeader(before, tip)
    return found


def _add(
    found: dict[int, CertifiedHeader], wanted: set[int], before: Header | None, step: Step
) -> None:
    if before is not None and before.height in wanted:
        found[before.height] = CertifiedHeader(before, step.block.last_commit[0])
