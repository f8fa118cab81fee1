"""The table: each figure with its ratio to a primitive and what it should reach."""

import os
from dataclasses import dataclass

from scripts.bench.audit import AuditFigures
from scripts.bench.city import CityFigures
from scripts.bench.kernel import KernelFigures
from scripts.bench.primitives import Primitives

NODES = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One line."""

    name: str
    value: str
    ratio: str
    reach: str


def figures_of(
    base: Primitives,
    empty_posts: float,
    core: KernelFigures,
    four: CityFigures,
    audited: AuditFigures,
) -> list[Figure]:
    """All lines, primitives first."""
    return [
        *_primitives(base, empty_posts),
        *_kernel(base, core),
        *_city(base, four),
        *_audit(base, audited),
    ]


def _primitives(base: Primitives, empty_posts: float) -> list[Figure]:
    v = base.verify_per_s
    return [
        Figure("V: Ed25519 verifications", f"{v:,.0f}/s", "1 V", ""),
        Figure("Ed25519 signatures", f"{base.sign_per_s:,.0f}/s", _x(base.sign_per_s, v, "V"), ""),
        Figure("F: fdatasync, median", f"{base.fsync_s * 1e3:.3f} ms", "1 F", ""),
        Figure("R: empty FastAPI POSTs", f"{empty_posts:,.0f}/s", "1 R", ""),
        Figure(
            "SHA-256 of 300 bytes", f"{base.digest_per_s:,.0f}/s", _x(base.digest_per_s, v, "V"), ""
        ),
    ]


def _kernel(base: Primitives, core: KernelFigures) -> list[Figure]:
    v = base.verify_per_s
    people = f"{core.people:,} people"
    lines = (
        (f"admission per core, {people}", core.admission_per_s, "0.7 V"),
        ("apply, signatures known", core.apply_known_per_s, "1.0 V"),
        ("apply with signatures", core.replay_per_s, ""),
    )
    return [
        *(Figure(name, f"{rate:,.0f}/s", _x(rate, v, "V"), reach) for name, rate, reach in lines),
        Figure("state proof, build", f"{1e6 / core.prove_per_s:.1f} µs", "", "5 ms"),
        Figure("state proof, verify", f"{1e6 / core.verify_proof_per_s:.1f} µs", "", ""),
    ]


def _city(base: Primitives, four: CityFigures) -> list[Figure]:
    cores = os.cpu_count() or 1
    floor = cores * base.verify_per_s / NODES
    volume = f"{four.transactions:,} in {four.blocks} blocks"
    latency = f"{four.latency_s * 1e3:.1f} ms"
    rate = f"{four.committed_per_s:,.0f}/s"
    return [
        Figure(
            f"committed by 4 nodes on {cores} cores ({volume})",
            rate,
            _x(four.committed_per_s, floor, "C·V/4"),
            "0.3 C·V/4",
        ),
        Figure(
            "latency of one, idle city, median", latency, _x(four.latency_s, base.fsync_s, "F"), ""
        ),
        Figure(
            "disk per transaction, one node", f"{four.bytes_per_transaction:,.0f} B", "", "1.2 kB"
        ),
    ]


def _audit(base: Primitives, audited: AuditFigures) -> list[Figure]:
    seen, both = audited.one, audited.two
    one, two = seen.transactions / seen.seconds, both.transactions / both.seconds
    checked = seen.signatures / seen.seconds
    lived = f"{seen.transactions:,} in {seen.blocks:,} blocks"
    return [
        Figure(
            f"audit verify, one process ({lived})",
            f"{one:,.0f}/s",
            _x(one, base.verify_per_s, "V"),
            "0.6 V",
        ),
        Figure(
            "its signatures, certificates included",
            f"{checked:,.0f}/s",
            _x(checked, base.verify_per_s, "V"),
            "",
        ),
        Figure(
            "audit verify, two processes",
            f"{two:,.0f}/s",
            _x(seen.seconds, both.seconds, "×"),
            "1.7 ×",
        ),
        Figure("archive of the load", f"{audited.bytes_per_transaction:,.0f} B/tx", "", ""),
    ]


def _x(value: float, unit: float, name: str) -> str:
    return f"{value / unit:.2f} {name}"
