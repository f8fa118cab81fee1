"""The verifier of proof files that goes with ``verify_min``: docs/spec/proofs.md, log.md and state-tree.md."""
# ruff: noqa: ANN001 - short enough to be read at once

from hashlib import sha256
from itertools import pairwise

from verify_min import (
    CERTIFICATE,
    CHANGE,
    HEAD,
    SUMMARY,
    TRANSACTION,
    TX_MAX,
    check_certificate,
    decode,
    digest,
    encode,
    fits,
    leaf,
    named,
    need,
    node,
    walk_trail,
)

STATE_PROOF = (-20, "b", ["b"])
CLAIMS = {22: (-22, "b", "u", [32]), 23: (-23, "b", "u", "u", [32], SUMMARY, "u", [32])}
CLAIMS[24] = (-24, "u", "b", "b", STATE_PROOF)
PROOF = (-21, "u", 32, "*", (-25, HEAD, CERTIFICATE, [CHANGE]))


def in_state(root, key, proof):
    """The record hash under a key, or None for proven absence."""
    _, bucket, siblings = proof
    need(len(bucket) % 64 == 0 and len(bucket) <= 512 and len(siblings) <= 128, "state proof")
    entries = [(bucket[i : i + 32], bucket[i + 32 : i + 64]) for i in range(0, len(bucket), 64)]
    shift = 256 - 2 * len(siblings)
    place = int.from_bytes(key, "big") >> shift
    need(all(a[0] < b[0] for a, b in pairwise(entries)), "bucket not sorted")
    need(all(int.from_bytes(k, "big") >> shift == place for k, _ in entries), "another place")
    value = leaf(bucket) if bucket else bytes(32)
    for others in siblings:
        need(len(others) == 96, "siblings")
        cut = 32 * (place & 3)
        value, place = node(others[:cut], value, others[cut:]), place >> 2
    need(value == root, "state root")
    return dict(entries).get(key)


def verify_proof(raw, genesis_bytes):
    """What a sound proof shows, in words."""
    chain, genesis = sha256(b"tb1/genesis\0" + genesis_bytes).digest(), decode(genesis_bytes)
    proof = decode(raw, 1_048_576)
    need(fits(proof, PROOF) and type(proof[3]) is list and proof[3], "form of the proof")
    _, version, own, claim, (_, head, certificate, trail) = proof
    need(
        version == 1 and own == chain and fits(claim, CLAIMS.get(claim[0], ())),
        "version, chain or claim",
    )
    authorities, last = walk_trail(chain, genesis[9], trail)
    header = named(chain, head)
    need(header["height"] > last, "trail after the header")
    need(
        header["authorities_hash"] == digest("authorities", chain, encode(authorities)),
        "authorities",
    )
    check_certificate(chain, authorities[1], header, certificate)
    log = header["log_root"], header["log_size"]
    match claim:
        case [22, transaction, index, path]:
            need(included(*log, index, leaf(transaction), path), "not in the log")
            need(fits(decode(transaction, TX_MAX), TRANSACTION), "form of the transaction")
            return f"transaction {leaf(transaction).hex()} is in the log"
        case [23, record, index, count, path, summary, at, summary_path]:
            need(included(*log, at, leaf(encode(summary)), summary_path), "summary not in the log")
            need(
                included(summary[6], count, index, leaf(record), path), "did not become final there"
            )
            return f"record {decode(record)[0]} became final at height {summary[1]}"
        case [24, kind, id_, record, state_proof]:
            need(kind < 256, "kind")
            found = in_state(
                header["state_root"], sha256(bytes([kind]) + id_).digest(), state_proof
            )
            need(found == (sha256(record).digest() if record else None), "the state says otherwise")
            need(not record or decode(record)[0] == kind, "kind of the record")
            return (
                f"record {kind} at height {header['height']}: {'present' if record else 'absent'}"
            )


def included(root, size, index, value, path):
    if not 0 <= index < size or len(path) > 64:
        return False
    here, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            value = node(sibling, value)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            value = node(value, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and value == root
