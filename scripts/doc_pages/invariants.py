"""The table of invariants: what must always hold, what checks it, and what shows that the check can fail.

A check is ``module:name`` in the program, or ``file::test``. A proof that it can fail is the name of a planted bug
(``node.sim.mutants``), or a test again. ``tests/unit/scripts/test_invariants.py`` looks for every one of them.
"""

from typing import Final

from scripts.doc_pages.invariant import Invariant
from scripts.doc_pages.invariants_state import LEDGER, PROOFS, STORAGE

_CHECKERS: Final = "node.sim.checkers"
_PLANTED: Final = "tests/simulation/test_checkers.py::test_"
_PROPERTY: Final = "tests/property/test_"

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
        (
            f"{_CHECKERS}.statements:Statements",
            f"{_CHECKERS}.checker:Checker.on_started",
            "node.sim.crashpoints:crash_points",
        ),
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
