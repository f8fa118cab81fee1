"""Programs for people who work on the project: generators, benchmarks, the simulator's front door.

Run them with ``make`` or ``python -m scripts.NAME``. They may import everything; nothing imports
them but their tests.
Never here: logic worth importing.
"""
