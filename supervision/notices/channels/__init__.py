"""How a notice leaves the house: one function a channel, each refusing with NotSent."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from supervision.models import Notice, NoticeChannel
from supervision.notices.channels.mail import send_mail
from supervision.notices.channels.refusal import NotSent, TooMany, Unanswered
from supervision.notices.channels.sms import send_sms
from supervision.notices.channels.wecom import send_to_group

# how many went out, the first ones; the others need another message
Send = Callable[[Sequence[Notice]], int]
SENDERS: Mapping[str, Send] = MappingProxyType(
    {
        NoticeChannel.EMAIL: send_mail,
        NoticeChannel.ROBOT: send_to_group,
        NoticeChannel.SMS: send_sms,
    }
)

__all__ = ["SENDERS", "NotSent", "TooMany", "Unanswered"]
