"""One node, put together: the only place that knows every part.

``assembly.DistrictNode`` opens the stores, builds executor, driver, network and doors, and runs them in one event loop.
Imported by the command line only. Never here: rules, protocols, formats.
"""
