"""The machinery that turns the pure core into a node: driver, signer, executor, mempool.

One thread. The driver owns the order of things: it feeds the core, executes its effects, and lets nothing leave the
node before it is durable. Sockets, clocks, disks and the executor are injected (``ports``), so that the application and
the simulator run the same driver.

Imports: ``node.chain``, ``node.consensus``, ``node.store``, ``node.net``. Imported by: ``node.app``, ``node.city``,
``node.sim``. Never here: rules of the time bank, HTTP, personal data.
"""
