"""What the verbs of ``timebank node`` ask a running node over its doors."""

from pathlib import Path
from typing import Final

import httpx2

from node.config import NodeConfig
from node.config.settings import Address, address_text
from node.console.fault import Fault, unreachable
from node.console.language import same

TIMEOUT_S: Final = 10.0
PIECE_BYTES: Final = 1_048_576

Answer = dict[str, object]


def ask_public(config: NodeConfig, path: str) -> Answer:
    """A JSON answer of the public door.

    Raises:
        Fault: nobody answers (exit 4).
    """
    return _ask(config.public_listen, path)


def ask_operations(config: NodeConfig, path: str) -> Answer:
    """A JSON answer of the operations door.

    Raises:
        Fault: nobody answers (exit 4).
    """
    return _ask(config.operations_listen, path)


def ask_file(config: NodeConfig, path: str) -> bytes | None:
    """A file of the public door; None when it has none (404).

    Raises:
        Fault: nobody answers (exit 4).
    """
    address = config.public_listen
    try:
        answer = httpx2.get(_url(address, path), timeout=TIMEOUT_S)
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
    except httpx2.HTTPError as error:
        raise _no_answer(address, error) from error
    return answer.content


def save_export(config: NodeConfig, output: Path) -> int:
    """Stream the archive into a file that appears when it is whole; its size in bytes.

    Raises:
        Fault: nobody answers (exit 4).
        OSError: the file cannot be written.
    """
    address = config.operations_listen
    part = output.with_name(output.name + ".part")
    size = 0
    try:
        with (
            httpx2.stream("GET", _url(address, "/export"), timeout=TIMEOUT_S) as answer,
            part.open("wb") as file,
        ):
            answer.raise_for_status()
            for piece in answer.iter_bytes(PIECE_BYTES):
                file.write(piece)
                size += len(piece)
    except httpx2.HTTPError as error:
        raise _no_answer(address, error) from error
    part.replace(output)
    return size


def _ask(address: Address, path: str) -> Answer:
    try:
        answer = httpx2.get(_url(address, path), timeout=TIMEOUT_S)
        answer.raise_for_status()
        document = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise _no_answer(address, error) from error
    assert isinstance(document, dict)
    return document


def _url(address: Address, path: str) -> str:
    return f"http://{address_text(address)}{path}"


def _no_answer(address: Address, error: Exception) -> Fault:
    return unreachable(address_text(address), same(str(error) or type(error).__name__))
