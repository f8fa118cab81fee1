"""What people do with orders in the naive time bank, from request to appeal; every move in a block of its own."""

from copy import deepcopy

from tests.reference.naive_ledger import DAY, HOUR, MINUTE, Refused, day, month_of, need
from tests.reference.naive_orders import WEIGHTS, NaiveOrder, NaiveOrders

NEXT_MOVE = {
    "requested": "approve",
    "published": "accept",
    "accepted": "check_in",
    "lapsed": "check_in",
    "checked_in": "check_out",
    "unclosed": "protest",
    "checked_out": "confirm",
    "confirmed": "endorse",
    "disputed": "rule",
    "ruled": "appeal",
}
"""What is natural to happen next to an order in each state."""


class NaiveCity(NaiveOrders):
    """The whole naive time bank."""

    seen = 0

    def request(self, sender: str, key: bytes, order: NaiveOrder) -> None:
        """Ask for a service."""
        own = sender == order.recipient
        pays = order.payer_kind == "person" and sender == order.payer
        need(own or pays, "NOT_A_PARTY")
        whole = order.minutes % 30 == 0 and 0 < order.minutes <= 720
        need(whole, "MINUTES_OUT_OF_RANGE")
        need(self.now <= order.start <= self.now + 14 * DAY, "WINDOW_OUT_OF_RANGE")
        recipient = self.persons[order.recipient]
        if order.payer_kind == "person":
            need(order.payer == order.recipient or order.payer in recipient.kin, "NOT_KIN")
            need(order.payer in {sender, order.recipient}, "NOT_A_PARTY")
        else:
            order.payer = (recipient.home, month_of(order.start) // 100)
        order.requester, order.key, order.month = sender, key, month_of(order.start)
        self.orders[key] = order
        self.go(order, "requested", self.now + 72 * HOUR)

    def approve(self, sender: str, key: bytes, *, role: str) -> None:
        """By a reviewer."""
        order = self.fresh(key, "requested")
        need(role == "reviewer", "ROLE_MISSING")
        recipient = self.persons[order.recipient]
        if order.payer_kind == "fund":
            need(recipient.funded, "NOT_MAY_BE_FUNDED")
        need(recipient.receive or recipient.funded, "NOT_MAY_RECEIVE")
        self.hold(order, order.minutes * WEIGHTS[order.service] // 1_000)
        order.reviewer = sender
        self.go(order, "published", order.start + order.minutes * MINUTE)

    def in_state(self, key: bytes, *states: str) -> NaiveOrder:
        """The order, in one of these states."""
        order = self.touch(key)
        need(order.state in states, "WRONG_STATE")
        return order

    def fresh(self, key: bytes, *states: str) -> NaiveOrder:
        """The order, in one of these states, as whoever speaks has seen it."""
        order = self.in_state(key, *states)
        need(order.events == self.seen, "STALE_OBJECT")
        return order

    def is_side(self, sender: str, order: NaiveOrder) -> bool:
        """Recipient or paying person."""
        payer = order.payer if order.payer_kind == "person" else ""
        return sender in {order.recipient, payer}

    def withdraw(self, sender: str, key: bytes) -> None:
        """Before anybody accepted."""
        order = self.in_state(key, "requested", "published")
        need(self.is_side(sender, order), "NOT_A_PARTY")
        self.end(order, "withdrawn")

    def accept(self, sender: str, key: bytes) -> None:
        """By a volunteer with time and no part in the order."""
        order = self.fresh(key, "published")
        me = self.persons[sender]
        need(sender not in order.given_back, "ALREADY_DONE")
        need(me.serve, "NOT_MAY_SERVE")
        need(not self.is_side(sender, order) and sender != order.requester, "SAME_PERSON")
        need(order.recipient not in me.kin, "RELATED_PERSONS")
        need(order.payer not in me.kin, "RELATED_PERSONS")
        start, minutes = order.start, order.minutes
        end = start + minutes * MINUTE
        today, week = minutes, minutes
        for began, ended, spent in me.intervals.values():
            need(end <= began or ended <= start, "OVERLAP")
            today += spent if day(began) == day(start) else 0
            week += spent if (day(began) + 3) // 7 == (day(start) + 3) // 7 else 0
        need(today <= 480, "DAY_LIMIT")
        need(week <= 1_680, "WEEK_LIMIT")
        order.volunteer = sender
        me.intervals[key] = (start, end, minutes)
        self.go(order, "accepted", start + 2 * HOUR)

    def give_back(self, sender: str, key: bytes) -> None:
        """Once for each order."""
        order = self.in_state(key, "accepted")
        need(order.volunteer == sender, "NOT_A_PARTY")
        self.free(order)
        order.given_back.add(sender)
        order.volunteer = ""
        self.go(order, "published", order.start + order.minutes * MINUTE)

    def cancel(self, sender: str, key: bytes) -> None:
        """By the requesting side; once lapsed by the volunteer too."""
        order = self.in_state(key, "accepted", "lapsed")
        own = order.state == "lapsed" and order.volunteer == sender
        need(own or self.is_side(sender, order), "NOT_A_PARTY")
        self.end(order, "cancelled")

    def report_no_show(self, sender: str, key: bytes) -> None:
        """Half an hour after the planned start."""
        order = self.in_state(key, "accepted", "lapsed")
        need(self.is_side(sender, order), "NOT_A_PARTY")
        need(self.now >= order.start + 30 * MINUTE, "TOO_EARLY")
        self.end(order, "no_show")

    def check_in(self, sender: str, key: bytes, witness: str) -> None:
        """The volunteer begins; who signs that they met is the recipient, or nobody."""
        order = self.in_state(key, "accepted", "lapsed")
        need(order.volunteer == sender, "ROLE_MISSING")
        need(self.now >= order.start - 2 * HOUR, "TOO_EARLY")
        same = order.state != "lapsed" or day(self.now) == day(order.start)
        need(same, "TOO_LATE")
        need(witness in {"", order.recipient}, "RECEIPT_INVALID")
        need(self.persons[sender].serving is None, "OVERLAP")
        self.persons[sender].serving = key
        order.began, order.presence = self.now, witness != ""
        self.go(order, "checked_in", self.now + 540 * MINUTE)

    def stop(self, order: NaiveOrder) -> None:
        """The service ends now; minutes counted in whole half hours with five minutes of grace."""
        spent = self.now - order.began + 5 * MINUTE
        order.counted, order.ended = spent // (30 * MINUTE) * 30, self.now
        volunteer = self.persons[order.volunteer]
        volunteer.serving = None
        volunteer.intervals[order.key] = (order.began, self.now, order.counted)
        order.needs_endorse = 1 if order.counted > 480 else order.needs_endorse

    def check_out(self, sender: str, key: bytes) -> None:
        """The volunteer ends."""
        order = self.in_state(key, "checked_in")
        need(order.volunteer == sender, "NOT_A_PARTY")
        self.stop(order)
        if order.counted < 30:
            self.end(order, "aborted")
            return
        self.go(order, "checked_out", self.now + 72 * HOUR)

    def extend(self, sender: str, key: bytes, minutes: int) -> None:
        """The paying person holds more."""
        order = self.fresh(key, "checked_in")
        weight = WEIGHTS[order.service]
        more, longest = minutes * weight // 1_000, 720 * weight // 1_000
        whole = minutes > 0 and minutes % 30 == 0 and order.hold + more <= longest
        need(whole, "MINUTES_OUT_OF_RANGE")
        if order.payer_kind == "person":
            need(sender == order.payer, "NOT_A_PARTY")
        need(order.payer_kind == "person", "ROLE_MISSING")
        self.hold(order, more)
        order.events += 1

    def confirm(self, sender: str, key: bytes, minutes: int) -> None:
        """By the own key of recipient or payer."""
        order = self.fresh(key, "checked_out", "disputed")
        whole = 30 <= minutes <= order.counted and minutes % 30 == 0
        need(whole, "MINUTES_OUT_OF_RANGE")
        if order.state == "disputed":
            need(not order.appealed, "WRONG_STATE")
            ends = order.reason == "unconfirmed" or order.objectors[-1:] == [sender]
            need(ends, "NOT_A_PARTY")
        need(sender != order.volunteer, "SAME_PERSON")
        need(self.is_side(sender, order), "NOT_A_PARTY")
        order.agreed, order.reason = minutes, "-"
        self.go(order, "confirmed", self.now + 24 * HOUR)

    def reduce(self, sender: str, key: bytes, minutes: int) -> None:
        """The volunteer takes less."""
        order = self.in_state(key, "checked_out")
        need(order.volunteer == sender, "NOT_A_PARTY")
        whole = minutes < order.counted and minutes % 30 == 0
        need(whole, "MINUTES_OUT_OF_RANGE")
        if minutes == 0:
            order.counted = 0
            self.end(order, "aborted")
            return
        order.counted = minutes
        me = self.persons[sender]
        me.intervals[key] = (order.began, order.ended, minutes)
        self.go(order, "checked_out", order.due)

    def protest(self, sender: str, key: bytes) -> None:
        """A party objects, once."""
        order = self.in_state(key, "checked_in", "unclosed", "checked_out", "confirmed")
        party = self.is_side(sender, order) or sender == order.volunteer
        need(party, "NOT_A_PARTY")
        need(sender not in order.objectors, "ALREADY_DONE")
        order.objectors.append(sender)
        if order.state == "checked_in":
            self.stop(order)
        elif order.state == "unclosed":
            order.counted, order.ended = 0, 0
        self.dispute(order, "objection", self.now)

    def endorse(self, sender: str, key: bytes, *, role: str) -> None:
        """By a reviewer without any part."""
        order = self.fresh(key, "checked_out", "confirmed", "disputed")
        need(order.needs_endorse == 1, "ALREADY_DONE")
        need(role == "reviewer", "ROLE_MISSING")
        need(sender not in {order.reviewer, order.arbiter}, "SAME_PERSON")
        if order.state == "disputed":
            need(order.reason == "unendorsed", "WRONG_STATE")
            order.reason = "-"
            self.go(order, "confirmed", self.now + 24 * HOUR)
        else:
            self.go(order, order.state, order.due)
        order.needs_endorse, order.endorser = 0, sender

    def rule(self, sender: str, key: bytes, verdict: str, minutes: int, *, place: str) -> None:
        """By the district's arbiter for a fortnight, then and on appeal by the city's."""
        order = self.fresh(key, "disputed")
        late = order.appealed or self.now >= order.disputed + 15 * DAY
        need(place == ("city" if late else "district"), "ROLE_MISSING")
        need(sender != order.arbiter, "SAME_PERSON")
        agreed = 0
        if verdict == "to-volunteer":
            need(order.counted > 0, "MINUTES_OUT_OF_RANGE")
            agreed = order.counted
        elif verdict == "split":
            most = order.counted if order.ended else order.minutes
            need(30 <= minutes <= most and minutes % 30 == 0, "MINUTES_OUT_OF_RANGE")
            agreed = minutes
        order.verdict, order.agreed, order.arbiter = verdict, agreed, sender
        order.needs_endorse = 0
        if order.appealed:
            self.carry_out(order)
        else:
            self.go(order, "ruled", self.now + 7 * DAY)

    def appeal(self, sender: str, key: bytes) -> None:
        """Once, by recipient, payer or volunteer."""
        order = self.in_state(key, "ruled")
        need(self.is_side(sender, order) or sender == order.volunteer, "NOT_A_PARTY")
        order.appealed, order.verdict = True, "-"
        self.dispute(order, "appeal", self.now)

    def play(self, move: str, *args: object, seen: int = 0, **named: object) -> str:
        """One move in the next block; the name of the code that refuses it, or an empty string.

        ``seen`` is the event count of the order that the move is about, as its sender saw it.
        """
        self.block(1_000)
        self.seen = seen
        before = deepcopy(self.__dict__)
        try:
            getattr(self, move)(*args, **named)
        except Refused as refused:
            self.__dict__ = before
            return str(refused)
        return ""
