"""A person's keys and what they sign: words, key derivation, keystore, transactions, proofs, and three command groups.

Who may import it: ``node.cli`` by name when a command is called, ``node.city`` for its story. It imports ``node.chain``
and ``node.console`` and nothing else of the node. Never here: rules of the ledger; a key, a word or a password in a
log line, a message, a representation or a request. Randomness comes from ``secrets`` and only where keys are made.
"""
