"""The one place where a command reads the environment; everything else gets it as an argument."""

import os
from collections.abc import Mapping
from pathlib import Path

HOME_DIRECTORY = ".timebank"


def environment() -> Mapping[str, str]:
    """A copy of the process environment at this moment."""
    return dict(os.environ)  # noqa: TID251 - the command line's door to the environment


def home_of(flag: str | None, variables: Mapping[str, str]) -> Path:
    """The home directory of a run: ``--home``, then ``TIMEBANK_HOME``, then ``~/.timebank``."""
    chosen = flag or variables.get("TIMEBANK_HOME")
    return Path(chosen).expanduser() if chosen else Path.home() / HOME_DIRECTORY
