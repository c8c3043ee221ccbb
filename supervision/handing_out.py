"""All that a town has, handed out: every row as a line of JSON, every file, and a
checksum of each (ledgers, exports).

For whoever moves to another program, or is asked for it by law. It holds names and
telephones in clear: the folder is readable by its owner alone, and the audit log says
what it was for.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Field, FileField, Model, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.privacy.reasons import naming_nobody_of
from minshi.errors import PURPOSE, InputRefused, said
from villages.audit import record_audit
from villages.models import Town
from villages.models.audit import AuditKind

BATCH = 500
OWNER_ALONE = 0o700
_PLACES = ("town", "village__town", "office__town", "group__village__town")
_CASE = ("case__town",)
_POST = tuple(f"post__{place}" for place in _PLACES)
# the ways from a row to its town: any of them makes it the town's
OF_TOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "villages.Town": ("pk",),
        "villages.Village": ("town",),
        "villages.Group": ("village__town",),
        "villages.Household": ("group__village__town",),
        "villages.Resident": ("household__group__village__town",),
        "villages.Office": ("town",),
        "villages.Post": _PLACES,
        "villages.User": tuple(f"posts__{place}" for place in _PLACES),
        "villages.ContactLink": _POST,
        "villages.Seat": ("town", "village__town"),
        "villages.Procedure": ("town",),
        "villages.TalkRoom": ("village__town",),
        "villages.DutyShift": ("village__town",),
        "villages.SwapRequest": ("shift__village__town",),
        "villages.DutyLeave": _POST,
        "villages.HandOver": ("shift__village__town",),
        "cases.Topic": ("town",),
        "cases.StandardText": ("town",),
        "cases.DeadlineRule": ("town",),
        "cases.CalendarDay": ("town",),
        "cases.NumberCounter": ("town",),
        "cases.Case": ("town",),
        "cases.CoSpeaker": _CASE,
        "cases.CaseAccess": _CASE,
        "cases.Concern": _CASE,
        "cases.JoinedVillage": _CASE,
        "cases.Clock": _CASE,
        "cases.Assignment": _CASE,
        "cases.HandBack": ("assignment__case__town",),
        "cases.TimeRequest": _CASE,
        "cases.Reply": _CASE,
        "cases.MandatoryReport": _CASE,
        "cases.Afterword": _CASE,
        "cases.Rating": _CASE,
        "cases.CallBack": _CASE,
        "cases.Attachment": _CASE,
        "cases.Event": _CASE,
        "cases.StateAtUpdate": _CASE,
        "cases.CaseRevision": ("event__case__town",),
        "cases.Meeting": ("town", "village__town"),
        "cases.Attendee": ("meeting__town", "meeting__village__town"),
        "cases.AgendaItem": ("meeting__town", "meeting__village__town"),
        "cases.StepAside": ("item__meeting__town", "item__meeting__village__town"),
        "cases.MinutesCorrection": ("meeting__town", "meeting__village__town"),
        "cases.FourTwoProcess": ("village__town",),
        "cases.FourTwoStep": ("process__village__town",),
        "cases.StepCorrection": ("step__process__village__town",),
        "cases.SignedSheet": (
            "meeting__town",
            "meeting__village__town",
            "step__process__village__town",
        ),
        "cases.FrozenLedger": ("town", "village__town"),
        "cases.FrozenRow": ("book__town", "book__village__town"),
        "cases.RedEntry": ("book__town", "book__village__town"),
        "supervision.Call": _CASE,
        "supervision.SupervisionOrder": _CASE,
        "supervision.SentBack": ("order__case__town",),
        "supervision.OrderTalk": ("order__case__town",),
        "supervision.Chase": _CASE,
        "supervision.Rung": ("town",),
        "supervision.NoticeText": ("town",),
        "supervision.TrackingMeeting": ("town",),
        "supervision.TrackedCase": ("meeting__town",),
        "supervision.DailyFigure": ("town",),
        "supervision.MonthlyReport": ("town",),
        "supervision.MonthlyReportRow": ("report__town",),
        "supervision.Publication": ("report__town",),
    }
)
# of the program or of a reader, not of the town; keys, doors and what is made anew
LEFT_OUT = frozenset(
    {
        "cases.ExportJob",
        "cases.OwnLedger",
        "supervision.BackupRun",
        "supervision.EventFailure",
        "supervision.EventSeen",
        "supervision.FigureMark",
        "supervision.HistoryCheck",
        "supervision.JobRun",
        "supervision.Notice",
        "supervision.OrderCounter",
        "supervision.Robot",
        "supervision.Seal",
        "supervision.Wall",
        "supervision.Watermark",
        "villages.AuditRecord",
        "villages.FieldHistory",
        "villages.ImportRow",
        "villages.ImportRun",
        "villages.LookupCount",
        "villages.OpenLogin",
        "villages.PasswordUsed",
        "villages.ResidentKey",
    }
)
# what opens doors stays where it is
SECRET = frozenset({"password", "must_change_password", "tracking_code"})


@dataclass
class Handed:
    """What was handed out: where, and how many rows of each kind."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing: list[str] = field(default_factory=list)  # files that a row names in vain


