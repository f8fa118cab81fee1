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
    """Twelve codes, as public keys."""
    return RegisterSheet(sheet, tuple(slip(i, sheet).key(city.chain_id) for i in range(12)))


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


def opened(scene: Scene, scratched: Slip, by: Id | None = None) -> bytes:
    """A code as the volunteer, or who is named, submits it for the scene's order."""
    chain_id = scene.city.chain_id
    return scratched.opened(chain_id, chain_id, scene.order, by or scene.volunteer)


def code_body(scene: Scene, scratched: Slip, by: Id | None = None) -> Confirm:
    """The elder scratched it."""
    return scene.confirm_body(method="code", proof=opened(scene, scratched, by))
