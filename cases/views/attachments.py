"""Uploading to a case and reading back, always through the permission check."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.attachments import attach
from cases.models import Attachment
from cases.models.attachment import KeptFile
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import RuleBroken


class Upload(StaffView):
    def get(self, _request: HttpRequest, number: str) -> HttpResponse:
        """Back from a login in between: the file has to be chosen once more."""
        return redirect(self.case(number))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        files = request.FILES.getlist("file")
        kept = 0
        for upload in files:
            try:
                attach(case, upload, at=now(), post=self.user.posts_on(today())[0])
                kept += 1
            except RuleBroken as refusal:
                messages.error(request, f"{upload.name}：{refusal}")
        if kept:
            messages.success(
                request,
                ngettext("%(count)s file added.", "%(count)s files added.", kept)
                % {"count": kept},
            )
        elif not files:
            messages.error(request, _("Choose a file first."))
        return redirect(case)


class Download(StaffView):
    """The file or its thumbnail; 404 unless the case is within sight."""

    def get(self, request: HttpRequest, uuid: str, size: str = "") -> FileResponse:
        return file_response(
            get_object_or_404(
                Attachment.objects.filter(case__in=self.visible()), uuid=uuid
            ),
            size,
        )


def file_response(kept: KeptFile, size: str = "") -> FileResponse:
    """The file, or its small picture, so that a browser runs nothing in it and keeps
    nothing of it.
    """
    chosen = kept.thumbnail if size == "small" and kept.thumbnail else kept.file
    response = FileResponse(chosen.open("rb"), content_type=kept.content_type)
    response["Content-Disposition"] = f'inline; filename="{kept.uuid}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
