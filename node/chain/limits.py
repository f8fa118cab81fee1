"""Every hard bound of the protocol, with its unit in the name and the reason beside it.

These are format limits, the same for ever and in every city. What a city may tune lives in the on-chain policy.
"""

TRANSACTION_SIZE_MAX_BYTES = 4_096
"""One transaction names a handful of objects; anything larger is not one of ours."""
BLOCK_TRANSACTIONS_MAX = 2_000
"""About 80 ms of signature checks on one core: inside a tenth of the first propose timeout."""
BLOCK_SIZE_MAX_BYTES = 1_048_576
"""Transactions of one block together; a block crosses a district's line in well under a second."""
BLOCK_EVIDENCE_MAX = 16
BLOCK_EVIDENCE_MAX_BYTES = 65_536
"""Evidence goes first in a block and must not crowd out people's transactions."""
BLOCK_TIMERS_MAX = 500
"""Timers fired at the start of one block; the rest make the next block due at once."""
AUTHORITIES_MAX = 100
"""No city has more districts; bounds certificates to 8 KiB."""
AUTHORITY_CHANGES_MAX = 1_000
"""Steps of the authority trail: a change each month for eighty years, and a proof still carries all of them."""
LANES_MAX = 16
"""Devices of one actor that sign side by side."""
TRANSACTION_KEYS_MAX = 24
"""State records one transaction may touch: payer, volunteer, order, districts, pairs, funds and city."""
SETTLEMENT_PAIRS_MAX = 128
"""Pairs of one settlement run: all of sixteen homes, and 4 KiB of transaction carry them; a larger city runs twice."""
SETTLEMENT_TRANSFERS_MAX = 16
"""Contracts that change hands in one run; netting needs at most one for each home of sixteen."""
SETTLEMENT_KEYS_MAX = 256
"""Records that posting a run touches: 128 pairs, two contracts and two districts a transfer, city, run and operator."""
POLICY_NOTICE_BLOCKS = 10
"""Blocks between a policy's adoption and its activation, so that no wallet is surprised within its own round trip."""
PROTOCOL_NOTICE_BLOCKS = 100
"""Between the vote on a protocol version and its activation: hours of heartbeats, for districts that update late."""
POLICY_AHEAD_MAX_BLOCKS = 2_592_000
"""A month of a block a second: only one policy may wait, so none may wait for ever and keep the next one out."""
QUEUE_RELEASES_MAX = 50
"""Redemptions that leave one district's queue at the start of one block; the rest follow in the next."""
EVENT_PLACES_MAX = 500
"""Attendances stand in the event's record: 500 of about 60 bytes stay within half of a record."""
VALIDITY_MAX_MS = 30 * 24 * 3_600_000
"""A signature nobody used within thirty days is never a surprise later."""
STATE_TREE_LEVELS = 9
"""Levels that always exist: 4**9 cells, flat arrays of 11 MB, 1.3 x growth from ten thousand to a million keys."""
STATE_TREE_BUCKET_MAX = 8
"""Entries in a bucket before it splits: a proof carries at most 512 bytes of bucket."""
STATE_PROOF_LEVELS_MAX = 128
"""A 256-bit key has 128 levels of two bits."""
LOG_PROOF_HASHES_MAX = 64
"""A log of 2**53 entries needs 53 hashes; 64 bounds what a verifier reads."""
GENESIS_SIZE_MAX_BYTES = 4_194_304
ARCHIVE_RECORD_MAX_BYTES = 8_388_608
"""A block of 1 MiB with certificate and evidence fits eight times."""
PROOF_FILE_MAX_BYTES = 1_048_576
"""A proof is a few kilobytes; the authority trail of a century of changes fits."""
FRAME_MAX_BYTES = 2_097_152
"""One peer message: a full block with its certificate and justification."""
SNAPSHOT_CHUNK_MAX_BYTES = 524_288
"""A quarter of a frame: whoever serves chunks still answers votes in between."""
SNAPSHOT_CHUNKS_MAX = 16_384
"""8 GiB of records: some forty million of them."""
SNAPSHOT_MANIFEST_MAX_BYTES = FRAME_MAX_BYTES - 1_024
"""A manifest travels in one frame: a full block, the hashes of all chunks, and changes of the set for decades."""
