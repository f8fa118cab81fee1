"""A city whose set of authorities changes: motions, proofs of new keys, and evidence against those who cheat."""

from node.chain import keys
from node.chain.certificate import (
    NO_SIGNATURE,
    Authority,
    Evidence,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    make_evidence,
    sign_bytes,
)
from node.chain.errors import ErrorCode, Rejected
from node.chain.genesis import Genesis
from node.chain.records.actors import operator_id
from node.chain.records.authorities import RootMark, height_id
from node.chain.records.motions import Motion
from node.chain.rules.authorities import proof_context
from node.chain.seats import schedule_of
from node.chain.state import View
from node.chain.transition import BlockRun, Execution
from node.chain.tx.authorities import (
    AddAuthority,
    AuthoritySubject,
    KeyProof,
    ProveKeys,
    RemoveAuthority,
    RotateKeys,
)
from node.chain.tx.governance import ProposeMotion, VoteMotion
from node.chain.types import Code, EpochMs, Hash, Height, Id, Round
from tests.full_sums import check_full_sums
from tests.kernel_city import DISTRICTS, GULOU, KernelCity, seed_of
from tests.kernel_genesis import make_genesis

EVIDENCE = Hash(bytes([7]) * 32)
PUKOU = Code("pukou")
SEATED = {code: index for index, code in enumerate(DISTRICTS)}
USES = ("consensus", "operator", "checkpoint", "tls")


def authority(district: Code, generation: str = "") -> Authority:
    """A seat with keys from names; another generation has other keys."""
    made = (keys.public_key(seed_of(f"{use}/{district}{generation}")) for use in USES)
    return Authority(district, 1, *made)


def message(
    kind: type[SignedMessage],
    block: int,
    *,
    chain_id: Hash,
    district: Code = GULOU,
    height: int = 1,
    round_: int = 0,
    jr: int = 0,
    seed: bytes | None = None,
    signer: int | None = None,
) -> SignedMessage:
    """A signed message of one district for a block that is only a number."""
    who = SEATED[district] if signer is None else signer
    where, name = (1, Height(height), Round(round_)), Hash(bytes([block]) * 32)
    blank: SignedMessage
    if kind is Proposal:
        blank = Proposal(*where, 0, name, who, NO_SIGNATURE)
    elif kind is Prevote:
        blank = Prevote(*where, name, jr, who, NO_SIGNATURE)
    else:
        blank = Precommit(*where, name, who, NO_SIGNATURE)
    signature = keys.sign(seed or seed_of(f"consensus/{district}"), sign_bytes(chain_id, blank))
    fields = [getattr(blank, name) for name in blank.__struct_fields__]
    return type(blank)(*fields[:-1], signature)


class AuthorityCity(KernelCity):
    """A kernel city, summed in full after every block."""

    def __init__(self, genesis: Genesis | None = None) -> None:
        super().__init__(genesis or make_genesis(), audit=check_full_sums)

    def double(
        self, kind: type[SignedMessage] = Prevote, district: Code = GULOU, height: int = 1
    ) -> Evidence:
        """Two different messages of one type for one place."""
        said = {"chain_id": self.chain_id, "district": district, "height": height}
        return make_evidence(message(kind, 1, **said), message(kind, 2, **said))  # type: ignore[arg-type]

    def convict(self, *evidence: Evidence, after_ms: int = 1_000) -> Execution:
        """A block that holds this evidence."""
        self.now_ms += after_ms
        run = self.run()
        for pair in evidence:
            run.accuse(pair)
        self.evidence[self.ledger.height + 1] = evidence
        return self._adopt(run, ())

    def innocent(self, evidence: Evidence) -> ErrorCode:
        """Why a block with this evidence is refused."""
        self.now_ms += 1_000
        try:
            self.run().accuse(evidence)
        except Rejected as fault:
            return fault.code
        finally:
            self.now_ms -= 1_000
        raise AssertionError("convicted")

    def run(self) -> BlockRun:
        """The next block, just begun."""
        return BlockRun(self.ledger, Height(self.ledger.height + 1), EpochMs(self.now_ms))

    def propose(self, subject: AuthoritySubject, by: Code = GULOU) -> Id:
        """Move a change; returns the motion's id."""
        receipt = self.do(self.operator(by), ProposeMotion(subject, EVIDENCE))
        found = [e.motion for e in schedule_of(View(self.ledger)).open if e.proposer == by]
        assert receipt.created
        return found[-1]

    def vote(self, motion: Id, *districts: Code, approve: int = 1) -> None:
        """Operators vote, one block each."""
        for code in districts:
            self.do(self.operator(code), self.ballot(motion, approve))

    def ballot(self, motion: Id, approve: int = 1) -> VoteMotion:
        """A voice on a motion."""
        return VoteMotion(motion, self.get(Motion, motion).origin, approve)

    def proofs(
        self, motion: Id, seat: Authority, generation: str, uses: tuple[str, ...] = USES[:2]
    ) -> ProveKeys:
        """What the holders of new keys say, over the newest root that the state remembers."""
        height = Height(self.ledger.height)
        context = proof_context(motion, self.ledger.state_root)
        made = []
        for use in uses:
            seed = seed_of(f"{use}/{seat.district}{generation}")
            key = keys.public_key(seed)
            signed = keys.sign(seed, keys.possession_bytes(self.chain_id, key, context))
            made.append(KeyProof(key, signed))
        return ProveKeys(motion, self.get(Motion, motion).origin, height, tuple(made))

    def prove(self, motion: Id, seat: Authority, generation: str = "", by: Code = GULOU) -> None:
        """All new keys of a motion are proven, by somebody's statement."""
        self.do(self.operator(by), self.proofs(motion, seat, generation))

    def change(self, subject: AuthoritySubject, seat: Authority | None = None, gen: str = "") -> Id:
        """A change from motion to passing, by three of the four first districts."""
        motion = self.propose(subject)
        if seat is not None:
            self.prove(motion, seat, gen)
        others = [c for c in DISTRICTS if c not in {GULOU}]
        for code in others:
            if self.get(Motion, motion).state == "open":
                self.vote(motion, code)
        assert self.get(Motion, motion).state == "passed"
        return motion

    def known_root(self, height: int) -> bool:
        """Whether the state still remembers the root of a height."""
        return View(self.ledger).get(RootMark, height_id(height)) is not None


def succession_story(genesis: Genesis | None = None) -> AuthorityCity:
    """A fifth seat, a rotated key, evidence of the old and of the new key, a seat given up."""
    city = AuthorityCity(genesis)
    city.wait(1_000)
    pukou, gulou = authority(PUKOU), authority(GULOU, "/2")
    city.change(AddAuthority(pukou, (Code("site-1"),)), pukou)
    city.wait(1_000)
    city.wait(1_000)
    city.seeds[operator_id(city.chain_id, PUKOU)] = seed_of(f"operator/{PUKOU}")
    city.change(RotateKeys(gulou), gulou, "/2")
    city.wait(1_000)
    city.wait(1_000)
    city.seeds[city.operator(GULOU)] = seed_of(f"operator/{GULOU}/2")
    city.convict(city.double(height=2))
    said = {"chain_id": city.chain_id, "seed": seed_of(f"consensus/{GULOU}/2")}
    height = city.ledger.height
    young = [message(Prevote, n, height=height, **said) for n in (1, 2)]  # type: ignore[arg-type]
    city.convict(make_evidence(*young))
    motion = city.propose(RemoveAuthority(DISTRICTS[3]), by=PUKOU)
    city.vote(motion, *DISTRICTS[:3])
    for _ in range(4):
        city.wait(1_000)
    return city
