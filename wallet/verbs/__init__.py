"""What the verbs of wallet, desk and govern share: how values are typed, who acts, how things are said.

Who may import it: ``wallet.commands``, ``wallet.desk``, ``wallet.govern``. Never here: a verb of one of them, HTTP,
bytes that are signed.
"""
