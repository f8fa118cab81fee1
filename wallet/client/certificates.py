"""What a node answers about service certificates, and what a person served, by months."""

from node.chain.records.service_certificates import CertificateNumber
from node.chain.types import Id
from wallet.builder import Signer
from wallet.client.answers import Answer, Uint
from wallet.client.http import NodeClient


class CertificateView(Answer, frozen=True):
    """A service certificate: what anybody may know who has its number."""

    number: str
    from_month: Uint
    """year · 100 + month."""
    until_month: Uint
    served_min: Uint
    honour_min: Uint
    status: str


class ServiceMonthView(Answer, frozen=True):
    """Minutes of one month."""

    month: Uint
    served_min: Uint
    honour_min: Uint
    gap_min: Uint
    counted_ms: Uint
    objections: Uint


class ServiceYearView(Answer, frozen=True):
    """One year's months."""

    year: Uint
    months: tuple[ServiceMonthView, ...]


class ServiceAnswer(Answer, frozen=True):
    """A person's service, and their certificates that are not revoked."""

    height: Uint
    years: tuple[ServiceYearView, ...]
    certificates: tuple[CertificateView, ...]


def service_of(client: NodeClient, signer: Signer, person: Id, purpose: str = "") -> ServiceAnswer:
    """What a person served; a signed read."""
    target = f"/v1/accounts/{person.hex()}/service"
    return client.ask(target, ServiceAnswer, signer, purpose)


def check(client: NodeClient, number: CertificateNumber) -> CertificateView:
    """Whether a certificate stands; unsigned.

    Raises:
        NodeProblem: ``A14``, there is none of this number; ``A22``, too many such questions.
    """
    return client.ask(f"/v1/certificates/{number.text()}", CertificateView)


def status_proof(client: NodeClient, number: CertificateNumber) -> bytes:
    """The proof file of a certificate's status; unsigned.

    Raises:
        NodeProblem: as ``check``.
    """
    return client.file(f"/v1/certificates/{number.text()}/proof")
