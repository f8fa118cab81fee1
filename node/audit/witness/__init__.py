"""A witness of logs: cosigns a checkpoint only if it is consistent with every one it has cosigned before.

It is C2SP ``tlog-witness``. Whoever runs one needs neither archive nor node: a university, a newspaper, an insurer. A
city that wrote a second history could no longer show it to anybody who asks for the witness's line. Who may import it:
``node.audit.verbs``. It is the one place under ``node.audit`` that holds a key, its own, and may listen on a socket.
Never here: a key of a district.
"""
