"""The free-space floors: a node stops by itself, in order, before the disk does it midway."""

from enum import Enum
from typing import Final

from node.store.files import Files

WARN_FLOOR_BYTES: Final = 8_589_934_592
"""8 GiB: below it the operator is told, while there is time to enlarge the disk."""
ACCEPT_FLOOR_BYTES: Final = 2_147_483_648
"""2 GiB: below it no new transactions; blocks of others still come in for days."""
SIGN_FLOOR_BYTES: Final = 536_870_912
"""512 MiB: below it nothing is signed; logs, database and a repair still have room to work."""


class Space(Enum):
    """What the free space still allows."""

    PLENTY = "plenty"
    LITTLE = "everything, but little is left"
    NO_NEW_TRANSACTIONS = "no new transactions"
    NO_SIGNING = "no signing"


def space_left(files: Files) -> Space:
    """What the space left on the file system of these files allows.

    Raises:
        StorageFault: ``READ_FAILED``.
    """
    free = files.free_bytes()
    if free < SIGN_FLOOR_BYTES:
        return Space.NO_SIGNING
    if free < ACCEPT_FLOOR_BYTES:
        return Space.NO_NEW_TRANSACTIONS
    return Space.LITTLE if free < WARN_FLOOR_BYTES else Space.PLENTY
