"""Invariants of ledger, proofs and storage; see ``invariants``."""

from typing import Final

from scripts.doc_pages.invariant import Invariant

_CHECKERS: Final = "node.sim.checkers"
_PROPERTY: Final = "tests/property/test_"
_RULES: Final = "tests/unit/chain/rules/test_"
_CHAIN: Final = "tests/unit/chain/test_"
_STORE: Final = "tests/unit/store/test_"
_AUDIT: Final = "tests/unit/audit/test_"

LEDGER: Final = (
    Invariant(
        "L1",
        "Debits equal credits for every unit, free and held, after each block (I1, I3).",
        ("node.chain.books:check_identities", "tests/full_sums.py::check_full_sums"),
        (f"{_AUDIT}verify.py::test_an_identity_that_does_not_hold_is_a_violation",),
    ),
    Invariant(
        "L2",
        "Nobody's balance, nor what is free of it, is below zero.",
        (
            "node.chain.state:post",
            f"{_PROPERTY}laws.py::test_a_city_in_which_every_second_statement_is_wrong_keeps_its_sums",
        ),
        (f"{_CHAIN}envelope.py::test_a_block_with_one_wrong_transaction_is_refused_whole",),
    ),
    Invariant(
        "L3",
        "All holdings together are what was minted and not returned (I2).",
        ("node.chain.books:check_identities", "tests/full_sums.py::check_full_sums"),
        (f"{_AUDIT}verify.py::test_running_totals_that_lie_are_found_in_the_full_sums",),
    ),
    Invariant(
        "L4",
        "Positions between districts sum to zero, and each district's holdings are its flows (I6).",
        ("node.chain.books:check_identities", "tests/full_sums.py::check_full_sums"),
        (f"{_AUDIT}verify.py::test_running_totals_that_lie_are_found_in_the_full_sums",),
    ),
    Invariant(
        "L5",
        "Ids of transactions and records are given once, for ever.",
        (
            "node.chain.state:View.create",
            f"{_CHAIN}hashing.py::test_ids_of_different_places_differ",
        ),
        (f"{_CHAIN}envelope.py::test_a_transaction_counts_once_however_often_it_is_sent",),
    ),
    Invariant(
        "L6",
        "A hold ends exactly once, and no more is taken of it than was held.",
        (
            f"{_RULES}holds.py::test_minutes_are_held_paid_and_returned_whoever_pays",
            "node.chain.lifecycle:TABLE",
        ),
        (f"{_RULES}holds.py::test_a_cancelled_order_gives_everything_back_once",),
    ),
    Invariant(
        "L7",
        "Numbers of a lane have no gap, and each is used once.",
        (f"{_CHAIN}envelope.py::test_lanes_count_for_themselves",),
        (f"{_RULES}refusals.py::test_the_transaction_is_refused_with_its_code",),
    ),
    Invariant(
        "L8",
        "The same blocks give the same state: in two processes, from genesis, from a snapshot.",
        (
            f"{_PROPERTY}ledger_replay.py::test_replaying_a_random_history_gives_every_root_again",
            f"{_PROPERTY}ledger_replay.py::test_another_process_with_another_hash_seed_gives_every_root_again",
            "tests/unit/runtime/test_snapshots.py::test_a_node_begun_from_a_snapshot_has_the_state_of_a_full_replay",
        ),
        (
            "tests/unit/runtime/test_opening.py::test_a_log_whose_blocks_do_not_give_their_own_roots_is_refused",
        ),
    ),
    Invariant(
        "L9",
        "Every integer is below 2^53.",
        (f"{_CHAIN}codec.py::test_integers_end_where_a_browser_is_exact",),
        (f"{_CHAIN}codec.py::test_any_other_encoding_is_refused",),
    ),
    Invariant(
        "L10",
        "An expired transaction never stands in a block.",
        (f"{_CHAIN}envelope.py::test_a_transaction_stands_in_blocks_until_its_last_millisecond",),
        (
            "tests/simulation/test_rule_breakers.py::test_a_block_that_breaks_a_rule_becomes_final_nowhere_whoever_signed_it",
        ),
    ),
    Invariant(
        "L11",
        "What a recorder says after the role was taken away is refused; what was said before stands.",
        (f"{_RULES}revoked_roles.py::test_a_recorder_without_the_role_records_nothing_more",),
        (f"{_RULES}refusals.py::test_the_transaction_is_refused_with_its_code",),
    ),
    Invariant(
        "L12",
        "A correction gives back exactly what it corrects, and what is not there becomes a claim.",
        (
            f"{_RULES}corrections.py::test_a_correction_recovers_what_is_there_and_turns_the_shortfall_into_a_claim",
        ),
        (f"{_RULES}corrections.py::test_a_correction_must_make_sense",),
    ),
)

