"""Volunteers who may ask for a service certificate, and what the tests of certificates do often."""

from node.chain import keys
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, month_of
from node.chain.records.service_certificates import ServiceCertificate
from node.chain.tx.identity import Register
from node.chain.tx.service_certificates import IssueServiceCertificate, RevokeServiceCertificate
from node.chain.types import ZERO_HASH, Code, Hash, Id
from tests.kernel_city import GULOU, SITE, KernelCity, seed_of
from tests.money_city import EVIDENCE, MoneyCity


def volunteer_of(city: KernelCity, name: str = "volunteer", home: Code = GULOU) -> Id:
    """A person whose entry in the vault is committed to, as a desk registers them."""
    seed, recorder = seed_of(name), city.staff("recorder", home)
    key = keys.public_key(seed)
    proof = keys.sign(seed, keys.possession_bytes(city.chain_id, key, home.encode()))
    receipt = city.do(recorder, Register(home, SITE, 1, key, proof, b"", b"", EVIDENCE))
    person = derive_id(city.chain_id, recorder, 0, city.person(recorder).lanes[0] - 1, 0)
    city.seeds[person] = seed
    return city.approve(person, receipt.tx_id, home)


def asked(
    city: KernelCity, person: Id, *orders: Id, evidence: Hash = ZERO_HASH
) -> IssueServiceCertificate:
    """What somebody says to have the months of these orders certified."""
    months = sorted(month_of(city.order(order).checked_in_ms) for order in orders)
    return IssueServiceCertificate(person, months[0], months[-1], evidence)


def after_notice(city: KernelCity) -> None:
    """The month is over and the days of notice too."""
    city.wait(45 * DAY_MS)


def last(city: KernelCity, home: Code = GULOU) -> ServiceCertificate:
    """The district's newest certificate."""
    found = [
        r
        for r in city.ledger.records.values()
        if isinstance(r, ServiceCertificate) and r.district == home
    ]
    return max(found, key=lambda r: (r.year, r.serial))


def revoking(city: KernelCity, person: Id, evidence: Hash = ZERO_HASH) -> RevokeServiceCertificate:
    """What somebody says to revoke the newest certificate."""
    found = last(city)
    return RevokeServiceCertificate(
        person, found.district, found.year, found.serial, Code("mistake"), evidence
    )


def served(city: MoneyCity, minutes: int = 60) -> tuple[Id, Id]:
    """(volunteer, order): served, settled, and the notice over."""
    volunteer = volunteer_of(city)
    order = city.earn(volunteer, minutes)
    after_notice(city)
    return volunteer, order


def year_of(city: KernelCity) -> int:
    """The year of block time in UTC+8."""
    return month_of(city.now_ms) // 100
