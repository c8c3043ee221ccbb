"""The API of the roster: shifts in reach, who is on duty now, and swaps."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from minshi import workdays
from minshi.api import KeyPages
from minshi.errors import InputRefused
from villages import duty
from villages.api.caller import CallerApi
from villages.api.fields import (
    NO_SUCH_CHOICE,
    DayField,
    IdField,
    MomentField,
    validated,
)
from villages.duty.standing import Roster
from villages.models import DutyShift, Post, SwapRequest, Village
from villages.rights import TAKE_DUTY


# --- answers
class PersonSerializer(serializers.Serializer[Post]):
    post = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="user")
    role = serializers.CharField()


class ShiftSerializer(serializers.ModelSerializer[DutyShift]):
    """`on_duty` are those who stand in it, stand-ins included; `primary` and `backup`
    as arranged.
    """

    village = serializers.IntegerField(source="village_id", read_only=True)
    village_name = serializers.CharField(source="village", read_only=True)
    primary = PersonSerializer(read_only=True)
    backup = PersonSerializer(read_only=True, allow_null=True)
    leader = serializers.CharField(read_only=True)
    on_duty = serializers.SerializerMethodField()

    class Meta:
        model = DutyShift
        fields = (
            "id",
            "village",
            "village_name",
            "starts_at",
            "ends_at",
            "primary",
            "backup",
            "leader",
            "on_duty",
        )

    @extend_schema_field(PersonSerializer(many=True))
    def get_on_duty(self, shift: DutyShift) -> list[dict[str, Any]]:
        roster: Roster = self.context["roster"]
        people: Any = roster.on_duty(shift, self.context.get("on"))
        return list(PersonSerializer(people, many=True).data)


class SwapSerializer(serializers.ModelSerializer[SwapRequest]):
    shift = serializers.IntegerField(source="shift_id", read_only=True)
    in_return = serializers.IntegerField(
        source="in_return_id", read_only=True, allow_null=True
    )
    asker = PersonSerializer(read_only=True)
    asked = PersonSerializer(read_only=True)

    class Meta:
        model = SwapRequest
        fields = (
            "id",
            "shift",
            "in_return",
            "asker",
            "asked",
            "asked_at",
            "state",
            "answered_at",
        )
        read_only_fields = fields


# --- requests
class ShiftsSought(serializers.Serializer[Any]):
    village = IdField(required=False)
    since = DayField(required=False)
    until = DayField(required=False)


class ShiftChanged(serializers.Serializer[Any]):
    starts_at = MomentField()
    ends_at = MomentField()
    primary = IdField(help_text=_("A post of the village that takes duty."))
    backup = IdField(required=False, allow_null=True)
    leader = serializers.CharField(required=False, allow_blank=True, max_length=40)


class ShiftWanted(ShiftChanged):
    village = IdField()


class SwapWanted(serializers.Serializer[Any]):
    asked = IdField(help_text=_("The post that is asked to take the shift."))
    in_return = IdField(
        required=False, allow_null=True, help_text=_("One of their shifts.")
    )


ANSWERS: Mapping[str, Callable[..., SwapRequest]] = {
    "agree": duty.agree,
    "decline": duty.decline,
    "withdraw": duty.withdraw_swap,
}


class SwapAnswered(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(list(ANSWERS))


# --- the endpoints
class DutyApi(CallerApi):
    @property
    def doing(self) -> dict[str, Any]:
        return {"by": self.user, "at": self.at}

    def in_reach(self) -> QuerySet[DutyShift]:
        villages = Village.objects.in_reach_of(self.user, self.on)
        return DutyShift.objects.filter(village__in=villages).with_people()

    def own_villages(self) -> list[int]:
        """Return the villages where the user takes duty."""
        villages = []
        for post in self.user.posts_on(self.on):
            if post.village_id and post.role in TAKE_DUTY:
                villages.append(post.village_id)
        return villages

    def shift(self, pk: int) -> DutyShift:
        """Return a shift. Http404: not of a village where the user takes duty."""
        shifts = DutyShift.objects.with_people().filter(village__in=self.own_villages())
        return get_object_or_404(shifts, pk=pk)

    def person(self, key: int | None, village: int, name: str) -> Post | None:
        """Return the post that a field names, if any.

        InputRefused: no post of the village that takes duty.
        """
        if key is None:
            return None

        post = duty.eligible_posts(village, self.on).filter(pk=key).first()
        if post is None:
            raise InputRefused.at(**{name: NO_SUCH_CHOICE})
        return post

    def people(
        self, entered: Mapping[str, Any], village: int, *names: str
    ) -> dict[str, Any]:
        """Return the posts that several fields name, by field.

        InputRefused as by `person`.
        """
        return {name: self.person(entered.get(name), village, name) for name in names}

    def shown(self, shift: DutyShift) -> Response:
        """Answer with a shift as it now stands."""
        context = {"roster": duty.read_roster([shift])}
        return Response(ShiftSerializer(shift, context=context).data)


class ShiftPages(DutyApi, GenericAPIView[DutyShift]):
    serializer_class = ShiftSerializer
    queryset = DutyShift.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("starts_at", "id")

    def page(self, shifts: QuerySet[DutyShift], on: date | None = None) -> Response:
        rows = self.paginate_queryset(shifts) or []
        context = {"roster": duty.read_roster(rows), "on": on}
        data = ShiftSerializer(rows, many=True, context=context).data
        return self.get_paginated_response(data)


class ShiftList(ShiftPages):
    @extend_schema(
        operation_id="list_shifts",
        summary=_("List the shifts."),
        parameters=[ShiftsSought],
        responses={200: ShiftSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The shifts of the villages within reach, the earliest first."""
        sought = validated(ShiftsSought(data=request.query_params))
        shifts = self.in_reach()

        if "village" in sought:
            shifts = shifts.filter(village=sought["village"])
        if "since" in sought:
            day_before = sought["since"] - workdays.ONE_DAY
            shifts = shifts.filter(starts_at__gte=workdays.due_at(day_before))
        if "until" in sought:
            shifts = shifts.filter(starts_at__lt=workdays.due_at(sought["until"]))

        return self.page(shifts)

    @extend_schema(
        operation_id="arrange_shift",
        summary=_("Put somebody on duty."),
        request=ShiftWanted,
        responses={201: ShiftSerializer},
    )
    def post(self, request: Request) -> Response:
        """Put somebody on duty; the same shift sent again is the one there is."""
        entered = validated(ShiftWanted(data=request.data))
        villages = Village.objects.in_reach_of(self.user, self.on)
        village = villages.filter(pk=entered.pop("village")).first()
        if village is None:
            raise InputRefused.at(village=NO_SUCH_CHOICE)

        people = self.people(entered, village.pk, "primary", "backup")
        shift = duty.arrange_shift(village, **entered | people, **self.doing)

        response = self.shown(DutyShift.objects.with_people().get(pk=shift.pk))
        response.status_code = status.HTTP_201_CREATED
        return response


