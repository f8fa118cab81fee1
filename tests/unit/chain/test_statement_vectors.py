"""What people sign beside transactions: the kernel gives the bytes and signatures that the integer twin gives."""

import json
from pathlib import Path
from typing import Any

import pytest

from node.chain.rules.orders.presence import RECIPIENT_WALLET, Meeting, ServiceMoment
from node.chain.tx.sheets import Slip, opening_bytes, parse_opened
from node.chain.types import EpochMs, Hash, Id
from scripts.vector_sections.constants import seed

FILE = Path(__file__).parents[2] / "vectors" / "signatures.json"
VECTORS: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text())


def raw(case: dict[str, Any], name: str) -> bytes:
    """A field of bytes."""
    return bytes.fromhex(case[name])


@pytest.mark.parametrize("case", VECTORS["presence"], ids=lambda case: str(case["moment"]))
def test_a_proof_of_presence_is_the_twins(case: dict[str, Any]) -> None:
    """Order, volunteer, moment and time, in this order."""
    order, volunteer = Id(raw(case, "order")), Id(raw(case, "volunteer"))
    moment, claimed_ms = ServiceMoment(case["moment"]), EpochMs(case["claimed_ms"])
    meeting, chain_id = Meeting(order, volunteer, moment, claimed_ms), Hash(raw(case, "chain_id"))
    assert meeting.sign_bytes(chain_id) == raw(case, "signed_bytes")
    proof = meeting.signed(chain_id, seed("signer"), RECIPIENT_WALLET, order)
    assert proof.signature == raw(case, "signature")


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda case: str(case["sheet"]))
def test_a_code_and_its_signature_are_the_twins(case: dict[str, Any]) -> None:
    """From the code its key, from order and sender the proof."""
    city_id, chain_id = Hash(raw(case, "city_id")), Hash(raw(case, "chain_id"))
    order, sender = Id(raw(case, "order")), Id(raw(case, "sender"))
    slip = Slip(case["sheet"], case["place"], case["code"].encode())
    assert slip.seed(city_id) == raw(case, "seed")
    assert slip.key(city_id) == raw(case, "key")
    assert opening_bytes(chain_id, order, sender) == raw(case, "signed_bytes")
    proof = slip.opened(city_id, chain_id, order, sender)
    assert proof == raw(case, "proof")
    assert parse_opened(proof) == (slip.sheet, slip.place, raw(case, "signature"))
