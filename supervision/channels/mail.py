"""E-mail by Django's own backend: everything for one person in one letter, without anybody's name."""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supervision.channels.refusal import NotSent
from supervision.models import Notice
from supervision.words import line_of

PERMANENT = 500  # SMTP: 5xx is for good, 4xx may pass


def send_mail(notices: Sequence[Notice]) -> None:
    """One letter for all the notices, which are one person's. NotSent: no address, or the server refuses."""
    address = notices[0].recipient.email if notices[0].recipient else ""
    if not address:
        raise NotSent(_("The account has no e-mail address."), for_good=True)
    count = len(notices)
    subject = ngettext("Speak plainly: %(count)s notice", "Speak plainly: %(count)s notices", count) % {"count": count}
    letter = EmailMessage(subject, "\n".join(map(line_of, notices)), to=[address])
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _words in refused.recipients.values()]
        raise NotSent(str(codes), for_good=all(code >= PERMANENT for code in codes)) from refused
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"{type(error).__name__}: {error}"[:200]) from error
