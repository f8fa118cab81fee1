"""Writes ``docs/openapi.json``, the OpenAPI document of the public door, or with ``--check`` says if it differs."""

import json
import sys
from pathlib import Path
from typing import Final

import click

from node.api.app import public_document

TARGET: Final = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def text() -> str:
    """The document as the file holds it."""
    return json.dumps(public_document(), ensure_ascii=False, indent=1) + "\n"


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the file differs.")
def main(check: bool) -> None:  # noqa: FBT001 - click passes a flag
    """Write the OpenAPI document of the public door."""
    made = text()
    same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == made
    if same:
        return
    if check:
        click.echo("differs: docs/openapi.json; run `python -m scripts.gen_openapi`", err=True)
        sys.exit(1)
    TARGET.write_text(made, encoding="utf-8")
    click.echo("written: docs/openapi.json")


if __name__ == "__main__":
    main()
