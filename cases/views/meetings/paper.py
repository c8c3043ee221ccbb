"""A meeting on the wall and on paper, and the photo of the signed sheet."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.lists.queue import Reason, reasons_of
from cases.meetings.signed_sheets import attach_sheet
from cases.meetings.sitting import AgendaLine, Sitting
from cases.models import AgendaItem, Attendee, Case, FourTwoStep, Meeting, SignedSheet
from cases.models.scope import Sight
from cases.privacy.redactor import speaker_redactor
from cases.slips.minutes import MinutesSheet, SecretItems, correction_in_words
from cases.views.attachments import file_response
from cases.views.meetings.access import MeetingView
from cases.workflow.pasted import (
    naming_no_neighbour,
    naming_no_villager,
    naming_nobody,
    without_numbers,
)
from minshi.clock import now, today
from minshi.errors import RuleBroken
from minshi.text.clauses import whole_clauses
from villages.audit import record_audit
from villages.models import Post
from villages.models.audit import AuditKind
from villages.requests import whole_number


class MeetingScreen(MeetingView):
    """The meeting on a projector: one item a screen, in large letters.

    Everybody in the room may read whatever it shows.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sitting = Sitting(self.meeting(pk), self.user, today())
        total = len(sitting.items)
        nth = _number_within(total, request.GET.get("item", "1"))

        line = None
        title = ""
        if total:
            line = sitting.line(sitting.items[nth - 1])
            matter = whole_clauses(sitting.public_title(line.case))
            title = line.item.subject or matter
            if line.case and not line.item.subject:
                # somebody may have written it over since it was made
                title = naming_nobody(line.case, title)

        context = {
            "meeting": sitting.meeting,
            "line": line,
            "title": title,
            **_on_the_wall(line, title),
            "heading": title or _("Secret matter"),
            "nth": nth,
            "total": total,
        }
        return render(request, "cases/meetings/screen.html", context)


def _on_the_wall(line: AgendaLine | None, title: str) -> dict[str, str | Reason | None]:
    """Return the speaker's words, why the matter was reported up and what was said of
    it, for everybody in the room: they name nobody.

    Nothing of a matter that has no public title. What is no matter of anybody's stays
    as it is.
    """
    if line is None or not title:
        return {}
    item = line.item
    case = line.case
    if case is None:
        return {"opinions": item.opinions, "resolution": item.resolution}

    return {
        "words": naming_nobody(case, case.verbatim),
        "reason": _reason_on_the_wall(case),
        **_written_on_the_wall(item, case),
    }


def _reason_on_the_wall(case: Case) -> Reason | None:
    """Return why a matter was reported up or given back, naming nobody.

    Not where its writer may not know who spoke: they sit in the room as what is blanked
    of their words is shown.
    """
    reported = reasons_of([case]).get(case.pk)
    if reported is None or reported.user is None:
        return None
    if not Sight.of(reported.user, today()).shows_speaker(case):
        return None
    return Reason(reported, naming_no_villager(case, reported.note))


def _written_on_the_wall(item: AgendaItem, case: Case) -> dict[str, str]:
    """Return what was written at the table, naming nobody."""
    if case.pk in item.unknowing:
        opinions = naming_no_neighbour(case, item.opinions)
        resolution = item.resolution
    else:
        opinions = naming_no_villager(case, item.opinions)
        resolution = speaker_redactor(case)(item.resolution)
    return {"opinions": opinions, "resolution": without_numbers(resolution)}


def _number_within(total: int, text: str) -> int:
    """Return the number of an item that an address names, at least 1 and at most the
    last.
    """
    wanted = whole_number(text) or 1
    return min(max(wanted, 1), max(total, 1))


class MeetingPrint(MeetingView):
    """会议记录 on A4 with lines for signatures, by the columns of the ledger.

    By POST, because a print leaves a trace.
    """

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return to the meeting after a login in between."""
        return redirect(self.meeting(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self.meeting(pk)
        if not self.may_print(meeting):
            raise Http404

        secret = request.POST.get("secret", "")
        if secret not in SecretItems.values:
            secret = SecretItems.NAMED
        sheet = MinutesSheet(Sitting(meeting, self.user, today()), now(), secret)
        items = sheet.items()

        subject = _("minutes of %(meeting)s") % {"meeting": meeting}
        if any(item.is_secret for item in items):
            subject = _("%(minutes)s, with secret matters") % {"minutes": subject}
        record_audit(
            AuditKind.PRINT, at=now(), user=self.user, subject=subject, request=request
        )

        corrections = sheet.sitting.corrections
        context = {
            "sheet": sheet,
            "items": items,
            "corrections": [(row, correction_in_words(row)) for row in corrections],
            "signers": [_signer(person) for person in sheet.signing()],
        }
        return render(request, "cases/meetings/print.html", context)


def _signer(person: Attendee) -> str:
    """Return the name at a line for a signature; a substitute signs for somebody."""
    if not person.substitute:
        return person.name
    absent = _("for %(name)s") % {"name": person.name}
    return f"{person.substitute}（{absent}）"


class SheetUpload(MeetingView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return to the meeting after a login in between.

        The file has to be chosen once more.
        """
        return redirect(self.meeting(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self.meeting(pk)
        by = self.holder(meeting)
        if by is None:
            raise Http404

        attach_sheets(request, meeting, by.post)
        return redirect(f"{meeting.get_absolute_url()}#sheets")


def attach_sheets(
    request: HttpRequest, owner: Meeting | FourTwoStep, post: Post
) -> None:
    """Attach every file sent; say of each that is refused why."""
    files = request.FILES.getlist("file")
    for upload in files:
        try:
            attach_sheet(owner, upload, at=now(), post=post)
        except RuleBroken as refusal:
            messages.error(request, f"{upload.name}：{refusal}")

    if not files:
        messages.error(request, _("Choose a file first."))


class SheetFile(MeetingView):
    """The photo of a signed sheet; 404 unless its meeting or process is in reach."""

    def get(self, request: HttpRequest, uuid: UUID, size: str = "") -> FileResponse:
        visible = SignedSheet.objects.visible_to(self.user, today())
        return file_response(get_object_or_404(visible, uuid=uuid), size)
