"""The doors name who broke the protocol, and give the file that convicts before a stranger."""

from pathlib import Path

import pytest

from node.audit.proofs import check_file
from node.chain.certificate import Prevote, make_evidence
from node.chain.conviction import verify_conviction
from node.chain.types import Height
from tests.authority_city import message
from tests.kernel_city import GULOU, JIANYE
from tests.unit.api.door import DoorCity


def twice(city: DoorCity, district: str, height: int) -> tuple[Prevote, Prevote]:
    """Two prevotes that exclude each other."""
    said = {"chain_id": city.chain_id, "district": district, "height": height}
    return tuple(message(Prevote, block, **said) for block in (1, 2))  # type: ignore[arg-type,return-value]


@pytest.mark.feature("B5")
def test_an_offence_is_listed_counted_and_its_file_convicts_offline(
    city: DoorCity, tmp_path: Path
) -> None:
    """From the block that holds the pair; also after a restart of the node."""
    city.make_block()
    city.make_block()
    city.executor.report_evidence(make_evidence(*twice(city, GULOU, 2)))
    city.make_block()
    for _ in range(2):
        (item,) = city.read("/v1/offences").json["items"]
        assert (item["district"], item["height"], item["block_height"]) == ("gulou", 2, 3)
        assert item["kind"] == "prevote"
        answer = city.read("/v1/evidence?height=2")
        assert answer.headers["content-type"] == "application/octet-stream"
        path = tmp_path / "evidence.bin"
        path.write_bytes(answer.content)
        checked = check_file(city.genesis, path)
        assert checked.convicted is not None
        assert checked.convicted.district == GULOU
        city.open()


@pytest.mark.feature("B5")
def test_what_the_node_heard_convicts_before_any_block_says_so(city: DoorCity) -> None:
    """From the statements of the height; of several culprits the reader chooses."""
    city.make_block()
    city.statements.keep(Height(1), (*twice(city, GULOU, 1), *twice(city, JIANYE, 1)))
    assert city.read("/v1/offences").json["items"] == []
    for district in (GULOU, JIANYE):
        raw = city.read(f"/v1/evidence?height=1&district={district}").content
        assert verify_conviction(city.genesis, raw).district == district
    assert city.read("/v1/evidence?height=1&district=xuanwu").code == "A14"


@pytest.mark.feature("B5")
def test_without_evidence_the_door_says_so(city: DoorCity) -> None:
    """404 for an honest height, 422 for what is no height."""
    city.make_block()
    assert city.read("/v1/evidence?height=1").code == "A14"
    assert city.read("/v1/evidence?height=900").code == "A14"
    assert city.read("/v1/evidence?height=0").code == "A06"
    assert city.read("/v1/status").json["offences"] == 0
