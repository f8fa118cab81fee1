"""The report of an audit as one page that prints: what was found, in tables and charts, for people who keep it.

Who may import it: ``node.audit.commands`` and ``node.audit.verbs``. Never here: a check, or a script, a font or an
address in the page; it opens from a disk without a network for as long as browsers exist.

``course`` collects while an archive is audited, ``counts`` are its numbers, ``contents`` says them in tables and
charts, ``svg`` draws, ``page`` is the HTML.
"""
