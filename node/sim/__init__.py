"""A city of nodes in one process, from one seed: the production core, driver and stores in a world that breaks.

Clock, network and disk are simulated and nothing else is: signatures are real, logs are written and read by
``node.store``. The same seed gives the same run, event for event, so a failure is a number.

Imports: everything below ``runtime`` and ``runtime`` itself. Imported by: ``scripts``, ``tests``, ``node.city`` (the
workload only). Never here: wall clock, threads, sockets, or anything that production needs.
"""
