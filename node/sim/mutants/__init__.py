"""Bugs planted on purpose: a simulator that catches nothing proves nothing.

Each mutant replaces something in the running program, for the time of one run, and names the kind of world in which it
has to be caught, and within how many seeds. Production code has no switch for any of it.

Imports: whatever it breaks. Imported by: ``scripts``, ``tests``. Never here: anything that stays broken afterwards.
"""
