"""A 隐名 matter as others read it, for whoever may know who spoke; and the further
words that they have blanked.
"""

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.models import Case
from cases.privacy.personal import also_hidden
from cases.privacy.read_by_others import read_by_others, standing_nowhere
from cases.serializers.hidden_words import HiddenWordsBody, HiddenWordsShown
from cases.workflow import read_facts
from cases.workflow.hidden_words import hide_words, post_that_hides


class HiddenWordsAPIView(CaseApi):
    @extend_schema(
        operation_id="read_hidden_words",
        summary=_("Read a matter as others read it."),
        responses={200: HiddenWordsShown},
    )
    def get(self, request: Request, number: str) -> Response:
        """A matter that hides who spoke, as those read it who may not know; and what
        is blanked in it besides. To them there is no such address.
        """
        return self.answer(self.known(number))

    @extend_schema(
        operation_id="hide_words",
        summary=_("Blank further words of a matter."),
        request=HiddenWordsBody,
        responses={200: HiddenWordsShown},
    )
    def put(self, request: Request, number: str) -> Response:
        """Blank these words for all who may not know who spoke; sent once more they
        change nothing.
        """
        case = self.known(number)
        body = HiddenWordsBody(data=request.data)
        body.is_valid(raise_exception=True)

        changed = hide_words(
            case,
            "\n".join(body.validated_data["also_hidden"]),
            seen="\n".join(body.validated_data["seen"]),
            by=self.user,
            at=self.at,
        )
        return self.answer(changed)

    def known(self, number: str) -> Case:
        """Return a case whose hidden speaker the caller may know. Http404: none."""
        case = self.case(number)
        if post_that_hides(self.user, read_facts(case, self.at)) is None:
            raise Http404
        return case

    def answer(self, case: Case) -> Response:
        shown = {
            "version": case.version,
            "also_hidden": also_hidden(case),
            "nowhere": standing_nowhere(case),
            "read_by_others": read_by_others(case),
        }
        return Response(HiddenWordsShown(shown).data)
