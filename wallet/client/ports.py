"""What the wallet needs of a node, in two narrow parts."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from node.chain.types import Hash, Id
from wallet.builder import Signer
from wallet.client.answers import (
    Account,
    BindingView,
    DistrictView,
    HistoryItem,
    MintView,
    NodeStatus,
    OrderAnswer,
    OrderView,
    PersonView,
    ProposalView,
    Submitted,
    TransactionStatus,
)


class Postbox(Protocol):
    """Enough to get a statement into the ledger."""

    def status(self) -> NodeStatus:
        """The node's view of itself, asked now."""
        ...

    def sequence(self, actor: Id, lane: int = 0) -> int:
        """The next free number of an actor's lane."""
        ...

    def submit(self, raw: bytes) -> Submitted:
        """Hand in one signed transaction."""
        ...

    def submit_many(self, raws: Sequence[bytes]) -> tuple[Submitted, ...]:
        """Hand in many, answered in order."""
        ...

    def transaction(self, tx_id: Hash) -> TransactionStatus:
        """Where a transaction is."""
        ...

    def wait_final(self, tx_id: Hash, timeout_s: float) -> TransactionStatus:
        """Poll until it is decided."""
        ...


class Reader(Protocol):
    """Reads; those that name a ``Signer`` are signed."""

    def account(self, signer: Signer, actor: Id, purpose: str = "") -> Account:
        """One actor."""
        ...

    def history(self, signer: Signer, actor: Id, purpose: str = "") -> Iterator[HistoryItem]:
        """Everything that happened to an account, page by page."""
        ...

    def order(self, signer: Signer, order: Id, purpose: str = "") -> OrderAnswer:
        """One order."""
        ...

    def orders(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[OrderView]:
        """Orders that the reader may see."""
        ...

    def proposals(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[ProposalView]:
        """Proposals of a district."""
        ...

    def mints(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[MintView]:
        """Mints on their way."""
        ...

    def bindings(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[BindingView]:
        """Kin bindings of a person."""
        ...

    def persons(
        self, signer: Signer, filters: dict[str, str], purpose: str = ""
    ) -> Iterator[PersonView]:
        """Persons of a district."""
        ...

    def proof_of_record(self, signer: Signer, id_: bytes, purpose: str = "") -> bytes:
        """The proof file of a transaction or a final order."""
        ...

    def proof_of_state(
        self,
        signer: Signer,
        kind: str,
        id_: bytes,
        purpose: str = "",
        *,
        height: int | None = None,
    ) -> bytes:
        """The proof file of a record, or of its absence, at the tip or after another block."""
        ...

    def genesis(self) -> bytes:
        """The genesis file."""
        ...

    def districts(self) -> tuple[DistrictView, ...]:
        """The districts of the city."""
        ...


class Node(Postbox, Reader, Protocol):
    """Both parts."""
