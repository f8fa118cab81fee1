"""Real node processes under a steady load, and what can happen to them: killed, frozen, cut off, wiped, doubled.

``python -m scripts.chaos`` or ``make chaos``. Also used by ``tests/e2e``. Nothing here is installed with the program.
Never here: knowledge of how a node works inside, beyond the files that it leaves.
"""
