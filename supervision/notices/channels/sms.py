"""短信: by the service that SMS_URL names, in words without anybody's name and without
the matter.

`aliyun://KEY_ID:SECRET@dysmsapi.aliyuncs.com/?sign=…&accepted=SMS_1&promised=SMS_2&answered=SMS_3`
speaks to 阿里云 短信服务 (SendSms, 2017-05-25): the texts are templates approved there,
with ${number} and ${day}; `aliyun+http` leaves TLS out, for a gateway in the house.
`console://` writes to the log. Without SMS_URL speakers are called instead.
"""

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models.choices import Confidentiality
from minshi import workdays
from supervision.models import Notice, NoticeKind
from supervision.notices.channels.posting import post
from supervision.notices.channels.refusal import NotSent
from supervision.notices.words import words_of

logger = logging.getLogger(__name__)
TEMPLATES = {
    NoticeKind.ACCEPTED: "accepted",
    NoticeKind.PROMISED: "promised",
    NoticeKind.ANSWERED: "answered",
}
# Trying again is of no use: the number, the template or the signature itself is
# refused.
FOR_GOOD = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.MOBILE_COUNT_OVER_LIMIT",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.INVALID_PARAMETERS",
    }
)


def send_sms(notices: Sequence[Notice]) -> int:
    """One, for each speaker's is claimed by itself, to the number as it is now.

    NotSent: none, or it is refused, or others who look at the phone must not learn of
    the matter by now.
    """
    (notice,) = notices
    if notice.matter.confidentiality != Confidentiality.NORMAL:
        raise NotSent(_("The speaker's name is kept hidden by now."), for_good=True)
    if not (phone := notice.matter.speaker_phone):
        raise NotSent(_("The speaker has left no number."), for_good=True)
    scheme = urlsplit(settings.SMS_URL).scheme
    if not scheme:
        raise NotSent(_("No SMS service is set up."), for_good=True)
    if scheme == "console":
        logger.info("SMS for %s: %s", notice.matter.number, words_of(notice))
    else:
        _send_by_aliyun(settings.SMS_URL, phone, notice)
    return 1


def _send_by_aliyun(service: str, phone: str, notice: Notice) -> None:
    parts = urlsplit(service)
    chosen = {name: values[0] for name, values in parse_qs(parts.query).items()}
    said_on = workdays.local_day(notice.created_at)
    last = workdays.day_in_words(notice.day or said_on, said_on)
    parameters = {
        "AccessKeyId": unquote(parts.username or ""),
        "Action": "SendSms",
        "Format": "JSON",
        "OutId": notice.key,
        "PhoneNumbers": phone,
        "RegionId": "cn-hangzhou",
        "SignName": chosen.get("sign", ""),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": str(uuid4()),
        "SignatureVersion": "1.0",
        "TemplateCode": chosen.get(TEMPLATES[NoticeKind(notice.kind)], ""),
        "TemplateParam": json.dumps(
            {"number": notice.matter.number, "day": last}, ensure_ascii=False
        ),
        "Timestamp": time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime()
        ),  # the service refuses a call 15 minutes old
        "Version": "2017-05-25",
    }
    parameters["Signature"] = signature_of(parameters, unquote(parts.password or ""))
    scheme, host = (
        "http" if parts.scheme.endswith("+http") else "https",
        parts.netloc.rpartition("@")[2],
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, told = post(f"{scheme}://{host}/", urlencode(parameters).encode(), headers)
    try:
        code = str(json.loads(told)["Code"])  # its Message may name the number
    except (ValueError, KeyError, TypeError) as error:
        raise NotSent(
            _("The answer of the SMS service cannot be read: HTTP %(status)s")
            % {"status": status}
        ) from error
    if code != "OK":
        raise NotSent(code[:200], for_good=code in FOR_GOOD)


def signature_of(parameters: Mapping[str, str], secret: str) -> str:
    """The signature of an RPC call: HMAC-SHA1 over method, path and the sorted
    parameters, percent-encoded.
    """
    sorted_pairs = "&".join(
        f"{_encoded(name)}={_encoded(parameters[name])}" for name in sorted(parameters)
    )
    signed = f"POST&{_encoded('/')}&{_encoded(sorted_pairs)}"
    digest = hmac.new(f"{secret}&".encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
