"""Write the test vectors that Python and JavaScript both read, or check that they are current.

    python -m scripts.gen_vectors            writes tests/vectors/*.json and node/chain/key_vectors.py
    python -m scripts.gen_vectors --check    exit 1 if a file differs; writes nothing

Changing a vector is a change of format: it belongs under *Protocol* in the change log.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.vector_sections import SECTIONS  # noqa: E402 - needs the repository on the path
from scripts.vector_sections.signatures import key_vectors_source  # noqa: E402 - as above

VECTORS = ROOT / "tests" / "vectors"
KEY_VECTORS = ROOT / "node" / "chain" / "key_vectors.py"


def contents() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    files = {
        VECTORS / f"{name}.json": json.dumps(section(), indent=1, ensure_ascii=False) + "\n"
        for name, section in SECTIONS.items()
    }
    by_hand = KEY_VECTORS.read_text("utf-8").partition("VECTORS: Final")[0]
    files[KEY_VECTORS] = by_hand + key_vectors_source()
    return files


def stale() -> list[Path]:
    """Generated files that are missing or differ."""
    return [
        path
        for path, text in contents().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]


def main() -> int:
    """Run the command line; 0 when everything is current or was written."""
    parser = argparse.ArgumentParser(description=__doc__, prog="gen_vectors")
    parser.add_argument("--check", action="store_true", help="report differences, write nothing")
    if parser.parse_args().check:
        differing = stale()
        for path in differing:
            print(f"differs: {path.relative_to(ROOT)}")
        return 1 if differing else 0
    VECTORS.mkdir(exist_ok=True)
    for path, text in contents().items():
        path.write_text(text, "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
