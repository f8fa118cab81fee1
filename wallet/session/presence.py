"""The text that carries a proof of presence from the recipient's phone, or a site's reader, to the volunteer's.

It is shown as a QR code and typed or pasted after ``--presence``: ``TBP1-`` and, in base 32 without padding, the
canonical bytes of what the witness signed with the signature. Nothing in it is secret: it is of use to the order's
volunteer only, for that end of the service, near that time.
"""

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.records.orders import Order
from node.chain.rules.orders.presence import (
    RECIPIENT_WALLET,
    SITE_READER,
    Meeting,
    ServiceMoment,
)
from node.chain.tx.orders import NO_PRESENCE, Presence
from node.chain.types import EpochMs, EpochMsF, Hash, Id, IdF
from node.console.fault import Fault, usage
from node.console.language import Text, t
from wallet.secret import Secret

PREFIX: Final = "TBP1-"
TEXT_MAX_CHARACTERS: Final = 512
_CODE_MAX_BYTES: Final = 256
_GROUP: Final = 8
"""Base 32 is padded to eights."""


class PresenceCode(Record, frozen=True, tag=1):
    """What the text carries."""

    order: IdF
    moment: Annotated[int, Meta(ge=1, le=2)]
    """A ``ServiceMoment``."""
    claimed_ms: EpochMsF
    presence: Presence

    def text(self) -> str:
        """As it is shown."""
        return PREFIX + b32encode(encode(self)).decode("ascii").rstrip("=")


_decode: Final = decoder(PresenceCode, _CODE_MAX_BYTES)


def make_code(
    chain_id: Hash,
    order: Order,
    *,
    moment: ServiceMoment,
    now_ms: EpochMs,
    key: Secret,
    witness: Id,
) -> PresenceCode:
    """The word of the recipient, or of a site's reader for anybody else, that the order's volunteer is there now.

    Args:
        chain_id: the genesis hash.
        order: the order as it stands, with its volunteer.
        moment: start or end of the service.
        now_ms: the node's time.
        key: the witness's key.
        witness: the witness's account.
    """
    method = RECIPIENT_WALLET if witness == order.recipient else SITE_READER
    meeting = Meeting(order.id, order.volunteer, moment, now_ms)
    proof = meeting.signed(chain_id, key.reveal(), method, witness)
    return PresenceCode(order.id, moment, now_ms, proof)


def read_code(text: str) -> PresenceCode:
    """A code as it was scanned or typed; blanks and the case of letters do not matter.

    Raises:
        node.console.fault.Fault: it is none (exit 3).
    """
    plain = "".join(text.split()).upper()
    if not plain.startswith(PREFIX) or len(plain) > TEXT_MAX_CHARACTERS:
        raise _not_a_code()
    body = plain.removeprefix(PREFIX)
    try:
        return _decode(b32decode(body + "=" * (-len(body) % _GROUP)))
    except (NotBase32, ValueError, Malformed):
        raise _not_a_code() from None


def met(
    typed: str | None, order: Id, moment: ServiceMoment, otherwise: EpochMs
) -> tuple[EpochMs, Presence]:
    """The claimed time and the proof of one end of a service.

    Args:
        typed: the code; None where there is none.
        order: the order that the statement is about.
        moment: the end of the service that it is about.
        otherwise: the claimed time without a code.

    Raises:
        node.console.fault.Fault: it is no code, or it is about something else (exit 3).
    """
    if typed is None:
        return otherwise, NO_PRESENCE
    code = read_code(typed)
    if (code.order, code.moment) != (order, moment):
        raise _other_code(code)
    return code.claimed_ms, code.presence


def moment_word(moment: ServiceMoment) -> Text:
    """Start or end."""
    if moment is ServiceMoment.START:
        return t(zh="服务开始", en="the start of the service")
    return t(zh="服务结束", en="the end of the service")


def _not_a_code() -> Fault:
    return usage(
        t(zh="不是到场凭证", en="Not a proof of presence"),
        t(
            zh="请对方用 timebank wallet presence 再出示一次。",
            en="Let the other side show it again: timebank wallet presence.",
        ),
    )


def _other_code(code: PresenceCode) -> Fault:
    why = t(
        zh="这张到场凭证是订单 {order} {moment}的", en="This proof is of {moment} of order {order}"
    )
    return usage(
        why.fill(order=code.order.hex(), moment=moment_word(ServiceMoment(code.moment))),
        t(zh="请对方为这一单重新出示。", en="Let the other side show one for this order."),
    )
