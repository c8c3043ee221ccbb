"""The package of a closed matter over the API."""

from typing import Any

from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from cases.api.base import CaseApi
from cases.archiving import may_pack, name_of, pack, retention_of
from minshi.api import AnyAccepted
from villages.models.audit import LONGEST_REASON


class ArchiveAsked(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ArchiveAPIView(CaseApi):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="take_archive_package",
        summary=_("Take the archive package of a closed matter."),
        request=ArchiveAsked,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request, number: str) -> FileResponse:
        """Papers, files, events and checksums as a zip; its name says how long it is
        kept.
        """
        case = self.case(number)
        if not may_pack(case, self.user, self.on):
            raise Http404

        body = ArchiveAsked(data=request.data)
        body.is_valid(raise_exception=True)
        file = pack(
            case,
            by=self.user,
            sight=self.sight,
            at=self.at,
            reason=body.validated_data["reason"],
            request=request,
        )
        actions = case.events.values_list("action", flat=True)
        name = name_of(case, retention_of(case, actions))
        return FileResponse(file, as_attachment=True, filename=name)
