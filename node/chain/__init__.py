"""The kernel: bytes, hashes, keys, transactions, rules, blocks and proofs.

Everything here is a pure function of its arguments. Node, wallet and auditor stand on this package and share nothing
else. Never here: input or output, clocks, randomness, logging, JSON.
"""
