"""A verifier of archives from docs/spec/ alone: the standard library, msgpack and PyNaCl, nothing of ours.

    python verify_min.py ARCHIVE GENESIS.json
    python verify_min.py --proof FILE GENESIS.json      (verify_min_proof.py)

It checks structure: framing, canonical form, header chain, certificates, authority trail, log, end, and of each
transaction the envelope, sequence, expiry and signature under the registered key. It does not execute the rules, so it
cannot say whether a state root is right. Exit codes: 0 sound, 1 violation, 2 incomplete.
"""

# ruff: noqa: ANN001, ANN002, ANN204, N818 - short enough to be read at once

import json
import re
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import msgpack
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

RECORD_MAX, TX_MAX, BLOCK_MAX, LANES = 8_388_608, 4_096, 1_048_576, 16
CODE = re.compile(r"\A[a-z0-9._-]{1,32}\Z")
FOLLOWS = {0: {1}, 1: {2, 3, 5}, 2: {2, 3}, 3: {3, 4}, 4: {5}}
HEADER_FIELDS = (  # noqa: SIM905 - one name a line would fill a page
    "version suite height time_ms previous_id last_commit_hash maker transaction_count log_number log_size log_root "
    "state_root evidence_root authorities_hash next_authorities_hash policy_hash"
).split()


class Bad(Exception):
    """Something cannot be right."""


class Cut(Exception):
    """The file stops early."""


def need(condition, why):
    if not condition:
        raise Bad(why)


# --- encoding.md -----------------------------------------------------------------------------------------------------


def in_grammar(value):
    if isinstance(value, list):
        return all(map(in_grammar, value))
    if isinstance(value, str):
        return bool(CODE.match(value))
    return isinstance(value, bytes) or (type(value) is int and 0 <= value < 2**53)


REFUSED = ValueError, TypeError, RecursionError, OverflowError, msgpack.UnpackException


def decode(raw, size_max=RECORD_MAX):
    need(len(raw) <= size_max, "too long")
    try:
        value = msgpack.unpackb(raw, raw=False, strict_map_key=False)
        need(in_grammar(value) and msgpack.packb(value, use_bin_type=True) == raw, "not canonical")
    except REFUSED as error:
        raise Bad(f"not canonical: {error}") from error
    return value


encode = msgpack.packb


def fits(value, shape):
    """Shapes: u integer, s code, b bytes, n so many bytes, ? 32 or none, -n kind n, [x] array, (x, y) fields, * any."""
    if isinstance(shape, tuple):
        return type(value) is list and len(value) == len(shape) and all(map(fits, value, shape))
    if isinstance(shape, list):
        return type(value) is list and all(fits(item, shape[0]) for item in value)
    if shape in SCALARS:
        return isinstance(value, SCALARS[shape])
    if type(shape) is int and shape < 0:
        return value == -shape  # A record's kind.
    return type(value) is bytes and (
        len(value) == shape or (shape == "?" and len(value) in (0, 32))
    )


SCALARS = {"u": int, "s": str, "b": bytes, "*": object}
CERTIFICATE = (-8, "u", "u", "u", 32, [("u", 64)])
AUTHORITIES = (-11, [("s", "u", 32, 32, 32, 32)])
HEAD = (-2, "u", "u", "u", "u", 32, "?", "u", "u", "u", "u", 32, 32, 32, 32, 32, 32)
SUMMARY = (-4, "u", "u", "u", "u", 32, 32, 32, 32)
BLOCK = (-3, HEAD, [CERTIFICATE], ["b"], [(-10, "b", "b")])
CHANGE = (-18, HEAD, CERTIFICATE, AUTHORITIES)
TRANSACTION = (-1, "u", "u", 16, ("u", "u"), "u", "u", "*", 64)
MESSAGES = {5: (-5, "u", "u", "u", "u", 32, "u", 64), 6: (-6, "u", "u", "u", "?", "u", "u", 64)}
MESSAGES[7] = (-7, "u", "u", "u", "?", "u", 64)
NAMES = {5: "proposal", 6: "prevote", 7: "precommit"}
GENESIS = (-13, *"*" * 15)
KINDS = {1: "*", 2: CHANGE, 3: (-17, BLOCK, SUMMARY), 4: CERTIFICATE, 5: (-16, "u", "u", 32, 32)}


def digest(kind, chain, data):
    return sha256(b"tb1/" + kind.encode() + b"\0" + chain + data).digest()


