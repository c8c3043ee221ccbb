"""How a notice leaves the house: one function a channel, each refusing with NotSent."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from supervision.models import Channel, Notice
from supervision.notices.channels.mail import send_mail
from supervision.notices.channels.refusal import NotSent, TooMany, Unanswered
from supervision.notices.channels.sms import send_sms
from supervision.notices.channels.wecom import send_to_group

# how many went out, the first ones; the others need another message
Send = Callable[[Sequence[Notice]], int]
SENDERS: Mapping[str, Send] = MappingProxyType(
    {Channel.EMAIL: send_mail, Channel.ROBOT: send_to_group, Channel.SMS: send_sms}
)

__all__ = ["SENDERS", "NotSent", "TooMany", "Unanswered"]
