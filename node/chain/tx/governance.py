"""What authorities say about their own seats."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record


class Rejoin(Record, frozen=True, tag=160):
    """A node that lost its vote log comes back: once this stands in block H, it signs again from H + 1.

    The sender is the authority's seat, whose key is the consensus key. Whatever the node may have signed before the
    loss was for a height not above H, so no clock and no peer's word is trusted, and the loss is on the record.
    """

    nonce: Annotated[bytes, Meta(min_length=16, max_length=16)]
    """Fresh random bits, so that the node knows its own."""
