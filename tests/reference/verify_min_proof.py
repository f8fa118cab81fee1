"""The verifier of proof files that goes with ``verify_min``: docs/spec/proofs.md, log.md and state-tree.md."""
# ruff: noqa: ANN001, ANN002 - short enough to be read at once

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from itertools import pairwise
from zlib import decompressobj, error

from verify_min import (
    CERTIFICATE,
    CHANGE,
    HEAD,
    SUMMARY,
    TRANSACTION,
    TX_MAX,
    Bad,
    chain_id,
    check_certificate,
    decode,
    digest,
    encode,
    fits,
    leaf,
    named,
    need,
    node,
    signed,
    walk_trail,
)

STATE_PROOF = (-20, "b", ["b"])
CLAIMS = {22: (-22, "b", "u", [32]), 23: (-23, "b", "u", "u", [32], SUMMARY, "u", [32])}
CLAIMS[24] = (-24, "u", "b", "b", STATE_PROOF)
CLAIMS[27] = (-27, CLAIMS[24], [CLAIMS[24]])
SERVICE_CERTIFICATE = (-107, "s", "u", "u", "s", "u", "u", "u", "u", "s", "b")
ANCHORS = {25: (-25, HEAD, CERTIFICATE, [CHANGE]), 26: (-26, SUMMARY, "u", [32], "b", [CHANGE])}
PROOF = (-21, "u", 32, "*", "*")
NOTE_MAX, PROOF_MAX, PARTS_MAX = 65_536, 1_048_576, 99
PART = re.compile(r"TB1:([1-9][0-9]?)/([1-9][0-9]?):([0-9A-F]{8}):(.{1,900})", re.ASCII)
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def shaped(value, shapes):
    """Whether a record is of the shape of its kind."""
    return type(value) is list and bool(value) and fits(value, shapes.get(value[0], ()))


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


def by_block(chain, authorities, last, anchor):
    """Height, state root, and log of a certified header."""
    _, head, certificate, _ = anchor
    header = named(chain, head)
    need(header["height"] > last, "trail after the header")
    own = digest("authorities", chain, encode(authorities))
    need(header["authorities_hash"] == own, "authorities")
    check_certificate(chain, authorities[1], header, certificate)
    return header["height"], header["state_root"], header["log_root"], header["log_size"]


