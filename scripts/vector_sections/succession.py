"""Chains whose set of authorities changes: a candidate who speaks, a rotated key, a seat given up, and wrong trails."""

from importlib import import_module

from node.chain.codec import encode
from scripts.vector_sections.archive import difference
from scripts.vector_sections.constants import Json


def section() -> dict[str, Json]:
    """Two sound archives from one genesis each, and the trails of the first that do not hold."""
    archives, trails = import_module("tests.archives"), import_module("tests.trails")
    changing = import_module("tests.authority_city").succession_story()
    candidate = trails.candidate_story()
    sound = archives.archive_of(changing)
    return {
        "genesis": encode(changing.genesis).hex(),
        "archive": sound.hex(),
        "height": int(changing.ledger.height),
        "corruptions": [
            {
                "name": name,
                "code": f"V{code.value}",
                **difference(sound, archives.archive_of(changing, plant)),
            }
            for name, (plant, code) in trails.TRAILS.items()
        ],
        "candidate": {
            "genesis": encode(candidate.genesis).hex(),
            "archive": archives.archive_of(candidate).hex(),
            "height": int(candidate.ledger.height),
        },
    }
