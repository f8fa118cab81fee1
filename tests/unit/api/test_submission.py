"""Handing transactions in, and asking what became of them."""

from collections.abc import AsyncIterator

import msgpack
import pytest

from node.api.limits import BATCH_BODY_MAX_BYTES, BATCH_MAX, SINGLE_BODY_MAX_BYTES
from node.chain.hashing import derive_id
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.organisation import OpenSite, Propose
from node.chain.types import Code, EpochMs, Id
from tests.kernel_city import GULOU
from tests.unit.api.door import DoorCity, Reply, ask

BYTES = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
PACKED = {"Content-Type": "application/msgpack"}


def proposal(city: DoorCity, number: int = 0, **changes: object) -> SignedTransaction:
    """A harmless transaction by Gulou's reviewer."""
    action = OpenSite(GULOU, Code(f"site-{10 + number}"))
    return city.sign(
        city.staff("reviewer", GULOU), Propose(action), sequence=(0, number), **changes
    )


def post(city: DoorCity, target: str, content: bytes, headers: dict[str, str]) -> Reply:
    """One POST at the public door."""
    return ask(city.public, "POST", target, content=content, headers=headers)


def test_a_transaction_is_taken_as_bytes_and_as_json_and_shared(city: DoorCity):
    """Both forms are the same transaction; submitting it again does no harm."""
    signed = proposal(city)
    first = post(city, "/v1/transactions", signed.raw, BYTES)
    text = f'{{"transaction":"{signed.raw.hex()}"}}'.encode()
    second = post(city, "/v1/transactions", text, JSON)
    assert first.status == second.status == 202
    assert first.json == second.json == {"id": signed.tx_id.hex(), "status": "PENDING"}
    (flush,) = city.later
    flush()
    assert city.shared == [signed.raw]


def test_the_status_follows_a_transaction_into_its_block(city: DoorCity):
    """Unknown, pending, committed with what it created; afterwards submitting it again says where it is."""
    signed = proposal(city)
    target = f"/v1/transactions/{signed.tx_id.hex()}"
    assert city.read(target).json == {"id": signed.tx_id.hex(), "status": "UNKNOWN"}
    post(city, "/v1/transactions", signed.raw, BYTES)
    assert city.read(target).json["status"] == "PENDING"
    city.make_block()
    created = derive_id(city.chain_id, signed.tx.sender, 0, 0, 0)
    assert city.read(target).json == {
        "id": signed.tx_id.hex(),
        "status": "COMMITTED",
        "height": 1,
        "index": 0,
        "kind": "propose",
        "created": [created.hex()],
    }
    again = post(city, "/v1/transactions", signed.raw, BYTES)
    assert again.json == {"id": signed.tx_id.hex(), "status": "COMMITTED", "height": 1}


def test_a_transaction_that_lost_its_number_or_its_time_says_so(city: DoorCity):
    """Who signed learns that the bytes can never stand in a block."""
    winner, loser = proposal(city), proposal(city, valid_until_ms=EpochMs(city.now_ms + 5_000))
    late = proposal(city, 1, valid_until_ms=EpochMs(city.now_ms - 1))
    city.block(winner)
    for signed, code, status in ((loser, "E301", "SUPERSEDED"), (late, "E303", "EXPIRED")):
        assert post(city, "/v1/transactions", signed.raw, BYTES).code == code
        found = city.read(f"/v1/transactions/{signed.tx_id.hex()}").json
        assert (found["status"], found["code"]) == (status, code)


@pytest.mark.parametrize("headers", [JSON, PACKED], ids=["json", "msgpack"])
def test_a_batch_answers_each_transaction_in_order(city: DoorCity, headers: dict[str, str]):
    """One refusal in the middle does not touch its neighbours."""
    first, second = proposal(city, 0), proposal(city, 1)
    broken = first.raw[:-1] + bytes([first.raw[-1] ^ 1])
    raws = [first.raw, broken, second.raw]
    listed = ",".join(f'"{raw.hex()}"' for raw in raws)
    body = f'{{"transactions":[{listed}]}}'.encode() if headers is JSON else msgpack.packb(raws)
    reply = post(city, "/v1/transactions/batch", body, headers)
    assert reply.status == 200
    results = reply.json["results"]
    assert [result["status"] for result in results] == ["PENDING", "REFUSED", "PENDING"]
    assert results[1]["code"] == "E301"
    assert results[2]["id"] == second.tx_id.hex()


