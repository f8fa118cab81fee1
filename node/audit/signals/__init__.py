"""Signs of fraud, from the chain alone. Nothing acts on them: they name records to a human, who decides.

``facts`` collects what signals look at while an archive is audited; ``services`` and ``dealings`` hold one function for
each signal; ``findings`` is what they return and how each explains itself. What needs the vault (household, phone,
working hours) is a district's own report and not here. Who may import it: ``node.audit.verbs`` and tests. Never here: a
name, an address, a state that changes.
"""
