"""四议两公开, and the same move for several matters."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.items import votes_of
from cases.meetings.four_two import (
    correct_step,
    drop_process,
    last_held,
    may_run,
    record_step,
    redacted,
    start_process,
)
from cases.meetings.step_record import StepRecord
from cases.models import Case, FourTwoProcess
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
        """Return the processes within the caller's sight, with their steps."""
        visible = FourTwoProcess.objects.visible_to(self.user, self.on)
        with_places = visible.select_related("village__town", "case__town")
        return with_places.prefetch_related("steps__process", "steps__corrections")

    def process(self, pk: int) -> FourTwoProcess:
        """Return a process, redacted. Http404: there is none within sight."""
        found = get_object_or_404(self.processes(), pk=pk)
        return redacted([found])[0]

    def case_numbers(self, processes: Iterable[FourTwoProcess]) -> dict[str, Any]:
        """Return the serializer's context: the numbers of the cases that the user sees.

        One query, none where no process has a case.
        """
        wanted = [process.case_id for process in processes if process.case_id]
        if not wanted:
            return {"cases": {}}

        visible = self.visible().filter(pk__in=wanted)
        return {"cases": dict(visible.values_list("pk", "number"))}

    def answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """Answer with a process as it now stands."""
        process = self.process(pk)
        shown = ProcessSerializer(process, context=self.case_numbers([process]))
        return Response(shown.data, status=code)

    def runner(self, village: int | None) -> Officer:
        """Return the user in the post from which they write the village's steps down.

        NoSuchRight: they are no cadre of that village.
        """
        for post in self.user.posts_on(self.on):
            officer = Officer(self.user, post)
            if village and may_run(officer, village, self.at):
                return officer

        raise NoSuchRight(_("Only the village's own cadres begin this."))


class FourTwoListAPIView(FourTwoApi, GenericAPIView[FourTwoProcess]):
    serializer_class = ProcessSerializer
    queryset = FourTwoProcess.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-started_at", "-id")

    @extend_schema(
        operation_id="list_four_two",
        summary=gettext_lazy("List the rounds of the six steps."),
        responses={200: ProcessSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The processes in reach, the latest first."""
        page = self.paginate_queryset(self.processes()) or []
        shown = redacted(page)
        rows = ProcessSerializer(shown, many=True, context=self.case_numbers(shown))
        return self.get_paginated_response(rows.data)

    @extend_schema(
        operation_id="start_four_two",
        summary=gettext_lazy("Begin the six steps for a matter."),
        request=StartBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={201: ProcessSerializer},
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Begin 四议两公开 for a matter."""
        body = StartBody(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)

        visible = self.visible().select_related("village")
        case = visible.filter(number=data.pop("case")).first()
        if case is None or case.village is None:
            words = _("This matter is not waiting for a decision in the village.")
            raise InputRefused.at(case=words)

        by = self.runner(case.village_id)
        key = idempotency_key(request)
        process = start_process(
            case.village, case=case, by=by, at=self.at, key=key, **data
        )
        return self.answer(process.pk, status.HTTP_201_CREATED)


class FourTwoItselfAPIView(FourTwoApi):
    @extend_schema(
        operation_id="get_four_two",
        summary=gettext_lazy("Read one round of the six steps."),
        responses={200: ProcessSerializer},
    )
    def get(self, request: Request, pk: int) -> Response:
        """One process with its steps."""
        return self.answer(pk)


class FourTwoStepsAPIView(FourTwoApi):
    @extend_schema(
        operation_id="record_four_two_step",
        summary=gettext_lazy("Write down the step of the six that is due."),
        request=HeldBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={200: ProcessSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Write down the step that is due; whether it passed follows from its
        numbers.
        """
        process = self.process(pk)
        body = HeldBody(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data

        held = StepRecord(
            held_on=data["held_on"],
            content=data["content"],
            kind=data["kind"],
            due=data["due"],
            present=data["present"],
            votes=votes_of(data),
            public_until=data["public_until"],
            oversight=data["oversight"],
            called_on=data["called_on"],
            short_notice=data["short_notice"],
        )
        by = self.runner(process.village_id)
        key = idempotency_key(request)
        record_step(process, data["nth"], held, by=by, at=self.at, key=key)

        return self.answer(pk)


class FourTwoCorrectionsAPIView(FourTwoApi):
    @extend_schema(
        operation_id="correct_four_two_step",
        summary=gettext_lazy("Correct a step of the six."),
        request=StepCorrectionBody,
        responses={200: ProcessSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Put something right in a step as it was held last."""
        process = self.process(pk)
        body = StepCorrectionBody(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)

        step = last_held(process, data.pop("nth"))
        if step is None:
            raise InputRefused.at(nth=_("This step was not held yet."))

        correct_step(step, by=self.runner(process.village_id), at=self.at, **data)
        return self.answer(pk)


class FourTwoDropAPIView(FourTwoApi):
    @extend_schema(
        operation_id="drop_four_two",
        summary=gettext_lazy("Give the six steps up."),
        request=DropBody,
        responses={200: ProcessSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Give it up, with a reason."""
        process = self.process(pk)
        body = DropBody(data=request.data)
        body.is_valid(raise_exception=True)

        by = self.runner(process.village_id)
        drop_process(process, body.validated_data["why"], by=by, at=self.at)
        return self.answer(pk)


class BatchAPIView(CaseApi):
    @extend_schema(
        operation_id="make_moves",
        summary=gettext_lazy("Do the same step for several matters."),
        request=BatchBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={200: BatchResult(many=True)},
    )
    def post(self, request: Request) -> Response:
        """The same step for several matters, each with its own result."""
        batch = BatchBody(data=request.data)
        batch.is_valid(raise_exception=True)
        action = Action(batch.validated_data["action"])
        lines = batch.validated_data["cases"]
        versions = {line["number"]: line["version"] for line in lines}

        cases = self._cases_in_order(versions)
        inputs = self._inputs_for(action, cases[0], batch.validated_data["inputs"])
        results = move_all(
            cases,
            action,
            user=self.user,
            at=self.at,
            values=inputs,
            versions={case.pk: versions[case.number] for case in cases},
            key=idempotency_key(request),
        )

        return Response(BatchResult(results, many=True).data)

    def _cases_in_order(self, numbers: Collection[str]) -> list[Case]:
        """Return the cases by their numbers, the first due first.

        InputRefused: one is out of sight or does not exist.
        """
        found = self.visible().filter(number__in=numbers).select_related("town")
        cases = list(found.order_by("due_at", "pk"))

        if len(cases) != len(numbers):
            words = _("One of these matters does not exist, or is not yours to see.")
            raise InputRefused.at(cases=words)
        return cases

    def _inputs_for(
        self, action: Action, case: Case, inputs: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the inputs of the body as the move takes them, read for one case.

        ValidationError as for a single move.
        """
        body = body_of(action)(
            data={**inputs, "action": action.value},
            context=self.context(facts=read_facts(case, self.at)),
        )
        body.is_valid(raise_exception=True)

        chosen: dict[str, Any] = body.validated_data["inputs"]
        return chosen
