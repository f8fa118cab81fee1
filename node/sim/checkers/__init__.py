"""What must hold in every run, checked as it happens. The numbers are those of ``docs/invariants.md``.

A checker is told of everything and holds no rule of its own in common with what it checks: it counts signers, judges
times and names proposers by itself, so that a bug planted in the program is not planted in it too.

Imports: the simulator's nodes. Imported by: the simulator's worlds. Never here: anything that changes a run.
"""