PROOFS: Final = (
    Invariant(
        "P1",
        "Everything can be proven: each transaction, each record, at each height.",
        (
            f"{_PROPERTY}merkle.py::test_inclusion_proofs_are_those_of_the_text_and_verify",
            f"{_PROPERTY}statetree.py::test_proofs_are_the_defined_ones_and_verify",
            "tests/unit/runtime/test_executor.py::test_every_transaction_is_proven_in_the_log_from_what_the_store_keeps",
        ),
        (f"{_AUDIT}proving.py::test_what_is_not_there_is_not_proven",),
    ),
    Invariant(
        "P2",
        "No changed byte of proof, key, value or root still verifies.",
        (
            f"{_AUDIT}proving.py::test_no_byte_of_a_proof_can_change",
            f"{_PROPERTY}merkle.py::test_one_flipped_bit_breaks_an_inclusion_proof",
        ),
        (f"{_PROPERTY}statetree.py::test_a_damaged_proof_is_refused",),
    ),
    Invariant(
        "P3",
        "No key is proven both present and absent under one root.",
        (f"{_PROPERTY}statetree.py::test_proofs_are_the_defined_ones_and_verify",),
        (
            f"{_CHAIN}statetree.py::test_a_bucket_that_no_tree_makes_is_refused_even_under_a_fitting_root",
        ),
    ),
    Invariant(
        "P4",
        "Any two sizes of the log have a proof that one extends the other.",
        (f"{_PROPERTY}merkle.py::test_consistency_proofs_are_those_of_the_text_and_verify",),
        (f"{_CHAIN}merkle.py::test_there_is_no_consistency_proof_backwards",),
    ),
    Invariant(
        "P5",
        "Hashes and proofs of the log are those of RFC 6962; tools made by others verify them.",
        (f"{_CHAIN}merkle.py::test_hashes_of_leaves_and_nodes_are_those_of_rfc_6962",),
        (f"{_CHAIN}merkle.py::test_a_node_is_never_a_leaf",),
    ),
    Invariant(
        "P6",
        "The state root is that of the naive twin, whatever the order of changes.",
        (f"{_PROPERTY}statetree.py::test_updates_and_undoing_them_lead_to_the_defined_roots",),
        (f"{_CHAIN}statetree.py::test_a_bucket_that_outgrows_its_limit_splits_and_joins_again",),
    ),
    Invariant(
        "P7",
        "A proof at a height stays valid whatever comes later.",
        (f"{_AUDIT}proving.py::test_a_balance_is_proven_at_every_height",),
        (f"{_CHAIN}merkle.py::test_the_proof_of_a_smaller_log_does_not_serve_for_a_larger_one",),
    ),
    Invariant(
        "P8",
        "Verifiers are total: whatever the bytes, nothing but the documented fault comes out.",
        (
            f"{_PROPERTY}statetree.py::test_the_verifier_is_total",
            f"{_PROPERTY}merkle.py::test_verifiers_answer_false_to_whatever_is_not_a_proof",
        ),
        (f"{_AUDIT}proving.py::test_arbitrary_bytes_in_a_proof_are_refused_with_the_one_fault",),
    ),
)

STORAGE: Final = (
    Invariant(
        "S1",
        "At one height all nodes have the same state, byte for byte.",
        (
            f"{_CHECKERS}.finality:Finality",
            "tests/unit/runtime/test_executor.py::test_two_nodes_that_take_the_same_blocks_are_the_same",
        ),
        ("roots-not-compared",),
    ),
    Invariant(
        "S2",
        "A flipped byte at rest is found when it is opened, read or scrubbed, or changes no answer.",
        (
            f"{_STORE}blocklog.py::test_every_flipped_byte_is_found_when_opened_or_scrubbed",
            f"{_STORE}votelog.py::test_every_flipped_byte_makes_the_node_abstain_or_changes_no_answer",
            f"{_STORE}level.py::test_no_flipped_byte_in_any_file_gives_a_wrong_answer",
        ),
        ("damaged-vote-log-trusted",),
    ),
    Invariant(
        "S3",
        "Any prefix of what was written, and any loss of what was not synced, leaves a legal state.",
        (
            f"{_STORE}blocklog.py::test_every_prefix_of_a_log_opens_to_its_whole_blocks",
            f"{_STORE}votelog.py::test_any_lost_sectors_of_an_unacknowledged_append_leave_a_usable_log",
            f"{_STORE}migration.py::test_a_power_cut_at_any_point_of_a_migration_loses_nothing",
        ),
        ("applied-before-logged",),
    ),
    Invariant(
        "S4",
        "A full or failing disk stops signing and loses nothing that was acknowledged.",
        (
            f"{_STORE}blocklog.py::test_a_full_disk_loses_nothing_that_was_synced",
            f"{_CHECKERS}.statements:Statements",
        ),
        ("failed-sync-ignored",),
    ),
    Invariant(
        "S5",
        "A state from a snapshot has the root of its certified header.",
        (
            "tests/unit/runtime/test_snapshots.py::test_a_node_begun_from_a_snapshot_has_the_state_of_a_full_replay",
        ),
        (
            "tests/unit/runtime/test_snapshots.py::test_records_that_are_not_the_state_are_refused_though_every_hash_of_a_chunk_fits",
        ),
    ),
)
