"""Cases: list, take down, read, correct."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.moves import MOVE_PARAMETERS, act
from cases.lists.filters import CaseFilter
from cases.models import Afterword, Assignment, Case, HandBack
from cases.serializers.case_detail import CaseDetailSerializer
from cases.serializers.case_row import CaseRowSerializer
from cases.serializers.examples import TAKEN_DOWN
from cases.serializers.moves import MoveDone, amendment
from cases.serializers.spoken import ReceiptSerializer, SpokenBody
from cases.workflow import Action, Officer, register
from cases.workflow.register import Spoken, in_territory
from minshi import workdays
from minshi.api import (
    REPLAYED_HEADER,
    KeyPages,
    etag_of,
    idempotency_key,
    is_unchanged,
    not_modified,
)
from minshi.api_docs import (
    ETAG_ANSWERED,
    IDEMPOTENCY_PARAMETER,
    IF_NONE_MATCH_PARAMETER,
    LOCATION_ANSWERED,
    REPLAY_ANSWERED,
)
from minshi.errors import NoSuchRight
from villages.models import Post

HANDED_BACK = HandBack.objects.select_related("asked_by__user", "ruled_by__user")
ASSIGNED = Assignment.objects.select_related("post__user", "office").prefetch_related(
    Prefetch("hand_backs", HANDED_BACK)
)
SAID_AFTERWARDS = Afterword.objects.select_related("owner__user")
BESIDE_FILTERS = frozenset({"cursor", "page_size"})


class CaseFilters(DjangoFilterBackend):
    """The pages' filter and their order, for a list of the API.

    Other than the pages it refuses a name or value that it does not know.
    """

    accepted: frozenset[str] = frozenset(CaseFilter.base_filters) | BESIDE_FILTERS

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Case], view: Any
    ) -> QuerySet[Case]:
        unknown = set(request.query_params) - self.accepted
        if unknown:
            words = _("There is no such filter.")
            raise ValidationError({name: [words] for name in sorted(unknown)})

        filterset = self.get_filterset(request, queryset, view)
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)

        self.put_in_order(view, filterset)
        found: QuerySet[Case] = filterset.qs
        return found

    def get_filterset_kwargs(
        self, request: Request, queryset: QuerySet[Case], view: Any
    ) -> dict[str, Any]:
        given: dict[str, Any] = super().get_filterset_kwargs(request, queryset, view)
        return given | {"shown": ()}

    def put_in_order(self, view: Any, filterset: CaseFilter) -> None:
        """Set the order in which the view pages through the cases."""
        view.order = filterset.ordering


class CaseListAPIView(CaseApi, GenericAPIView[Case]):
    serializer_class = CaseRowSerializer
    queryset = Case.objects.none()
    pagination_class = KeyPages
    filter_backends = (CaseFilters,)
    filterset_class = CaseFilter
    order = ("-registered_at", "-id")

    def get_queryset(self) -> QuerySet[Case]:
        counted = Case.objects.counted_for(self.user, workdays.local_day(self.at))
        return counted.with_row().select_related("topic")

    @extend_schema(
        operation_id="list_cases",
        summary=gettext_lazy("List the matters that you may see."),
        responses={200: CaseRowSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The cases within sight; of secret ones an overseer is not named in, number,
        dates, stage and light.
        """
        cases = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(cases)
        rows = CaseRowSerializer(page, many=True, context=self.context())
        return self.get_paginated_response(rows.data)

    @extend_schema(
        operation_id="register_case",
        summary=gettext_lazy("Take a matter down."),
        request=SpokenBody,
        parameters=[
            IDEMPOTENCY_PARAMETER,
            REPLAY_ANSWERED,
            LOCATION_ANSWERED,
            ETAG_ANSWERED,
        ],
        responses={
            201: ReceiptSerializer,
            200: OpenApiResponse(
                ReceiptSerializer, description="A replay: it was taken down before."
            ),
        },
        examples=TAKEN_DOWN,
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Take a matter down."""
        key = idempotency_key(request)
        body = SpokenBody(data=request.data, context=self.context())
        body.is_valid(raise_exception=True)

        spoken: Spoken = body.validated_data["spoken"]
        post = self._post_for(spoken, body.validated_data["post"])
        is_replay = key is not None and Case.objects.filter(key=key).exists()
        case = register(spoken, by=Officer(self.user, post), at=self.at, key=key)

        receipt = ReceiptSerializer(case).data
        # of two at once one waited for the other, and took nothing down
        was_quicker = case.registered_at != self.at
        if is_replay or was_quicker:
            return Response(receipt, headers={REPLAYED_HEADER: "true"})

        headers = {
            "ETag": etag_of(case.version),
            "Location": f"{request.path}{case.number}/",
        }
        return Response(receipt, status=status.HTTP_201_CREATED, headers=headers)

    def _post_for(self, spoken: Spoken, named: int | None) -> Post:
        """Return the post to register from: the first that reaches the place.

        Where none reaches it, the first; `register` refuses then. `named` is the post
        that the body names. NoSuchRight: the caller has no post.
        """
        posts = self.posts(named)
        if not posts:
            raise NoSuchRight(_("Your post does not reach there."))

        for post in posts:
            if in_territory(post, spoken.village, spoken.town, self.at):
                return post
        return posts[0]


class CaseItemAPIView(CaseApi):
    @extend_schema(
        operation_id="get_case",
        summary=gettext_lazy("Read one matter."),
        parameters=[IF_NONE_MATCH_PARAMETER, ETAG_ANSWERED],
        responses={
            200: CaseDetailSerializer,
            304: OpenApiResponse(description="As you have it already."),
        },
    )
    def get(self, request: Request, number: str) -> Response:
        """One case in full, as far as the reader may know it."""
        visible = self.visible().with_page().select_related("merged_into")
        rows = visible.prefetch_related(
            Prefetch("assignments", ASSIGNED),
            Prefetch("afterwords", SAID_AFTERWARDS),
            "replies",
            "time_requests",
        )
        case = self.case(number, rows)

        etag = etag_of(case.version, case.light(self.at))
        if is_unchanged(request, etag):
            return not_modified(etag)

        shown = CaseDetailSerializer(case, context=self.context())
        return Response(shown.data, headers={"ETag": etag})

    @extend_schema(
        operation_id="correct_case",
        summary=gettext_lazy("Correct what was written down about a matter."),
        request=amendment(),
        parameters=MOVE_PARAMETERS,
        responses={200: MoveDone},
    )
    def patch(self, request: Request, number: str) -> Response:
        """Correct what was written down; never the words spoken, the stage, the level
        or a date.
        """
        return act(self, request, number, Action.AMEND, amendment())
