"""Proof files of a city in memory, one maker for each claim."""

from msgspec.structs import replace

from node.chain.checkpoint import Checkpoint, Note, encode_note, origin_of, sign_line
from node.chain.codec import encode
from node.chain.merkle import Frontier, NodeReader, inclusion_proof, leaf_hash
from node.chain.proof import (
    Anchor,
    Claim,
    FinalClaim,
    NoteAnchor,
    Proof,
    StateClaim,
    SupplyClaim,
    TransactionClaim,
    decode_proof,
)
from node.chain.records import KINDS, encode_record
from node.chain.records.accounts import City, District
from node.chain.records.actors import Person
from node.chain.types import Hash
from tests.archives import Sealed, drafts_of, seal
from tests.kernel_city import KernelCity, seed_of


def proof_of(city: KernelCity, claim: Claim) -> bytes:
    """A claim under the city's last block."""
    tip = _sealed(city)[-1]
    return encode(Proof(1, city.chain_id, claim, Anchor(tip.block.header, tip.certificate, ())))


def transaction_proof(city: KernelCity, height: int = 4) -> bytes:
    """The first transaction of a block stands in the log."""
    entries = _entries(city)
    raw = _sealed(city)[height - 1].block.transactions[0]
    index = entries.index(raw)
    path = inclusion_proof(_reader(entries), index, len(entries))
    return proof_of(city, TransactionClaim(raw, index, path))


def final_proof(city: KernelCity) -> bytes:
    """The first order that became final."""
    height, execution = next((e.height, e) for e in city.executions if e.finals)
    summary = _sealed(city)[height - 1].summary
    entries = _entries(city)
    at = entries.index(encode(summary))
    claim = FinalClaim(
        record=execution.finals[0],
        index=0,
        count=len(execution.finals),
        path=inclusion_proof(_reader(list(execution.finals)), 0, len(execution.finals)),
        summary=summary,
        summary_index=at,
        summary_path=inclusion_proof(_reader(entries), at, len(entries)),
    )
    return proof_of(city, claim)


def balance_proof(city: KernelCity) -> bytes:
    """The record of somebody who has earned."""
    records = city.ledger.records.values()
    person = next(one for one in records if isinstance(one, Person) and one.earned_min)
    kind = KINDS[Person]
    proof = city.ledger.prove(bytes([kind]) + person.key_id)
    return proof_of(city, StateClaim(kind, person.key_id, encode_record(person), proof))


def absence_proof(city: KernelCity) -> bytes:
    """There is no person with an id of zeros."""
    kind, id_ = KINDS[Person], bytes(16)
    return proof_of(city, StateClaim(kind, id_, b"", city.ledger.prove(bytes([kind]) + id_)))


def supply_proof(city: KernelCity) -> bytes:
    """The totals of the city and of every district."""

    def claim(record: City | District) -> StateClaim:
        kind = KINDS[type(record)]
        proof = city.ledger.prove(bytes([kind]) + record.key_id)
        return StateClaim(kind, record.key_id, encode_record(record), proof)

    records = list(city.ledger.records.values())
    districts = sorted((r for r in records if isinstance(r, District)), key=lambda r: r.code)
    whole = next(r for r in records if isinstance(r, City))
    return proof_of(city, SupplyClaim(claim(whole), tuple(map(claim, districts))))


def noted(city: KernelCity, raw: bytes, signers: int = 3) -> bytes:
    """The same claim, anchored in a checkpoint of the city's log that so many districts signed."""
    proof = decode_proof(raw)
    entries, summary = _entries(city), _sealed(city)[-1].summary
    at = entries.index(encode(summary))
    header = _sealed(city)[-1].block.header
    origin = origin_of(city.genesis.city, city.chain_id)
    checkpoint = Checkpoint(origin, header.log_size, header.log_root)
    members = city.genesis.authorities.members[:signers]
    lines = tuple(sign_line(checkpoint, seed_of(f"checkpoint/{m.district}")) for m in members)
    path = inclusion_proof(_reader(entries), at, len(entries))
    note = encode_note(Note(checkpoint, lines))
    return encode(replace(proof, anchor=NoteAnchor(summary, at, path, note, ())))


def all_proofs(city: KernelCity) -> dict[str, bytes]:
    """One proof of each claim under a block and under a checkpoint, by name."""
    under_block = {
        "a transaction is in the log": transaction_proof(city),
        "an order became final": final_proof(city),
        "a person has this record": balance_proof(city),
        "there is no such person": absence_proof(city),
        "the totals of the city": supply_proof(city),
    }
    under_note = {
        f"{name}, by a checkpoint": noted(city, under_block[name])
        for name in ("an order became final", "a person has this record", "the totals of the city")
    }
    return under_block | under_note


def _sealed(city: KernelCity) -> list[Sealed]:
    return seal(city.genesis, drafts_of(city))


def _entries(city: KernelCity) -> list[bytes]:
    return [raw for one in _sealed(city) for raw in (*one.block.transactions, encode(one.summary))]


def _reader(entries: list[bytes]) -> NodeReader:
    _, made = Frontier(0, ()).extend([leaf_hash(entry) for entry in entries])
    nodes: dict[tuple[int, int], Hash] = {(level, index): node for level, index, node in made}
    return lambda level, index: nodes[level, index]
