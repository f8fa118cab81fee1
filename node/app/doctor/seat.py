"""Whether the keys in a home are those of the district's seat, in the set that signs now and in the one that waits."""

from dataclasses import fields
from typing import Final

from node.app.doctor.findings import Finding, doubtful, ill, well
from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.config import NodeConfig, NodeHome, NodeKeys, authority_of
from node.config.homes import read_seed
from node.console.fault import Fault
from node.console.language import same, t

SEAT: Final = t(zh="席位", en="Seat")


def look_at_seat(home: NodeHome, config: NodeConfig, sets: tuple[AuthoritySet, ...]) -> Finding:
    """Compare all four keys.

    Args:
        home: has the keys.
        config: names the district.
        sets: the one that signs the next block, then one that waits for its height, if any.
    """
    try:
        own = authority_of(config.district, home.read_keys())
    except (Fault, OSError):
        return doubtful(SEAT, "D04", t(zh="密钥读不出，未核对", en="Not compared: keys unreadable"))
    seats = [_seat_in(one, own) for one in sets]
    present, coming = seats[0], seats[-1]
    if own == coming:
        return well(SEAT, same(own.district))
    if coming is None:
        said = t(zh="{district} 没有席位，只作旁观", en="{district} has no seat: an observer")
        return doubtful(SEAT, "D04", said.fill(district=own.district))
    if own == present:
        return _waits(home, own, coming)
    return _differs(home, own, coming)


def _seat_in(authorities: AuthoritySet, own: Authority) -> Authority | None:
    found = (member for member in authorities.members if member.district == own.district)
    return next(found, None)


def _names(own: Authority, seat: Authority) -> str:
    different = (n for n in Authority.__struct_fields__ if getattr(own, n) != getattr(seat, n))
    return ", ".join(different)


def _waits(home: NodeHome, own: Authority, coming: Authority) -> Finding:
    said = t(
        zh="{district} 的席位不久改用别的密钥：{names}",
        en="The seat of {district} will soon have other keys: {names}",
    ).fill(district=own.district, names=_names(own, coming))
    return doubtful(
        SEAT, "D04", said, same(f"timebank node rotate-key --finish --home {home.root}")
    )


def _differs(home: NodeHome, own: Authority, seat: Authority) -> Finding:
    said = t(
        zh="{district} 的席位用的是别的密钥：{names}",
        en="The seat of {district} has other keys: {names}",
    ).fill(district=own.district, names=_names(own, seat))
    verb = "rotate-key --finish" if _next_key_is(home, seat) else "config-show"
    return ill(SEAT, "D04", said, same(f"timebank node {verb} --home {home.root}"))


def _next_key_is(home: NodeHome, seat: Authority) -> bool:
    """Whether a key that waits in the home is one of the seat's."""
    for part in fields(NodeKeys):
        path = home.key(f"{part.name}-next")
        try:
            if keys.public_key(read_seed(path)) == getattr(seat, f"{part.name}_key"):
                return True
        except (Fault, OSError):
            continue
    return False
