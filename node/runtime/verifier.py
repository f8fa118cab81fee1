"""Signatures of consensus messages, each verified once."""

from typing import Final

from node.chain.certificate import AuthoritySet, CommitCertificate, Polka, SignedMessage, signed_by
from node.chain.codec import encode
from node.chain.types import Hash
from node.consensus.polka import polka_fault

CACHE_MAX: Final = 8_192
"""Messages remembered: eight rounds of a hundred authorities with everything twice; a full cache starts anew."""


class Verifier:
    """Remembers what has verified. A failure is not remembered: it costs the peer that sent it its connection."""

    def __init__(self, chain_id: Hash) -> None:
        """Verify for one chain."""
        self._chain_id = chain_id
        self._authorities: AuthoritySet | None = None
        self._good: set[bytes] = set()

    def use(self, authorities: AuthoritySet) -> None:
        """Verify against this set from now on."""
        self._authorities = authorities
        self._good.clear()

    def message(self, message: SignedMessage) -> bool:
        """Whether the signer is in the set and signed the message."""
        assert self._authorities is not None
        key = encode(message)
        if key in self._good:
            return True
        if not signed_by(self._chain_id, self._authorities, message):
            return False
        self._remember(key)
        return True

    def polka(self, polka: Polka) -> str | None:
        """Why these are not a quorum of signed prevotes, or None."""
        assert self._authorities is not None
        return polka_fault(polka, self._authorities, self.message)

    def certificate(self, certificate: CommitCertificate) -> str | None:
        """Why a certificate does not prove its block, or None; precommits that came as votes cost nothing again."""
        assert self._authorities is not None
        signers = [signer for signer, _ in certificate.signatures]
        if len(signers) < self._authorities.quorum:
            return f"{len(signers)} signatures, a quorum is {self._authorities.quorum}"
        if signers != sorted(set(signers)):
            return "signers not sorted or repeated"
        for vote in certificate.votes():
            if not self.message(vote):
                return f"signature of authority {vote.signer} does not verify"
        return None

    def _remember(self, key: bytes) -> None:
        if len(self._good) >= CACHE_MAX:
            self._good.clear()
        self._good.add(key)
