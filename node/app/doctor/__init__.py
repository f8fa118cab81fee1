"""``timebank node doctor`` and ``upgrade-check``: what is wrong with a node's home, said without changing it.

Who may import it: ``node.app.commands``. Never here: anything that writes into the home; what repairs has verbs of its
own, which a finding names.
"""
