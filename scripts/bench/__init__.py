"""Benchmarks: ``python -m scripts.bench`` (``make bench``).

Machines differ and are noisy, so every figure is a ratio to a primitive measured in the same run: V, Ed25519
verifications per second and core through the library the node uses; F, the median of an fsync; R, empty FastAPI POSTs
per second. ``docs/performance.md`` explains each line; nothing here is a test.
"""