def chain_id(genesis):
    """Signatures under a successor, its last field, are not in it."""
    return digest("genesis", b"", encode([*genesis[:-1], []] if genesis[0] == 29 else genesis))


def signed(key, message, signature):
    try:
        return bool(crypto_sign_open(signature + message, key)) or not message
    except (BadSignatureError, ValueError):
        return False


# --- log.md ----------------------------------------------------------------------------------------------------------


def leaf(entry):
    return sha256(b"\0" + entry).digest()


def node(*children):
    return sha256(b"\1" + b"".join(children)).digest()


def append(peaks, size, entry):
    value = leaf(entry)
    while size & 1:
        value, size = node(peaks.pop(), value), size >> 1
    peaks.append(value)


def log_root(peaks):
    value = peaks[-1] if peaks else sha256(b"").digest()
    for peak in reversed(peaks[:-1]):
        value = node(peak, value)
    return value


# --- signatures.md, consensus.md -------------------------------------------------------------------------------------


def check_certificate(chain, members, header, certificate):
    _, suite, height, round_, block, signatures = certificate
    need((height, block) == (header["height"], header["id"]), "certificate of another block")
    need(suite == header["suite"] == 1, "suite of the certificate")
    signers = [signer for signer, _ in signatures]
    need(len(signers) >= 2 * len(members) // 3 + 1, "below the quorum")
    need(all(a < b for a, b in pairwise(signers)) and signers[-1] < len(members), "signers")
    for signer, signature in signatures:
        vote = encode([7, suite, height, round_, block, signer, signature])
        message = b"tb1/precommit\0" + chain + vote[:-66]
        need(signed(members[signer][2], message, signature), f"signature of authority {signer}")


def check_evidence(chain, members, first, second):
    need(first < second, "evidence not in order")
    one, other = decode(first, 512), decode(second, 512)
    for message, raw in ((one, first), (other, second)):
        need(type(message) is list and message and message[0] in MESSAGES, "evidence")
        need(fits(message, MESSAGES[message[0]]), "evidence")
        need(message[1] == 1 and message[-2] < len(members), "evidence")
        sign_bytes = b"tb1/" + NAMES[message[0]].encode() + b"\0" + chain + raw[:-66]
        need(signed(members[message[-2]][2], sign_bytes, message[-1]), "signature of evidence")
    need((one[2], one[-2]) == (other[2], other[-2]), "evidence of two heights or authorities")
    if one[0] == other[0]:
        need(one[3] == other[3] and one[:-1] != other[:-1], "no conflict")
    else:
        by_kind = {one[0]: one, other[0]: other}
        need(set(by_kind) == {6, 7}, "no conflict")
        vote, commit = by_kind[6], by_kind[7]
        need(vote[5] <= commit[3] < vote[3] and b"" != commit[4] != vote[4] != b"", "no amnesia")


# --- blocks.md, transactions.md --------------------------------------------------------------------------------------


def named(chain, header):
    """A header by field names, and its id."""
    fields = dict(zip(HEADER_FIELDS, header[1:], strict=True))
    return fields | {"id": digest("header", chain, encode(header))}


class Actors:
    """Keys and sequences as transactions name them. Whether a recovery took effect is known once its key is used."""

    def __init__(self, chain, genesis):
        self.chain = self.city = chain
        self.keys, self.cards, self.next = {}, {}, {}
        self.registered, self.proposed, self.named = {}, {}, {}
        self.policies = {digest("policy", chain, encode(genesis[13])): genesis[13]}
        for district, _, consensus, operator, *_ in genesis[9][1]:
            self.keys[digest("operator", chain, district.encode())[:16]] = operator
            self.keys[digest("seat", chain, district.encode())[:16]] = consensus
        for index, person in enumerate(genesis[15]):
            self.keys[self.made(bytes(16), 0, 0, index)] = person[2]

    def made(self, sender, lane, number, index=0):
        body = sender + bytes([lane]) + number.to_bytes(8, "big") + index.to_bytes(2, "big")
        return digest("id", self.chain, body)[:16]

    def take(self, raw, time_ms):
        tx = decode(raw, TX_MAX)
        need(fits(tx, TRANSACTION) and type(tx[7]) is list and tx[7], "form of a transaction")
        _, version, suite, sender, (lane, number), until, _, body, signature = tx
        need(version == suite == 1 and lane < LANES, "version, suite or lane")
        need(sender in self.keys, "unknown sender")
        need(time_ms <= until, "expired")
        need(number == self.next.get((sender, lane), 0), "sequence")
        message = b"tb1/tx\0" + self.chain + raw[:-66]
        everyday = [self.keys[sender], *self.named.get(sender, ())]
        possible = [self.cards.get(sender, b"")] if body[0] == 47 else everyday
        key = next((key for key in possible if key and signed(key, message, signature)), None)
        need(key, "signature of a transaction")
        if body[0] != 47:
            self.keys[sender] = key
        self.next[sender, lane] = number + 1
        if body[0] == 161:
            self.seat(self.made(sender, lane, number, 1), body[1])
        self.follow(sender, self.made(sender, lane, number), body)

    def seat(self, candidate, subject):
        """A motion for a seat's keys: whether it passed, the trail says; a candidate has a voice at once."""
        match subject:
            case [3 | 4, [str(district), _, bytes(consensus), bytes(operator), *_], *_]:
                self.keys[candidate] = operator
                for use, key in (("operator", operator), ("seat", consensus)):
                    voice = digest(use, self.city, district.encode())[:16]
                    self.keys.setdefault(voice, b"")
                    self.named.setdefault(voice, set()).add(key)

    def follow(self, sender, created, body):
        match body:
            case [40, _, _, _, bytes(key), _, bytes(card), *_]:  # Register.
                self.registered[created] = key, card
            case [60, [1, bytes(person), *_]]:  # Propose to approve a person.
                self.proposed[created] = person
            case [61, bytes(proposal), *_]:  # Second a proposal.
                person = self.proposed.pop(proposal, None)
                if person in self.registered:
                    self.keys[person], self.cards[person] = self.registered.pop(person)
            case [44, _, bytes(key), _]:  # RotateKey.
                self.keys[sender] = key
            case [47, _, bytes(key), _]:  # Recover.
                self.named.setdefault(sender, set()).add(key)
            case [49, bytes(person), _, bytes(key), *_] | [
                60,
                [20, bytes(person), _, bytes(key), *_],
            ]:
                self.named.setdefault(person, set()).add(key)  # A recovery, supported or at a desk.
            case [161, [1, policy], _]:  # A motion, which may become the policy of a later block.
                self.policies[digest("policy", self.chain, encode(policy))] = policy


class Chain:
    """Everything to remember while reading blocks."""

    def __init__(self, chain, genesis, trail):
        self.trail, self.seated, self.sets = trail, genesis[9], {1: genesis[9][1]}
        self.chain, self.tip, self.height, self.time, self.head = chain, chain, 0, genesis[6], None
        self.peaks, self.size, self.actors = [], 0, Actors(chain, genesis)

    def take(self, block, summary):
        _, head, last_commit, transactions, evidence = block
        header, members = named(self.chain, head), self.seated[1]
        need((header["version"], header["suite"]) == (1, 1), "version or suite")
        need(header["height"] == self.height + 1, "height")
        need(header["previous_id"] == self.tip, "previous id")
        need(header["time_ms"] > self.time, "time")
        change = self.trail.pop(header["height"], None)
        need(change is None or change[1] == head, "trail of another chain")
        set_after = change[3] if change else self.seated
        sets = [digest("authorities", self.chain, encode(s)) for s in (self.seated, set_after)]
        need(sets == [header["authorities_hash"], header["next_authorities_hash"]], "set")
        need(change is None or sets[0] != sets[1], "a trail without a change")
        need(header["maker"] < len(members) and header["log_number"] == 0, "maker or log")
        need(header["policy_hash"] in self.actors.policies, "policy")
        need(len(last_commit) == (self.head is not None), "last commit")
        for certificate in last_commit:
            own = digest("commit", self.chain, encode(certificate))
            need(own == header["last_commit_hash"], "last commit")
            check_certificate(self.chain, self.sets[self.height], self.head, certificate)
        need(self.head or header["last_commit_hash"] == b"", "last commit")
        need(len(transactions) == header["transaction_count"] <= 2_000, "transaction count")
        need(sum(map(len, transactions)) <= BLOCK_MAX and len(evidence) <= 16, "size of the block")
        root = digest("evidence", self.chain, encode(evidence))
        need(root == header["evidence_root"], "evidence root")
        for _, first, second in evidence:
            at = decode(first, 512)[2]
            need(type(at) is int and min(self.sets) <= at <= header["height"], "height of evidence")
            check_evidence(self.chain, self.sets[at], first, second)
        told = [header[name] for name in ("height", "time_ms", "transaction_count")]
        need(summary[1:4] == told and summary[5] == header["state_root"], "summary")
        need(summary[7:] == [header["next_authorities_hash"], header["policy_hash"]], "summary")
        for entry in (*transactions, encode(summary)):
            append(self.peaks, self.size, entry)
            self.size += 1
        need((header["log_size"], header["log_root"]) == (self.size, log_root(self.peaks)), "log")
        for raw in transactions:
            self.actors.take(raw, header["time_ms"])
        self.tip, self.height, self.time = header["id"], header["height"], header["time_ms"]
        self.head = header
        self.seated = set_after
        self.sets[self.height + 1] = set_after[1]


def walk_trail(chain, authorities, trail):
    """The authority set after certified changes, none of them idle."""
    last = 0
    for _, head, certificate, following in trail:
        header = named(chain, head)
        need(header["height"] > last, "trail out of order")
        sets = [digest("authorities", chain, encode(one)) for one in (authorities, following)]
        need(sets == [header["authorities_hash"], header["next_authorities_hash"]], "trail")
        check_certificate(chain, authorities[1], header, certificate)
        authorities, last = following, header["height"]
    return authorities, last


# --- archive.md ------------------------------------------------------------------------------------------------------


def records(raw, chain):
    """(number, kind, value, offset) of each record; framing and order checked."""
    head = b"timebank\0\1\0\1" + chain
    if len(raw) < len(head):
        need(raw[:8] == head[:8][: len(raw)], "magic")
        raise Cut("the file stops in its head")
    need(raw.startswith(head), "magic, format, suite or genesis hash")
    at, number, last = len(head), 0, 0
    while last != 5:
        frame = raw[at : at + 9]
        if len(frame) < 9:
            raise Cut(f"the file stops before record {number}")
        check = sha256(number.to_bytes(8, "big") + frame[:5]).digest()[:4]
        length, kind = int.from_bytes(frame[:4], "big"), frame[4]
        need(frame[5:] == check and length <= RECORD_MAX, f"frame {number}")
        need(kind in FOLLOWS[last], f"kind of record {number}")
        body = raw[at + 9 : at + 9 + length]
        if len(body) < length:
            raise Cut(f"the file stops in record {number}")
        value = decode(body)
        need(fits(value, KINDS[kind]), f"form of record {number}")
        yield number, kind, value, at
        at, number, last = at + 9 + length, number + 1, kind
    need(at == len(raw), "bytes after the end")


def verify_archive(raw, genesis_bytes):
    """Height and tip of a sound archive, in words."""
    genesis = decode(genesis_bytes)
    need(fits(genesis, GENESIS), "no first genesis; verify_min_link.py follows a successor's")
    return read_archive(raw, genesis, Chain(chain_id(genesis), genesis, {}))


def read_archive(raw, genesis, chain):
    """The same of a chain that has read nothing yet."""
    own, trail, ahead = chain.chain, [], chain.trail
    for number, kind, value, at in records(raw, own):
        if kind == 1:
            need(value == genesis, "another genesis")
        elif kind == 2:
            trail.append(value)
            walk_trail(own, genesis[9], trail)
            ahead[value[1][3]] = value
        elif kind == 3:
            chain.take(value[1], value[2])
        elif kind == 4:
            check_certificate(own, chain.sets[chain.height], chain.head, value)
        else:
            need(not ahead, "a trail beyond the end")
            told = [number, chain.height, chain.tip, sha256(raw[:at]).digest()]
            need(value[1:] == told, "end record")
    return f"sound: height {chain.height}, block {chain.tip.hex()}"


def main(words):
    proof, verify = words[:1] == ["--proof"], verify_archive
    if proof:
        from verify_min_proof import verify_proof as verify  # noqa: PLC0415 - that module needs this one
    if len(words) != 2 + proof:
        sys.stderr.write(__doc__)
        return 3
    raw, document = Path(words[-2]).read_bytes(), json.loads(Path(words[-1]).read_text("utf-8"))
    genesis = bytes.fromhex(document["record"])
    try:
        need(document["chain_id"] == chain_id(decode(genesis)).hex(), "genesis document")
        sys.stdout.write(f"{verify(raw, genesis)}\n")
    except (Bad, Cut) as fault:
        sys.stdout.write(f"{'violation' if type(fault) is Bad else 'incomplete'}: {fault}\n")
        return 1 if type(fault) is Bad else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
