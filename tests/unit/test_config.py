"""A node's configuration and home: every mistake found, every value with its origin, no key overwritten or shown."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.chain import keys
from node.config import (
    BadConfiguration,
    NodeHome,
    Origin,
    PeerConfig,
    authority_of,
    check,
    load,
    make_keys,
)
from node.config.homes import read_seed, write_seed
from node.config.lines import places
from node.config.settings import SETTINGS, NotAccepted, address_text, parse_address, parse_loopback
from node.console.exits import ExitCode
from node.console.fault import Fault

KEY = "d7" * 32
OTHER_KEY = "a3" * 32
GOOD = f"""\
district = "gulou"

[doors]
public = "0.0.0.0:9000"

[[peers]]
name = "jianye"
address = "node.jianye.example:8001"
tls_key = "{KEY}"

[[peers]]
name = "xuanwu"
address = "[::1]:8001"
tls_key = "{OTHER_KEY}"
"""
FIVE_MISTAKES = f"""\
district = "Gu lou"

[doors]
public = "127.0.0.1:90000"
operations = "0.0.0.0:8002"

[log]
levle = "info"

[[peers]]
name = "jianye"
address = "127.0.0.1:8001"
tls_key = "{KEY[:-1]}"
"""


def home_with(tmp_path: Path, text: str) -> Path:
    """A home whose file says this."""
    home = NodeHome(tmp_path)
    home.make()
    home.config.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_value_comes_from_flag_then_environment_then_file_then_default(tmp_path: Path) -> None:
    """The strongest source wins, and the configuration remembers which it was."""
    home = home_with(tmp_path, GOOD)

    config = load(
        home,
        {"log.level": "debug"},
        {"TIMEBANK_LOG_LEVEL": "error", "TIMEBANK_LOG_FORMAT": "json", "TIMEBANK_HOME": "/x"},
    )

    assert (config.log_level, config.origin("log.level")) == ("debug", Origin.FLAG)
    assert (config.log_format, config.origin("log.format")) == ("json", Origin.ENVIRONMENT)
    assert (config.public_listen, config.origin("doors.public")) == (
        ("0.0.0.0", 9000),  # noqa: S104 - a value under test
        Origin.FILE,
    )
    assert (config.peers_listen, config.origin("doors.peers")) == (
        ("127.0.0.1", 8001),
        Origin.DEFAULT,
    )
    assert config.peers == (
        PeerConfig("jianye", "node.jianye.example", 8001, bytes.fromhex(KEY)),
        PeerConfig("xuanwu", "::1", 8001, bytes.fromhex(OTHER_KEY)),
    )


def test_every_setting_is_shown_with_its_origin(tmp_path: Path) -> None:
    """`config-show` can name a source for each value, and what it shows could be written back."""
    config = load(home_with(tmp_path, GOOD), {}, {})

    shown = {name: (text, origin) for name, text, origin in config.shown()}

    assert set(shown) == {setting.name for setting in SETTINGS} | {"peers"}
    assert shown["doors.public"] == ("0.0.0.0:9000", Origin.FILE)
    assert shown["peers"] == (
        "jianye=node.jianye.example:8001, xuanwu=[::1]:8001",
        Origin.FILE,
    )


@pytest.mark.feature("J1")
def test_five_planted_mistakes_are_all_reported_with_line_and_accepted_values(
    tmp_path: Path,
) -> None:
    """An operator corrects a file once, not five times."""
    home = home_with(tmp_path, FIVE_MISTAKES)

    mistakes = check(home, {}, {})

    assert [(m.line, m.name) for m in mistakes] == [
        (1, "district"),
        (4, "doors.public"),
        (5, "doors.operations"),
        (8, "log.levle"),
        (13, "peers[0].tls_key"),
    ]
    for mistake in mistakes:
        assert mistake.place == str(NodeHome(home).config)
        for said in (mistake.said().zh, mistake.said().en):
            assert f"{mistake.place}:{mistake.line}" in said
            assert mistake.name in said
    assert "log.level" in mistakes[3].accepts.en
    with pytest.raises(BadConfiguration) as caught:
        load(home, {}, {})
    assert caught.value.report.status is ExitCode.USAGE
    assert caught.value.mistakes == mistakes


def test_a_mistake_outside_the_file_names_its_flag_or_variable(tmp_path: Path) -> None:
    """A wrong variable is not looked for in the file."""
    home = home_with(tmp_path, GOOD)

    mistakes = check(home, {"doors.peers": "here"}, {"TIMEBANK_LOG_LEVEL": "loud"})

    assert {(m.place, m.line, m.name) for m in mistakes} == {
        ("flag", None, "doors.peers"),
        ("TIMEBANK_LOG_LEVEL", None, "log.level"),
    }


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("district = ", "-", None),
        ("[log]\nlevel = 'info'", "district", None),
        (GOOD.replace(OTHER_KEY, KEY), "peers[1].name", 12),
        (GOOD.replace('"xuanwu"', '"jianye"'), "peers[1].name", 12),
        (GOOD.replace('name = "xuanwu"\n', ""), "peers[1].name", 11),
        (GOOD.replace('"gulou"', "true"), "district", 1),
        (GOOD.replace('"gulou"', "[1]"), "district", 1),
        ("peers = 3\ndistrict = 'gulou'", "peers", 1),
        ("peers = [3]\ndistrict = 'gulou'", "peers[0].name", None),
        ("district = 'gulou'\nlog = 3", "log", 2),
        ("district = 'gulou'\n[pace]\nproposer_wait_ms = 0", "pace.proposer_wait_ms", 3),
    ],
)
def test_each_kind_of_mistake_is_found_where_it_stands(
    tmp_path: Path, text: str, name: str, line: int | None
) -> None:
    """Syntax, type, range, missing and doubled values alike end in a mistake with a place."""
    found = [(m.name, m.line) for m in check(home_with(tmp_path, text), {}, {})]

    assert (name, line) in found


def test_a_home_without_a_file_needs_only_its_district(tmp_path: Path) -> None:
    """Everything else has a default."""
    config = load(tmp_path, {}, {"TIMEBANK_DISTRICT": "gulou"})

    assert config.district == "gulou"
    assert config.peers == ()
    assert config.operations_listen == ("127.0.0.1", 8002)


@given(st.binary(max_size=300))
def test_no_file_content_ends_in_anything_but_mistakes(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """Whatever stands in the file, its reader answers."""
    home = tmp_path_factory.mktemp("home")
    NodeHome(home).make()
    NodeHome(home).config.write_bytes(raw)

    assert check(home, {}, {})


@given(st.text(max_size=60))
def test_an_address_is_taken_only_if_it_reads_back(text: str) -> None:
    """Host and port, or a refusal."""
    try:
        address = parse_address(text)
    except NotAccepted:
        return
    assert parse_address(address_text(address)) == address


@pytest.mark.parametrize("text", ["127.0.0.1:8002", "localhost:1", "[::1]:8002"])
def test_the_operations_door_listens_on_loopback(text: str) -> None:
    """It asks nobody who they are, so only this machine may knock."""
    assert parse_loopback(text)


@pytest.mark.parametrize("text", ["0.0.0.0:8002", "10.0.0.1:8002", "[::]:8002", "example.org:80"])
def test_the_operations_door_refuses_every_other_address(text: str) -> None:
    """Also one that would resolve to this machine today."""
    with pytest.raises(NotAccepted):
        parse_loopback(text)


def test_lines_are_found_in_tables_and_arrays_of_tables() -> None:
    """The full name of a value leads to its line."""
    found = places(GOOD)

    assert found["district"] == 1
    assert found["doors.public"] == 4
    assert found["peers[1]"] == 11
    assert found["peers[1].address"] == 13


def test_key_files_are_for_their_owner_and_are_never_overwritten(tmp_path: Path) -> None:
    """Mode 0600 in a directory of mode 0700; a second writing fails and changes nothing."""
    home = NodeHome(tmp_path / "node")
    home.make()
    made = make_keys()

    home.write_keys(made)

    assert home.read_keys() == made
    assert stat.S_IMODE(home.key("tls").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.key("tls").parent.stat().st_mode) == 0o700
    with pytest.raises(FileExistsError):
        home.write_keys(make_keys())
    assert home.read_keys() == made


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """It may have been copied; the operator decides."""
    path = tmp_path / "tls.key"
    write_seed(path, bytes(32))
    path.chmod(0o640)

    with pytest.raises(Fault) as caught:
        read_seed(path)
    assert caught.value.report.code == "open-key-file"
    assert caught.value.report.status is ExitCode.USAGE


@pytest.mark.parametrize("raw", [b"", b"00" * 31, b"zz" * 32, b"\xff" * 64, b"00" * 200])
def test_a_file_without_a_seed_is_damaged(tmp_path: Path, raw: bytes) -> None:
    """Its content does not appear in the message."""
    path = tmp_path / "tls.key"
    path.write_bytes(raw)
    path.chmod(0o600)

    with pytest.raises(Fault) as caught:
        read_seed(path)
    assert caught.value.report.status is ExitCode.STORAGE


def test_keys_do_not_show_themselves() -> None:
    """No representation holds a seed; the public half is what genesis needs."""
    made = make_keys()

    assert made.tls.hex() not in repr(made)
    assert str(made.tls) not in repr(made)
    assert authority_of("gulou", made).tls_key == keys.public_key(made.tls)  # type: ignore[arg-type]
    assert len({made.consensus, made.operator, made.checkpoint, made.tls}) == 4


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"format": "timebank-genesis/1"}'])
def test_a_damaged_genesis_file_is_a_fault_with_its_path(tmp_path: Path, raw: bytes) -> None:
    """Exit 5, and where to get another."""
    home = NodeHome(tmp_path)
    home.make()
    home.genesis.write_bytes(raw)

    with pytest.raises(Fault) as caught:
        home.read_genesis()
    assert caught.value.report.status is ExitCode.STORAGE
    assert str(home.genesis) in caught.value.report.what.en


def test_the_page_of_settings_names_each_with_variable_and_default() -> None:
    """What the program accepts and what the page says are the same list."""
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")

    rows = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:4]]
        for line in page.splitlines()
        if line.startswith("| `") and "`TIMEBANK_" in line
    }

    assert rows == {
        f"`{setting.name}`": [
            f"`{setting.variable}`",
            "none: must be given" if setting.default is None else f"`{setting.default}`",
        ]
        for setting in SETTINGS
    }
