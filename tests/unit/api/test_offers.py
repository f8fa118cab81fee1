"""Lists of events, teams, providers, capacities and redemptions: open to persons, without each other's affairs."""

import pytest

from node.chain.types import Id
from tests.kernel_city import GULOU, JIANYE
from tests.money_city import MoneyCity
from tests.unit.api.conftest import Story
from tests.unit.api.door import DoorCity, Reply, ask


class OfferCity(DoorCity, MoneyCity):
    """A city behind its doors, with the moves of money."""

    def __init__(self) -> None:
        MoneyCity.__init__(self)
        self.audit = None


@pytest.fixture
def city() -> OfferCity:
    return OfferCity()


def items(reply: Reply) -> list[dict[str, object]]:
    """A page."""
    assert reply.status == 200, reply.content
    found: list[dict[str, object]] = reply.json["items"]
    return found


def test_every_person_finds_events_teams_providers_and_their_capacity(city: OfferCity) -> None:
    """By district, state and provider; a person without a role sees them all."""
    li, wang = city.new_person("li"), city.new_person("wang")
    city.earn(li, 60)
    provider = city.open_provider(wang)
    capacity = city.attest(provider, 600)
    team = city.open_team(wang)
    event = city.open_event(payer_kind="honour", rule="-")
    for path, id_ in (
        (f"group-events?state=open&district={GULOU}", event.id),
        (f"teams?district={GULOU}", team),
        (f"providers?district={GULOU}", provider),
        (f"capacities?provider={provider.hex()}", capacity),
    ):
        assert [i["id"] for i in items(city.read_signed(f"/v1/{path}", li))] == [id_.hex()]
    for noun in ("group-events", "teams", "providers", "capacities"):
        assert items(city.read_signed(f"/v1/{noun}?district={JIANYE}", li)) == []


def test_who_else_attends_an_event_is_not_shown_to_a_person(city: OfferCity) -> None:
    """One's own attendance is; staff see all with a purpose."""
    li, wang = city.new_person("li"), city.new_person("wang")
    event = city.open_event(payer_kind="honour", rule="-")
    city.attend(event.id, li, 20)

    def seen(reader: Id, purpose: str = "") -> int:
        found = items(city.read_signed("/v1/group-events", reader, purpose))
        attendances = found[0]["attendances"]
        assert isinstance(attendances, list)
        return len(attendances)

    clerk = city.staff("clerk", GULOU)
    assert (seen(li), seen(wang), seen(clerk), seen(clerk, "service")) == (1, 0, 0, 1)


def test_a_redemption_is_seen_by_its_person_and_the_providers_staff(city: OfferCity) -> None:
    """Not by others; staff see it for a purpose, which is noted."""
    li, wang, chen = (city.new_person(name) for name in ("li", "wang", "chen"))
    city.earn(li, 60)
    provider = city.open_provider(wang)
    redemption = city.redeem(li, provider, 30)
    path = f"/v1/redemptions?provider={provider.hex()}"
    for reader, count in ((li, 1), (wang, 1), (chen, 0), (city.staff("clerk", GULOU), 0)):
        assert len(items(city.read_signed(path, reader))) == count
    clerk = city.staff("clerk", GULOU)
    assert len(items(city.read_signed(path, clerk, "service"))) == 1
    assert city.accesses.newest[-1].subject == redemption.id


def test_offers_need_a_signature(story: Story) -> None:
    """They are for persons of the city."""
    for noun in ("group-events", "teams", "providers", "capacities", "redemptions"):
        assert ask(story.city.public, "GET", f"/v1/{noun}").code == "A09"
