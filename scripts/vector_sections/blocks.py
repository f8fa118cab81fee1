"""A signed transaction, and the block of height 1 that holds it, field by field."""

from msgspec.structs import replace

from node.chain import keys
from node.chain.block import Block, Header, Summary, block_id, evidence_root
from node.chain.codec import encode
from node.chain.hashing import digest
from node.chain.merkle import Frontier, leaf_hash, root_of
from node.chain.tx.envelope import Body, Transaction, body_kind, sign_bytes, transaction_id
from node.chain.tx.identity import GrantAgent, Unbind
from node.chain.tx.transfers import Donate
from node.chain.types import NO_HASH, Code, EpochMs, Hash, Height, Id, Minutes
from scripts.vector_sections.constants import CHAIN_ID, Json, seed

_SENDER = Id(bytes(range(16)))
_OTHER = Id(bytes(range(16, 32)))
_SECRET = seed("a volunteer")
_TIME = EpochMs(1_772_000_000_000)


def _signed(body: Body, lane: int, number: int) -> bytes:
    tx = Transaction(1, 1, _SENDER, (lane, number), EpochMs(_TIME + 7_200_000), 1, body, bytes(64))
    signature = keys.sign(_SECRET, sign_bytes(CHAIN_ID, encode(tx)))
    return encode(replace(tx, signature=signature))


def _transactions() -> dict[str, bytes]:
    return {
        "donate": _signed(Donate(Code("district"), Minutes(90)), 0, 7),
        "unbind": _signed(Unbind(_OTHER), 1, 0),
        "grant agent": _signed(GrantAgent(_OTHER, (Code("confirm"), Code("request"))), 0, 8),
    }


def _transaction(name: str, raw: bytes, body: Body) -> Json:
    return {
        "name": name,
        "kind": body_kind(body),
        "encoded": raw.hex(),
        "sign_bytes": sign_bytes(CHAIN_ID, raw).hex(),
        "key": keys.public_key(_SECRET).hex(),
        "signature": raw[-64:].hex(),
        "id": transaction_id(raw).hex(),
    }


def _summary(count: int) -> Summary:
    return Summary(
        height=Height(1),
        time_ms=_TIME,
        transaction_count=count,
        timer_count=0,
        state_root=digest("example", CHAIN_ID, b"state"),
        finals_root=root_of(()),
        next_authorities_hash=digest("example", CHAIN_ID, b"authorities"),
        policy_hash=digest("example", CHAIN_ID, b"policy"),
    )


def _header(transactions: tuple[bytes, ...], summary: Summary) -> Header:
    leaves: list[Hash] = [leaf_hash(entry) for entry in (*transactions, encode(summary))]
    frontier, _ = Frontier().extend(leaves)
    return Header(
        version=1,
        suite=1,
        height=Height(1),
        time_ms=_TIME,
        previous_id=CHAIN_ID,
        last_commit_hash=NO_HASH,
        maker=2,
        transaction_count=len(transactions),
        log_number=0,
        log_size=frontier.size,
        log_root=frontier.root(),
        state_root=summary.state_root,
        evidence_root=evidence_root(CHAIN_ID, ()),
        authorities_hash=summary.next_authorities_hash,
        next_authorities_hash=summary.next_authorities_hash,
        policy_hash=summary.policy_hash,
    )


def section() -> dict[str, Json]:
    """Transactions of one sender, and a block of the first of them."""
    raws = _transactions()
    bodies: tuple[Body, ...] = (
        Donate(Code("district"), Minutes(90)),
        Unbind(_OTHER),
        GrantAgent(_OTHER, (Code("confirm"), Code("request"))),
    )
    held = (raws["donate"],)
    summary = _summary(len(held))
    header = _header(held, summary)
    block = Block(header, (), held, ())
    return {
        "chain_id": CHAIN_ID.hex(),
        "seed": _SECRET.hex(),
        "transactions": [
            _transaction(name, raw, body)
            for (name, raw), body in zip(raws.items(), bodies, strict=True)
        ],
        "summary": {"encoded": encode(summary).hex(), "leaf": leaf_hash(encode(summary)).hex()},
        "header": {"encoded": encode(header).hex(), "id": block_id(CHAIN_ID, header).hex()},
        "block": encode(block).hex(),
        "evidence_root_of_none": evidence_root(CHAIN_ID, ()).hex(),
    }
