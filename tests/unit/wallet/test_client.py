"""The client against real sockets: fail-over, time, refusals, waiting, and no statement made twice."""

import socket
import threading
from collections.abc import Iterator

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.records.actors import Person
from node.chain.tx.identity import Register
from node.chain.tx.transfers import Donate, Give
from node.chain.types import ZERO_HASH, Code, Hash, Id, Minutes
from node.console.exits import ExitCode
from node.console.fault import Fault
from tests.kernel_city import GULOU, SITE
from tests.unit.wallet.city_server import CityDoor, closed_port, serving
from wallet.builder import Signer
from wallet.client.answers import TxState
from wallet.client.faults import NodeProblem, NoNode, NotFinal, NotIncluded, Undecided
from wallet.client.http import NodeClient, Pace
from wallet.client.transport import ANSWER_MAX_BYTES, Call, Transport
from wallet.secret import Secret
from wallet.session.session import Session


class QuickTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds

    def elapsed_s(self) -> float:
        return self.now_s


@pytest.fixture
def door() -> CityDoor:
    return CityDoor()


@pytest.fixture
def address(door: CityDoor) -> Iterator[str]:
    with serving(door) as where:
        yield where


def client_of(*addresses: str, time: QuickTime | None = None) -> NodeClient:
    quick = time or QuickTime()
    transport = Transport(addresses, read_timeout_s=5, sleep=quick.sleep)
    return NodeClient(transport, Pace(quick.sleep, quick.elapsed_s))


def signer_of(door: CityDoor, person: Id) -> Signer:
    return Signer(door.city.chain_id, person, Secret(door.city.seeds[person]))


def test_the_next_node_is_asked_when_one_does_not_answer(address: str):
    """And from then on it is asked first."""
    with client_of(closed_port(), address) as client:
        assert client.status().ready
        assert client._transport._preferred == 1


def test_when_no_node_answers_every_address_is_named():
    """Exit 4, after two rounds with a pause between them."""
    time, dead = QuickTime(), [closed_port(), closed_port()]
    with client_of(*dead, time=time) as client, pytest.raises(NoNode) as caught:
        client.status()
    assert [address for address, _ in caught.value.tried] == dead
    assert caught.value.report.status is ExitCode.UNREACHABLE
    assert all(address in caught.value.report.what.zh for address in dead)
    assert len(time.slept) == 1


def test_a_node_that_takes_the_request_and_never_answers_is_left_in_time(address: str):
    """A hanging node costs the read timeout, not the evening."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with NodeClient(Transport((where, address), read_timeout_s=0.2)) as client:
            assert client.status().ready


def test_an_answer_beyond_the_limit_is_not_read_to_its_end():
    """A hostile node cannot fill the wallet's memory."""
    with socket.create_server(("127.0.0.1", 0)) as hostile:
        thread = threading.Thread(target=_flood, args=(hostile,))
        thread.start()
        where = f"http://127.0.0.1:{hostile.getsockname()[1]}"
        with NodeClient.at(where) as client, pytest.raises(Fault, match="more than"):
            client.status()
        thread.join()


