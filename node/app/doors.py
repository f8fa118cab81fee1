"""HTTP doors in the node's own event loop: uvicorn without its signal handlers, bound before anyone is told."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

SHUTDOWN_S: Final = 3
BACKLOG: Final = 512


class _QuietServer(uvicorn.Server):
    """The process's signals belong to the node."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Door:
    """One listening HTTP server."""

    def __init__(self, app: ASGIApp, address: tuple[str, int]) -> None:
        """Bind the address.

        Raises:
            OSError: it is taken or not ours.
        """
        host, port = address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise OSError(error.errno, error.strerror, f"{host}:{port}") from error
        self._socket.listen(BACKLOG)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            http="httptools",
            timeout_graceful_shutdown=SHUTDOWN_S,
            server_header=False,
        )
        self._server = _QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, with the real port."""
        host, port, *_ = self._socket.getsockname()
        return str(host), int(port)

    def open(self) -> None:
        """Serve from now on."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def close(self) -> None:
        """Stop within the shutdown time."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()
