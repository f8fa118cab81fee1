"""An opened wallet: whose account it is, of which city, through which nodes, with which next number.

Who may import it: the command groups of the wallet, ``node.city`` for its story. Never here: ``click``, what a command
prints.
"""
