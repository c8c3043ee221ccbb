"""Wording, signing and correcting of a monthly report."""

import re
import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case
from cases.models.choices import Confidentiality
from minshi.crypto import moment_in_seal, sealed
from minshi.errors import InputRefused, MoveRefused, NoSuchRight, said
from minshi.text import clean_text
from minshi.text.folding import DASH
from minshi.workdays import local_day
from supervision.models import MonthlyReport
from supervision.reports.making import LANGUAGE, make_report, refresh_drafts
from supervision.reports.wording import parts_of_report
from supervision.sealing.heads import Unreadable, heads_now, newest_line
from villages.audit import record_sealed
from villages.models import Post, User
from villages.models.audit import AuditKind
from villages.rights import SIGN_REPORTS, first_post

LONGEST = 4000
# of a case, as it may be typed: BG-2026-0183, BG – 2026 – 0183, BG20260183
NUMBER = re.compile(r"([A-Z][A-Z0-9]{1,3})[\s-]*(20\d\d)[\s-]*(\d{4,6})")


def signing_post(report: MonthlyReport, user: User, at: datetime) -> Post | None:
    """Return the post from which a user signs the report: a supervisor of the town,
    else of its county; None: they may not.
    """
    posts = user.posts_on(local_day(at))
    town = report.town
    return first_post(posts, SIGN_REPORTS, town_id=town.pk) or first_post(
        posts, SIGN_REPORTS, county_code=town.county_code
    )


@transaction.atomic
def word_typical(
    report: MonthlyReport, text: str, *, by: User, at: datetime
) -> MonthlyReport:
    """Write the typical matters, which a person chooses and words.

    NoSuchRight: not a supervisor of the place. MoveRefused: it is signed. InputRefused:
    too long, or it names a matter that is hidden, secret, about a cadre or of another
    town.
    """
    report = _locked(report, by, at)
    text = clean_text(text)
    if len(text) > LONGEST:
        words = _("At most %(length)s characters.") % {"length": LONGEST}
        raise InputRefused.at(typical=words)
    _refuse_named(text, report, by, at)

    report.typical = text
    report.save(update_fields=["typical"])
    return report


@transaction.atomic
def sign(report: MonthlyReport, *, by: User, at: datetime) -> MonthlyReport:
    """Sign the report as it reads now, with the newest heads of the sealed logs; it is
    counted anew first where a matter has come to concern a reader. One that is signed
    stays as it is, whoever clicks again.

    NoSuchRight: not a supervisor of the place. MoveRefused: a newer edition is there.
    InputRefused: a matter named in it may not be named any more.
    """
    post = signing_post(report, by, at)
    if post is None:
        raise NoSuchRight(_("Only a supervisor of the place signs its report."))
    refresh_drafts(MonthlyReport.objects.filter(pk=report.pk), at)
    report = MonthlyReport.objects.select_for_update().get(pk=report.pk)
    if report.is_signed:
        return report
    if not MonthlyReport.objects.newest().filter(pk=report.pk).exists():
        raise MoveRefused(_("There is a newer edition of this report."))
    _refuse_named(report.typical, report, by, at)

    with override(LANGUAGE):
        parts = parts_of_report(report)
        report.parts = [[part.title, part.text] for part in parts]
        report.heads = printed_heads()
    report.signed_at = at
    report.signed_by = post
    report.save()

    as_stored = MonthlyReport.objects.get(pk=report.pk)
    title = f"{report} ({report.edition})"
    record_sealed(AuditKind.SIGNED, title, seal_of_report(as_stored), at=at, user=by)
    return report


def seal_of_report(report: MonthlyReport) -> str:
    """Return the keyed seal over every column of a signed report as it is stored, and
    of its rows. One query.
    """
    about = [
        report.pk,
        report.town_id,
        report.month.isoformat(),
        report.edition,
        _moment(report.made_at),
        report.why_again,
        report.numbers,
        report.names,
        report.typical,
        report.parts,
        report.heads,
        _moment(report.signed_at),
        report.signed_by_id,
    ]
    covered = []
    for row in report.rows.order_by("pk"):
        month = _moment(row.at)
        covered.append([row.pk, month, row.place, row.name, row.is_total, row.numbers])
    return sealed([about, covered], "signed report")


def _moment(at: datetime | None) -> str:
    return moment_in_seal(at) if at else ""


@transaction.atomic
def correct(
    report: MonthlyReport, why: str, *, by: User, at: datetime
) -> MonthlyReport:
    """Make another edition of a signed report, counted anew, and return it.

    NoSuchRight, MoveRefused (not signed, or a newer edition is there), InputRefused (no
    reason).
    """
    if signing_post(report, by, at) is None:
        raise NoSuchRight(_("Only a supervisor of the place signs its report."))
    report = MonthlyReport.objects.select_for_update().get(pk=report.pk)
    if not report.is_signed:
        raise MoveRefused(_("It is not signed yet: there is nothing to correct."))
    if not MonthlyReport.objects.newest().filter(pk=report.pk).exists():
        raise MoveRefused(_("There is a newer edition of this report."))

    reason = said(clean_text(why), why=_("Say why another edition is made."))
    new = make_report(
        report.town, report.month, at=at, edition=report.edition + 1, why_again=reason
    )
    new.typical = report.typical
    new.save(update_fields=["typical"])
    return new


def printed_heads() -> list[str]:
    """Return the heads that go onto the paper: those kept outside of the database, with
    their minute, or where none were kept those of the database.
    """
    try:
        line = newest_line()
    except Unreadable:
        return [_("The heads kept outside of the database cannot be read.")]
    if line is None:
        return [str(head) for head in heads_now()]
    return [line.day, *[str(head) for head in line.heads]]


def _locked(report: MonthlyReport, by: User, at: datetime) -> MonthlyReport:
    if signing_post(report, by, at) is None:
        raise NoSuchRight(_("Only a supervisor of the place signs its report."))
    locked = MonthlyReport.objects.select_for_update().get(pk=report.pk)
    if locked.is_signed:
        raise MoveRefused(_("It is signed; make another edition to correct it."))
    return locked


def _refuse_named(text: str, report: MonthlyReport, by: User, at: datetime) -> None:
    """Refuse a text that names a matter which may not be named: 保密 and 隐名 ones are
    counted everywhere and named nowhere, one about a cadre would reach that cadre, and
    nobody names what they do not see.
    """
    named = _numbers_in(text)
    seen = Case.objects.visible_to(by, local_day(at)).about_nobody()
    may_be_named = seen.filter(
        town=report.town,
        number__in=named,
        confidentiality=Confidentiality.NORMAL,
    )
    numbers = set(may_be_named.values_list("number", flat=True))
    for number in named:
        if number not in numbers:
            words = _("%(number)s cannot be named in a report.") % {"number": number}
            raise InputRefused.at(typical=words)


def _numbers_in(text: str) -> list[str]:
    """Return the numbers of cases in a text, in the form in which they are stored."""
    written = unicodedata.normalize("NFKC", text).upper()
    found = NUMBER.findall(DASH.sub("-", written))
    return ["-".join(parts) for parts in found]
