"""A node's home directory and its configuration: where files are, what a setting may be, where its value came from.

Who may import it: ``node.app`` and ``node.city``. Precedence is flag, then ``TIMEBANK_*``, then ``config/node.toml``,
then the default; ``docs/configuration.md`` lists every setting. Never here: reading the process environment (callers
hand it over), starting anything, wallets' keystores.
"""

from node.config.homes import NodeHome, NodeKeys, authority_of, make_keys
from node.config.loading import BadConfiguration, Mistake, check, load
from node.config.settings import NodeConfig, Origin, PeerConfig

__all__ = [
    "BadConfiguration",
    "Mistake",
    "NodeConfig",
    "NodeHome",
    "NodeKeys",
    "Origin",
    "PeerConfig",
    "authority_of",
    "check",
    "load",
    "make_keys",
]
