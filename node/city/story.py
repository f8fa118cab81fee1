"""The main story, played between real processes: earned, redeemed in another district, given to a parent, donated.

李建国 of Gulou accompanies 陈奶奶, whom the fund pays for, and earns two hours. He is served in Jianye by 王秀英 and
pays with one of them. Half an hour goes to his mother, a quarter to the pool; a cancelled and a lapsed order cost
nobody anything; what must not be possible is refused; at last the first service is certified. Each step is a method;
``STEPS`` is their order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, MINUTE_MS, civil, month_of, quarter_end_ms
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.service_certificates import parse_number
from node.chain.rules.orders.presence import RECIPIENT_WALLET, Meeting, ServiceMoment
from node.chain.tx.identity import AcceptKin, OfferKin
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    ApproveOrder,
    Cancel,
    CheckIn,
    CheckOut,
    Confirm,
    Presence,
    Request,
)
from node.chain.tx.organisation import ApproveKin, Attest, Propose, Second
from node.chain.tx.service_certificates import IssueServiceCertificate
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Id, Minutes
from node.city.books import FUND, Books
from node.city.faults import went_otherwise
from node.city.stage import ATTESTED_MS, Actor, Stage, fresh_hash
from node.console.language import Text, t
from wallet.client.certificates import check, service_of

GULOU: Final = "gulou"
JIANYE: Final = "jianye"
KEY_ELDERS: Final = Code("key-elders")
COMPANY: Final = Code("company")
MINTED_MIN: Final = 6_000
EARNED_MIN: Final = 120
REDEEMED_MIN: Final = 60
CANCELLED_MIN: Final = 30
GIVEN_MIN: Final = 30
DONATED_MIN: Final = 15
TOO_MUCH_MIN: Final = 6_000
STORY_DAYS: Final = 60
"""The story takes up to seven weeks, and a fund ends with its year: so near its end the story begins so much later."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    step: str
    what: Text
    minutes: int = 0


