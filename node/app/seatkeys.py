"""Before a node starts: are the keys in its home its own?

A home put together from two backups may hold a neighbour's key. A node that signed with it would be a second copy of
that neighbour, and both would be convicted of offences that nobody meant. Keys that nobody's seat names are no reason
to stop: a new key is in the home before the set names it, and an observer has no seat at all.
"""

from typing import Final

from node.chain.certificate import Authority, AuthoritySet
from node.console.exits import ExitCode
from node.console.fault import Fault, fault
from node.console.language import t

_KEYS: Final = ("consensus", "operator", "checkpoint", "tls")


def need_own_keys(own: Authority, authorities: AuthoritySet) -> None:
    """Refuse to start with a key of another district's seat.

    Args:
        own: the district and the public halves of its keys.
        authorities: the set at the tip.

    Raises:
        Fault: ``foreign-key``, naming the key and whose it is.
    """
    for name in _KEYS:
        key = getattr(own, f"{name}_key")
        for member in authorities.members:
            if member.district != own.district and key == getattr(member, f"{name}_key"):
                raise _foreign(own.district, name, member.district)


def _foreign(district: str, name: str, owner: str) -> Fault:
    return fault(
        "foreign-key",
        ExitCode.STORAGE,
        what=t(zh="{district} 区的节点不启动", en="The node of {district} does not start").fill(
            district=district
        ),
        why=t(
            zh="keys/{name}.key 是 {owner} 区的密钥；用它签名会使两个区都被认定违规",
            en="keys/{name}.key is the key of {owner}; signing with it would convict both districts",
        ).fill(name=name, owner=owner),
        remedy=t(
            zh="从 {district} 区自己的备份恢复这个密钥文件，并查明它怎么来到这里。",
            en="Restore this key file from {district}'s own backup, and find out how it came here.",
        ).fill(district=district),
    )


def doppelganger(district: str) -> Fault:
    """The same node runs twice: peers say that another instance with this key answers them."""
    return fault(
        "same-key-twice",
        ExitCode.OTHER,
        what=t(zh="{district} 区的节点停止", en="The node of {district} stops").fill(
            district=district
        ),
        why=t(
            zh="其他区报告：另一个进程正以同一把密钥运行；本进程没有签名",
            en="Other districts report another process running with the same key; this one signs nothing",
        ),
        remedy=t(
            zh="只保留一个。确认另一个在哪台机器上运行；要换机器，先停下旧的，再启动新的。",
            en="Keep one of the two. Find the machine the other runs on; to move, first stop the old.",
        ),
    )
