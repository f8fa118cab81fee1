"""A model checker for the consensus core: every execution of a few rounds, up to reductions that are argued for.

``explorer.Explorer`` drives the production ``core.step`` through all of them and asks a ``Judge`` about each step;
``walks.walk`` takes one execution at random, message by message and without any reduction, and shows that the explorer
knows it. Begin with the theory of operation in ``explorer``.

Imports: ``node.chain``, ``node.consensus``. Imported by: ``scripts``, ``tests``. Never here: keys, clocks, stores, or
anything that production needs.
"""
