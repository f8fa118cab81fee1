"""Certificates derived from keys, and what TLS makes of forged ones."""

import contextlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from node.net.faults import FaultCode, PeerFault
from node.net.identity import _PUBLIC_ISSUER, TlsKey, certificate_of
from node.net.tls import PinnedTls
from tests.unit.net.harness import key_of, seed_of

ASH, BIRCH, STRANGER = (TlsKey(seed_of(name)) for name in ("ash", "birch", "stranger"))


def shake(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """A whole TLS handshake in memory."""
    to_server, to_client, from_server, from_client = (ssl.MemoryBIO() for _ in range(4))
    one = server.wrap_bio(to_server, from_server, server_side=True)
    other = client.wrap_bio(to_client, from_client)
    for _ in range(4):
        for side in (other, one):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            to_server.write(from_client.read())
            to_client.write(from_server.read())
    return one, other


def context_with(
    tmp_path: Path, certificate: x509.Certificate, key: Ed25519PrivateKey, pin: bytes
) -> ssl.SSLContext:
    """A client that shows a certificate of its own making."""
    file = tmp_path / "forged.pem"
    file.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = PinnedTls(STRANGER, [pin]).client_context(pin)
    context.load_cert_chain(file)
    return context


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def forged(issuer: str, subject: str, signer: Ed25519PrivateKey) -> x509.Certificate:
    """A certificate for the stranger's key under somebody else's name."""
    key = Ed25519PrivateKey.from_private_bytes(seed_of("stranger")).public_key()
    builder = x509.CertificateBuilder(
        named(issuer),
        named(subject),
        key,
        1,
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    return builder.add_extension(constraints, critical=True).sign(signer, None)


def test_a_certificate_is_a_function_of_the_key() -> None:
    """Two derivations give the same bytes, another key others; it names the key and does not expire."""
    first = x509.load_der_x509_certificate(certificate_of(ASH.public_key))
    assert certificate_of(ASH.public_key) == certificate_of(ASH.public_key)
    assert certificate_of(ASH.public_key) != certificate_of(BIRCH.public_key)
    assert first.public_key().public_bytes_raw() == ASH.public_key  # type: ignore[union-attr]
    assert first.not_valid_after_utc.year == 9999


def test_pinned_peers_recognise_each_other() -> None:
    """Both sides see the other's key; the version is 1.3."""
    server, client = PinnedTls(ASH, [BIRCH.public_key]), PinnedTls(BIRCH, [ASH.public_key])
    one, other = shake(server.server_context, client.client_context(ASH.public_key))
    assert server.peer_key(one) == BIRCH.public_key
    assert client.peer_key(other) == ASH.public_key
    assert one.version() == "TLSv1.3"


def test_no_session_can_be_resumed() -> None:
    """A ticket would outlive the pin."""
    assert PinnedTls(ASH, [BIRCH.public_key]).server_context.num_tickets == 0


def test_a_pin_of_another_set_is_not_found() -> None:
    """The certificate is compared with the present pins, even if an older context let it in."""
    one, _ = shake(
        PinnedTls(ASH, [BIRCH.public_key]).server_context,
        PinnedTls(BIRCH, [ASH.public_key]).client_context(ASH.public_key),
    )
    with pytest.raises(PeerFault) as caught:
        PinnedTls(ASH, [STRANGER.public_key]).peer_key(one)
    assert caught.value.code is FaultCode.UNKNOWN_PEER


BIRCH_NAME = key_of("birch").hex()
_STRANGER_PRIVATE = Ed25519PrivateKey.from_private_bytes(seed_of("stranger"))
_BIRCH_PRIVATE = Ed25519PrivateKey.from_private_bytes(seed_of("birch"))
FORGERIES: dict[str, Callable[[], x509.Certificate]] = {
    "birch's name, signed by the public issuer": lambda: forged(
        "timebank peers", BIRCH_NAME, _PUBLIC_ISSUER
    ),
    "birch's name, signed by itself": lambda: forged(BIRCH_NAME, BIRCH_NAME, _STRANGER_PRIVATE),
    "issued by birch, who is no authority": lambda: forged(
        BIRCH_NAME, "friend of birch", _BIRCH_PRIVATE
    ),
    "its own derived certificate": lambda: x509.load_der_x509_certificate(
        certificate_of(STRANGER.public_key)
    ),
}


@pytest.mark.feature("K11")
@pytest.mark.parametrize("name", FORGERIES)
def test_forged_certificates_open_nothing(name: str, tmp_path: Path) -> None:
    """The issuer's key is public and the names are public: neither helps without a pinned private key."""
    server = PinnedTls(ASH, [BIRCH.public_key])
    client = context_with(tmp_path, FORGERIES[name](), _STRANGER_PRIVATE, ASH.public_key)
    with pytest.raises(ssl.SSLError, match="verify failed"):
        shake(server.server_context, client)


@pytest.mark.feature("K11")
def test_a_caller_without_a_certificate_is_refused() -> None:
    """Both sides must show a key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ssl.SSLError, match="did not return a certificate"):
        shake(PinnedTls(ASH, [BIRCH.public_key]).server_context, context)


@pytest.mark.feature("K11")
def test_a_node_without_pins_lets_nobody_in() -> None:
    """An empty set is not an open door."""
    client = PinnedTls(BIRCH, [ASH.public_key]).client_context(ASH.public_key)
    with pytest.raises(ssl.SSLError, match="verify failed"):
        shake(PinnedTls(ASH, []).server_context, client)


def test_the_dialler_accepts_the_key_it_called_and_no_other_pin() -> None:
    """A peer cannot answer for another peer."""
    server = PinnedTls(ASH, [BIRCH.public_key]).server_context
    both = PinnedTls(BIRCH, [ASH.public_key, STRANGER.public_key])
    with pytest.raises(ssl.SSLError, match="verify failed"):
        shake(server, both.client_context(STRANGER.public_key))


def test_a_key_prints_without_its_secret() -> None:
    """No log line can show the seed."""
    assert repr(ASH) == f"TlsKey({ASH.public_key.hex()})"
