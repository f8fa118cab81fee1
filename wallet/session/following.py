"""The wallet's city was founded anew: the wallet goes on under the new chain id with the accounts that it has.

A person's id and key stand in the state that goes on, so nothing is derived again. What the wallet trusts moves from
one genesis to the next only by the link between them: signed by the recovery keys that the genesis it has names.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.chain.genesis import Genesis, SuccessorGenesis, chain_id_of
from node.chain.link import verify_link
from node.chain.types import Hash
from wallet.home import WalletHome
from wallet.session.accounts import Slip, first_person, remember, remembered
from wallet.session.files import write_whole

SHOWN_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Followed:
    """What a wallet's home has followed.

    Attributes:
        genesis: the city's genesis from now on.
        names: wallets whose accounts went on.
        kept: where the genesis before is kept, for proofs of its time.
    """

    genesis: SuccessorGenesis
    names: tuple[str, ...]
    kept: Path


def follow(home: WalletHome, old: Genesis, new: Genesis, raw: bytes) -> Followed:
    """Go on under a successor's genesis; what was begun and interrupted is done again.

    Args:
        home: whose genesis is ``old``.
        old: trusted.
        new: whatever was found.
        raw: its file, which becomes the home's.

    Raises:
        LinkRefused: it does not follow, or too few recovery keys have signed it.
        OSError: a file cannot be written; then the home is still of the old chain.
    """
    following = verify_link(old, new)
    before, after = chain_id_of(old), chain_id_of(following)
    names = tuple(name for name in home.names() if _goes_on(home, name, old, (before, after)))
    kept = home.genesis.with_name(f"genesis-{before.hex()[:SHOWN_DIGITS]}.json")
    write_whole(kept, home.genesis.read_bytes())
    write_whole(home.genesis, raw)
    return Followed(following, names, kept)


def _goes_on(home: WalletHome, name: str, old: Genesis, chains: tuple[Hash, Hash]) -> bool:
    """Note under the new chain which account a wallet is; False for a wallet that has none."""
    before, after = chains
    slip = remembered(home, name)
    if slip is None:
        account = first_person(old, home.load(name).public_key)
    else:
        account = slip.id if slip.chain_id in {before.hex(), after.hex()} else None
    if account is not None:
        remember(home, name, Slip.of(after, account))
    return account is not None
