"""The noun ``desk``."""

from node.console.command import group
from node.console.language import t


@group(
    "desk",
    help=t(
        zh="服务站：登记、提议与复核、代办、见证、仲裁。",
        en="The service desk: register, propose and second, act for others, witness, rule.",
    ),
)
def desk_group() -> None:
    """The service desk."""
