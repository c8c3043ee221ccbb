"""The guide to the API: a page for whoever connects another system.

Its numbers are those of the settings, and a test sends each of its examples to a server
and compares the status.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cases.attachments import MOST_FILES
from cases.serializers.examples import ACCEPTED, SPOKEN
from minshi.api import IDEMPOTENCY_HEADER, LARGEST_PAGE, PAGE_SIZE, REPLAYED_HEADER
from minshi.api_docs import ALWAYS, NOT_FOUND, WITH_BODY
from villages.api.examples import CREDENTIALS

HOUR = 3600
SECONDS_OF = {"s": 1, "m": 60, "h": HOUR, "d": 24 * HOUR}  # as DRF reads a rate
JSON = "Content-Type: application/json"
AUTHORISED = "Authorization: Token $TOKEN"  # of the reader's shell
KEY = f"{IDEMPOTENCY_HEADER}: $KEY"
MATTER = "cases/$NUMBER/"


@dataclass(frozen=True)
class Call:
    """A request as it is typed, and the status of its answer.

    What stands after a $ is a variable of the reader's shell.
    """

    status: int
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: tuple[str, ...] = ()
    file: str = ""
    has_token: bool = True

    @property
    def typed(self) -> str:
        """Return the command for a shell, an argument a line."""
        lines = [f'curl -X {self.method} "$MINSHI/api/v1/{self.path}"']
        if self.has_token:
            lines.append(f'-H "{AUTHORISED}"')
        lines += [f'-H "{header}"' for header in self.headers]
        if self.body is not None:
            lines.append(f'-H "{JSON}"')
            lines.append(f"-d '{json.dumps(self.body, ensure_ascii=False)}'")
        if self.file:
            lines.append(f'-F "file=@{self.file}"')
        return " \\\n  ".join(lines)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    sentences: list[str]
    calls: tuple[Call, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


def guide(request: HttpRequest) -> HttpResponse:
    sections = [
        _beginning(),
        _token(),
        _pages(),
        _retries(),
        _versions(),
        _errors(),
        _limits(),
        _files(),
    ]
    return render(request, "api/guide.html", {"sections": sections})


def _beginning() -> Section:
    return Section(
        "beginning",
        _("To begin with"),
        [
            _(
                "The interface and the pages stand on the same rules: what you may see"
                " and do there you may see and do here, and nothing else."
            ),
            _(
                "In the examples $MINSHI is the address of this installation. Bodies"
                " are JSON; moments carry their zone, and a day is written 2026-03-10."
            ),
            _(
                "v1 in the address is the version of the interface. Within it fields"
                " may be added; what is taken away or renamed stands in CHANGELOG.md."
            ),
        ],
    )


def _token() -> Section:
    sentences = [
        _(
            "Log in with a name and a password, and send the token with every request."
            " It holds for %(hours)s hours. Who uses an authenticator app sends its"
            " code as “code”."
        )
        % {"hours": settings.SESSION_COOKIE_AGE // HOUR},
        _(
            "A new password, a reset one and the end of all logins end every token."
            " After %(tries)s wrong passwords one must wait."
        )
        % {"tries": settings.TRIES},
    ]
    if settings.PASSWORD_DAYS:
        days = {"days": settings.PASSWORD_DAYS}
        sentences.append(
            _("A password holds for %(days)s days; it is changed on a page.") % days
        )

    log_in = Call(200, "POST", "login/", CREDENTIALS, has_token=False)
    return Section("token", _("Token"), sentences, (log_in, Call(200, "GET", "me/")))


def _pages() -> Section:
    sizes = {"size": PAGE_SIZE, "largest": LARGEST_PAGE}
    return Section(
        "pages",
        _("Lists in pages"),
        [
            _(
                "A page holds %(size)s rows; page_size asks for another number, up to"
                " %(largest)s."
            )
            % sizes,
            _(
                "“next” is the address of the next page, and null on the last one. Rows"
                " that are added meanwhile shift nothing."
            ),
        ],
        (Call(200, "GET", "cases/?stage=speak&page_size=20"),),
    )


def _retries() -> Section:
    names = {"key": IDEMPOTENCY_HEADER, "mark": f"{REPLAYED_HEADER}: true"}
    again = Call(200, "POST", "cases/", SPOKEN, (KEY,))
    other_words = {**SPOKEN, "verbatim": "便民桥被淹"}
    return Section(
        "retries",
        _("Sending again"),
        [
            _(
                "Send %(key)s, a UUID of your own, with what must not be done twice."
                " The same again under the same key does nothing more, and is marked"
                " %(mark)s."
            )
            % names,
            _("Other words under the same key are refused."),
        ],
        (
            Call(201, "POST", "cases/", SPOKEN, (KEY,)),
            again,
            Call(409, "POST", "cases/", other_words, (KEY,)),
        ),
    )


def _versions() -> Section:
    accept = Call(200, "POST", f"{MATTER}moves/", ACCEPTED)
    too_late = Call(412, "POST", f"{MATTER}moves/", ACCEPTED)
    return Section(
        "versions",
        _("Steps, and the version you saw"),
        [
            _(
                "moves/ says which steps are open to you, and what each of them asks"
                " for."
            ),
            _(
                "Say which version of the matter you saw: as “version”, or the ETag as"
                " If-Match. If somebody else changed it meanwhile, the answer is 412:"
                " read it again."
            ),
            _("A GET with If-None-Match answers 304 where nothing has changed."),
        ],
        (Call(200, "GET", f"{MATTER}moves/"), accept, too_late),
    )


def _errors() -> Section:
    refusals = {**ALWAYS, "404": NOT_FOUND, **WITH_BODY}
    return Section(
        "errors",
        _("Refusals"),
        [
            _(
                "A refusal is JSON: “code” for programs, “detail” for people in the"
                " language of Accept-Language, “fields” with the words beside each"
                " input at fault."
            ),
        ],
        (
            Call(404, "GET", "cases/BG-2026-9999/"),
            Call(400, "POST", "cases/", {"verbatim": ""}),
        ),
        tuple((status, str(refusals[status])) for status in sorted(refusals)),
    )


def _limits() -> Section:
    return Section(
        "limits",
        _("Limits"),
        [
            _(
                "Beyond these the answer is 429, and Retry-After says for how many"
                " seconds to wait; a body that is too large is 413."
            ),
        ],
        rows=(
            (_("Requests of an account"), _pace("user")),
            (_("Requests without a token"), _pace("anon")),
            (_("Logins"), _pace("login")),
            (_("Lookups of neighbours"), _pace("lookup")),
            (
                _("Lookups of neighbours a day"),
                str(settings.LOOKUPS_A_DAY),
            ),
            (
                _("A body without files"),
                filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
            ),
            (_("A body with files"), filesizeformat(settings.BODY_MAX_BYTES)),
        ),
    )


def _pace(scope: str) -> str:
    """Return a limit of requests in words."""
    rate: str = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][scope]
    times, _slash, period = rate.partition("/")
    words = _("%(times)s in %(seconds)s seconds")
    return words % {"times": times, "seconds": SECONDS_OF[period[0]]}


def _files() -> Section:
    sizes = {
        "size": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
        "most": MOST_FILES,
    }
    return Section(
        "files",
        _("Files"),
        [
            _(
                "A file is sent as multipart/form-data, up to %(size)s: JPEG, PNG, WebP"
                " or PDF. A matter holds %(most)s files. Place and camera are removed"
                " from a photo."
            )
            % sizes,
            _(
                "The list gives the address of each file; it is read with the same"
                " token. ?size=small gives the small picture."
            ),
        ],
        (
            Call(201, "POST", f"{MATTER}attachments/", file="photo.jpg"),
            Call(200, "GET", f"{MATTER}attachments/"),
        ),
    )
