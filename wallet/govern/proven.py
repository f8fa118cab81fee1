"""What a motion starts from, proven: records of the state, checked against the city's genesis.

A motion repeats every value that it leaves as it is. A node that told another value would have it voted unnoticed, so
nothing of it is taken from a node's word. A proof speaks of one block and cannot say that no newer one exists; an old
one gives an old version, and the ledger refuses a motion that does not follow the newest.
"""

from typing import Final, TypeVar

from node.chain.policy import Policy, ServiceClass
from node.chain.proof import StateClaim, decode_proof
from node.chain.records import StateRecord, key_of
from node.chain.records.accounts import City
from node.chain.records.settings import CatalogueEntry, PolicyRecord, policy_id
from node.chain.state import CITY_ID
from node.chain.types import Code
from node.console.fault import Fault
from node.console.language import t
from wallet.proofs import check_proof
from wallet.verbs.acting import Acting
from wallet.verbs.faults import does_not_hold

R = TypeVar("R", bound=StateRecord)
_NAMES: Final[dict[type, str]] = {
    City: "city",
    PolicyRecord: "policy_record",
    CatalogueEntry: "catalogue_entry",
}
"""As the door spells them."""


def active_policy(act: Acting) -> Policy:
    """The policy in force.

    Raises:
        node.console.fault.Fault: the node's proof does not hold or shows something else (exit 1).
    """
    return policy_of(act, _present(act, City, CITY_ID).policy_version)


def policy_of(act: Acting, version: int) -> Policy:
    """A version of the policy; all versions stay in the state.

    Raises:
        node.console.fault.Fault: the node's proof does not hold, or there is no such version (exit 1).
    """
    return _present(act, PolicyRecord, policy_id(version)).policy


def service_class(act: Acting, code: Code) -> ServiceClass | None:
    """A class of the catalogue; None where the state proves that there is none.

    Raises:
        node.console.fault.Fault: the node's proof does not hold or shows something else (exit 1).
    """
    entry = _proven(act, CatalogueEntry, code.encode())
    return None if entry is None else entry.service


def _present(act: Acting, kind: type[R], key: bytes) -> R:
    record = _proven(act, kind, key)
    if record is None:
        raise _shows_another()
    return record


def _proven(act: Acting, kind: type[R], key: bytes) -> R | None:
    """A record of the state, or its proven absence."""
    raw = act.client.proof_of_state(act.signer, _NAMES[kind], key)
    subject = check_proof(act.genesis, raw).subject
    claim = decode_proof(raw).claim
    asked = isinstance(claim, StateClaim) and bytes([claim.kind]) + claim.id == key_of(kind, key)
    if asked and subject is None:
        return None
    if asked and isinstance(subject, kind):
        return subject
    raise _shows_another()


def _shows_another() -> Fault:
    return does_not_hold(
        "other-record",
        t(
            zh="节点证明的不是所问的记录",
            en="The node has proven another record than was asked for",
        ),
        t(zh="换一个节点（--node）再试。", en="Try another node (--node)."),
    )
