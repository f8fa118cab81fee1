"""Frames, certificates of TLS keys, and one whole handshake."""

from node.chain.hashing import digest
from node.chain.types import Height, Id
from node.net.frames import BULK_KIND_MIN, MESSAGE_KIND_MIN, TransportKind, encode_frame
from node.net.handshake import Handshake, Hello, RefusalCode, encode_refusal, proof_bytes
from node.net.identity import TlsKey, certificate_of
from scripts.vector_sections.constants import CHAIN_ID, Json, seed

_FRAMES = (
    (MESSAGE_KIND_MIN, b""),
    (MESSAGE_KIND_MIN + 1, b"a vote"),
    (BULK_KIND_MIN, bytes(300)),
    (255, b"\xff"),
    (TransportKind.PING, (1).to_bytes(8, "big")),
    (TransportKind.PONG, (1).to_bytes(8, "big")),
    (TransportKind.REFUSAL, encode_refusal(RefusalCode.DUPLICATE)),
)
_REFUSED = (
    ("length zero", "00000000"),
    ("one byte above the limit", "00200001"),
    ("all ones", "ffffffff"),
)


def section() -> dict[str, Json]:
    """A frame = u32 length ‖ u8 kind ‖ payload; certificate(key); Hello and Proof of both sides."""
    return {
        "frames": [
            {
                "kind": int(kind),
                "payload": payload.hex(),
                "frame": encode_frame(kind, payload).hex(),
            }
            for kind, payload in _FRAMES
        ],
        "refused": [{"name": name, "head": head} for name, head in _REFUSED],
        "certificates": [
            {"key": key.hex(), "certificate": certificate_of(key).hex()}
            for key in (TlsKey(seed(name)).public_key for name in ("dialler", "listener"))
        ],
        "handshake": _handshake(),
    }


def _handshake() -> Json:
    dialler, listener = TlsKey(seed("dialler")), TlsKey(seed("listener"))
    first = Handshake(dialler, _hello(dialler), channel_key=listener.public_key, dialled=True)
    second = Handshake(listener, _hello(listener), channel_key=dialler.public_key, dialled=False)
    hellos = {"dialler": first.hello_payload, "listener": second.hello_payload}
    signed = {
        "dialler": proof_bytes(CHAIN_ID, by_dialler=True, **hellos),
        "listener": proof_bytes(CHAIN_ID, by_dialler=False, **hellos),
    }
    keys = {"dialler": dialler, "listener": listener}
    return {
        "chain_id": CHAIN_ID.hex(),
        "decider": "dialler" if first.decides else "listener",
        **{
            role: {
                "key": key.public_key.hex(),
                "hello": hellos[role].hex(),
                "signed": signed[role].hex(),
                "proof": key.sign(signed[role]).hex(),
            }
            for role, key in keys.items()
        },
    }


def _hello(key: TlsKey) -> Hello:
    nonce = digest("vector-nonce", CHAIN_ID, key.public_key)
    return Hello(CHAIN_ID, key.public_key, Id(nonce[:16]), nonce, Height(41))
