"""A small city with a service certificate, and proof files of what became of it."""

from functools import cache
from typing import NamedTuple

from node.chain.policy import DAY_MS
from node.chain.proof import StateClaim
from node.chain.records import KINDS, encode_record
from node.chain.records.service_certificates import (
    CertificateNumber,
    ServiceCertificate,
    check_code,
)
from node.chain.types import NO_ID
from tests.kernel_city import GULOU, KernelCity
from tests.proofs import proof_of
from tests.unit.chain.rules.holders import asked, last, revoking, volunteer_of


class Told(NamedTuple):
    """Proofs of one number's status, in the order in which it had them, and of a number that nobody has."""

    city: KernelCity
    number: str
    missing: str
    proofs: dict[str, bytes]


@cache
def told() -> Told:
    """An hour in Gulou is certified; later its holder gives the certificate up."""
    city = KernelCity()
    volunteer = volunteer_of(city)
    elder = city.new_person("elder", serve=False, funded=True)
    city.mint(GULOU, 600)
    order = city.request(elder, elder, payer_kind="fund", payer=NO_ID)
    city.publish(order)
    city.accept(order, volunteer)
    city.serve(order)
    city.confirm(order, elder)
    city.wait(60 * DAY_MS)
    city.do(volunteer, asked(city, volunteer, order))
    found = last(city)
    none = CertificateNumber(GULOU, found.year, 2, check_code(GULOU, found.year, 2, bytes(16)))
    proofs = {"valid": status_proof(city, found.key_id), "absent": status_proof(city, none.key_id)}
    city.do(volunteer, revoking(city, volunteer))
    proofs["revoked"] = status_proof(city, found.key_id)
    return Told(city, found.number, none.text(), proofs)


def status_proof(city: KernelCity, id_: bytes) -> bytes:
    """The record of a certificate under the city's last block, or that there is none."""
    kind = KINDS[ServiceCertificate]
    key = bytes([kind]) + id_
    found = city.ledger.read(key)
    record = b"" if found is None else encode_record(found)
    return proof_of(city, StateClaim(kind, id_, record, city.ledger.prove(key)))
