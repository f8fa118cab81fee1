"""The operations door, the documents, and refusals that every path shares."""

import io
import re

import pytest
from fastapi import FastAPI

from node.api.errors import ApiCode
from node.api.limits import LEAP_MAX_MS
from node.chain.archive import read_frames
from node.chain.errors import ErrorCode
from tests.unit.api.conftest import Story
from tests.unit.api.door import DoorCity, Reply, ask

JSON = {"Content-Type": "application/json"}


def test_health_and_readiness_are_two_questions(city: DoorCity):
    """A node that waits is healthy and not ready, and says why."""
    city.vitals.why = ()
    assert ask(city.operations, "GET", "/readyz").json == {"ready": True, "reasons": []}
    city.vitals.why = ("no-quorum",)
    reply = ask(city.operations, "GET", "/readyz")
    assert (reply.status, reply.json["reasons"]) == (503, ["no-quorum"])
    assert ask(city.operations, "GET", "/healthz").content == b"ok\n"


def test_metrics_are_prometheus_text(city: DoorCity):
    """The text comes from the node; the door adds the type."""
    reply = ask(city.operations, "GET", "/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert reply.content == b"timebank_height 0\n"


def test_the_export_is_a_whole_archive(story: Story):
    """Every block is in it and its end is there."""
    archive = ask(story.city.operations, "GET", "/export").content
    frames = list(read_frames(io.BytesIO(archive), story.city.chain_id))
    blocks = [frame for frame in frames if frame.kind == 3]
    assert len(blocks) == story.city.executor.point.height
    assert frames[-1].kind == 5


def test_a_rehearsals_clock_leaps_once_and_a_real_one_never(city: DoorCity):
    """The sum is what counts, so saying it twice leaps once; refused in a real city and outside the bounds."""
    start = city.now_ms

    def leap(body: bytes) -> Reply:
        return ask(city.operations, "POST", "/clock", content=body, headers=JSON)

    leapt = {"now_ms": start + 3_600_000, "leap_ms": 3_600_000, "rate": 1}
    assert leap(b'{"leap_ms":3600000}').json == leapt
    assert leap(b'{"leap_ms":3600000}').json == leapt
    assert ask(city.operations, "GET", "/clock").json == leapt
    for body, code in (
        (b'{"leap_ms":-1}', "A06"),
        (b'{"leap_ms":%d}' % (LEAP_MAX_MS + 1), "A06"),
        (b'{"leap_ms":1.5}', "A04"),
        (b"leap", "A04"),
        (b" " * 300, "A03"),
    ):
        assert leap(body).code == code
    city.rehearsal.allowed = False
    reply = leap(b'{"leap_ms":1}')
    assert (reply.status, reply.code) == (409, "A18")


def test_unknown_paths_and_methods_are_problems(city: DoorCity):
    """Not the framework's own form."""
    assert city.read("/v1/nothing").code == "A01"
    assert city.read("/metrics").code == "A01"
    reply = ask(city.public, "DELETE", "/v1/status")
    assert (reply.status, reply.code) == (405, "A02")
    assert reply.headers["allow"] == "GET"
    assert city.read("/v1/accounts/zz").code == "A06"


def test_a_mistake_of_ours_is_a_problem_without_its_cause(city: DoorCity):
    """The log has the traceback; strangers do not."""

    async def broken() -> None:
        raise ZeroDivisionError("secret")

    city.public.add_api_route("/broken", broken)
    reply = city.read("/broken")
    assert (reply.status, reply.code) == (500, "A19")
    assert b"secret" not in reply.content


@pytest.mark.parametrize("door", ["public", "operations"])
def test_the_openapi_document_describes_every_path_with_an_example(city: DoorCity, door: str):
    """Version 3.1, a summary and an example for each; no path is missing."""
    app: FastAPI = getattr(city, door)
    document = ask(app, "GET", "/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            answers = [
                a
                for status, a in operation["responses"].items()
                if status.isdecimal() and status < "300"
            ]
            assert any("example" in c or "schema" in c for c in answers[0]["content"].values()), (
                path
            )


def test_pages_load_nothing_from_elsewhere(city: DoorCity):
    """No script, no outside address, and a policy that would stop them."""
    for path in ("/docs", "/docs/errors"):
        page = city.read(path)
        text = page.content.decode()
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "<script" not in text
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
    assert "/v1/transactions/batch" in city.read("/docs").content.decode()


def test_the_page_of_errors_has_every_code_under_its_anchor(city: DoorCity):
    """What a problem's type points to exists."""
    text = city.read("/docs/errors").content.decode()
    for code in ErrorCode:
        assert f'id="e{code.value}"' in text
    for code in ApiCode:
        assert f'id="{code.label.lower()}"' in text


def test_a_public_door_never_shows_operations(city: DoorCity):
    """Export, metrics and the clock are on the other door only."""
    for path in ("/export", "/metrics", "/readyz", "/clock"):
        assert city.read(path).code == "A01"
