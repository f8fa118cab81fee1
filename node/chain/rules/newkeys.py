"""Whether a key may become somebody's: sound, and proven to be held by whoever names it."""

from node.chain import keys
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.rules.guards import require
from node.chain.state import Moment


def check_new_key(at: Moment, suite: int, key: bytes, possession: bytes, context: bytes) -> None:
    """A key of nobody is empty, without proof; any other is sound and proven to be held.

    Raises:
        Rejected: ``UNKNOWN_SUITE``, ``BAD_PUBLIC_KEY``, ``BAD_POSSESSION``.
    """
    require(suite == SUITE_ED25519_SHA256, ErrorCode.UNKNOWN_SUITE, str(suite))
    if not key:
        require(not possession, ErrorCode.BAD_POSSESSION, "a proof without a key")
        return
    keys.check_public_key(suite, key)
    if not keys.has_possession(at.chain_id, suite, key, context, possession):
        raise Malformed(ErrorCode.BAD_POSSESSION, key.hex())
