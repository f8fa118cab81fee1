"""The first frames of a connection, without input or output.

Theory of operation. TLS has already shown that the other side holds a pinned key (``identity``). The handshake adds
what TLS cannot know: the protocol version, the chain, and which *instance* of the peer this is. Both sides send Hello
at once. Then both sign the two Hellos, and with them the chain, both keys, both instances, both nonces and the role, so
that a proof fits this conversation only; the key in a Hello must be the key of the TLS channel, so that a pinned peer
in the middle cannot pass on another peer's Hello.

Two nodes may dial each other at the same moment. One of them decides which connection lives: the node with the smaller
TLS key (the *decider*) sends its Proof last, only if it has no live connection to that peer. Whoever has both Proofs is
connected, so the two sides never choose differently.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta

from node.chain import keys
from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.hashing import SUITE_ED25519_SHA256, domain
from node.chain.types import Hash, HashF, HeightF, IdF
from node.net.faults import FaultCode, PeerFault
from node.net.frames import HANDSHAKE_FRAME_MAX_BYTES, TransportKind
from node.net.identity import TlsKey

PROTOCOL_VERSION: Final = 1
VERSION_BYTES: Final = 2
NONCE_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
_REFUSAL_BYTES: Final = 2
_KeyF = Annotated[bytes, Meta(min_length=32, max_length=32)]


class RefusalCode(IntEnum):
    """Why a connection is not wanted, as told to the peer."""

    WRONG_CHAIN = 1
    UNKNOWN_PEER = 2
    BAD_PROOF = 3
    VERSION = 4
    DUPLICATE = 5
    """Another instance of you is connected and answers: one of the two must stop before it signs."""
    REDUNDANT = 6
    """This instance of you is connected already; no fault."""
    UNDER_PENALTY = 7


class Hello(Record, frozen=True):
    """Who speaks. On the wire it follows the protocol version, which must stay readable for ever."""

    chain_id: HashF
    tls_key: _KeyF
    instance_id: IdF
    """Drawn when the process starts; tells a restart from a second copy."""
    nonce: HashF
    tip_height: HeightF


@dataclass(frozen=True, slots=True)
class Announced:
    """The peer's Hello is sound."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Proven:
    """The peer's Proof is sound."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Refused:
    """The peer does not want this connection.

    ``code`` is a ``RefusalCode``, or a number that a newer peer uses.
    """

    code: int


HandshakeEvent = Announced | Proven | Refused

_decode_hello = decoder(Hello, HANDSHAKE_FRAME_MAX_BYTES)


def encode_hello(hello: Hello) -> bytes:
    """Payload of a Hello frame: u16 version ‖ canonical record."""
    return PROTOCOL_VERSION.to_bytes(VERSION_BYTES, "big") + encode(hello)


def decode_hello(payload: bytes) -> Hello:
    """The Hello of a frame.

    Raises:
        PeerFault: ``VERSION``, ``HANDSHAKE_MALFORMED``.
    """
    if len(payload) < VERSION_BYTES:
        raise PeerFault(FaultCode.HANDSHAKE_MALFORMED, "no version")
    version = int.from_bytes(payload[:VERSION_BYTES], "big")
    if version != PROTOCOL_VERSION:
        raise PeerFault(FaultCode.VERSION, f"peer speaks {version}, we speak {PROTOCOL_VERSION}")
    try:
        return _decode_hello(payload[VERSION_BYTES:])
    except Malformed as error:
        raise PeerFault(FaultCode.HANDSHAKE_MALFORMED, str(error)) from error


def encode_refusal(code: RefusalCode) -> bytes:
    """Payload of a Refusal frame: u16 code."""
    return code.to_bytes(_REFUSAL_BYTES, "big")


def decode_refusal(payload: bytes) -> Refused:
    """The refusal of a frame.

    Raises:
        PeerFault: ``HANDSHAKE_MALFORMED``.
    """
    if len(payload) != _REFUSAL_BYTES:
        raise PeerFault(FaultCode.HANDSHAKE_MALFORMED, f"refusal of {len(payload)} bytes")
    return Refused(int.from_bytes(payload, "big"))


def refusal_for(code: FaultCode) -> RefusalCode | None:
    """What a peer is told about its fault; ``None`` if nothing helps it."""
    return _REFUSALS.get(code)


_REFUSALS: Final = {
    FaultCode.WRONG_CHAIN: RefusalCode.WRONG_CHAIN,
    FaultCode.UNKNOWN_PEER: RefusalCode.UNKNOWN_PEER,
    FaultCode.BAD_PROOF: RefusalCode.BAD_PROOF,
    FaultCode.VERSION: RefusalCode.VERSION,
    FaultCode.DUPLICATE: RefusalCode.DUPLICATE,
    FaultCode.UNDER_PENALTY: RefusalCode.UNDER_PENALTY,
}


def proof_bytes(chain_id: Hash, *, by_dialler: bool, dialler: bytes, listener: bytes) -> bytes:
    """What a Proof signs: ``domain("handshake") ‖ role ‖ dialler's Hello payload ‖ listener's Hello payload``.

    The role is 0 for the dialler and 1 for the listener, so that no proof can be sent back to its maker.
    """
    role = bytes((0 if by_dialler else 1,))
    return domain("handshake", chain_id) + role + dialler + listener


class Handshake:
    """One side of one handshake; the caller moves the frames and decides about admission."""

    def __init__(self, key: TlsKey, own: Hello, *, channel_key: bytes, dialled: bool) -> None:
        """Begin.

        Args:
            key: our TLS key.
            own: our Hello, with a fresh nonce.
            channel_key: the key that TLS saw on the other side.
            dialled: whether we opened the connection.
        """
        self._key = key
        self._own = own
        self._channel_key = channel_key
        self._dialled = dialled
        self._theirs: Hello | None = None
        self._proof_sent = False
        self._proven = False
        self.hello_payload: Final = encode_hello(own)

    @property
    def decides(self) -> bool:
        """Whether we prove last, and so choose the connection that lives."""
        return self._own.tls_key < self._channel_key

    def receive(self, kind: int, payload: bytes) -> HandshakeEvent:
        """What a frame of the peer means.

        Raises:
            PeerFault: any fault of the handshake.
        """
        match kind:
            case TransportKind.HELLO if self._theirs is None:
                return Announced(self._receive_hello(payload))
            case TransportKind.PROOF if self._theirs is not None and self._may_prove():
                return Proven(self._receive_proof(self._theirs, payload))
            case TransportKind.REFUSAL:
                return decode_refusal(payload)
            case _:
                raise PeerFault(FaultCode.UNEXPECTED_FRAME, f"kind {kind} during the handshake")

    def proof(self) -> bytes:
        """Payload of our Proof frame; once, after ``Announced`` and, if we decide, after ``Proven``."""
        assert self._theirs is not None, "the peer has not spoken"
        assert not self._proof_sent, "one proof a conversation"
        assert self._proven or not self.decides, "the decider proves last"
        self._proof_sent = True
        return self._key.sign(self._signed(encode_hello(self._theirs), by_us=True))

    @property
    def complete(self) -> bool:
        """Whether both sides have proven themselves."""
        return self._proven and self._proof_sent

    def _may_prove(self) -> bool:
        return not self._proven and (self.decides or self._proof_sent)

    def _receive_hello(self, payload: bytes) -> Hello:
        hello = decode_hello(payload)
        if hello.chain_id != self._own.chain_id:
            raise PeerFault(FaultCode.WRONG_CHAIN, f"peer is on {hello.chain_id.hex()[:16]}")
        if hello.tls_key != self._channel_key:
            raise PeerFault(FaultCode.BAD_PROOF, "the Hello names another key than the channel")
        self._theirs = hello
        return hello

    def _receive_proof(self, hello: Hello, payload: bytes) -> Hello:
        if len(payload) != SIGNATURE_BYTES:
            raise PeerFault(FaultCode.HANDSHAKE_MALFORMED, f"proof of {len(payload)} bytes")
        signed = self._signed(encode_hello(hello), by_us=False)
        if not keys.verify(SUITE_ED25519_SHA256, self._channel_key, signed, payload):
            raise PeerFault(FaultCode.BAD_PROOF, "signature does not fit this conversation")
        self._proven = True
        return hello

    def _signed(self, theirs: bytes, *, by_us: bool) -> bytes:
        dialler, listener = (
            (self.hello_payload, theirs) if self._dialled else (theirs, self.hello_payload)
        )
        return proof_bytes(
            self._own.chain_id,
            by_dialler=by_us == self._dialled,
            dialler=dialler,
            listener=listener,
        )
