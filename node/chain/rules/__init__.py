"""When a statement is allowed and what it changes, by family; the twin of ``node.chain.tx``.

Every rule is a list of guards, one condition a line, each raising one code; all changes come after all guards. The
families do not know each other. What several of them share: ``guards`` (questions about actors and objects),
``actions`` (two staff for one action), ``voting`` (how authorities decide), ``bounds`` (how far a policy may go),
``kinship`` (how many kin, and what binds them), ``payments`` (holds and who is paid), ``serving`` (a person's time),
``quotas`` (a site's month), ``stops`` and ``standing`` (what is suspended or paused).
"""
