"""The district node of the time bank: kernel, consensus, and the ring of machinery around them.

Layers, top to bottom: ``cli`` → ``app``/``city`` → ``config`` → ``api``/``audit``/``sim`` → ``runtime`` →
``net``/``store``/``registry`` → ``consensus`` → ``chain``. A package imports only what is below it; the
contracts in ``pyproject.toml`` enforce that.
"""