class ShiftItem(DutyApi):
    @extend_schema(
        operation_id="change_shift",
        summary=_("Change a future shift."),
        request=ShiftChanged,
        responses={200: ShiftSerializer},
    )
    def put(self, request: Request, shift: int) -> Response:
        """Give a future shift another time or other people."""
        current = self.shift(shift)
        entered = validated(ShiftChanged(data=request.data))
        people = self.people(entered, current.village_id, "primary", "backup")

        changed = duty.change_shift(current, **entered | people, **self.doing)
        return self.shown(changed)

    @extend_schema(
        operation_id="cancel_shift",
        summary=_("Take a future shift off the roster."),
        responses={204: None},
    )
    def delete(self, _request: Request, shift: int) -> Response:
        """Take a future shift off the roster."""
        duty.cancel_shift(self.shift(shift), **self.doing)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OnDutyNow(ShiftPages):
    @extend_schema(
        operation_id="list_on_duty",
        summary=_("List who is on duty now."),
        responses={200: ShiftSerializer(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """The shift running now in each village within reach, and who is on in it; none
        where nobody is on.
        """
        running = DutyShift.objects.at(self.at).values("pk")
        return self.page(self.in_reach().filter(pk__in=running), self.on)


class SwapList(DutyApi, GenericAPIView[SwapRequest]):
    serializer_class = SwapSerializer
    queryset = SwapRequest.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("asked_at", "id")

    @extend_schema(
        operation_id="list_swaps",
        summary=_("List the swaps that wait for an answer."),
        responses={200: SwapSerializer(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """The swaps not answered yet that you asked for or are asked to agree to."""
        swaps = SwapRequest.objects.waiting(self.at).of(self.user).with_shifts()
        rows = self.paginate_queryset(swaps)
        return self.get_paginated_response(SwapSerializer(rows, many=True).data)


class SwapAsk(DutyApi):
    @extend_schema(
        operation_id="ask_swap",
        summary=_("Ask somebody to take your shift."),
        request=SwapWanted,
        responses={201: SwapSerializer},
    )
    def post(self, request: Request, shift: int) -> Response:
        """Ask somebody to take your shift; nothing changes until they agree."""
        own_shift = self.shift(shift)
        entered = validated(SwapWanted(data=request.data))
        asked = self._asked(entered["asked"], own_shift)
        in_return = self._in_return(entered.get("in_return"), own_shift)

        swap = duty.ask_swap(own_shift, asked, in_return=in_return, **self.doing)
        return Response(SwapSerializer(swap).data, status=status.HTTP_201_CREATED)

    def _asked(self, key: int, shift: DutyShift) -> Post:
        post = self.person(key, shift.village_id, "asked")
        if post is None:  # a key was sent
            raise InputRefused.at(asked=NO_SUCH_CHOICE)
        return post

    def _in_return(self, key: int | None, shift: DutyShift) -> DutyShift | None:
        if key is None:
            return None

        shifts = DutyShift.objects.with_people().filter(village=shift.village_id)
        in_return = shifts.exclude(pk=shift.pk).filter(pk=key).first()
        if in_return is None:
            raise InputRefused.at(in_return=NO_SUCH_CHOICE)
        return in_return


class SwapItem(DutyApi):
    @extend_schema(
        operation_id="answer_swap",
        summary=_("Agree to a swap, decline or withdraw it."),
        request=SwapAnswered,
        responses={200: SwapSerializer},
    )
    def post(self, request: Request, swap: int) -> Response:
        """Agree or decline if you were asked; withdraw if you asked."""
        swaps = SwapRequest.objects.of(self.user).with_shifts()
        swaps = swaps.filter(shift__village__in=self.own_villages())
        found = get_object_or_404(swaps, pk=swap)

        give_answer = ANSWERS[validated(SwapAnswered(data=request.data))["answer"]]
        answered = give_answer(found, **self.doing)
        return Response(SwapSerializer(answered).data)