def _flood(hostile: socket.socket) -> None:
    connection, _ = hostile.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        try:
            for _ in range(2 * ANSWER_MAX_BYTES // 65_536):
                connection.sendall(bytes(65_536))
        except ConnectionError:
            return


@pytest.mark.parametrize("address", ["ftp://x", "127.0.0.1:8000", "http://", "http://h/?q"])
def test_what_is_no_address_is_said_at_once(address: str):
    """Exit 3, before anything is sent."""
    with pytest.raises(Fault) as caught:
        NodeClient.at(address)
    assert caught.value.report.status is ExitCode.USAGE


def test_a_refusal_of_the_ledger_keeps_its_number(door: CityDoor, address: str):
    """The caller sees the kernel's own code and detail."""
    li = door.city.new_person("li", GULOU)
    with client_of(address) as client, pytest.raises(Rejected) as caught:
        Session(client, signer_of(door, li)).submit(Donate(Code("city"), Minutes(30)))
    assert caught.value.code is ErrorCode.INSUFFICIENT_MINUTES
    assert caught.value.detail == "0 available"


def test_another_refusal_is_a_problem_with_its_status(door: CityDoor, address: str):
    """A person who may not read is told so."""
    li = door.city.new_person("li", GULOU)
    with client_of(address) as client, pytest.raises(NodeProblem) as caught:
        client.account(signer_of(door, li), Id(bytes(16)))
    assert caught.value.http_status == 403


def test_a_signed_read_is_signed_again_with_fresh_time_after_a_leap(door: CityDoor, address: str):
    """A rehearsal's clock leapt between the question about the time and the read."""
    li = door.city.new_person("li", GULOU)
    with client_of(address) as client:
        client.status()
        door.city.wait(3_600_000)
        record = client.account(signer_of(door, li), li).actor()
    assert isinstance(record, Person)
    assert record.id == li


def test_the_clock_is_carried_on_between_two_questions(door: CityDoor, address: str):
    """One question about the time serves the reads of two seconds."""
    time = QuickTime()
    with client_of(address, time=time) as client:
        first = client.now_ms()
        time.sleep(1.5)
        assert client.now_ms() == first + 1_500
        assert door.asked.count("GET /v1/status") == 1
        time.sleep(1.0)
        client.now_ms()
        assert door.asked.count("GET /v1/status") == 2


def test_waiting_polls_ever_more_slowly_and_ends_at_the_deadline(address: str):
    """Exit 2 and the words that the transaction is not lost."""
    time = QuickTime()
    with client_of(address, time=time) as client, pytest.raises(NotFinal) as caught:
        client.wait_final(Hash(bytes(32)), 10)
    assert time.slept[0] < time.slept[4] <= 1.0
    assert sum(time.slept) == pytest.approx(10)
    assert caught.value.report.status is ExitCode.INCOMPLETE


def test_a_statement_is_performed_and_found_in_its_block(door: CityDoor, address: str):
    """Submit, wait, height."""
    recorder = door.city.staff("recorder", GULOU)
    with client_of(address) as client:
        session = Session(client, signer_of(door, recorder))
        done = session.perform(_registration())
    assert done.status.status is TxState.COMMITTED
    assert done.status.height == door.city.ledger.height
    assert done.created is not None
    assert door.city.person(done.created).status == "pending"


def test_statements_of_one_session_count_on_without_asking(door: CityDoor, address: str):
    """The next number is asked for once."""
    recorder = door.city.staff("recorder", GULOU)
    with client_of(address) as client:
        session = Session(client, signer_of(door, recorder))
        numbers = [session.submit(_registration()).signed.tx.sequence[1] for _ in range(3)]
    assert numbers == [0, 1, 2]
    assert sum("sequence" in line for line in door.asked) == 1


def test_a_number_that_another_device_used_is_asked_for_again_once(door: CityDoor, address: str):
    """Both statements stand in the ledger."""
    recorder = door.city.staff("recorder", GULOU)
    with client_of(address) as client:
        session = Session(client, signer_of(door, recorder))
        session.submit(_registration())
        door.city.do(recorder, _registration())
        done = session.submit(_registration())
    assert done.signed.tx.sequence[1] == 2


def test_a_node_that_does_not_know_by_what_a_number_was_used_is_no_reason_to_repeat(
    door: CityDoor, address: str
):
    """One begun from a snapshot lacks the block in which the statement may stand: undecided, said once."""
    recorder = door.city.staff("recorder", GULOU)
    door.has_all_blocks = False
    with client_of(address) as client:
        session = Session(client, signer_of(door, recorder))
        session.submit(_registration())
        door.city.do(recorder, _registration())
        with pytest.raises(Undecided):
            session.submit(_registration())
    assert sum(line == "POST /v1/transactions" for line in door.asked) == 2
    assert door.city.person(recorder).lanes == (2,)


def test_a_lost_answer_does_not_make_the_statement_twice(door: CityDoor, address: str):
    """The node took the gift and the connection broke; the client asks again and the gift happened once."""
    li, mother = door.city.new_person("li", GULOU), door.city.new_person("mother", GULOU)
    _earn_and_bind(door, li, mother)
    door.swallow = 1
    with client_of(address) as client:
        session = Session(client, signer_of(door, li))
        done = session.perform(Give(mother, Minutes(30)))
    assert done.status.status is TxState.COMMITTED
    assert door.city.person(mother).available.balance == 30
    assert sum(line == "POST /v1/transactions" for line in door.asked) == 2


def test_a_number_that_the_own_transaction_used_is_no_reason_to_repeat_it(
    door: CityDoor, address: str
):
    """A node says that the number is used because our first copy is already in a block."""
    recorder = door.city.staff("recorder", GULOU)

    def first_copy_arrives(raw: bytes) -> None:
        door.submit(raw)
        raise Rejected(ErrorCode.SEQUENCE_USED, "next is 1")

    door.before_submit = first_copy_arrives
    with client_of(address) as client:
        done = Session(client, signer_of(door, recorder)).perform(_registration())
    assert done.signed.tx.sequence == (0, 0)
    assert door.city.person(recorder).lanes == (1,)


@pytest.mark.parametrize("fate", ["EXPIRED", "SUPERSEDED"])
def test_what_can_no_longer_be_committed_is_safe_to_repeat(door: CityDoor, address: str, fate: str):
    """Exit 1, and the message says so."""
    door.fate = fate
    recorder = door.city.staff("recorder", GULOU)
    with client_of(address) as client, pytest.raises(NotIncluded) as caught:
        Session(client, signer_of(door, recorder)).perform(_registration())
    assert caught.value.report.status is ExitCode.REFUSED
    assert fate in caught.value.report.why.en


def test_many_are_answered_in_order_with_refusals_among_them(door: CityDoor, address: str):
    """A batch is not all or nothing."""
    recorder = door.city.staff("recorder", GULOU)
    good = door.city.sign(recorder, _registration()).raw
    bad = door.city.sign(recorder, Donate(Code("city"), Minutes(5)), sequence=(0, 1)).raw
    with client_of(address) as client:
        answers = client.submit_many([good, bad])
        assert client.submit_many([]) == ()
    assert [answer.status for answer in answers] == [TxState.PENDING, TxState.REFUSED]
    assert answers[1].code == "E309"


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"chain_id": 5}', b"\xff\xfe"])
def test_an_answer_that_makes_no_sense_is_reported_with_its_address(body: bytes):
    """No traceback and no guess."""
    with socket.create_server(("127.0.0.1", 0)) as odd:
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        thread = threading.Thread(target=_answer_once, args=(odd, head.encode() + body))
        thread.start()
        where = f"http://127.0.0.1:{odd.getsockname()[1]}"
        with NodeClient.at(where) as client, pytest.raises(Fault) as caught:
            client.status()
        thread.join()
    assert caught.value.report.code == "strange-answer"


def _answer_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)


def test_an_overloaded_node_is_passed_over(door: CityDoor, address: str):
    """503 here, 200 there."""
    busy = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_once, args=(server, busy))
        thread.start()
        where = f"http://127.0.0.1:{server.getsockname()[1]}"
        with Transport((where, address)) as transport:
            reply = transport.send(Call("GET", "/v1/status", {}))
        thread.join()
    assert (reply.http_status, reply.address) == (200, address)


def _registration() -> Register:
    return Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH)


def _earn_and_bind(door: CityDoor, li: Id, mother: Id) -> None:
    """Li serves a funded elder for an hour, is bound to the mother, and the resting days pass."""
    city = door.city
    zhao = city.new_person("zhao", GULOU, serve=False, funded=True)
    city.mint(GULOU, 6_000)
    order = city.request(
        city.staff("recorder", GULOU),
        zhao,
        payer_kind="fund",
        payer=b"",
        consent="in-person",
        consent_evidence=bytes([1]) * 32,
    )
    city.publish(order)
    city.accept(order, li)
    city.serve(order)
    city.confirm(order, zhao)
    city.bind_kin(li, mother)
    city.wait(8 * 24 * 3_600_000)
