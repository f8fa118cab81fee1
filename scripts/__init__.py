"""Generators, benchmarks and bootstrap programs; run from the repository root, imported by nobody but tests.

Never here: logic worth importing.
"""
