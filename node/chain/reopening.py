"""The state that a successor's chain begins with: the lost chain's last state, under new authorities.

Whatever belongs to people goes on untouched: accounts, minutes, orders, holds, funds, counts, sequence numbers, the
policies and their versions. What belonged to the lost set is settled here and nowhere else:

- the new set signs from the next height on; operators and seats have its keys, those without a place none, as after any
  change of the set; their sequence numbers go on;
- earlier sets, a set that was waiting and marks of state roots leave the state: the link carries the trail of the lost
  chain, and evidence is of heights of this chain;
- motions that were open are expired: those who moved them may have no voice any more. A policy or protocol version that
  was decided stays decided;
- receipts of first registration are signed by the successor's bureau key.

No record is touched that holds minutes, so every sum stays what it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from node.chain.block import Header
from node.chain.certificate import AuthoritySet, CommitCertificate
from node.chain.genesis import (
    GENESIS_VERSION,
    Genesis,
    GenesisDistrict,
    Link,
    SuccessorGenesis,
    base_height,
    began_ms_of,
    chain_id_of,
    city_id_of,
)
from node.chain.ledger import Ledger
from node.chain.link import LinkCode, LinkRefused
from node.chain.policy import ServiceClass
from node.chain.records import StateRecord
from node.chain.records.authorities import (
    SCHEDULE_ID,
    AuthoritySchedule,
    Merger,
    PastSet,
    RootMark,
)
from node.chain.records.bindings import Site
from node.chain.records.motions import Motion
from node.chain.records.settings import (
    AUTHORITIES_ID,
    SETTINGS_ID,
    AuthorityRecord,
    CatalogueEntry,
    CitySettings,
)
from node.chain.rules.governance import expire_motion
from node.chain.rules.succession import give_voices
from node.chain.state import View
from node.chain.trail import AuthorityChange
from node.chain.transition import active_policy
from node.chain.types import Code, EpochMs

Decided = tuple[Header, CommitCertificate]
"""A header with the certificate that proves it."""


def opening_records(
    old: Iterable[StateRecord], genesis: SuccessorGenesis
) -> tuple[StateRecord, ...]:
    """Every record of the state before the successor's first block, in order of their keys.

    Args:
        old: the whole state after the lost chain's last block, from whoever has it.
        genesis: a successor, verified.

    Raises:
        LinkRefused: ``STATE_ROOT``, it is another state; ``NOT_CARRIED``, the successor says something else of policy,
            catalogue or districts than the state.
    """
    before = Ledger(genesis.link.chain_id, genesis.link.city_id)
    root, said = before.load(old), genesis.link.header.state_root
    _need(root == said, LinkCode.STATE_ROOT, f"the state has {root.hex()}, the header {said.hex()}")
    _check_carried(before, genesis)
    view = View(before)
    _seat(view, genesis)
    _leave(view, before)
    settings = view.need(CitySettings, SETTINGS_ID)
    view.put(replace(settings, bureau_suite=genesis.suite, bureau_key=genesis.bureau_key))
    after = {**before.records, **view.changes}
    return tuple(record for _, record in sorted(after.items()) if record is not None)


def reopened(old: Iterable[StateRecord], genesis: SuccessorGenesis) -> Ledger:
    """The ledger before the successor's first block.

    Its time is that of the lost chain's last block: so the first block shows everybody how long the city stood still,
    and services of that time can be reported late.

    Raises:
        LinkRefused: as ``opening_records``.
    """
    ledger = Ledger(chain_id_of(genesis), genesis.link.city_id)
    ledger.load(opening_records(old, genesis))
    ledger.height, ledger.time_ms = base_height(genesis), genesis.link.header.time_ms
    return ledger


@dataclass(frozen=True, slots=True)
class Founding:
    """What people decide of a successor; all the rest of its genesis follows from the lost chain.

    Attributes:
        created_ms: every block is later.
        authorities: the set of the first block.
        bureau_key: signs receipts of first registration.
        recovery_threshold: how many recovery keys can begin the city anew the next time.
        recovery_keys: of their holders.
        reason: why, UTF-8.
    """

    created_ms: EpochMs
    authorities: AuthoritySet
    bureau_key: bytes
    recovery_threshold: int
    recovery_keys: tuple[bytes, ...]
    reason: bytes


def draft_successor(
    old: Genesis,
    ledger: Ledger,
    trail: tuple[AuthorityChange, ...],
    last: Decided,
    given: Founding,
) -> SuccessorGenesis:
    """What the holders of recovery keys are asked to sign.

    Args:
        old: the lost chain's genesis.
        ledger: its state after its last block.
        trail: changes of the set below that block.
        last: the block's header and its certificate.
        given: what people decided.
    """
    header, certificate = last
    link = Link(
        chain_id=chain_id_of(old),
        city_id=city_id_of(old),
        began_ms=began_ms_of(old),
        trail=trail,
        header=header,
        certificate=certificate,
        reason=given.reason,
    )
    return SuccessorGenesis(
        version=GENESIS_VERSION,
        suite=old.suite,
        city=old.city,
        name_zh=old.name_zh,
        name_en=old.name_en,
        created_ms=given.created_ms,
        rehearsal_rate=old.rehearsal_rate,
        districts=_districts(old, ledger),
        authorities=given.authorities,
        bureau_key=given.bureau_key,
        recovery_threshold=given.recovery_threshold,
        recovery_keys=given.recovery_keys,
        policy=active_policy(ledger),
        catalogue=_catalogue(ledger),
        persons=(),
        link=link,
        signatures=(),
    )


def _districts(old: Genesis, ledger: Ledger) -> tuple[GenesisDistrict, ...]:
    """Every district of the state with its sites; one that joined later is called by its code."""
    names = {d.code: (d.name_zh, d.name_en) for d in old.districts}
    sites: dict[str, list[Code]] = {code: [] for code in ledger.districts}
    for record in ledger.records.values():
        if isinstance(record, Site):
            sites[record.district].append(record.code)
    return tuple(
        GenesisDistrict(
            Code(code), *names.get(Code(code), (code.encode(),) * 2), tuple(sorted(sites[code]))
        )
        for code in ledger.districts
    )


def _catalogue(ledger: Ledger) -> tuple[ServiceClass, ...]:
    found = [r.service for r in ledger.records.values() if isinstance(r, CatalogueEntry)]
    return tuple(sorted(found, key=lambda service: service.code))


def _check_carried(before: Ledger, genesis: SuccessorGenesis) -> None:
    code = LinkCode.NOT_CARRIED
    _need(genesis.policy == active_policy(before), code, "another policy than the active one")
    _need(genesis.catalogue == _catalogue(before), code, "another catalogue")
    districts = tuple(district.code for district in genesis.districts)
    _need(districts == before.districts, code, "other districts")
    merged = {r.district for r in before.records.values() if isinstance(r, Merger)}
    seats = {member.district for member in genesis.authorities.members}
    _need(not seats & merged, code, "a seat for a district that is merged into another")


def _seat(view: View, genesis: SuccessorGenesis) -> None:
    """The new set, from the next height on, and its voices."""
    record = view.need(AuthorityRecord, AUTHORITIES_ID)
    give_voices(view, genesis.link.city_id, record.authorities, genesis.authorities)
    height = base_height(genesis) + 1
    view.put(replace(record, effective_height=height, authorities=genesis.authorities))


def _leave(view: View, before: Ledger) -> None:
    """What was the lost set's own leaves the state, and no motion stays open."""
    for record in before.records.values():
        match record:
            case Motion(state="open"):
                expire_motion(view, record)
            case PastSet() | RootMark():
                view.remove(record)
            case _:
                pass
    schedule = view.get(AuthoritySchedule, SCHEDULE_ID)
    if schedule is not None:
        view.remove(schedule)


def _need(condition: bool, code: LinkCode, reason: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise LinkRefused(code, reason)
