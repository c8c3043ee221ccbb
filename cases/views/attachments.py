"""Adding files to a case and reading them, always through the permission check."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.attachments import attach
from cases.models import Attachment, Case
from cases.models.attachment import KeptFile
from cases.privacy.disclosure import note_reading, note_small_picture
from cases.views.access import StaffView
from cases.workflow.files import show, take_off
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.models import Post, User


def attach_sent(
    request: HttpRequest,
    case: Case,
    name: str,
    *,
    post: Post | None,
    came_with_it: bool = False,
) -> list[Attachment]:
    """Store the files that a form sent under a name with the case, which stands
    whatever becomes of them; say of each that is refused why, and return those that are
    stored.
    """
    stored = []
    for upload in request.FILES.getlist(name):
        try:
            file = attach(case, upload, at=now(), post=post, came_with_it=came_with_it)
            stored.append(file)
        except RuleBroken as refusal:
            messages.error(request, f"{upload.name}：{refusal}")

    return stored


def show_sent(request: HttpRequest, files: list[Attachment], *, by: User) -> None:
    """Let the speaker see the photos that came with words said to be for them, and say
    so, or of each that is refused why.
    """
    are_shown = False
    for file in files:
        try:
            if not file.is_public:  # already: the form was sent twice
                show(file, public=True, by=by, at=now())
            are_shown = True
        except RuleBroken as refusal:
            messages.error(request, str(refusal))

    if are_shown:
        messages.success(request, _("The speaker sees the photos with it."))


class Upload(StaffView):
    def get(self, _request: HttpRequest, number: str) -> HttpResponse:
        """Return to the case after a login in between.

        The files have to be chosen once more.
        """
        return redirect(self.case(number))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        files = request.FILES.getlist("file")
        post = self.user.posts_on(today())[0]

        added = attach_sent(request, case, "file", post=post)
        if added:
            count = len(added)
            words = ngettext("%(count)s file added.", "%(count)s files added.", count)
            messages.success(request, words % {"count": count})
        elif not files:
            messages.error(request, _("Choose a file first."))
        return redirect(case)


class FileAct(StaffView):
    """A button beside a file."""

    def get(self, _request: HttpRequest, uuid: str) -> HttpResponse:
        """Return to the case after a login in between."""
        return redirect(self.file(uuid).case)

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        file = self.file(uuid)
        case = file.case
        try:
            done = self.act(file, request)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(case)

    def act(self, file: Attachment, request: HttpRequest) -> str:
        """Do it, and say that it is done. RuleBroken: why not."""
        raise NotImplementedError

    def file(self, uuid: str) -> Attachment:
        of_visible_cases = Attachment.objects.filter(case__in=self.visible())
        with_case = of_visible_cases.select_related("case__town", "post")
        return get_object_or_404(with_case, uuid=uuid)


class RemoveFile(FileAct):
    """Take a file off again, for whoever added it."""

    def act(self, file: Attachment, request: HttpRequest) -> str:
        take_off(file, by=self.user, at=now())
        return _("The file is taken off.")


class ShowFile(FileAct):
    """Let the speaker see a photo on the tracking page, or no longer."""

    def act(self, file: Attachment, request: HttpRequest) -> str:
        is_public = "public" in request.POST
        show(file, public=is_public, by=self.user, at=now())
        if is_public:
            return _("The speaker sees the photo on their page now.")
        return _("The speaker does not see the photo any more.")


class Download(StaffView):
    """The file or its thumbnail; 404 unless the user sees the case."""

    def get(self, request: HttpRequest, uuid: str, size: str = "") -> FileResponse:
        of_visible_cases = Attachment.objects.filter(case__in=self.visible())
        file = get_object_or_404(of_visible_cases.select_related("case"), uuid=uuid)
        is_small = size == "small" and bool(file.thumbnail)
        note = note_small_picture if is_small else note_reading
        note(file.case, by=self.user, at=now(), request=request)
        return file_response(file, size)


def file_response(stored: KeptFile, size: str = "") -> FileResponse:
    """Return the file, or its thumbnail for the size "small" where it has one.

    The headers let a browser run nothing in it and store no copy.
    """
    content = stored.file
    if size == "small" and stored.thumbnail:
        content = stored.thumbnail

    response = FileResponse(content.open("rb"), content_type=stored.content_type)
    response["Content-Disposition"] = f'inline; filename="{stored.uuid}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
