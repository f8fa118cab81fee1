"""``audit witness``: run a witness of one or several cities' logs, by hand or as a server."""

import time
from http import HTTPStatus
from pathlib import Path
from typing import Final

from node.audit.checkpoints import origin
from node.audit.group import FILE, FOLDER, audit_group, genesis_option
from node.audit.inputs import read_at_most, read_genesis, read_proof
from node.audit.paper import trail_of
from node.audit.witness.judge import REQUEST_MAX_BYTES, add_checkpoint
from node.audit.witness.memory import Memory
from node.audit.witness.server import PATH, make_server
from node.chain import keys
from node.chain.checkpoint import NAME_PATTERN
from node.chain.cosignature import witness_key_id
from node.chain.genesis import chain_id_of
from node.chain.verify import walk_trail
from node.console.command import argument, command, group, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import fault, usage
from node.console.language import same, t
from node.console.result import Facts, Result

FORMAT: Final = "timebank-witness/1"


@group(
    "witness",
    parent=audit_group,
    help=t(
        zh="见证人：只给与以往一致的检查点联署；先存后签。",
        en="A witness: cosigns only checkpoints consistent with all before; stores before it signs.",
    ),
)
def witness_group() -> None:
    """The noun under the noun."""


@command(
    witness_group,
    "init",
    help=t(zh="建一个见证人的目录和密钥。", en="Make a witness's folder and key."),
)
@argument("folder", type=FOLDER)
@option(
    "--name",
    required=True,
    help=t(zh="见证人的名称，如域名。", en="The witness's name, such as a domain."),
)
@pass_console
def init(console: Console, folder: Path, name: str) -> None:
    """A new key in a new folder."""
    if not NAME_PATTERN.fullmatch(name):
        raise usage(t(zh="名称只能用可见 ASCII，不含加号", en="Printable ASCII without plus signs"))
    memory = Memory(folder)
    memory.create(name)
    _show(console, memory)


@command(
    witness_group,
    "add",
    help=t(zh="开始见证一条链的日志。", en="Begin to witness the log of a chain."),
)
@argument("folder", type=FOLDER)
@genesis_option
@option(
    "--trail",
    type=FILE,
    help=t(
        zh="带签名区变更记录的证明文件；名单换过以后用。",
        en="A proof file with the trail of authority changes, once the set has changed.",
    ),
)
@pass_console
def add(console: Console, folder: Path, genesis: Path, trail: Path | None) -> None:
    """Trust the present authorities of a chain."""
    trusted = read_genesis(genesis)
    changes = () if trail is None else trail_of(read_proof(trail))
    authorities = walk_trail(chain_id_of(trusted), trusted.authorities, changes)
    memory = Memory(folder)
    with memory.locked():
        memory.add(origin(trusted), authorities)
    _show(console, memory)


@command(
    witness_group,
    "sign",
    help=t(
        zh="判断一份请求（old 行、一致性证明、空行、检查点），一致就联署。"
        "退出码：0 已联署，1 不一致或没有法定数签名，3 请求不成样。",
        en="Judge a request (old line, consistency proof, blank line, note) and cosign if it is consistent. "
        "Exit codes: 0 cosigned, 1 refused, 3 no such request.",
    ),
)
@argument("folder", type=FOLDER)
@argument("request", type=FILE)
@pass_console
def sign(console: Console, folder: Path, request: Path) -> ExitCode:
    """One decision, as the server would make it."""
    answer = add_checkpoint(Memory(folder), read_at_most(request, REQUEST_MAX_BYTES), _now_s())
    said = answer.body.rstrip("\n")
    if answer.status is HTTPStatus.OK:
        console.emit(Result({"format": FORMAT, "status": 200, "line": said}, same(said)))
        return ExitCode.OK
    status = ExitCode.USAGE if answer.status is HTTPStatus.BAD_REQUEST else ExitCode.REFUSED
    raise fault(
        f"witness-{answer.status.value}",
        status,
        what=t(zh="没有联署", en="Not cosigned"),
        why=t(zh="{status} {said}", en="{status} {said}").fill(
            status=int(answer.status), said=said
        ),
        remedy=t(
            zh="409 给出已联署的长度：以它为旧长度重取一致性证明。",
            en="409 tells the size cosigned last: fetch the consistency proof from there.",
        ),
    )


@command(
    witness_group,
    "serve",
    help=t(zh="在一个地址上应答，直到中断。", en="Answer at an address until interrupted."),
)
@argument("folder", type=FOLDER)
@option("--host", default="127.0.0.1", help=t(zh="监听的地址。", en="The address to listen at."))
@option("--port", type=int, default=8_451, help=t(zh="监听的端口。", en="The port."))
@pass_console
def serve(console: Console, folder: Path, host: str, port: int) -> None:
    """One thread, one path."""
    memory = Memory(folder)
    with make_server(memory, host, port, _now_s) as server:
        address = f"http://{host}:{server.server_port}{PATH}"
        console.emit(Result({"format": FORMAT, "address": address}, same(address)))
        server.serve_forever()


def _now_s() -> int:
    return time.time_ns() // 1_000_000_000


def _show(console: Console, memory: Memory) -> None:
    key = keys.public_key(memory.seed)
    verifier = f"{memory.name}+{witness_key_id(memory.name, key).hex()}"
    pairs = [
        (t(zh="见证人", en="Witness"), same(memory.name)),
        (t(zh="公钥", en="Public key"), same(key.hex())),
        (t(zh="密钥编号", en="Key id"), same(verifier)),
    ]
    data = {"format": FORMAT, "name": memory.name, "key": key.hex(), "key_id": verifier}
    console.emit(Result(data, Facts(pairs)))
