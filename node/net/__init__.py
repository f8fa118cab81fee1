"""The peers' network: authenticated, bounded channels that carry frames between the nodes of one chain.

``peers.PeerNetwork`` is the door; ``docs/spec/peers.md`` describes the bytes, ``docs/adr/0005-peer-authentication.md``
why a peer is known by its key alone. Bytes and decisions (``frames``, ``handshake``, ``sendqueue``, ``budget``) are
sans-IO, so that tests, fuzzers and the simulator drive them without a socket; ``connection``, ``listener``, ``dialer``
and ``peers`` do the input and output.

May be imported by ``node.runtime`` and what lies above it. Never here: consensus decisions, the meaning of a payload,
storage. Clock and randomness are given by the caller.
"""
