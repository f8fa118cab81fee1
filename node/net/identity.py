"""The TLS key of a node, and the certificate that everybody can derive from its public half.

Theory of operation. Peers pin 32-byte Ed25519 keys, but TLS wants certificates, and Python's ``ssl`` asks a client for
one only together with trust anchors to verify it against. A self-signed certificate cannot be derived from a pin,
because making it takes the private key. So nobody signs his own: the certificate of a key is signed by an *issuer whose
private key is published here*. Ed25519 is deterministic and every field is fixed, so the certificate is a pure function
of the public key; each node derives those of its pins and loads exactly them as trust anchors. The issuer itself is
never an anchor and its signature proves nothing; what proves the peer is TLS 1.3's CertificateVerify, made by the
private key of a certificate that is, byte for byte, one of the derived ones. Nothing expires and nothing is exchanged.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SEED_BYTES: Final = 32
_PUBLIC_ISSUER: Final = Ed25519PrivateKey.from_private_bytes(
    sha256(b"tb1/peer-certificate-issuer").digest()
)
"""Known to everybody on purpose."""
_NOT_BEFORE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_AFTER: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280's word for "no expiry"."""
_SERIAL: Final = 1


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate_of(public_key: bytes) -> bytes:
    """The one X.509 certificate (DER) of a TLS public key of 32 bytes.

    Raises:
        ValueError: the key has not 32 bytes.
    """
    builder = x509.CertificateBuilder(
        issuer_name=_name("timebank peers"),
        subject_name=_name(public_key.hex()),
        public_key=Ed25519PublicKey.from_public_bytes(public_key),
        serial_number=_SERIAL,
        not_valid_before=_NOT_BEFORE,
        not_valid_after=_NOT_AFTER,
    )
    # Not an authority: otherwise a pinned peer could issue certificates for strangers.
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    return builder.sign(_PUBLIC_ISSUER, None).public_bytes(Encoding.DER)


class TlsKey:
    """The private half; it never leaves the process and prints as its public half only."""

    def __init__(self, seed: bytes) -> None:
        """Take the Ed25519 seed of 32 bytes.

        Raises:
            ValueError: another length.
        """
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key: Final = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        return self._private.sign(message)

    def private_pem(self) -> bytes:
        """PKCS #8, for OpenSSL."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def __repr__(self) -> str:
        """Public half only, so that no log shows the seed."""
        return f"TlsKey({self.public_key.hex()})"
