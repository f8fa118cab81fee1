"""The link between a lost chain and its successor, as anybody can check it who trusts the lost chain's genesis.

A city that has lost a quorum of its districts' keys for ever can decide no block. The holders of the recovery keys that
its genesis names then sign a successor's genesis. ``verify_link`` takes nobody's word: the trail and the certificate
show that the districts decided the block at which the successor begins, and as many recovery keys as the genesis before
asks for have signed exactly this successor. What the successor's state is follows from that block's state root
(``node.chain.reopening``).

What it cannot show: that the lost chain did not go on somewhere, and that the holders signed no second successor. An
archive of the lost chain that goes further shows the first; two signed documents convict the holders of the second.
"""

from enum import IntEnum
from itertools import pairwise

from node.chain import keys
from node.chain.codec import encode
from node.chain.genesis import (
    Genesis,
    SuccessorGenesis,
    began_ms_of,
    chain_id_of,
    city_id_of,
    unsigned,
)
from node.chain.hashing import domain
from node.chain.trail import header_fault, walk_trail
from node.chain.types import Hash
from node.chain.violations import Violation


class LinkCode(IntEnum):
    """What is wrong with a successor's genesis; printed as ``L01`` and so on. Numbers are never changed or reused."""

    NO_RECOVERY = 1
    WRONG_CHAIN = 2
    OTHER_CITY = 3
    TIME = 4
    AUTHORITY_TRAIL = 5
    NO_QUORUM = 6
    SIGNATURES = 7
    BAD_SIGNATURE = 8
    STATE_ROOT = 9
    NOT_CARRIED = 10
    HISTORY = 11


class LinkRefused(Exception):  # noqa: N818 - a verdict on what was given
    """A successor's genesis does not follow from the chain before it.

    Attributes:
        code: what kind of fault.
        reason: what was seen, in English, without personal data.
    """

    def __init__(self, code: LinkCode, reason: str) -> None:
        """Keep what was seen."""
        super().__init__(f"L{code.value:02} {code.name.lower()}: {reason}")
        self.code, self.reason = code, reason


def regenesis_bytes(genesis: SuccessorGenesis) -> bytes:
    """What a recovery key signs: domain("regenesis", id of the lost chain) ‖ the record without signatures."""
    return domain("regenesis", genesis.link.chain_id) + encode(unsigned(genesis))


def verify_link(old: Genesis, new: Genesis) -> SuccessorGenesis:
    """That a genesis is the signed successor of another; both make sense by themselves (``check_genesis``).

    Returns:
        The successor, which ``new`` is.

    Raises:
        LinkRefused: it is not.
    """
    following = follows(old, new)
    _check_signatures(old, following)
    return following


def follows(old: Genesis, new: Genesis) -> SuccessorGenesis:
    """What ``verify_link`` checks before the signatures: what a holder of a recovery key looks at before signing.

    Raises:
        LinkRefused: it does not follow.
    """
    code = LinkCode
    if not isinstance(new, SuccessorGenesis):
        raise LinkRefused(code.WRONG_CHAIN, "a first genesis, which follows nothing")
    _need(old.recovery_threshold > 0, code.NO_RECOVERY, "the genesis before names no recovery keys")
    link, chain_id = new.link, chain_id_of(old)
    _need(link.chain_id == chain_id, code.WRONG_CHAIN, f"it follows {link.chain_id.hex()}")
    _need(link.city_id == city_id_of(old), code.WRONG_CHAIN, f"of city {link.city_id.hex()}")
    _need(link.began_ms == began_ms_of(old), code.WRONG_CHAIN, f"of a city begun {link.began_ms}")
    same = (new.city, new.suite, new.rehearsal_rate) == (old.city, old.suite, old.rehearsal_rate)
    _need(same, code.OTHER_CITY, f"{new.city}, suite {new.suite}, rate {new.rehearsal_rate}")
    late = old.created_ms < link.header.time_ms < new.created_ms
    _need(late, code.TIME, f"begun {new.created_ms}, the last block {link.header.time_ms}")
    _check_certified(chain_id, old, new)
    return new


def _check_certified(chain_id: Hash, old: Genesis, new: SuccessorGenesis) -> None:
    link, code = new.link, LinkCode
    height = link.header.height
    below = all(change.header.height < height for change in link.trail)
    _need(below, code.AUTHORITY_TRAIL, "a change that is not below the block")
    try:
        authorities = walk_trail(chain_id, old.authorities, link.trail)
    except Violation as fault:
        raise LinkRefused(code.AUTHORITY_TRAIL, str(fault)) from fault
    why = header_fault(chain_id, authorities, link.header, link.certificate)
    _need(why is None, code.NO_QUORUM, str(why))


def _check_signatures(old: Genesis, new: SuccessorGenesis) -> None:
    """Exactly as many as the threshold, of different keys, every one of them good."""
    code, signers = LinkCode, [signer for signer, _ in new.signatures]
    enough = len(signers) == old.recovery_threshold
    _need(
        enough,
        code.SIGNATURES,
        f"{len(signers)}, the genesis before asks for {old.recovery_threshold}",
    )
    _need(all(a < b for a, b in pairwise(signers)), code.SIGNATURES, "not sorted, or repeated")
    message = regenesis_bytes(new)
    for signer, signature in new.signatures:
        known = signer < len(old.recovery_keys)
        _need(known, code.SIGNATURES, f"recovery key {signer} of {len(old.recovery_keys)}")
        good = keys.verify(old.suite, old.recovery_keys[signer], message, signature)
        _need(good, code.BAD_SIGNATURE, f"of recovery key {signer}")


def _need(condition: bool, code: LinkCode, reason: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise LinkRefused(code, reason)
