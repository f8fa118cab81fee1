"""The durable side: block log, vote log, proposal log, and the rebuildable index over them.

The three logs are the truth and are synced; the key-value index is written without sync and can
always be made again from the block log. Everything stands on two narrow protocols, ``files.Files``
and ``kv.KeyValue``, each with a twin in memory, so that a simulator can tear, lose and flip what a
real disk would.

Imports: node.chain. Imported by: node.runtime, node.sim, node.app.
Never here: rules, consensus decisions, sockets, clocks.
"""
