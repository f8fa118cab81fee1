"""What the city has decided: policy versions, the catalogue, the authority set."""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.certificate import AuthoritySet
from node.chain.codec import Record
from node.chain.policy import Policy, ServiceClass
from node.chain.types import HeightF, UintF

SETTINGS_ID: Final = b"settings"
AUTHORITIES_ID: Final = b"authorities"


class CitySettings(Record, frozen=True, tag=80):
    """What genesis fixes for the rules."""

    bureau_suite: UintF
    bureau_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    """Signs the receipts of first registration."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """There is one."""
        return SETTINGS_ID


class PolicyRecord(Record, frozen=True, tag=77):
    """One version of the policy; all versions stay."""

    policy: Policy
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The version, four bytes big endian."""
        return policy_id(self.policy.version)


class ProtocolRecord(Record, frozen=True, tag=115):
    """One version of the protocol that was decided; version 1 is that of genesis and has none. All versions stay."""

    version: UintF
    activation_height: HeightF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The version, four bytes big endian."""
        return policy_id(self.version)


class CatalogueEntry(Record, frozen=True, tag=78):
    """The current version of one service class."""

    service: ServiceClass
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The class code."""
        return self.service.code.encode()


class AuthorityRecord(Record, frozen=True, tag=79):
    """The authority set that signs from ``effective_height`` on."""

    effective_height: UintF
    authorities: AuthoritySet
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """There is one current set."""
        return AUTHORITIES_ID


def policy_id(version: int) -> bytes:
    """The version, four bytes big endian."""
    return version.to_bytes(4, "big")
