"""Numbers of service certificates with the touch they come from, texts that a reader refuses, and proofs of status."""

from importlib import import_module

from node.chain.codec import encode
from node.chain.records.service_certificates import (
    VALID,
    CertificateNumber,
    ServiceCertificate,
    check_code,
)
from node.chain.types import Code, Minutes
from scripts.vector_sections.constants import Json

_TOUCH = bytes(range(200, 216))
_PARTS = (
    ("gulou", 2026, 42, _TOUCH),
    ("gulou", 2026, 43, _TOUCH),
    ("jianye", 2031, 1, bytes(16)),
    ("nan-jing.x_1", 2026, 1_234_567, bytes([255]) * 16),
)


def section() -> dict[str, Json]:
    """Whole numbers, a record, and every kind of typing error."""
    numbers = [
        CertificateNumber(
            Code(district), year, serial, check_code(Code(district), year, serial, touch)
        )
        for district, year, serial, touch in _PARTS
    ]
    return {
        "record": encode(_record(numbers[0])).hex(),
        "whole": [
            {
                "district": number.district,
                "year": number.year,
                "serial": number.serial,
                "touch": touch.hex(),
                "number": number.text(),
                "id": number.key_id.decode(),
            }
            for number, (*_, touch) in zip(numbers, _PARTS, strict=True)
        ],
        "refused": [{"name": name, "text": text} for name, text in _wrong(numbers[0].text())],
        **_proven(),
    }


def _proven() -> dict[str, Json]:
    """A genesis, and proofs of what became of a certificate of its city."""
    told = import_module("tests.certified").told()
    numbers = {"absent": told.missing}
    sound = [
        {"status": s, "number": numbers.get(s, told.number), "valid": True, "proof": raw.hex()}
        for s, raw in told.proofs.items()
    ]
    raw = told.proofs["valid"]
    changed = raw.replace(b"\xa5valid", b"\xa5vapid")
    forged = {"status": "forged", "number": told.number, "valid": False, "proof": changed.hex()}
    return {"genesis": encode(told.city.genesis).hex(), "proofs": [*sound, forged]}


def _record(number: CertificateNumber) -> ServiceCertificate:
    hours = Minutes(3_600), Minutes(90)
    return ServiceCertificate(*number, 202_601, 202_606, *hours, VALID, bytes(16))


def _wrong(text: str) -> list[tuple[str, str]]:
    head, check = text.rsplit("-", 1)
    return [
        ("nothing", ""),
        ("no check code", head),
        ("a digit of the year", text.replace("2026", "2027")),
        ("a digit of the serial", text.replace("000042", "000043")),
        ("two digits of the serial exchanged", text.replace("000042", "000024")),
        ("a zero more", text.replace("000042", "0000042")),
        ("a zero less", text.replace("000042", "00042")),
        ("the last character", text[:-1] + ("Q" if text[-1] != "Q" else "R")),
        ("two characters exchanged", f"{head}-{check[1]}{check[0]}{check[2:]}"),
        ("another district", text.replace("gulou", "gulov")),
        ("a letter that the alphabet lacks", f"{head}-U{check[1:]}"),
        ("serial zero", f"gulou-2026-000000-{check}"),
    ]
