"""TLS contexts for a set of pinned keys: 1.3 only, both sides authenticated, nobody but the pins trusted.

Contexts are immutable for us: a new set of peers gets new contexts (``PinnedTls``). Sessions are never resumed, or a
key removed from the set could return with an old ticket.
"""

import os
import ssl
from collections.abc import Iterable
from typing import Final

from node.net.faults import FaultCode, PeerFault
from node.net.identity import TlsKey, certificate_of

_PIPE_MAX_BYTES: Final = 4_096
"""POSIX lets every pipe hold this much without a reader."""


class PinnedTls:
    """What a node needs to speak TLS with one set of peers."""

    def __init__(self, key: TlsKey, pins: Iterable[bytes]) -> None:
        """Derive the certificates of the pins.

        Args:
            key: our own key.
            pins: TLS public keys of 32 bytes. Without pins every caller is refused.
        """
        self._key = key
        self._certificates = {pin: certificate_of(pin) for pin in pins}
        self._pins = {certificate: pin for pin, certificate in self._certificates.items()}
        self.server_context: Final = self._context(
            ssl.PROTOCOL_TLS_SERVER, tuple(self._certificates.values())
        )

    def client_context(self, pin: bytes) -> ssl.SSLContext:
        """Context that reaches exactly one peer."""
        return self._context(ssl.PROTOCOL_TLS_CLIENT, (self._certificates[pin],))

    def peer_key(self, channel: ssl.SSLObject | ssl.SSLSocket) -> bytes:
        """The pinned key of the other side; OpenSSL has checked that it holds the private half.

        Raises:
            PeerFault: ``UNKNOWN_PEER``, the certificate is not that of a pin.
        """
        pin = self._pins.get(channel.getpeercert(binary_form=True) or b"")
        if pin is None:
            raise PeerFault(FaultCode.UNKNOWN_PEER, "certificate of no pinned key")
        return pin

    def _context(self, protocol: int, anchors: tuple[bytes, ...]) -> ssl.SSLContext:
        context = ssl.SSLContext(protocol)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
        # Names mean nothing here: the certificate as a whole is the identity.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if protocol == ssl.PROTOCOL_TLS_SERVER:
            context.num_tickets = 0
        if anchors:
            context.load_verify_locations(cadata=b"".join(anchors))
        _load_key(context, self._key)
        return context


def _load_key(context: ssl.SSLContext, key: TlsKey) -> None:
    """Give OpenSSL the key through pipes: it reads paths only, and the key must never lie in a file of ours."""
    certificate = ssl.DER_cert_to_PEM_cert(certificate_of(key.public_key)).encode("ascii")
    readers = [_filled_pipe(certificate), _filled_pipe(key.private_pem())]
    try:
        context.load_cert_chain(*(f"/dev/fd/{reader}" for reader in readers))
    finally:
        for reader in readers:
            os.close(reader)


def _filled_pipe(data: bytes) -> int:
    assert len(data) <= _PIPE_MAX_BYTES, "a longer text would block"
    reader, writer = os.pipe()
    try:
        os.write(writer, data)
    finally:
        os.close(writer)
    return reader


def describe(error: OSError) -> str:
    """A short ASCII name of a socket's error."""
    reason = getattr(error, "reason", None)
    return str(reason) if reason else type(error).__name__
