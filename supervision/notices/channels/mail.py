"""E-mail by Django's own backend: everything for one person in one letter, without
anybody's name.
"""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from minshi.system_words import BROKEN_OFF, reason_of
from supervision.models import Notice
from supervision.notices.channels.refusal import NotSent, Unanswered
from supervision.notices.words import line_of

PERMANENT = 500  # SMTP: 5xx is for good, 4xx may pass


def send_mail(notices: Sequence[Notice]) -> int:
    """One letter for all the notices, which are one person's; how many it holds.

    NotSent: no address, or the server refuses it. Unanswered: the server is away, or
    lets nobody in.
    """
    address = notices[0].recipient.email if notices[0].recipient else ""
    if not address:
        raise NotSent(_("The account has no e-mail address."), for_good=True)
    count = len(notices)
    subject = ngettext(
        "Speak plainly: %(count)s notice", "Speak plainly: %(count)s notices", count
    ) % {"count": count}
    letter = EmailMessage(subject, "\n".join(map(line_of, notices)), to=[address])
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _words in refused.recipients.values()]
        raise NotSent(
            str(codes), for_good=all(code >= PERMANENT for code in codes)
        ) from refused
    except smtplib.SMTPDataError as refused:
        raise NotSent(_said(refused)) from refused
    except OSError as error:  # whatever else smtplib raises is one too
        raise Unanswered(_said(error)) from error
    return count


def _said(error: OSError) -> str:
    """Return what the server answered, by its code and words, or else the reason why it
    did not.
    """
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode(errors="replace") if isinstance(words, bytes) else words
        return f"{error.smtp_code} {text}"[:200]
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return str(BROKEN_OFF)
    return reason_of(error)[:200]
