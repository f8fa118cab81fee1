"""Frames: their bytes, their bounds, and that it does not matter how the network cuts the stream."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.chain.limits import FRAME_MAX_BYTES
from node.net.faults import FaultAction, FaultCode, PeerFault
from node.net.frames import PAYLOAD_MAX_BYTES, Frame, FrameParser, encode_frame
from scripts.vector_sections import frames as section

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "frames.json"
FRAMES = st.lists(st.builds(Frame, st.integers(0, 255), st.binary(max_size=60)), max_size=8)


def load() -> Any:  # noqa: ANN401 - whatever the file holds
    return json.loads(VECTORS.read_text("utf-8"))


def test_the_vectors_are_current() -> None:
    """Whoever changes a byte of the protocol sees it here."""
    assert load() == section.section()


def test_frames_of_the_vectors_are_read_as_they_were_written() -> None:
    """Every example parses to its kind and payload."""
    for case in load()["frames"]:
        (frame,) = FrameParser().feed(bytes.fromhex(case["frame"]))
        assert frame == Frame(case["kind"], bytes.fromhex(case["payload"]))


@pytest.mark.feature("K11")
def test_lengths_out_of_bounds_are_a_strike() -> None:
    """Zero and too much are refused from the head alone, before a byte of the body is kept."""
    for case in load()["refused"]:
        parser = FrameParser()
        with pytest.raises(PeerFault) as caught:
            list(parser.feed(bytes.fromhex(case["head"])))
        assert caught.value.code is FaultCode.FRAME_SIZE
        assert caught.value.action is FaultAction.STRIKE


def test_the_largest_frame_passes() -> None:
    """The bound itself is allowed."""
    (frame,) = FrameParser().feed(encode_frame(128, bytes(PAYLOAD_MAX_BYTES)))
    assert len(frame.payload) == FRAME_MAX_BYTES - 1


@given(frames=FRAMES, cuts=st.lists(st.integers(0, 600)), late=st.binary(max_size=3))
def test_the_cut_of_the_stream_does_not_matter(
    frames: list[Frame], cuts: list[int], late: bytes
) -> None:
    """Any split of the bytes gives the same frames in the same order, and keeps only the rest."""
    stream = b"".join(encode_frame(kind, payload) for kind, payload in frames) + late
    places = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    parser = FrameParser()
    seen = [frame for start, end in pairwise(places) for frame in parser.feed(stream[start:end])]
    assert seen == frames
    assert parser.waiting_bytes == len(late)


def test_frames_before_a_wrong_one_are_delivered_first() -> None:
    """The fault does not depend on how many good frames came in the same read."""
    frames = FrameParser().feed(encode_frame(16, b"one") + bytes(4))
    assert next(frames) == Frame(16, b"one")
    with pytest.raises(PeerFault):
        next(frames)


def test_faults_read_as_number_name_and_detail() -> None:
    """What an operator sees in the log can be looked up."""
    assert str(PeerFault(FaultCode.SLOW_READER, "9 bytes wait")) == "P15 slow_reader: 9 bytes wait"
    assert PeerFault(FaultCode.WRONG_CHAIN).action is FaultAction.DROP
