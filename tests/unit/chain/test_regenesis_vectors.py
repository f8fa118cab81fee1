"""The link of ``tests/vectors/regenesis.json``, read by the kernel and by the verifier that knows nothing of it."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node.chain.genesis import chain_id_of, check_genesis, city_id_of, decode_genesis
from node.chain.link import LinkRefused, verify_link

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "regenesis.json").read_text("utf-8"))
REFERENCE = ROOT / "tests" / "reference"
OLD, NEW = (bytes.fromhex(one["genesis"]) for one in (VECTORS["previous"], VECTORS))
ARCHIVES = tuple(bytes.fromhex(one["archive"]) for one in (VECTORS["previous"], VECTORS))

Follow = Callable[[bytes, bytes, bytes, bytes], str]


def wrong(case: dict[str, object]) -> bytes:
    """A case's genesis: so many bytes of the sound one, others, so many of its last."""
    keep, end = int(str(case["keep"])), int(str(case["end"]))
    return NEW[:keep] + bytes.fromhex(str(case["then"])) + NEW[len(NEW) - end :]


def test_the_link_of_the_vectors_holds() -> None:
    """Chain id and city id are those that the file names."""
    old, new = decode_genesis(OLD), decode_genesis(NEW)
    check_genesis(new)
    assert verify_link(old, new) == new
    assert chain_id_of(new).hex() == VECTORS["chain_id"]
    assert city_id_of(new).hex() == VECTORS["city_id"] == VECTORS["previous"]["chain_id"]


@pytest.mark.parametrize("case", VECTORS["wrong"], ids=lambda case: case["name"])
def test_each_wrong_link_of_the_vectors_has_its_number(case: dict[str, object]) -> None:
    """As the kernel names it."""
    with pytest.raises(LinkRefused) as caught:
        verify_link(decode_genesis(OLD), decode_genesis(wrong(case)))
    assert f"L{caught.value.code.value:02}" == case["code"]


@pytest.fixture(name="follow", scope="module")
def _follow() -> Iterator[Follow]:
    """The small verifier of two archives, imported as a script finds it."""
    sys.path.insert(0, str(REFERENCE))
    yield importlib.import_module("verify_min_link").verify_both
    sys.path.remove(str(REFERENCE))


def test_the_reference_verifier_follows_the_link(follow: Follow) -> None:
    """From the pages alone: both archives and what is between them."""
    said = follow(ARCHIVES[0], OLD, ARCHIVES[1], NEW)
    assert said.startswith(f"sound: height {VECTORS['height']}")


@pytest.mark.parametrize("case", VECTORS["wrong"], ids=lambda case: case["name"])
def test_the_reference_verifier_refuses_every_wrong_link(
    follow: Follow, case: dict[str, object]
) -> None:
    """And an archive of the lost chain that was cut is incomplete, not wrong."""
    bad = importlib.import_module("verify_min").Bad
    with pytest.raises(bad):
        follow(ARCHIVES[0], OLD, ARCHIVES[1], wrong(case))
    with pytest.raises(importlib.import_module("verify_min").Cut):
        follow(ARCHIVES[0][:-1], OLD, ARCHIVES[1], NEW)


def test_the_reference_verifier_of_one_archive_says_that_it_begins_at_a_first_genesis(
    follow: Follow,
) -> None:
    """It does not take a successor for a city without people."""
    assert follow
    alone = importlib.import_module("verify_min")
    with pytest.raises(alone.Bad, match="verify_min_link"):
        alone.verify_archive(ARCHIVES[1], NEW)
