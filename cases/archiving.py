"""归档: the file of a closed matter in one package: its papers, its files, its chain of
events, and a checksum of each, with its retention class.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from django.contrib.staticfiles import finders
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.ledgers import GENERAL, read_records
from cases.ledgers.exports import may_take
from cases.models import Attachment, Case, Event, SignedSheet
from cases.models.choices import Grade, Satisfaction, Stage
from cases.models.scope import Sight
from cases.privacy.reasons import reason_about
from cases.privacy.redactor import NOTHING, Redactor, reader_redactor
from cases.slips import read_sheet, slips_of
from cases.slips.reading import asked_of, lines_of, side_by_side
from cases.workflow import Action
from cases.workflow.event_data import OTHER_MATTERS, SHOWN_OF_DATA, fields_told
from cases.workflow.merged import numbers_in_sight
from minshi import workdays
from minshi.errors import MoveRefused, NoSuchRight, said_purpose
from minshi.file_names import UNSAFE
from minshi.handed_on import file_to_hand_on
from villages.audit import record_audit
from villages.models import User
from villages.models.audit import AuditKind

STYLES = ("css/print.css", "css/print-slip.css")
CHECKSUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
EVENTS = "events.jsonl"
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}


class Retention(models.TextChoices):
    """保管期限, as the archives' rules of 2006 and 2012 name them (国家档案局令第8号,
    第10号).
    """

    PERMANENT = "permanent", pgettext_lazy("retention", "permanent")
    THIRTY = "thirty", pgettext_lazy("retention", "30 years")
    TEN = "ten", pgettext_lazy("retention", "10 years")


@dataclass(frozen=True)
class Paper:
    """One printed paper of the package, as HTML."""

    name: str
    html: str


@dataclass
class Package:
    """A package as it is written: each part with its checksum."""

    archive: zipfile.ZipFile
    sums: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> None:
        self.sums[name] = hashlib.sha256(content).hexdigest()
        self.archive.writestr(name, content)

    def close(self) -> None:
        """Write the checksums of all parts last, as sha256sum reads them."""
        lines = [f"{digest}  {name}\n" for name, digest in sorted(self.sums.items())]
        self.archive.writestr(CHECKSUMS, "".join(lines))


def retention_of(case: Case, actions: Iterable[str]) -> Retention:
    """Return how long the file of a matter is kept: for ever where it was major, or the
    villagers' to decide; thirty years where it was complex, chased by an order, ended
    in discontent or was a red line; else ten.
    """
    if case.grade == Grade.MAJOR or case.reserved:
        return Retention.PERMANENT

    acts = set(actions)
    is_weighty = {Action.SUPERVISE, Action.MANDATORY_REPORT, Action.REDO} & acts
    is_unhappy = case.satisfaction == Satisfaction.DISSATISFIED
    if case.grade == Grade.COMPLEX or is_weighty or is_unhappy:
        return Retention.THIRTY
    return Retention.TEN


def pack(
    case: Case,
    *,
    by: User,
    sight: Sight,
    at: datetime,
    reason: str,
    request: HttpRequest | None = None,
) -> IO[bytes]:
    """Return the package of a closed matter as an open temporary file, at its
    beginning, and record it in the audit log.

    The matter must be within sight. NoSuchRight: not theirs to take away. InputRefused:
    no reason. MoveRefused: it is not closed.
    """
    refuse(case, by=by, on=workdays.local_day(at))
    reason = said_purpose(reason)

    chain = case.events.select_related("user", "post").prefetch_related("revisions")
    events = list(chain.order_by("sequence"))
    with file_to_hand_on() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            package = Package(archive)
            for paper in papers_of(case, sight, at):
                package.put(paper.name, paper.html.encode())
            _put_files(package, case, by, workdays.local_day(at))
            numbers = numbers_in_sight(events, sight)
            package.put(
                EVENTS, _lines_of(events, reader_redactor(case, sight), numbers)
            )
            package.put(MANIFEST, _manifest(case, events, package, by, at))
            package.close()

        record_audit(
            AuditKind.EXPORT,
            at=at,
            user=by,
            subject=_("archive package of %(number)s") % {"number": case.number},
            reason=reason_about(case, by, workdays.local_day(at), reason),
            request=request,
        )
    return out


def may_pack(case: Case, user: User, on: date) -> bool:
    """Tell whether the package of a matter is the user's to take away. No query beyond
    the posts.
    """
    return case.stage == Stage.CLOSED and may_take(user, on, case, ())


def refuse(case: Case, *, by: User, on: date) -> None:
    """Refuse whoever may not take the matter away, and a matter that goes on."""
    if not may_take(by, on, case, ()):
        raise NoSuchRight(_("Your posts do not let you take this matter away."))
    if case.stage != Stage.CLOSED:
        raise MoveRefused(_("Only a closed matter is archived."))


def name_of(case: Case, retention: Retention) -> str:
    """Return the name of the package: number, class."""
    safe = UNSAFE.sub("-", f"{case.number}_{retention.label}")
    return f"{safe}.zip"


# --- the papers
def papers_of(case: Case, sight: Sight, at: datetime) -> list[Paper]:
    """Return the papers of a matter as HTML that stands by itself: what the general
    ledger has of it and what happened, and each of its slips. Names are masked as in a
    ledger.
    """
    style = "\n".join(_style(name) for name in STYLES)
    shown = {"case": case, "on": workdays.local_day(at), "style": style}
    papers = [_cover(case, sight, at, shown)]

    requests, events = asked_of(case)
    offers = slips_of(case, case.assignments.all(), requests, events)
    for number, offer in enumerate(offers, 1):
        sheet = read_sheet(
            Case.objects.filter(pk=case.pk),
            case.number,
            offer.slip.key,
            offer.nth,
            sight=sight,
            at=at,
        )
        if sheet is not None:
            page = render_to_string(
                "cases/archive/slip.html", {**shown, "sheet": sheet}
            )
            papers.append(Paper(f"papers/{number:02}-{offer.slip.key}.html", page))
    return papers


def _cover(case: Case, sight: Sight, at: datetime, shown: dict[str, Any]) -> Paper:
    """Return the first paper: the matter by the columns of the general ledger, and what
    happened, the oldest first.
    """
    cases = Case.objects.filter(pk=case.pk).annotate(redacted=models.Value(False))
    on_paper = sight.on_paper()
    rows_of_one = list(GENERAL.whole(cases))
    (record,) = read_records(GENERAL, rows_of_one, sight=on_paper, at=at)
    rows = side_by_side(lines_of(GENERAL.ledger.columns, record))
    happened = [
        (event, Action(event.action).label, record.note(event))
        for event in case.events.select_related("user").order_by("sequence")
    ]
    page = render_to_string(
        "cases/archive/matter_print.html", {**shown, "rows": rows, "happened": happened}
    )
    return Paper("papers/00.html", page)


def _style(name: str) -> str:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(name)  # an archive is never without its form
    return Path(str(found)).read_text(encoding="utf-8")


# --- the parts
def _put_files(package: Package, case: Case, user: User, on: date) -> None:
    """Put in the attachments, and the papers signed about the matter that the user may
    see.
    """
    for number, attachment in enumerate(Attachment.objects.filter(case=case), 1):
        _put_file(package, "files", number, attachment)

    about = models.Q(meeting__items__case=case) | models.Q(step__process__case=case)
    sheets = SignedSheet.objects.visible_to(user, on).filter(about).distinct()
    for number, sheet in enumerate(sheets.order_by("pk"), 1):
        _put_file(package, "signed", number, sheet)


def _put_file(package: Package, folder: str, number: int, kept: Any) -> None:
    ending = ENDINGS.get(kept.content_type, "bin")
    with kept.file.open("rb") as stored:
        package.put(f"{folder}/{number:02}.{ending}", stored.read())


def _lines_of(
    events: Iterable[Event], redact: Redactor, numbers: Collection[str]
) -> bytes:
    """Return the chain, an event a line, with the reader's blanks where who spoke is
    hidden from them: what they wrote themself as they typed it, for its blanks would
    tell. Whoever may know has it as it is stored, without personal values. `numbers`
    are of merged matters that they may read.
    """
    out = io.StringIO()
    for event in events:
        line = {
            "sequence": event.sequence,
            "at": event.at,
            "action": event.action,
            "actor": event.actor_kind,
            "by": str(event.user) if event.user else event.via,
            "from": event.source,
            "to": event.target,
            "level": event.level,
            "round": event.round,
            "note": event.note if redact is NOTHING else redact.note(event),
            "data": _data_of(event, redact, numbers),
            "state": event.state,
            "previous_hash": event.previous_hash,
            "hash": event.hash,
        }
        out.write(json.dumps(line, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n")
    return out.getvalue().encode()


def _data_of(
    event: Event, redact: Redactor, numbers: Collection[str]
) -> dict[str, Any]:
    """Return the data of an event as the reader may see them, as its note; where who
    spoke is hidden from them without digests, which would answer a guess. Of a matter
    merged with this one the number stands there if it is among those given.
    """
    told = {
        name: value
        for name, value in event.data.items()
        if name not in OTHER_MATTERS or value in numbers
    }
    if redact is NOTHING:
        return told

    shown = {}
    for name, value in told.items():
        if name in OTHER_MATTERS:
            shown[name] = value
        if name not in SHOWN_OF_DATA:
            continue
        if name == "fields":
            shown[name] = fields_told(event, knows_speaker=False)
        elif isinstance(value, str):
            shown[name] = redact.of_event(event, name, value)
        else:
            shown[name] = redact.data(value)
    return shown


def _manifest(
    case: Case, events: list[Event], package: Package, by: User, at: datetime
) -> bytes:
    """Return what is in the package, and how long it is kept."""
    retention = retention_of(case, [event.action for event in events])
    closed_on = workdays.local_day(case.closed_at) if case.closed_at else None
    manifest = {
        "number": case.number,
        "town": str(case.town),
        "village": str(case.village or ""),
        "closed_on": closed_on,
        "close_reason": str(case.get_close_reason_display()),
        "retention": retention.value,
        "retention_in_words": str(retention.label),
        "events": len(events),
        "last_hash": events[-1].hash if events else "",
        "made_by": str(by),
        "made_at": at,
        "files": package.sums,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    return text.encode()
