"""Exit codes, the same for every command. ``docs/cli.md`` is their page."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a shell learns from a command.

    No command uses another number: an uncaught error of Python would exit with 1 and pass for a violation, so the root
    turns it into ``OTHER``.
    """

    OK = 0
    """Done; for the auditor: sound."""
    REFUSED = 1
    """A rule is broken: the ledger refuses a transaction, an archive or a proof does not hold."""
    INCOMPLETE = 2
    """Nothing wrong was found, but not everything could be checked or finished."""
    USAGE = 3
    """The command line, the configuration or the password is wrong; nothing was done."""
    UNREACHABLE = 4
    """No node answered."""
    STORAGE = 5
    """A file is missing, unreadable, unwritable or damaged."""
    OTHER = 6
    """Interrupted, or a fault of the program itself."""
