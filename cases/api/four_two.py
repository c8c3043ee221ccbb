"""四议两公开, and the same move for several matters."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.items import votes_of
from cases.meetings.four_two import (
    StepRecord,
    correct_step,
    drop_process,
    last_held,
    may_run,
    record_step,
    redacted,
    start_process,
)
from cases.models import FourTwoProcess
from cases.serializers.four_two import (
    BatchBody,
    BatchResult,
    DropBody,
    HeldBody,
    ProcessSerializer,
    StartBody,
    StepCorrectionBody,
)
from cases.serializers.moves import body_of
from cases.workflow import Action, Officer, read_facts
from cases.workflow.batch import move_all
from minshi.api import KeyPages, idempotency_key
from minshi.api_docs import IDEMPOTENCY_PARAMETER
from minshi.errors import InputRefused, NoSuchRight


class FourTwoApi(CaseApi):
    def processes(self) -> QuerySet[FourTwoProcess]:
        seen = FourTwoProcess.objects.visible_to(self.user, self.on)
        found = seen.select_related("village__town", "case__town")
        return found.prefetch_related("steps__process", "steps__corrections")

    def process(self, pk: int) -> FourTwoProcess:
        return redacted([get_object_or_404(self.processes(), pk=pk)])[0]

    def numbers(self, processes: Iterable[FourTwoProcess]) -> dict[str, Any]:
        """Which of their cases the user sees, for the serializer."""
        wanted = [process.case_id for process in processes if process.case_id]
        return {
            "cases": (
                dict(self.visible().filter(pk__in=wanted).values_list("pk", "number"))
                if wanted
                else {}
            )
        }

    def whole(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        process = self.process(pk)
        return Response(
            ProcessSerializer(process, context=self.numbers([process])).data,
            status=code,
        )

    def runner(self, village: int | None) -> Officer:
        """As whom the user writes the steps down. NoSuchRight: not a cadre of that
        village.
        """
        for post in self.user.posts_on(self.on):
            if village and may_run(Officer(self.user, post), village, self.at):
                return Officer(self.user, post)
        raise NoSuchRight(_("Only the village's own cadres begin this."))


class FourTwoList(FourTwoApi, GenericAPIView[FourTwoProcess]):
    serializer_class = ProcessSerializer
    queryset = FourTwoProcess.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-started_at", "-id")

    @extend_schema(responses={200: ProcessSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """The processes in reach, the latest first."""
        page = redacted(self.paginate_queryset(self.processes()) or [])
        return self.get_paginated_response(
            ProcessSerializer(page, many=True, context=self.numbers(page)).data
        )

    @extend_schema(
        request=StartBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={201: ProcessSerializer},
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Begin 四议两公开 for a matter."""
        asked = StartBody(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        case = (
            self.visible()
            .select_related("village")
            .filter(number=data.pop("case"))
            .first()
        )
        if case is None or case.village is None:
            words = _("This matter is not waiting for a decision in the village.")
            raise InputRefused.at(case=words)
        by, key = self.runner(case.village_id), idempotency_key(request)
        process = start_process(
            case.village, case=case, by=by, at=self.at, key=key, **data
        )
        return self.whole(process.pk, status.HTTP_201_CREATED)


class FourTwoItself(FourTwoApi):
    @extend_schema(responses={200: ProcessSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """One process with its steps."""
        return self.whole(pk)


class FourTwoSteps(FourTwoApi):
    @extend_schema(
        request=HeldBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={200: ProcessSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Write down the step that is due; whether it passed follows from its
        numbers.
        """
        process, asked = self.process(pk), HeldBody(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        names = (
            "held_on",
            "content",
            "kind",
            "due",
            "present",
            "public_until",
            "oversight",
        )
        held = StepRecord(votes=votes_of(data), **{name: data[name] for name in names})
        by = self.runner(process.village_id)
        record_step(
            process, data["nth"], held, by=by, at=self.at, key=idempotency_key(request)
        )
        return self.whole(pk)


class FourTwoCorrections(FourTwoApi):
    @extend_schema(request=StepCorrectionBody, responses={200: ProcessSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Put something right in a step as it was held last."""
        process, asked = self.process(pk), StepCorrectionBody(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        step = last_held(process, data.pop("nth"))
        if step is None:
            words = _("This step was not held yet.")
            raise InputRefused.at(nth=words)
        correct_step(step, by=self.runner(process.village_id), at=self.at, **data)
        return self.whole(pk)


class FourTwoDrop(FourTwoApi):
    @extend_schema(request=DropBody, responses={200: ProcessSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Give it up, with a reason."""
        process, asked = self.process(pk), DropBody(data=request.data)
        asked.is_valid(raise_exception=True)
        by = self.runner(process.village_id)
        drop_process(process, asked.validated_data["why"], by=by, at=self.at)
        return self.whole(pk)


class Batch(CaseApi):
    @extend_schema(
        request=BatchBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={200: BatchResult(many=True)},
    )
    def post(self, request: Request) -> Response:
        """The same step for several matters, each with its own result."""
        asked = BatchBody(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        action = Action(data["action"])
        seen = {line["number"]: line["version"] for line in data["cases"]}
        cases = list(
            self.visible()
            .filter(number__in=seen)
            .select_related("town")
            .order_by("due_at", "pk")
        )
        if len(cases) != len(seen):
            words = _("One of these matters does not exist, or is not yours to see.")
            raise InputRefused.at(cases=words)
        body = body_of(action)(
            data={**data["inputs"], "action": action.value},
            context=self.context(facts=read_facts(cases[0], self.at)),
        )
        body.is_valid(raise_exception=True)
        results = move_all(
            cases,
            action,
            user=self.user,
            at=self.at,
            values=body.validated_data["inputs"],
            versions={case.pk: seen[case.number] for case in cases},
            key=idempotency_key(request),
        )
        return Response(BatchResult(results, many=True).data)
