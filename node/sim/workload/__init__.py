"""A city that lives, from one seed: people, sites, services, disputes, relatives, gifts, events, redemptions.

Theory of operation. ``Life`` plays a city day by day in front of a ``World``: a ledger in this process
(``KernelWorld``), or anything else that takes signed transactions and lets time pass. It never asks what happened: ids,
origins and event counts follow from what was signed, and what each statement does to minutes is kept in ``Books`` of
its own. So at the end the books and the ledger are two accounts of one history, and any difference is a fault.

The only question it asks is how many minutes a disputed service counted, because block time measures that and verdicts
pay by it. Everything else is confirmed at the planned length, which the day's schedule guarantees to have passed.

A day has fixed hours (``schedule``); what happens in it is drawn from one ``random.Random``, so that a seed, a size and
a world with the same clock give the same transactions. Nobody in it cheats; ``mutations`` makes what must be refused.

Who may import it: benchmarks, tests, and the city's own rehearsal. What must never be here: input, output, clocks,
randomness from elsewhere, a reading of the ledger's balances.
"""
