"""The page of the command line names every command of the program with every option."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from node.cli import root

ROOT = Path(__file__).resolve().parents[2]
SHARED = {"--json", "--lang", "--home", "--help"}


def verbs(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Whatever can be typed, with what it is."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.slow
def test_the_page_has_every_command_with_its_options():
    """Under its own heading; that the words are those of the code, the test of generated pages says."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    parts = {part.partition("\n")[0].strip(" #"): part for part in page.split("\n###")}
    found = dict(verbs(root, "timebank"))
    assert len(found) > 100
    for path, command in found.items():
        options = {name for one in command.params for name in one.opts if name.startswith("--")}
        missing = {name for name in options - SHARED if name not in parts[path]}
        assert not missing, path


def test_the_page_is_found_from_the_readme_and_the_index_of_documents():
    """Nobody has to guess its name."""
    assert "](docs/cli.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](cli.md)" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
