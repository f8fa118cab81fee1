"""What nodes say to each other about blocks and votes: payloads of the peers' frames, and one strict decoder.

A transaction's bytes travel once, when it is first made known; a proposal names it by its id, and who misses a body
asks the sender of the proposal for it. Limits: ``FRAME_MAX_BYTES`` a payload, and a count on every list.
"""

from collections.abc import Callable
from typing import Annotated, Final

from msgspec import Meta

from node.chain.block import Block, Header, RawTransactionF
from node.chain.certificate import CommitCertificate, Evidence, Polka, Precommit, Prevote, Proposal
from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.limits import (
    AUTHORITIES_MAX,
    BLOCK_EVIDENCE_MAX,
    BLOCK_TRANSACTIONS_MAX,
    FRAME_MAX_BYTES,
)
from node.chain.types import HashF, HeightF, RoundF

POLKAS_MAX: Final = 256
"""Polkas that one message may rest on: so many rounds of one height with a polka and no decision are not believable."""
VOTES_MAX: Final = 4 * AUTHORITIES_MAX
"""Both votes of everybody in two rounds: what a node sends again."""
BLOCKS_MAX: Final = 64
"""Decided blocks in one answer, within the size of a frame."""

PolkasF = Annotated[tuple[Polka, ...], Meta(max_length=POLKAS_MAX)]
TransactionIdsF = Annotated[tuple[HashF, ...], Meta(max_length=BLOCK_TRANSACTIONS_MAX)]
RawTransactionsF = Annotated[tuple[RawTransactionF, ...], Meta(max_length=BLOCK_TRANSACTIONS_MAX)]


class ProposalMessage(Record, frozen=True, tag=16):
    """A proposal and its block without the bodies of the transactions."""

    proposal: Proposal
    header: Header
    last_commit: Annotated[tuple[CommitCertificate, ...], Meta(max_length=1)]
    transaction_ids: TransactionIdsF
    evidence: Annotated[tuple[Evidence, ...], Meta(max_length=BLOCK_EVIDENCE_MAX)]
    polkas: PolkasF
    """What justifies a re-proposal, lowest round first."""


class VotesMessage(Record, frozen=True, tag=17):
    """Votes, one's own or passed on, with the polkas that they refer to."""

    votes: Annotated[tuple[Prevote | Precommit, ...], Meta(min_length=1, max_length=VOTES_MAX)]
    polkas: PolkasF


class BodiesRequest(Record, frozen=True, tag=18):
    """Ask for transactions of a proposed block."""

    height: HeightF
    block_id: HashF
    transaction_ids: TransactionIdsF


class StatusMessage(Record, frozen=True, tag=19):
    """Where the sender is: its newest decided block, and its round in the next height."""

    height: HeightF
    round: RoundF


class DecidedHeader(Record, frozen=True, tag=20):
    """Answer to a message of an old height: whoever holds the block can finish, who does not asks for it."""

    header: Header
    certificate: CommitCertificate


class BlocksRequest(Record, frozen=True, tag=21):
    """Ask for decided blocks from a height on."""

    first: HeightF
    count: Annotated[int, Meta(ge=1, le=BLOCKS_MAX)]


class BodiesMessage(Record, frozen=True, tag=128):
    """Answer to ``BodiesRequest``: those that the sender has."""

    block_id: HashF
    transactions: RawTransactionsF


class BlocksMessage(Record, frozen=True, tag=129):
    """Answer to ``BlocksRequest``: consecutive decided blocks, fewer than asked if a frame holds no more."""

    blocks: Annotated[tuple[tuple[Block, CommitCertificate], ...], Meta(max_length=BLOCKS_MAX)]


class TransactionsMessage(Record, frozen=True, tag=130):
    """Pending transactions."""

    transactions: RawTransactionsF


PeerMessage = (
    ProposalMessage
    | VotesMessage
    | BodiesRequest
    | StatusMessage
    | DecidedHeader
    | BlocksRequest
    | BodiesMessage
    | BlocksMessage
    | TransactionsMessage
)

_KINDS: Final[dict[type[PeerMessage], int]] = {
    ProposalMessage: 16,
    VotesMessage: 17,
    BodiesRequest: 18,
    StatusMessage: 19,
    DecidedHeader: 20,
    BlocksRequest: 21,
    BodiesMessage: 128,
    BlocksMessage: 129,
    TransactionsMessage: 130,
}
"""Kinds of frame, which are also the records' own: below 128 urgent, above bulk."""

_DECODERS: Final[dict[int, Callable[[bytes], PeerMessage]]] = {
    kind: decoder(message, FRAME_MAX_BYTES) for message, kind in _KINDS.items()
}


def encode_message(message: PeerMessage) -> tuple[int, bytes]:
    """Kind and payload of the frame that carries a message."""
    return _KINDS[type(message)], encode(message)


def decode_peer_message(kind: int, payload: bytes) -> PeerMessage:
    """The message of a frame.

    Raises:
        Malformed: ``UNKNOWN_KIND``, ``TOO_LARGE`` or ``NOT_CANONICAL``, whatever the bytes are.
    """
    decode = _DECODERS.get(kind)
    if decode is None:
        raise Malformed(ErrorCode.UNKNOWN_KIND, f"peer message {kind}")
    return decode(payload)
