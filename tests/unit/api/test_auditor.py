"""Who reads the bodies of the log: authorities and auditors of the city, over real HTTP; everybody reads its hashes."""

from collections.abc import Iterator
from hashlib import sha256

import httpx2
import pytest

from node.chain.proof import verify_proof
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.organisation import GrantRole, RevokeRole
from node.chain.types import Code, Id
from tests.kernel_city import FAR_MS, GULOU, JIANYE
from tests.unit.api.conftest import Story, tell
from tests.unit.api.door import DoorCity
from tests.unit.api.serving import serving

CITY = Code("city")
AUDITOR = Code("auditor")
ENTRIES = "/v1/tile/entries/000.p/2"


class Visit:
    """A city's real door, and whoever asks at it."""

    def __init__(self, story: Story, client: httpx2.Client) -> None:
        self.story, self.city, self._client = story, story.city, client

    def get(self, target: str, reader: Id | None = None, purpose: str = "") -> httpx2.Response:
        """One request, signed by the reader if there is one."""
        headers = {} if reader is None else self.city.headers(target, reader, purpose)
        return self._client.get(target, headers=headers)

    def code(self, target: str, reader: Id | None = None, purpose: str = "") -> str:
        """The code of a refusal."""
        reply = self.get(target, reader, purpose)
        assert reply.headers["content-type"] == "application/problem+json"
        return str(reply.json()["code"])

    def appoint(self, person: Id, action: type[GrantRole | RevokeRole] = GrantRole) -> None:
        """Make or unmake an auditor, by operators of two districts."""
        city = self.city
        first, second = city.staff("recorder", JIANYE), city.staff("reviewer", GULOU)
        if action is GrantRole:
            city.two(first, second, GrantRole(person, AUDITOR, CITY, Code("-"), FAR_MS))
        else:
            city.two(first, second, RevokeRole(person, AUDITOR, CITY))


@pytest.fixture
def visit() -> Iterator[Visit]:
    story = tell(DoorCity())
    with serving(story.city) as address, httpx2.Client(base_url=address) as client:
        yield Visit(story, client)


@pytest.mark.feature("G5")
@pytest.mark.slow
def test_an_auditor_reads_bodies_that_are_those_of_the_public_hashes(visit: Visit):
    """With a purpose, which is noted; the hash tile beside them is open to everybody and agrees."""
    visit.appoint(visit.story.wang)
    assert visit.code(ENTRIES, visit.story.wang) == "A12"
    noted = len(visit.city.accesses.newest)
    reply = visit.get(ENTRIES, visit.story.wang, "yearly-audit")
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "private, no-store"
    body, leaves = reply.content, []
    while body:
        size = int.from_bytes(body[:2], "big")
        leaves.append(sha256(b"\x00" + body[2 : 2 + size]).digest())
        body = body[2 + size :]
    assert visit.get("/v1/tile/0/000.p/2").content == b"".join(leaves)
    assert len(visit.city.accesses.newest) == noted + 1
    assert visit.city.accesses.newest[-1].purpose == "yearly-audit"


@pytest.mark.feature("G5")
@pytest.mark.slow
def test_nobody_else_reads_bodies_and_each_refusal_is_counted(visit: Visit):
    """Unsigned, a volunteer, a member of staff with a purpose, and an auditor whose role has been taken back."""
    city, story = visit.city, visit.story
    assert visit.code(ENTRIES) == "A09"
    assert visit.code(ENTRIES, story.li, "curiosity") == "A13"
    assert visit.code(ENTRIES, city.staff("reviewer", GULOU), "service-desk") == "A13"
    visit.appoint(story.wang)
    visit.appoint(story.wang, RevokeRole)
    assert visit.code(ENTRIES, story.wang, "yearly-audit") == "A13"
    assert city.accesses.refusals == {"A09": 1, "A13": 3}
    assert visit.get(ENTRIES, city.operator(JIANYE)).status_code == 200


@pytest.mark.feature("G5")
@pytest.mark.slow
def test_an_auditor_gets_the_proof_of_any_transaction_and_others_their_own(visit: Visit):
    """Each reading names whose transaction it was."""
    story, city = visit.story, visit.city
    block = city.read("/v1/blocks/3").json
    target = f"/v1/proofs/record/{block['transaction_ids'][0]}"
    concerned = city.services.transactions.concerned(bytes.fromhex(block["transaction_ids"][0]))
    assert story.wang not in concerned
    assert visit.code(target, story.wang, "yearly-audit") == "A13"
    visit.appoint(story.wang)
    assert visit.code(target, story.wang) == "A12"
    noted = len(city.accesses.newest)
    reply = visit.get(target, story.wang, "yearly-audit")
    assert isinstance(verify_proof(city.genesis, reply.content).subject, SignedTransaction)
    assert {a.subject for a in list(city.accesses.newest)[noted:]} == set(concerned)
