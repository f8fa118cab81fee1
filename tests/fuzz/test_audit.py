"""Whatever the bytes are, the auditor answers: sound, violation or incomplete, and nothing else."""

import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from node.audit.auditor import Auditor
from node.audit.inputs import read_genesis
from node.chain.violations import Incomplete, Violation
from node.console.fault import Fault
from tests.archives import archive_of, small_story
from tests.kernel_city import KernelCity


@cache
def city() -> KernelCity:
    return small_story()


@cache
def sound() -> bytes:
    return archive_of(city())


@given(st.data())
def test_an_archive_with_bytes_cut_out_and_put_in_is_never_an_accident(data: st.DataObject):
    """Anything may stand in the place of anything."""
    archive = sound()
    begin = data.draw(st.integers(0, len(archive)))
    end = data.draw(st.integers(begin, min(len(archive), begin + 400)))
    raw = archive[:begin] + data.draw(st.binary(max_size=64)) + archive[end:]
    fault = Auditor(city().genesis, lambda: BytesIO(raw)).run().fault
    assert isinstance(fault, Violation | Incomplete) or raw == archive


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: f'{{"format": "{text}"}}'.encode()),
    )
)
def test_a_file_that_is_no_genesis_document_is_refused(raw: bytes):
    """Misuse or a violation, with a reason."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "genesis.json"
        path.write_bytes(raw)
        try:
            read_genesis(path)
        except (Fault, Violation):
            return
    raise AssertionError(raw)
