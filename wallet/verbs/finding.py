"""Things that lists hold and that have no address of their own: bindings, proposals, mints."""

from node.chain.types import Id
from wallet.client.answers import BindingView, MintView, ProposalView
from wallet.verbs.acting import Acting
from wallet.verbs.faults import not_listed


def find_binding(act: Acting, person: Id, binding: Id) -> BindingView:
    """A binding of a person.

    Raises:
        node.console.fault.Fault: there is none with this id (exit 1).
    """
    for found in act.client.bindings(act.signer, {"person": person.hex()}, act.flags.purpose):
        if found.id == binding.hex():
            return found
    raise not_listed("kin bindings", binding.hex())


def find_proposal(act: Acting, proposal: Id) -> ProposalView:
    """An open proposal.

    Raises:
        node.console.fault.Fault: there is none with this id (exit 1).
    """
    for found in act.client.proposals(act.signer, {"state": "open"}, act.flags.purpose):
        if found.id == proposal.hex():
            return found
    raise not_listed("open proposals", proposal.hex())


def find_mint(act: Acting, mint: Id) -> MintView:
    """An open mint.

    Raises:
        node.console.fault.Fault: there is none with this id (exit 1).
    """
    for found in act.client.mints(act.signer, {"state": "open"}):
        if found.id == mint.hex():
            return found
    raise not_listed("open mints", mint.hex())
