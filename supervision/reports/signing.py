"""Wording, signing and correcting of a monthly report."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case
from cases.models.choices import Confidentiality
from cases.privacy.reasons import reason_of
from cases.workflow.numbering import whole_numbers_within
from minshi.crypto import moment_in_seal, sealed
from minshi.errors import InputRefused, MoveRefused, NoSuchRight, Text, said
from minshi.seen import mark_of, refuse_unseen
from minshi.text import clean_text
from minshi.workdays import local_day
from supervision.models import MonthlyReport
from supervision.reports.ledger import COLUMNS, RowRecord
from supervision.reports.making import (
    LANGUAGE,
    count_month,
    make_report,
    refresh_drafts,
)
from supervision.reports.wording import parts_of_report
from supervision.sealing.heads import Unreadable, heads_now, newest_line
from villages.audit import record_sealed, without_numbers_and_doors
from villages.models import Post, User
from villages.models.audit import AuditKind
from villages.rights import SIGN_REPORTS, first_post

LONGEST = 4000
FRESH = timedelta(hours=1)  # what was counted and shown may still be signed


class CountedAnew(MoveRefused):
    """A draft reads otherwise than it did. With `proof`, which stands for what it says
    now, that may be signed for an hour: where matters come in all day, the next count
    is another one again.
    """

    def __init__(self, detail: Text, proof: str) -> None:
        super().__init__(detail)
        self.proof = proof


def signing_post(report: MonthlyReport, user: User, at: datetime) -> Post | None:
    """Return the post from which a user signs the report: a supervisor of the town,
    else of its county; None: they may not.
    """
    posts = user.posts_on(local_day(at))
    town = report.town
    return first_post(posts, SIGN_REPORTS, town_id=town.pk) or first_post(
        posts, SIGN_REPORTS, county_code=town.county_code
    )


def mark_of_typical(report: MonthlyReport) -> str:
    return mark_of(report, ("typical",)) if report.typical else ""


@transaction.atomic
def word_typical(
    report: MonthlyReport,
    text: str,
    *,
    seen: str | None = None,
    by: User,
    at: datetime,
) -> MonthlyReport:
    """Write the typical matters, which a person chooses and words. The same words again
    change nothing.

    NoSuchRight: not a supervisor of the place. MoveRefused: it is signed. InputRefused:
    too long, or it names a matter that is hidden, secret, about a cadre or of another
    town. StaleVersion: somebody else wrote since it was `seen` (`mark_of_typical`).
    """
    report = _locked(report, by, at)
    text = clean_text(text)
    if text == report.typical:
        return report

    if len(text) > LONGEST:
        words = _("At most %(length)s characters.") % {"length": LONGEST}
        raise InputRefused.at(typical=words)
    _refuse_named(text, report, by, at)
    words = _(
        "Somebody else has written here since you opened it: read “Typical matters” in"
        " the report, put into yours what shall stay, and press once more."
    )
    refuse_unseen(mark_of_typical(report), seen, words)

    report.typical = text
    report.save(update_fields=["typical"])
    return report


def sign(
    report: MonthlyReport, *, by: User, at: datetime, proof: str = ""
) -> MonthlyReport:
    """Sign the report with the figures of this moment and the newest heads of the
    sealed logs. One that is signed stays as it is, whoever clicks again.

    1. Leave out what has come to concern a reader, without a word that would tell.
    2. Count it anew, from the matters: a draft is under no seal, and SQL may have
       changed it or the stored figures. Not where `proof`, of the last hour, says that
       it was counted so.
    3. Where it reads otherwise now, refuse: nobody signs what they have not read. What
       was counted stays, to be read and signed.
    4. Else sign it.

    NoSuchRight: not a supervisor of the place. CountedAnew: it reads otherwise.
    MoveRefused: a newer edition is there. InputRefused: a matter named in it may not be
    named any more.
    """
    post = signing_post(report, by, at)
    if post is None:
        raise NoSuchRight(_("Only a supervisor of the place signs its report."))

    refresh_drafts(MonthlyReport.objects.filter(pk=report.pk), at)
    draft = MonthlyReport.objects.get(pk=report.pk)
    counted = None if _is_proved(draft, proof, at) else count_month(report, at)
    with transaction.atomic():
        report = MonthlyReport.objects.select_for_update().get(pk=report.pk)
        if report.is_signed:
            return report
        if not MonthlyReport.objects.newest().filter(pk=report.pk).exists():
            raise MoveRefused(_("There is a newer edition of this report."))
        _refuse_named(report.typical, report, by, at)

        before = _as_read(report)
        if counted:
            counted.store(report)
        is_as_counted = counted is not None or _is_proved(report, proof, at)
        if is_as_counted and _as_read(report) == before:
            return _signed(report, post, by, at)
        proof = _proof_of(report) if counted else ""

    words = _(
        "The figures are no longer those of this draft. They were counted anew just"
        " now: read the report once more, then sign it."
    )
    raise CountedAnew(words, proof)


def _proof_of(report: MonthlyReport) -> str:
    """Return the keyed seal over what was counted for a draft, as it is stored."""
    stored = MonthlyReport.objects.get(pk=report.pk)
    about = [stored.pk, _moment(stored.made_at), stored.numbers, stored.names]
    return sealed([about, _rows_of(stored)], "draft of a report")


def _is_proved(report: MonthlyReport, proof: str, at: datetime) -> bool:
    """Tell whether a draft says what was counted for it within the last hour."""
    if not proof or at - report.made_at > FRESH:
        return False
    return constant_time_compare(proof, _proof_of(report))


def _as_read(report: MonthlyReport) -> list[object]:
    """Return what whoever signs a draft reads of it: its text, and its rows in the
    ledger.
    """
    with override(LANGUAGE):
        read: list[object] = [part.text for part in parts_of_report(report)]
        for row in report.rows.select_related("report__town").order_by("pk"):
            record = RowRecord(row)
            read.append([column.value(record) for column in COLUMNS])
    return read


def _signed(report: MonthlyReport, post: Post, by: User, at: datetime) -> MonthlyReport:
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
    return sealed([about, _rows_of(report)], "signed report")


def _rows_of(report: MonthlyReport) -> list[list[object]]:
    covered: list[list[object]] = []
    for row in report.rows.order_by("pk"):
        month = _moment(row.at)
        covered.append([row.pk, month, row.place, row.name, row.is_total, row.numbers])
    return covered


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
    # the whole county reads it
    reason = without_numbers_and_doors(reason_of(by, local_day(at), reason))
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
    named = whole_numbers_within(text, report.town.abbreviation)
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
