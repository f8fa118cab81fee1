"""The agreement protocol as pure functions: Tendermint (arXiv 1807.04938) with signed justifications.

``core.step(state, event)`` returns the next state and the effects to execute, in order; ``core.enter_height`` starts a
height. The protocol in prose is ``docs/spec/consensus.md``.

Imports: ``node.chain``. Imported by: ``node.net``, ``node.runtime``, ``node.sim``.
Never here: a clock, a socket, a private key, a block body, a random number, a log line.
"""
