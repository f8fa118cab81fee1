"""How a function becomes the command of a verb in a table. Light, as every help page imports it."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import click

from node.console.command import Command
from node.console.lazy import Target

Make: TypeAlias = "Callable[[Callable[..., object]], Command]"


def make_verb(name: str, targets: Mapping[str, Target]) -> Make:
    """Make the command of a verb from its function; place it above all other decorators."""

    def make(callback: Callable[..., object]) -> Command:
        return click.command(name, cls=Command, help_text=targets[name].help)(callback)

    return make
