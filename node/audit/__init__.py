"""The auditor: replays a whole chain from an archive and a genesis document, offline, without a node.

Who may import it: ``node.cli``, and tests. It imports ``node.chain`` and ``node.console`` and needs the base
installation only. Never here: a socket or a key that signs (but a witness's own, in ``witness``), a database, a rule of
the ledger (those are ``node.chain.rules``, executed as they are).

``structure`` walks the file and checks everything that needs no state, ``replay`` executes each block and compares what
comes out, ``sums`` and ``books`` add up the whole state, ``auditor`` runs them in step, ``findings`` says what is
wrong. Watchers of an audit take what else is wanted on the way: ``proving``, ``sampling``, ``supply``, ``signals``.
``docs/audit.md`` is the page for those who use it.
"""
