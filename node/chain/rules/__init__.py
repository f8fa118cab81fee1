"""When a statement is allowed and what it changes, by family; the twin of ``node.chain.tx``.

Every rule is a list of guards, one condition a line, each raising one code; all changes come after all guards. The
families do not know each other; ``guards`` holds the questions that several of them ask.
"""
