"""The story's own bookkeeping adds up and sees every difference."""

from node.city.books import FUND, Books, Difference


def story_so_far() -> Books:
    """Earned in one district, redeemed in another, given, donated."""
    books = Books()
    for name, home in (("li", "gulou"), ("mother", "gulou"), ("wang", "jianye")):
        books.person(name, home)
    books.minted("gulou", 600)
    books.settled(FUND, "li", 120, place="gulou", fund_of="gulou")
    books.settled("li", "wang", 60, place="jianye")
    books.given("li", "mother", 30)
    books.donated("li", 15)
    return books


def test_minutes_are_somewhere_and_only_there() -> None:
    """Funds, stores and pools of all districts together are what was minted; positions cancel out."""
    totals = story_so_far().totals()

    def everywhere(name: str) -> int:
        return sum(value for (where, n), value in totals.items() if n == name and where != "city")

    assert totals["city", "issued_min"] == 600
    assert everywhere("funds_min") + everywhere("stores_min") + everywhere("pool_min") == 600
    assert everywhere("net_position_min") == 0
    assert totals["gulou", "net_position_min"] == -60


def test_stores_and_counters_follow_each_movement() -> None:
    """What a person has is what the counters of their district say."""
    books = story_so_far()

    totals = books.totals()

    assert dict(books.stores) == {"li": 15, "mother": 30, "wang": 60}
    assert totals["gulou", "earned_min"] == 120
    assert totals["gulou", "redeemed_min"] == 60
    assert totals["jianye", "earned_min"] == 60
    assert totals["gulou", "on_behalf_orders"] == 1
    assert totals["jianye", "on_behalf_orders"] == 0


def test_a_total_that_is_off_by_one_or_missing_is_named() -> None:
    """Agreement is silence; anything else is listed."""
    books = story_so_far()
    found = dict(books.totals())
    assert books.compare(found) == ()

    found["gulou", "stores_min"] += 1
    del found["city", "paid_min"]

    assert books.compare(found) == (
        Difference("city", "paid_min", 180, None),
        Difference("gulou", "stores_min", 45, 46),
    )