def test_an_empty_batch_is_a_batch(city: DoorCity):
    """Nothing in, nothing out."""
    assert post(city, "/v1/transactions/batch", b'{"transactions":[]}', JSON).json == {
        "results": []
    }


def test_a_batch_above_its_maximum_is_refused_whole(city: DoorCity):
    """501 transactions are too many, whatever they are."""
    body = msgpack.packb([b"\x00"] * (BATCH_MAX + 1))
    reply = post(city, "/v1/transactions/batch", body, PACKED)
    assert (reply.status, reply.code) == (422, "A07")


@pytest.mark.parametrize(
    ("target", "content", "headers", "status", "code"),
    [
        ("/v1/transactions", b"\xff", BYTES, 400, "E101"),
        ("/v1/transactions", b"", BYTES, 400, "E101"),
        ("/v1/transactions", b"\x00" * 4_097, BYTES, 413, "E102"),
        ("/v1/transactions", b"\x00" * (SINGLE_BODY_MAX_BYTES + 1), BYTES, 413, "A03"),
        ("/v1/transactions", b"{", JSON, 400, "A04"),
        ("/v1/transactions", b'{"transaction":"0"}', JSON, 400, "A04"),
        ("/v1/transactions", b'{"transaction":7}', JSON, 400, "A04"),
        ("/v1/transactions", b'{"transaction":"\xff"}', JSON, 400, "A04"),
        ("/v1/transactions", b"x", {"Content-Type": "text/plain"}, 415, "A05"),
        ("/v1/transactions/batch", b"[]", JSON, 400, "A04"),
        ("/v1/transactions/batch", b"\x91\xa1x", PACKED, 400, "A04"),
        ("/v1/transactions/batch", b"\xdd\xff\xff\xff\xff", PACKED, 400, "A04"),
        ("/v1/transactions/batch", b"[[" * 50_000, JSON, 400, "A04"),
        ("/v1/transactions/batch", b"x", BYTES, 415, "A05"),
        ("/v1/transactions/batch", b" " * (BATCH_BODY_MAX_BYTES + 1), JSON, 413, "A03"),
    ],
)
def test_bodies_that_cannot_be_read_are_refused_with_a_number(
    city: DoorCity, target: str, content: bytes, headers: dict[str, str], status: int, code: str
):
    """Whatever comes in, the answer is a problem and nothing is lost."""
    reply = post(city, target, content, headers)
    assert (reply.status, reply.code) == (status, code)
    assert len(city.pool) == 0


def test_a_body_without_a_length_is_cut_off_at_the_bound(city: DoorCity):
    """A stream that never says how long it is does not fill the memory."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"\x00" * 1_024

    reply = ask(city.public, "POST", "/v1/transactions", content=endless(), headers=BYTES)
    assert (reply.status, reply.code) == (413, "A03")


def test_the_next_number_counts_what_is_pending(city: DoorCity):
    """A wallet may sign the next before the last is final; who nobody knows has no number."""
    reviewer = city.staff("reviewer", GULOU)
    target = f"/v1/actors/{reviewer.hex()}/sequence"
    assert city.read(target).json == {"lane": 0, "next": 0}
    post(city, "/v1/transactions", proposal(city).raw, BYTES)
    assert city.read(f"{target}?lane=0").json == {"lane": 0, "next": 1}
    assert city.read(f"{target}?lane=3").json == {"lane": 3, "next": 0}
    assert city.read(f"{target}?lane=16").code == "A06"
    assert city.read(f"/v1/actors/{Id(bytes(16)).hex()}/sequence").code == "E201"
