"""The HTTP doors of a node: the public one under ``/v1`` and the operations one on loopback.

Routers are thin, one for each noun; what they need of a node stands in ``services`` as narrow protocols, and the views
that cross them are plain values. ``docs/spec/http.md`` is the contract.

Imports: ``node.chain`` and FastAPI. Imported by: ``node.app``. Never here: the runtime, stores, network and consensus
(the contracts in ``pyproject.toml`` enforce it), rules of the time bank, anything that outlives a request.
"""