class Story:
    """The people of the story, and what has happened so far.

    Attributes:
        stage: where they act.
        books: what must come out.
        lines: what happened, in order.
        settled: final orders by name, with somebody who may read each.
        people: everybody of the story by name.
    """

    def __init__(self, stage: Stage, tell: Callable[[Line], None]) -> None:
        """Nothing has happened yet.

        Args:
            stage: where to play.
            tell: hears of every line as it happens.
        """
        self.stage = stage
        self.books = Books()
        self.lines: list[Line] = []
        self.settled: dict[str, tuple[Actor, Id]] = {}
        self.people: dict[str, Actor] = {}
        self._tell = tell
        self._step = ""
        self.books.first_staff(len(stage.genesis.persons))

    def play(self, step: str) -> None:
        """One step of ``STEPS``.

        Raises:
            Rejected: the ledger refuses what must be possible.
            node.console.fault.Fault: something went otherwise.
        """
        self._step = step
        STEPS[step](self)

    # --- Steps, in order ---------------------------------------------------------------------------------------

    def register(self) -> None:
        """Four people become known: by recorder, reviewer, second reviewer and the bureau's receipt."""
        now_ms = self.stage.now_ms()
        year, _ = civil(now_ms)
        if civil(now_ms + STORY_DAYS * DAY_MS)[0] > year:
            self.stage.leap_until(now_ms + STORY_DAYS * DAY_MS)
        for name, home, serves, funded in (
            ("chen", GULOU, False, True),
            ("li", GULOU, True, False),
            ("mother", GULOU, False, False),
            ("wang", JIANYE, True, False),
        ):
            self.people[name] = self.stage.register(name, home, serves=serves, funded=funded)
            self.books.person(name, home)
            self._line(
                t(zh="{who}在{home}登记", en="{who} registers in {home}").fill(
                    who=NAMES[name], home=PLACES[home]
                )
            )

    def mint(self) -> None:
        """The districts vote new minutes into Gulou's fund for key elders."""
        voices = [self.stage.staff(code, "voice") for code in self.stage.city.districts]
        year, _ = civil(self.stage.now_ms())
        proposal, origin = voices[0].make(
            ProposeMint(Code(GULOU), year, KEY_ELDERS, Minutes(MINTED_MIN), fresh_hash())
        )
        needed = -(-len(voices) * self.stage.genesis.policy.issuance.mint_votes_permille // 1_000)
        for voice in voices[1:needed]:
            voice.say(VoteMint(proposal, origin, 1))
        self.books.minted(GULOU, MINTED_MIN)
        self._line(
            t(zh="各区表决，鼓楼区专项资金增发", en="The districts vote; Gulou's fund"), MINTED_MIN
        )

    def earn(self) -> None:
        """The fund pays Li for accompanying Chen, whose order a recorder entered."""
        chen, li = self.people["chen"], self.people["li"]
        desk = self.stage.staff(GULOU, "recorder")
        order = self._published(
            desk, chen.id, GULOU, EARNED_MIN, payer_kind="fund", consent="in-person"
        )
        self._serve(order, li, chen, EARNED_MIN)
        self.books.settled(FUND, "li", EARNED_MIN, place=GULOU, fund_of=GULOU)
        self.settled["earn"] = (li, order)
        self._line(
            t(
                zh="李建国在鼓楼陪伴陈奶奶，专项资金支付",
                en="Li accompanies Chen in Gulou; the fund pays",
            ),
            EARNED_MIN,
        )

    def redeem(self) -> None:
        """Li is served in Jianye and pays with what he stored in Gulou."""
        li, wang = self.people["li"], self.people["wang"]
        order = self._published(li, li.id, JIANYE, REDEEMED_MIN)
        self._serve(order, wang, li, REDEEMED_MIN)
        self.books.settled("li", "wang", REDEEMED_MIN, place=JIANYE)
        self.settled["redeem"] = (li, order)
        self._line(
            t(
                zh="李建国在建邺区用时间币兑换，王秀英服务",
                en="Li redeems in Jianye; Wang serves him",
            ),
            REDEEMED_MIN,
        )

    def bind(self) -> None:
        """Li and his mother are bound as kin; before the waiting days are over nothing can be given."""
        li, mother = self.people["li"], self.people["mother"]
        binding, origin = li.make(OfferKin(mother.id, Code("parent")))
        mother.say(AcceptKin(binding, origin, Code("own-key"), ZERO_HASH))
        self.stage.two(GULOU, ApproveKin(binding, origin))
        self._line(t(zh="李建国与母亲绑定亲属", en="Li and his mother are bound as kin"))
        self._refused("li", Give(mother.id, Minutes(GIVEN_MIN)), ErrorCode.RESTING_PERIOD)

    def cancel(self) -> None:
        """An accepted order is cancelled; the held minutes return."""
        li, wang = self.people["li"], self.people["wang"]
        order = self._published(li, li.id, GULOU, CANCELLED_MIN)
        self._accept(order, li, wang)
        li.say(Cancel(order, Code("recipient-ill")))
        self.stage.until(li, order, State.CANCELLED)
        self._line(
            t(zh="已接的订单取消，时间退回", en="An accepted order is cancelled; minutes return")
        )

    def lapse(self) -> None:
        """Nobody comes and nobody says so: the order lapses, then expires; the held minutes return."""
        li, wang = self.people["li"], self.people["wang"]
        order = self._published(li, li.id, GULOU, CANCELLED_MIN)
        self._accept(order, li, wang)
        orders = self.stage.genesis.policy.orders
        self.stage.leap_until(li.order(order).start_ms + orders.lapse_ms)
        lapsed = self.stage.until(li, order, State.LAPSED)
        self.stage.leap_until(lapsed.due_ms)
        self.stage.until(li, order, State.EXPIRED)
        self._line(
            t(zh="无人到场的订单失约后到期，时间退回", en="A missed order lapses, then expires")
        )

    def give(self) -> None:
        """After the waiting days Li gives his mother half an hour; to a stranger he cannot."""
        li, mother, wang = self.people["li"], self.people["mother"], self.people["wang"]
        rested_ms = max(kin.bound_ms for kin in self.person("li").kin)
        self.stage.leap_until(rested_ms + self.stage.genesis.policy.persons.kin_rest_ms)
        li.say(Give(mother.id, Minutes(GIVEN_MIN)))
        self.books.given("li", "mother", GIVEN_MIN)
        self._line(t(zh="李建国赠给母亲", en="Li gives to his mother"), GIVEN_MIN)
        self._refused("li", Give(wang.id, Minutes(GIVEN_MIN)), ErrorCode.NOT_KIN)

    def donate(self) -> None:
        """The same signed donation reaches two nodes at once and counts once."""
        li = self.people["li"]
        self.stage.twice(li, Donate(Code("district"), Minutes(DONATED_MIN)))
        self.books.donated("li", DONATED_MIN)
        self._line(
            t(
                zh="同一笔捐赠同时送到两个节点，只记一次",
                en="One donation sent to two nodes at once counts once",
            ),
            DONATED_MIN,
        )

    def refuse(self) -> None:
        """What must not be possible is not: giving what one does not have or was given, seconding oneself."""
        mother = self.people["mother"]
        self._refused("li", Give(mother.id, Minutes(TOO_MUCH_MIN)), ErrorCode.INSUFFICIENT_MINUTES)
        self._refused(
            "mother", Give(self.people["li"].id, Minutes(GIVEN_MIN)), ErrorCode.GIFT_LIMIT
        )
        reviewer = self.stage.staff(GULOU, "reviewer")
        until_ms = EpochMs(quarter_end_ms(self.stage.now_ms() + ATTESTED_MS))
        renewed = Attest(self.people["li"].id, until_ms, until_ms, EpochMs(0), fresh_hash())
        proposal, origin = reviewer.make(Propose(renewed))
        second = Second(proposal, origin)
        refusal = self.stage.refused(reviewer, second, ErrorCode.SAME_PERSON)
        self.stage.staff(GULOU, "reviewer-2").say(second)
        self._line(_refusal_text(t(zh="复核员", en="A reviewer"), refusal.code))

    def certify(self) -> None:
        """When the month is over and its notice too, Li has it certified, and anybody can check the number."""
        li = self.people["li"]
        served = li.order(self.settled["earn"][1])
        month = month_of(served.checked_in_ms)
        notice_ms = served.final_ms + self.stage.genesis.policy.orders.certifiable_after_ms
        self.stage.leap_until(max(_month_after_ms(served.checked_in_ms), notice_ms))
        li.say(IssueServiceCertificate(li.id, month, month, ZERO_HASH))
        (issued,) = service_of(li.client, li.signer, li.id).certificates
        checked = check(li.client, parse_number(issued.number))
        if checked != issued or (checked.served_min, checked.status) != (EARNED_MIN, "valid"):
            why = t(zh="证明与服务不符", en="the certificate does not say what was served")
            raise went_otherwise("certify", why)
        self._line(
            t(zh="李建国的服务记录证明 {number}", en="Li's service certificate {number}").fill(
                number=issued.number
            ),
            checked.served_min,
        )

    # --- What steps are made of --------------------------------------------------------------------------------

    def _published(
        self,
        requester: Actor,
        recipient: Id,
        district: str,
        minutes: int,
        *,
        payer_kind: str = "person",
        consent: str = "own-key",
    ) -> Id:
        """An order for tomorrow, asked for and published by a reviewer of its district."""
        site = next(d.sites[0] for d in self.stage.genesis.districts if d.code == district)
        evidence = ZERO_HASH if consent == "own-key" else fresh_hash()
        order, _ = requester.make(
            Request(
                recipient=recipient,
                payer_kind=Code(payer_kind),
                payer=recipient if payer_kind == "person" else NO_ID,
                service=COMPANY,
                district=Code(district),
                site=site,
                start_ms=EpochMs(self.stage.now_ms() + DAY_MS),
                expected_min=Minutes(minutes),
                invited=NO_ID,
                job=NO_ID,
                rule=Code("-"),
                consent=Code(consent),
                consent_evidence=evidence,
                detail=fresh_hash(),
            )
        )
        found = requester.order(order)
        reviewer = self.stage.staff(district, "reviewer")
        reviewer.say(ApproveOrder(order, found.origin, found.events))
        return order

    def _accept(self, order: Id, reader: Actor, volunteer: Actor) -> Order:
        found = reader.order(order)
        volunteer.say(Accept(order, found.origin, found.events, Code("self"), 1, fresh_hash()))
        return found

    def _serve(self, order: Id, volunteer: Actor, recipient: Actor, minutes: int) -> None:
        """Accept, check in, check out, confirm, cool, settle."""
        found = self._accept(order, recipient, volunteer)
        self.stage.leap_until(found.start_ms)
        now = self.stage.now_ms()
        volunteer.say(CheckIn(order, now, self._met(order, volunteer, recipient, now)))
        begun_ms = volunteer.order(order).checked_in_ms
        self.stage.leap_until(begun_ms + minutes * MINUTE_MS)
        volunteer.say(CheckOut(order, self.stage.now_ms(), Code("done"), NO_PRESENCE))
        ended = recipient.order(order)
        # Six minutes pass in a second here; people confirm what was agreed.
        agreed = Minutes(min(minutes, ended.counted_min))
        recipient.say(Confirm(order, ended.origin, ended.events, agreed, Code("own-key"), b""))
        confirmed = self.stage.until(recipient, order, State.CONFIRMED)
        self.stage.leap_until(confirmed.due_ms)
        self.stage.until(recipient, order, State.SETTLED)

    def _met(self, order: Id, volunteer: Actor, recipient: Actor, now: EpochMs) -> Presence:
        """The recipient's phone, held out at the door."""
        meeting = Meeting(order, volunteer.id, ServiceMoment.START, now)
        seed = recipient.signer.key.reveal()
        return meeting.signed(self.stage.chain_id, seed, RECIPIENT_WALLET, recipient.id)

    def person(self, name: str) -> Person:
        """The record of somebody of the story, as they read it now."""
        record = self.people[name].record()
        assert isinstance(record, Person), "people of the story are persons"
        return record

    def _refused(self, name: str, body: Give, code: ErrorCode) -> None:
        refusal = self.stage.refused(self.people[name], body, code)
        self._line(_refusal_text(NAMES[name], refusal.code))

    def _line(self, what: Text, minutes: int = 0) -> None:
        line = Line(self._step, what, minutes)
        self.lines.append(line)
        self._tell(line)


NAMES: Final[Mapping[str, Text]] = {
    "chen": t(zh="陈奶奶", en="Chen"),
    "li": t(zh="李建国", en="Li"),
    "mother": t(zh="李建国的母亲", en="Li's mother"),
    "wang": t(zh="王秀英", en="Wang"),
}
PLACES: Final[Mapping[str, Text]] = {
    GULOU: t(zh="鼓楼区", en="Gulou"),
    JIANYE: t(zh="建邺区", en="Jianye"),
}
STEPS: Final[Mapping[str, Callable[[Story], None]]] = {
    "register": Story.register,
    "mint": Story.mint,
    "earn": Story.earn,
    "redeem": Story.redeem,
    "bind": Story.bind,
    "cancel": Story.cancel,
    "lapse": Story.lapse,
    "give": Story.give,
    "donate": Story.donate,
    "refuse": Story.refuse,
    "certify": Story.certify,
}


def _month_after_ms(time_ms: int) -> int:
    """A time in the month after, less than a day from its beginning."""
    later = time_ms
    while month_of(later) == month_of(time_ms):
        later += DAY_MS
    return later


def _refusal_text(who: Text, code: ErrorCode) -> Text:
    return t(zh="{who}的请求被拒绝：E{code} {name}", en="{who} is refused: E{code} {name}").fill(
        who=who, code=code.value, name=code.name.lower()
    )
