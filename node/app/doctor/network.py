"""Doors and peers: can this node listen, and does each peer answer with the key that is pinned."""

import socket
import ssl
from typing import Final

from node.app.doctor.findings import Finding, doubtful, ill, well
from node.config import NodeConfig
from node.config.settings import Address, PeerConfig, address_text
from node.console.language import Text, same, t
from node.net.identity import TlsKey
from node.net.tls import PinnedTls, describe

PEER_TIMEOUT_S: Final = 2.0


def look_at_doors(config: NodeConfig) -> tuple[Finding, ...]:
    """Bind each door for a moment; only of a node that does not run."""
    doors = (
        (t(zh="公开端口", en="Public door"), config.public_listen),
        (t(zh="节点端口", en="Peers' door"), config.peers_listen),
        (t(zh="运维端口", en="Operations door"), config.operations_listen),
    )
    return tuple(_door(name, address) for name, address in doors)


def _door(name: Text, address: Address) -> Finding:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            said = same(f"{address_text(address)}: {error.strerror or error}")
            return ill(name, "D09", said, same(f"ss -ltnp sport = :{address[1]}"))
    return well(name, same(address_text(address)))


def look_at_peers(config: NodeConfig, tls_seed: bytes) -> tuple[Finding, ...]:
    """Knock at each peer once."""
    return tuple(_peer(peer, TlsKey(tls_seed)) for peer in config.peers)


def _peer(peer: PeerConfig, key: TlsKey) -> Finding:
    name = t(zh="邻居 {name}", en="Peer {name}").fill(name=peer.name)
    where = address_text((peer.host, peer.port))
    context = PinnedTls(key, (peer.tls_key,)).client_context(peer.tls_key)
    try:
        with socket.create_connection((peer.host, peer.port), PEER_TIMEOUT_S) as plain:
            context.wrap_socket(plain).close()
    except ssl.SSLCertVerificationError:
        said = t(zh="{where} 出示的不是约定的证书", en="{where} shows another certificate")
        remedy = t(
            zh="向该区核对 tls_key，再改 config/node.toml。",
            en="Compare tls_key with that district, then mend config/node.toml.",
        )
        return ill(name, "D11", said.fill(where=where), remedy)
    except OSError as error:
        reason = f"{where}: {describe(error)}"
        return doubtful(name, "D10", same(reason), same("timebank node peers"))
    return well(name, same(where))
