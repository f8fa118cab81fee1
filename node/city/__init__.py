"""A city on one machine: every district's node as a real process, and a story that plays in it.

Who may import it: ``node.cli``. ``plan`` reads what a city is made of, ``ceremony`` makes its keys, genesis and homes,
``processes`` and ``supervisor`` run the nodes, ``story`` and its parts play through the public doors with the wallet's
own client. Never here: anything a real city would use; its keys are made where they stay, by ``timebank node init``.
"""
