"""Answers to those who ask a node: status, records, lists, histories, blocks, proofs, events, the archive.

Each class serves one noun from the executor's state, the chain store and the journal, which is written here. They have
the shape of the doors' protocols without knowing the doors. One thread, the node's own.

Imports: ``node.chain``, ``node.store``, ``node.runtime``. Imported by: ``node.app``. Never here: HTTP, JSON, who may
see what.
"""
