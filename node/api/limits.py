"""Bounds of the doors, with their units and reasons. They are local: no rule depends on them."""

from typing import Final

from node.chain.limits import TRANSACTION_SIZE_MAX_BYTES

BATCH_MAX: Final = 500
"""Transactions in one batch: a quarter of a block."""
SINGLE_BODY_MAX_BYTES: Final = 2 * TRANSACTION_SIZE_MAX_BYTES + 256
"""One transaction in hexadecimal with the JSON around it."""
BATCH_BODY_MAX_BYTES: Final = BATCH_MAX * (2 * TRANSACTION_SIZE_MAX_BYTES + 8) + 256
"""A batch in hexadecimal: 4 MiB."""
CONTROL_BODY_MAX_BYTES: Final = 256
PAGE_MAX: Final = 200
"""Items of a page; history and lists."""
PAGE_DEFAULT: Final = 50
HEADERS_MAX: Final = 100
CURSOR_MAX_BYTES: Final = 128
READ_WINDOW_MS: Final = 60_000
"""How far, in real time, a signed read may be from the node's clock: a copied request is of no use later."""
CHECK_MISSES_MAX: Final = 30
"""Numbers of service certificates that do not exist, asked for by one address in a window: more than typing errors."""
CHECK_WINDOW_S: Final = 60.0
CHECK_CLIENTS_MAX: Final = 4_096
"""Addresses counted in one window."""
STREAMS_MAX: Final = 256
"""Event streams of one node at a time."""
STREAM_SILENCE_S: Final = 15.0
"""A comment is sent after so much silence, so that a stream whose reader is gone ends."""
LEAP_MAX_MS: Final = 100 * 365 * 24 * 3_600_000
"""All leaps of a rehearsal's clock together: a century."""
