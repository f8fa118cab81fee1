"""``python -m node`` is ``timebank``."""

from node.cli import main

if __name__ == "__main__":
    main()
