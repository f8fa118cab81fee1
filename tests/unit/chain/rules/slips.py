"""Sealed code sheets for tests: codes from their places, registered and handed out."""

from node.chain.tx.orders import Confirm
from node.chain.tx.sheets import BindSheet, RegisterSheet, Slip
from node.chain.types import Id
from tests.kernel_city import KernelCity
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

SHEET = 700


def slip(place: int, sheet: int = SHEET) -> Slip:
    """A code under the scratch layer."""
    return Slip(sheet, place, f"7K2M9QXW4C{place:02d}".encode())


def register(city: KernelCity, sheet: int = SHEET) -> RegisterSheet:
    """Twelve codes, as hashes."""
    return RegisterSheet(sheet, tuple(slip(i, sheet).hash(city.chain_id) for i in range(12)))


def issuer(scene: Scene) -> Id:
    """Of the city, not of a site."""
    return scene.staff("city-arbiter")


def handed_out(scene: Scene | None = None, sheet: int = SHEET) -> Scene:
    """A sealed sheet in the elder's hands."""
    scene = scene or town()
    scene.city.do(issuer(scene), register(scene.city, sheet))
    action = BindSheet(sheet, scene.elder, EVIDENCE)
    scene.city.two(scene.staff("recorder"), scene.staff("second"), action)
    return scene


def code_body(scene: Scene, opened: Slip) -> Confirm:
    """The elder scratched it."""
    return scene.confirm_body(method="code", proof=opened.proof())
