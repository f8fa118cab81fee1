"""What goes into ``tests/vectors``: one module and one file for each subject.

A section is a function without arguments that returns a JSON object; everything in it is computed from constants, so
that two runs write the same bytes. To add one, write the function and name it in ``SECTIONS``.
"""

from collections.abc import Callable

from scripts.vector_sections import (
    archive,
    blocks,
    checkpoint,
    cosignatures,
    encoding,
    frames,
    hashing,
    log,
    messages,
    regenesis,
    service_numbers,
    signatures,
    snapshots,
    state_tree,
    succession,
)
from scripts.vector_sections.constants import Json

SECTIONS: dict[str, Callable[[], dict[str, Json]]] = {
    "encoding": encoding.section,
    "hashing": hashing.section,
    "signatures": signatures.section,
    "log": log.section,
    "state_tree": state_tree.section,
    "service_numbers": service_numbers.section,
    "snapshots": snapshots.section,
    "messages": messages.section,
    "frames": frames.section,
    "checkpoint": checkpoint.section,
    "cosignatures": cosignatures.section,
    "blocks": blocks.section,
    "archive": archive.section,
    "regenesis": regenesis.section,
    "succession": succession.section,
}
"""File name without ``.json`` to the function that makes its content."""
