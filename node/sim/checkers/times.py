"""C17: block times grow, and nobody votes for one that its clock forbids."""

from node.chain.block import Header
from node.chain.certificate import Prevote, Proposal, SignedMessage
from node.chain.types import NO_HASH, EpochMs, Hash, Height, Round
from node.consensus.schedule import CLOCK_PRECISION_MS, MESSAGE_DELAY_MS
from node.consensus.wire import ProposalMessage
from node.sim.checkers.faults import Broken
from node.sim.simnode import City, SimulatedNode


class Times:
    """Block times, and when each proposal came to whom."""

    def __init__(self, city: City) -> None:
        """Only genesis has a time."""
        self._final: dict[Height, EpochMs] = {Height(0): city.genesis_ms}
        self._proposed: dict[Hash, EpochMs] = {}
        self._arrivals: dict[tuple[int, Hash, Round], list[EpochMs]] = {}
        self.judged = 0
        """Fresh proposals of others that an honest node has prevoted."""

    def on_arrived(self, node: SimulatedNode, message: ProposalMessage) -> None:
        """A proposal's bytes are there; its time counts from now, by the node's own clock."""
        name = message.proposal.block_id
        self._proposed[name] = message.header.time_ms
        place = (node.place, name, message.proposal.round)
        self._arrivals.setdefault(place, []).append(node.now_ms())

    def on_committed(self, header: Header) -> None:
        """Every block is later than the one before."""
        previous = self._final.get(Height(header.height - 1))
        if previous is not None and header.time_ms <= previous:
            raise Broken(f"C17: block {header.height} is not later than the one before")
        self._final.setdefault(header.height, header.time_ms)

    def on_own(self, node: SimulatedNode, message: SignedMessage) -> None:
        """A prevote for a fresh proposal: its time must have been within the window of this node's clock."""
        if not isinstance(message, Prevote) or message.block_id == NO_HASH or node.driver is None:
            return
        proposal = node.driver.state.at(message.round).proposal
        if proposal is None or proposal.valid_round or proposal.signer == message.signer:
            return
        arrivals = self._arrivals.get((node.place, message.block_id, message.round), [])
        if not any(self._is_in_window(proposal, arrival) for arrival in arrivals):
            time_ms = self._proposed.get(message.block_id)
            raise Broken(f"C17: node {node.place} prevotes time {time_ms}, arrived at {arrivals}")
        self.judged += 1

    def _is_in_window(self, proposal: Proposal, arrival_ms: EpochMs) -> bool:
        time_ms = self._proposed[proposal.block_id]
        previous_ms = self._final[Height(proposal.height - 1)]
        ahead = time_ms - arrival_ms
        return (
            time_ms > previous_ms
            and (ahead <= CLOCK_PRECISION_MS or time_ms == previous_ms + 1)
            and -ahead <= MESSAGE_DELAY_MS * (proposal.round + 1) + CLOCK_PRECISION_MS
        )