def by_note(city, chain, authorities, anchor):
    """The same of the summary of a block in the log of a checkpoint; every line must be an authority's."""
    _, summary, at, path, raw, _ = anchor
    need(len(raw) <= NOTE_MAX, "note too long")
    try:
        origin, size, root, *rest = raw.decode("utf-8").split("\n")
        need(origin == f"timebank/{city}/{chain.hex()[:16]}", "origin")
        need(re.fullmatch("0|[1-9][0-9]{0,15}", size, re.ASCII) and int(size) < 2**53, "size")
        text, root = "\n".join((origin, size, root, "")).encode(), unbase64(root)
        need(len(rest) >= 3 and rest[0] == rest[-1] == "" and len(root) == 32, "form of the note")
        lines = [line.removeprefix(f"— {origin} ") for line in rest[1:-1]]
        need(all(a != b for a, b in zip(lines, rest[1:-1], strict=True)), "a line of somebody else")
        bodies = [unbase64(line) for line in lines]
    except ValueError as fault:
        raise Bad(f"form of the note: {fault}") from fault
    signed_by = set()
    for body in bodies:
        who = [
            index
            for index, (*_, key, _) in enumerate(authorities[1])
            if sha256(origin.encode() + b"\n\1" + key).digest()[:4] == body[:4]
            and signed(key, text, body[4:])
        ]
        need(who, "a line of nobody")
        signed_by.add(who[0])
    need(len(signed_by) == len(bodies) <= 100, "a signer twice")
    need(len(signed_by) >= 2 * len(authorities[1]) // 3 + 1, "below the quorum")
    need(included(root, int(size), at, leaf(encode(summary)), path), "summary not in the log")
    return summary[1], summary[5], root, int(size)


def unbase64(text):
    """Strictly: the one form of these bytes."""
    raw = b64decode(text, validate=True)
    need(b64encode(raw).decode() == text, "base64")
    return raw


def unpacked(text):
    """The proof in the texts of scanned codes, one a line, in any order; without a trail."""
    pieces, heads = {}, set()
    for line in filter(None, text.split("\n")):
        match = PART.fullmatch(line)
        need(match, "a code that is no part")
        number, count, check, piece = match.groups()
        heads.add((count, check))
        need(pieces.setdefault(int(number), piece) == piece, "two codes with one number")
    need(len(heads) == 1, "codes of several proofs")
    ((count, check),) = heads
    need(sorted(pieces) == list(range(1, int(count) + 1)), "missing codes")
    packed = bytearray()
    whole = "".join(pieces[number] for number in sorted(pieces))
    for at in range(0, len(whole), 3):
        digits = [BASE45.find(letter) for letter in whole[at : at + 3]]
        value = sum(digit * 45**place for place, digit in enumerate(digits))
        need(len(digits) > 1 and min(digits) >= 0 and value < 256 ** (len(digits) - 1), "base45")
        packed += value.to_bytes(len(digits) - 1, "big")
    need(sha256(packed).hexdigest()[:8].upper() == check, "check of the codes")
    stream = decompressobj()
    try:
        raw = stream.decompress(bytes(packed), PROOF_MAX + 1)
    except error as fault:
        raise Bad("it does not unpack") from fault
    need(stream.eof and not stream.unused_data, "it does not end where it should")
    return raw


def verify_proof(raw, genesis_bytes, trail=None):
    """What a sound proof shows, in words; codes from paper may need the trail of another proof."""
    genesis = decode(genesis_bytes)
    chain = chain_id(genesis)
    if raw.startswith(b"TB1:"):
        raw = unpacked(raw.decode("ascii", "replace"))
    proof = decode(raw, PROOF_MAX)
    need(fits(proof, PROOF), "form of the proof")
    _, version, own, claim, anchor = proof
    need(shaped(claim, CLAIMS) and shaped(anchor, ANCHORS), "form of claim or anchor")
    need(version == 1 and own == chain, "version or chain")
    authorities, last = walk_trail(chain, genesis[9], trail or anchor[-1])
    need(len(anchor[-1]) <= 1_000, "trail too long")
    if anchor[0] == 25:
        fixed = by_block(chain, authorities, last, anchor)
    else:
        fixed = by_note(genesis[3], chain, authorities, anchor)
    return check_claim(claim, *fixed)


def check_claim(claim, height, state_root, *log):
    match claim:
        case [22, transaction, index, path]:
            need(included(*log, index, leaf(transaction), path), "not in the log")
            need(fits(decode(transaction, TX_MAX), TRANSACTION), "form of the transaction")
            return f"transaction {leaf(transaction).hex()} is in the log"
        case [23, record, index, count, path, summary, at, summary_path]:
            need(included(*log, at, leaf(encode(summary)), summary_path), "summary not in the log")
            there = included(summary[6], count, index, leaf(record), path)
            need(there, "did not become final there")
            return f"record {decode(record)[0]} became final at height {summary[1]}"
        case [24, kind, _, record, _]:
            found = check_state(claim, state_root)
            if found and kind == 107:
                return f"{certified(decode(record))} at height {height}"
            return f"record {kind} at height {height}: {'present' if found else 'absent'}"
        case [27, city, districts]:
            need(city[1:3] == [67, b"city"] and check_state(city, state_root), "not the city")
            need(
                all(one[1] == 66 and check_state(one, state_root) for one in districts), "district"
            )
            codes = [one[2] for one in districts]
            need(len(codes) <= 100 and all(a < b for a, b in pairwise(codes)), "districts unsorted")
            return f"totals of the city and {len(codes)} districts at height {height}"


def certified(record):
    """A service certificate in words: docs/spec/service-certificates.md."""
    need(fits(record, SERVICE_CERTIFICATE), "form of the certificate")
    _, district, year, serial, check, first, last, served, honour, status, _ = record
    number = f"{district}-{year}-{serial:06}-{check.upper()}"
    return f"certificate {number}: {first} to {last}, {served} and {honour} minutes, {status}"


def check_state(claim, state_root):
    """Whether the state has a record, which must be this one."""
    _, kind, id_, record, state_proof = claim
    need(kind < 256 and len(id_) <= 128, "kind or id")
    found = in_state(state_root, sha256(bytes([kind]) + id_).digest(), state_proof)
    need(found == (sha256(record).digest() if record else None), "the state says otherwise")
    need(not record or decode(record)[0] == kind, "kind of the record")
    return bool(record)


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
