"""The table of invariants: what must always hold, what checks it, and what shows that the check can fail.

A check is ``module:name`` in the program, or ``file::test``. A proof that it can fail is the name of a planted bug
(``node.sim.mutants``), or a test again. ``tests/unit/scripts/test_invariants.py`` looks for every one of them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Invariant:
    """One line of the table."""

    id: str
    says: str
    checks: tuple[str, ...]
    fails: tuple[str, ...]
    """Planted bugs that break it, or tests that damage what it guards."""


_CHECKERS: Final = "node.sim.checkers"
_PLANTED: Final = "tests/simulation/test_checkers.py::test_"
_PROPERTY: Final = "tests/property/test_"
_RULES: Final = "tests/unit/chain/rules/test_"
_CHAIN: Final = "tests/unit/chain/test_"
_STORE: Final = "tests/unit/store/test_"
_AUDIT: Final = "tests/unit/audit/test_"

CONSENSUS: Final = (
    Invariant(
        "C1",
        "One block a height, with one body, whoever decided it.",
        (f"{_CHECKERS}.finality:Finality",),
        ("unjustified-jr", f"{_PLANTED}a_second_block_of_a_height_is_a_fork"),
    ),
    Invariant(
        "C2",
        "One content for each (authority, height, round, type), across all restarts.",
        (f"{_CHECKERS}.statements:Statements", "node.runtime.signer:Signer"),
        ("damaged-vote-log-trusted", f"{_PLANTED}an_honest_key_that_signs_twice_is_seen"),
    ),
    Invariant(
        "C3",
        "A precommit for a block rests on a quorum of justified prevotes for it that its node holds.",
        (f"{_CHECKERS}.statements:Statements",),
        ("polka-minus-one",),
    ),
    Invariant(
        "C4",
        "A prevote obeys the lock; its jr names a polka that is held, not below an own precommit for another block.",
        (f"{_CHECKERS}.statements:Statements", "node.runtime.signer:Signer"),
        ("no-polka-asked", "ignore-lock"),
    ),
    Invariant(
        "C5",
        "Nobody is locked on what it would not propose; lock and valid round never go back within a height.",
        (f"{_CHECKERS}.standing:Standing",),
        ("nil-polka-unlocks", "no-valid-value"),
    ),
    Invariant(
        "C6",
        "A decided block has a certificate that verifies against the set of its height, every signature of it.",
        (f"{_CHECKERS}.finality:Finality",),
        (f"{_PLANTED}a_certificate_with_one_wrong_signature_is_seen",),
    ),
    Invariant(
        "C7",
        "A certificate holds a quorum of distinct members.",
        (f"{_CHECKERS}.finality:Finality",),
        ("signer-counted-twice", "quorum-minus-one", "certificate-not-verified"),
    ),
    Invariant(
        "C8",
        "Set and proposer of a height and round are the same for everybody: (height + round) mod n.",
        (f"{_CHECKERS}.standing:Standing", f"{_CHECKERS}.statements:Statements"),
        ("first-always-proposes", "set-change-too-soon"),
    ),
    Invariant(
        "C9",
        "A decided block was proposed by a proposer of its height, and a stranger who executes it finds it valid.",
        (f"{_CHECKERS}.finality:Finality", f"{_CHECKERS}.witness:Witness"),
        ("roots-not-compared", f"{_PLANTED}a_block_that_nobody_proposed_is_seen"),
    ),
    Invariant(
        "C10",
        "When the trouble is over every height is decided within f+2 rounds, all that is brought becomes final, and "
        "no rule is left undone that could act.",
        (
            f"{_CHECKERS}.pace:Pace",
            f"{_CHECKERS}.standing:check_rules",
            "node.sim.world:World.see_progress",
        ),
        ("nil-polka-ignored", "no-prevote-timer", f"{_PLANTED}too_many_rounds_in_peace_are_seen"),
    ),
    Invariant(
        "C11",
        "Whom f+1 peers are ahead of in rounds catches up in one step.",
        (f"{_CHECKERS}.standing:check_rules",),
        ("no-round-skip",),
    ),
    Invariant(
        "C12",
        "Nothing leaves a node before it is durable, nor after its disk has refused a write.",
        (f"{_CHECKERS}.statements:Statements",),
        ("vote-not-durable", "failed-sync-ignored", "polka-before-vote"),
    ),
    Invariant(
        "C13",
        "A crash at any action and a restart give no conflicting signature and lose nothing final.",
        (f"{_CHECKERS}.statements:Statements", f"{_CHECKERS}.checker:Checker.on_started"),
        ("damaged-vote-log-trusted", "block-log-not-synced"),
    ),
    Invariant(
        "C14",
        "Evidence never names an honest node, and convinces a stranger.",
        (f"{_CHECKERS}.checker:Checker.on_evidence",),
        ("justification-constant", "amnesia-too-broad"),
    ),
    Invariant(
        "C15",
        "A fork made by fewer than q liars convicts at least f+1 of them and nobody else.",
        (
            "node.sim.outcome:run",
            "tests/simulation/test_city.py::test_every_fork_beyond_f_names_its_culprits",
        ),
        (f"{_PLANTED}a_fork_that_names_too_few_ends_the_run",),
    ),
    Invariant(
        "C16",
        "A set that is decided in block h is named by header h+1 and signs from h+2, not sooner and not later.",
        (f"{_CHECKERS}.finality:Finality", "node.sim.sets:DecidedSets"),
        (
            "set-change-too-soon",
            "set-decided-too-soon",
            "set-decided-too-late",
            f"{_PLANTED}a_header_that_names_another_set_is_seen",
        ),
    ),
    Invariant(
        "C17",
        "Block time grows, and no honest node prevotes a fresh proposal whose time its own clock forbids.",
        (f"{_CHECKERS}.times:Times",),
        ("time-not-judged", f"{_PLANTED}a_time_that_the_clock_forbids_is_seen"),
    ),
    Invariant(
        "C18",
        "Repeated, reordered and foreign messages change nothing; among honest nodes nobody finds fault with another.",
        (
            f"{_CHECKERS}.checker:Checker.on_notice",
            "tests/simulation/test_checkers.py::test_messages_of_another_chain_and_repeated_ones_change_nothing",
        ),
        ("restart-forgets", "first-set-for-ever"),
    ),
    Invariant(
        "C19",
        "What is kept of a height is bounded, whatever others send.",
        (
            f"{_CHECKERS}.standing:check_bounds",
            f"{_PROPERTY}resending.py::test_what_is_said_again_is_bounded",
        ),
        (f"{_PLANTED}a_state_that_keeps_too_much_is_seen",),
    ),
)

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

GROUPS: Final = (
    ("Consensus", "C", CONSENSUS),
    ("Ledger", "L", LEDGER),
    ("Proofs", "P", PROOFS),
    ("Storage", "S", STORAGE),
)
INVARIANTS: Final = (*CONSENSUS, *LEDGER, *PROOFS, *STORAGE)


def invariants_page() -> str:
    """Every invariant with its checks and with what makes them fail."""
    lines = [
        "# Invariants",
        "",
        "Written by `make docs` from `scripts/doc_pages/invariants.py`. What must hold whatever happens; what checks",
        "it; and, because a check that cannot fail proves nothing, a planted bug (`make mutants`) or a test that makes",
        "it fail. The checkers of `node.sim` run in every simulated city; a run that breaks a promise ends with its",
        "number.",
    ]
    for title, letter, invariants in GROUPS:
        lines += ["", f"## {title}", ""]
        for number, entry in enumerate(invariants, 1):
            assert entry.id == f"{letter}{number}", "numbers follow each other"
            lines += [
                f"- **{entry.id}** {entry.says}",
                f"  - checked by {', '.join(f'`{check}`' for check in entry.checks)}",
                f"  - fails with {', '.join(f'`{cause}`' for cause in entry.fails)}",
            ]
    return "\n".join(lines) + "\n"