def hand_out(town: Town, folder: Path, *, reason: str, at: datetime) -> Handed:
    """Write all that a town has into a new folder.

    1. Record it in the audit log, before any name stands in clear.
    2. Every row as a line of JSON, a file for each kind of row.
    3. Every file that a row names.
    4. What there is, and the checksum of each as sha256sum reads it.
    Whatever ends it before its end, a full disk or a key pressed, leaves no folder.
    InputRefused: no reason, or the folder is there already.
    """
    reason = said(reason, reason=PURPOSE)
    if folder.exists():
        raise InputRefused.at(folder=_("%s is there already.") % folder)

    subject = _("all that %(town)s (%(code)s) has, %(rows)s rows")
    handed_on = {"town": town, "code": town.code, "rows": count_rows(town)}
    record_audit(
        AuditKind.EXPORT,
        at=at,
        user=None,
        subject=subject % handed_on,
        reason=naming_nobody_of(
            Case.objects.filter(town=town), town.villages.all(), reason
        ),
    )
    folder.mkdir(mode=OWNER_ALONE, parents=True)
    with ExitStack() as undoing:
        # names in clear: nothing stays of what was broken off, whatever broke it off
        undoing.callback(shutil.rmtree, folder)
        handed = _fill(folder, town, reason, at)
        undoing.pop_all()
    return handed


def count_rows(town: Town) -> int:
    """Count all rows that are the town's. A query for each kind."""
    return sum(rows_of(label, town).order_by().count() for label in OF_TOWN)


def _fill(folder: Path, town: Town, reason: str, at: datetime) -> Handed:
    """Write rows, files, manifest and checksums into the folder."""
    handed = Handed(folder)
    sums: dict[str, str] = {}
    with transaction.atomic():
        for label in OF_TOWN:
            rows = rows_of(label, town)
            name = f"data/{label.lower()}.jsonl"
            handed.rows[label] = _write(folder / name, rows, handed, sums)
            sums[name] = _checksum(folder / name)

    manifest = {
        "town": {"code": town.code, "name": str(town)},
        "at": at,
        "reason": reason,
        "rows": handed.rows,
        "files": handed.files,
        "missing": handed.missing,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    sums["manifest.json"] = _checksum(folder / "manifest.json")

    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return handed


def rows_of(label: str, town: Town) -> QuerySet[Any]:
    """Return the rows of a kind that are the town's, in the order of their keys."""
    model = apps.get_model(label)
    is_of_town = Q()
    for path in OF_TOWN[label]:
        is_of_town |= Q(**{path: town.pk})
    every: QuerySet[Any] = model._default_manager.all()
    keys = every.filter(is_of_town).order_by().values("pk")
    return every.filter(pk__in=keys).order_by("pk")


def _write(
    path: Path, rows: QuerySet[Any], handed: Handed, sums: dict[str, str]
) -> int:
    """Write the rows line by line, and the files they name; return how many rows."""
    path.parent.mkdir(mode=OWNER_ALONE, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for row in rows.iterator(chunk_size=BATCH):
            line = json.dumps(as_data(row), ensure_ascii=False, cls=DjangoJSONEncoder)
            out.write(line + "\n")
            count += 1
            for name in _copied(row, handed):
                sums[name] = _checksum(handed.folder / name)
    return count


def as_data(row: Model) -> dict[str, Any]:
    """Return a row as it is stored, what is encrypted in clear, without secrets."""
    values: dict[str, Any] = {}
    for each in row._meta.concrete_fields:
        if each.name not in SECRET:
            values[each.attname] = _plain(each, row)
    return values


def _plain(each: "Field[Any, Any]", row: Model) -> Any:
    value = each.value_from_object(row)
    return str(value) if isinstance(each, FileField) else value


def _copied(row: Model, handed: Handed) -> Iterator[str]:
    """Copy the files that a row names and yield where they are in the folder."""
    for each in row._meta.concrete_fields:
        if not isinstance(each, FileField):
            continue
        kept = getattr(row, each.name)
        if not kept:
            continue

        name = f"media/{kept.name}"
        target = handed.folder / name
        target.parent.mkdir(mode=OWNER_ALONE, parents=True, exist_ok=True)
        try:
            with kept.open("rb") as stored, target.open("wb") as out:
                shutil.copyfileobj(stored, out)
        except FileNotFoundError:
            handed.missing.append(kept.name)
            target.unlink(missing_ok=True)
            continue
        handed.files += 1
        yield name


def _checksum(path: Path) -> str:
    with path.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()
