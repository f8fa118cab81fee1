"""R: empty FastAPI POSTs per second on this machine, one process serving and one asking."""

import subprocess
import sys
import time
from typing import Final

import httpx2

from node.chain.types import Code
from node.city import ports

SECONDS: Final = 2.0
_SERVER: Final = """
import sys
import uvicorn
from fastapi import FastAPI, Request, Response
app = FastAPI()
@app.post("/")
async def empty(request: Request) -> Response:
    await request.body()
    return Response(status_code=202)
uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", http="httptools")
"""


def measure() -> float:
    """R."""
    port = ports.choose([Code("bench")], None)[Code("bench")].public
    server = subprocess.Popen([sys.executable, "-c", _SERVER, str(port)])
    try:
        return _ask(f"http://127.0.0.1:{port}/")
    finally:
        server.terminate()
        server.wait()


def _ask(url: str) -> float:
    with httpx2.Client() as client:
        _wait(client, url)
        count, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < SECONDS:
            client.post(url, content=bytes(300))
            count += 1
    return count / spent


def _wait(client: httpx2.Client, url: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            client.post(url, content=b"")
        except httpx2.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
