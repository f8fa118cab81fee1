"""What becomes final: C1, C6, C7, C9, C16."""

from collections.abc import Callable

from node.chain.block import Block, Header, block_id
from node.chain.certificate import CommitCertificate, authority_set_hash, certificate_fault
from node.chain.codec import encode
from node.chain.hashing import digest
from node.chain.types import Hash, Height
from node.sim.checkers.faults import Broken, Forked
from node.sim.checkers.statements import Statements
from node.sim.checkers.witness import Witness
from node.sim.simnode import City, SimulatedNode

Culprits = Callable[[Height], frozenset[int]]


class Finality:
    """The chain that all honest nodes must have."""

    def __init__(self, city: City, statements: Statements, culprits: Culprits) -> None:
        """Nothing is final.

        Args:
            city: sets and chain.
            statements: who proposed what.
            culprits: who is convicted by what honest nodes hold of a height.
        """
        self._city = city
        self._statements = statements
        self._culprits = culprits
        self._witness = Witness(city)
        self._final: dict[Height, Hash] = {}
        self._bodies: dict[Hash, Hash] = {}

    @property
    def highest(self) -> Height:
        """Newest height that anybody has decided."""
        return max(self._final, default=Height(0))

    def on_committed(
        self, node: SimulatedNode, block: Block, certificate: CommitCertificate
    ) -> None:
        """A block is final at an honest node."""
        chain_id = self._city.chain_id
        height, name = block.header.height, block_id(chain_id, block.header)
        body = digest("body", chain_id, encode(block))
        if self._bodies.setdefault(name, body) != body:
            raise Broken(f"C1: two bodies of one block at height {height}")
        if self._final.setdefault(height, name) != name:
            raise Forked(height, self._culprits(height))
        if certificate.block_id != name:
            raise Broken(f"C6: certificate of another block at height {height}")
        self._check_certificate(certificate)
        self._follow(node, height)

    def _check_certificate(self, certificate: CommitCertificate) -> None:
        """A quorum of the set of just this height, each once."""
        authorities = self._city.authorities_at(certificate.height)
        members = len(authorities.members)
        signers = {signer for signer, _ in certificate.signatures if signer < members}
        if 3 * len(signers) <= 2 * members:
            raise Broken(f"C7: height {certificate.height} has {len(signers)} of {members}")
        fault = certificate_fault(self._city.chain_id, authorities, certificate)
        if fault is not None:
            raise Broken(f"C6: certificate at height {certificate.height}: {fault}")

    def _follow(self, node: SimulatedNode, height: Height) -> None:
        """Judge what is new, also blocks that a node has kept although it died before it said so."""
        assert node.ledger is not None
        while self._witness.height < height:
            decided = node.ledger.blocks.decided(Height(self._witness.height + 1))
            assert decided is not None, "a node has all blocks up to its tip"
            self._check_new(decided.block, decided.certificate)

    def _check_new(self, block: Block, certificate: CommitCertificate) -> None:
        header, name = block.header, certificate.block_id
        if (header.height, name) not in self._statements.proposed:
            raise Broken(f"C9: nobody proposed what was decided at height {header.height}")
        self._check_sets(header)
        reason = self._witness.judge(block, certificate)
        if reason is not None:
            raise Broken(f"C9: height {header.height} is decided and not valid: {reason}")
        if self._city.decided is not None:
            self._city.decided.learn(header.height, self._witness.motions())

    def _check_sets(self, header: Header) -> None:
        for said, height, what in (
            (header.authorities_hash, header.height, "own"),
            (header.next_authorities_hash, header.height + 1, "next"),
        ):
            due = self._city.authorities_at(Height(height))
            if said != authority_set_hash(self._city.chain_id, due):
                raise Broken(f"C16: the header of {header.height} names another set as its {what}")
