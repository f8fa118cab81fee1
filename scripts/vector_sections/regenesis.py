"""A lost city and the same city founded anew: two archives, the link between them, and links that do not hold."""

from hashlib import sha256
from importlib import import_module

from node.chain.codec import encode
from node.chain.genesis import base_height, chain_id_of, city_id_of
from node.chain.link import regenesis_bytes
from scripts.vector_sections.archive import difference
from scripts.vector_sections.constants import Json


def section() -> dict[str, Json]:
    """Everything to try a verifier on that follows a link."""
    made, archives = import_module("tests.regenesis_city"), import_module("tests.archives")
    lost, sealed = made.lost_city()
    new = made.signed(made.draft(lost, sealed))
    city = made.RefoundedCity(new, lost)
    opening_root = city.ledger.state_root
    made.live_on(city)
    sound = encode(new)
    wrong = made.wrong_links(lost, sealed)
    return {
        "previous": {
            "chain_id": lost.chain_id.hex(),
            "genesis": encode(lost.genesis).hex(),
            "archive": archives.write_archive(lost.genesis, sealed).hex(),
        },
        "genesis": sound.hex(),
        "chain_id": chain_id_of(new).hex(),
        "city_id": city_id_of(new).hex(),
        "base_height": base_height(new),
        "signed_bytes_sha256": sha256(regenesis_bytes(new)).hexdigest(),
        "opening_state_root": opening_root.hex(),
        "archive": archives.write_archive(new, made.seal_all(city)).hex(),
        "height": int(city.ledger.height),
        "wrong": [
            {"name": name, "code": f"L{code.value:02}", **difference(sound, encode(genesis))}
            for name, (genesis, code) in wrong.items()
        ],
    }
