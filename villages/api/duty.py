"""The API of the roster: shifts in reach, who is on duty now, arranging, swaps,
leave.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
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
from villages.api.fields import DayField, IdField, MomentField
from villages.duty.standing import Roster
from villages.models import DutyLeave, DutyShift, Post, SwapRequest, Village
from villages.rights import TAKE_DUTY

NO_SUCH_CHOICE = _("This is not one of the choices.")


# --- what is shown
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


class LeaveSerializer(serializers.ModelSerializer[DutyLeave]):
    post = PersonSerializer(read_only=True)
    substitute = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = DutyLeave
        fields = ("id", "post", "from_on", "until_on", "reason", "substitute")


# --- what is asked
class ShiftsSought(serializers.Serializer[Any]):
    village = IdField(required=False)
    since = DayField(required=False)
    until = DayField(required=False)


class ShiftChanged(serializers.Serializer[Any]):
    starts_at = MomentField()
    ends_at = MomentField()
    primary = IdField(help_text=_("A post of the village that takes duty."))
    backup = IdField(required=False, allow_null=True)


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


class LeaveWanted(serializers.Serializer[Any]):
    post = IdField()
    from_on = DayField()
    until_on = DayField()
    reason = serializers.CharField(max_length=100)
    substitute = IdField(required=False, allow_null=True)


# --- the endpoints
class DutyApi(CallerApi):
    @property
    def doing(self) -> dict[str, Any]:
        return {"by": self.user, "at": self.at}

    def in_reach(self) -> QuerySet[DutyShift]:
        villages = Village.objects.overseen_by(self.user, self.on)
        return DutyShift.objects.filter(village__in=villages).with_people()

    def own_villages(self) -> list[int]:
        """Where the user takes duty."""
        posts = self.user.posts_on(self.on)
        return [
            post.village_id
            for post in posts
            if post.village_id and post.role in TAKE_DUTY
        ]

    def shift(self, pk: int) -> DutyShift:
        """Http404: not of a village where the user takes duty."""
        shifts = DutyShift.objects.with_people().filter(village__in=self.own_villages())
        return get_object_or_404(shifts, pk=pk)

    def person(self, key: int | None, village: int, name: str) -> Post | None:
        """InputRefused: no post of the village that takes duty."""
        if key is None:
            return None
        if found := duty.eligible_posts(village, self.on).filter(pk=key).first():
            return found
        raise InputRefused.at(**{name: NO_SUCH_CHOICE})

    def people(
        self, said: Mapping[str, Any], village: int, *names: str
    ) -> dict[str, Any]:
        return {name: self.person(said.get(name), village, name) for name in names}

    def shown(self, shift: DutyShift) -> Response:
        return Response(
            ShiftSerializer(shift, context={"roster": duty.read_roster([shift])}).data
        )


class ShiftPages(DutyApi, GenericAPIView[DutyShift]):
    serializer_class = ShiftSerializer
    queryset = DutyShift.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("starts_at", "id")

    def page(self, shifts: QuerySet[DutyShift], on: date | None = None) -> Response:
        rows = self.paginate_queryset(shifts) or []
        context = {"roster": duty.read_roster(rows), "on": on}
        return self.get_paginated_response(
            ShiftSerializer(rows, many=True, context=context).data
        )


class ShiftList(ShiftPages):
    @extend_schema(
        parameters=[ShiftsSought], responses={200: ShiftSerializer(many=True)}
    )
    def get(self, request: Request) -> Response:
        """The shifts of the villages within reach, the earliest first."""
        sought = ShiftsSought(data=request.query_params)
        sought.is_valid(raise_exception=True)
        asked, shifts = sought.validated_data, self.in_reach()
        if "village" in asked:
            shifts = shifts.filter(village=asked["village"])
        if "since" in asked:
            shifts = shifts.filter(
                starts_at__gte=workdays.due_at(asked["since"] - workdays.ONE_DAY)
            )
        if "until" in asked:
            shifts = shifts.filter(starts_at__lt=workdays.due_at(asked["until"]))
        return self.page(shifts)

    @extend_schema(request=ShiftWanted, responses={201: ShiftSerializer})
    def post(self, request: Request) -> Response:
        """Put somebody on duty; the same shift sent again is the one there is."""
        asked = ShiftWanted(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        village = (
            Village.objects.overseen_by(self.user, self.on)
            .filter(pk=said.pop("village"))
            .first()
        )
        if village is None:
            raise InputRefused.at(village=NO_SUCH_CHOICE)
        people = self.people(said, village.pk, "primary", "backup")
        shift = duty.arrange_shift(village, **said | people, **self.doing)
        response = self.shown(DutyShift.objects.with_people().get(pk=shift.pk))
        response.status_code = status.HTTP_201_CREATED
        return response


class ShiftItem(DutyApi):
    @extend_schema(request=ShiftChanged, responses={200: ShiftSerializer})
    def put(self, request: Request, shift: int) -> Response:
        """Give a future shift another time or other people."""
        found = self.shift(shift)
        asked = ShiftChanged(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        people = self.people(said, found.village_id, "primary", "backup")
        return self.shown(duty.change_shift(found, **said | people, **self.doing))

    @extend_schema(responses={204: None})
    def delete(self, _request: Request, shift: int) -> Response:
        """Take a future shift off the roster."""
        duty.cancel_shift(self.shift(shift), **self.doing)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OnDutyNow(ShiftPages):
    @extend_schema(operation_id="duty_now", responses={200: ShiftSerializer(many=True)})
    def get(self, _request: Request) -> Response:
        """The shift running now in each village within reach, and who is on in it; none
        where nobody is on.
        """
        return self.page(
            self.in_reach().filter(pk__in=DutyShift.objects.at(self.at).values("pk")),
            self.on,
        )


class SwapList(DutyApi, GenericAPIView[SwapRequest]):
    serializer_class = SwapSerializer
    queryset = SwapRequest.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("asked_at", "id")

    @extend_schema(responses={200: SwapSerializer(many=True)})
    def get(self, _request: Request) -> Response:
        """The swaps not answered yet that you asked for or are asked to agree to."""
        mine = Q(asked__user=self.user) | Q(asker__user=self.user)
        rows = self.paginate_queryset(
            SwapRequest.objects.waiting(self.at).filter(mine).with_shifts()
        )
        return self.get_paginated_response(SwapSerializer(rows, many=True).data)


class SwapAsk(DutyApi):
    @extend_schema(request=SwapWanted, responses={201: SwapSerializer})
    def post(self, request: Request, shift: int) -> Response:
        """Ask somebody to take your shift; nothing changes until they agree."""
        found = self.shift(shift)
        asked = SwapWanted(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        whom = self.person(said["asked"], found.village_id, "asked")
        in_return = self._in_return(said.get("in_return"), found)
        swap = (
            duty.ask_swap(found, whom, in_return=in_return, **self.doing)
            if whom
            else None
        )
        return Response(SwapSerializer(swap).data, status=status.HTTP_201_CREATED)

    def _in_return(self, key: int | None, shift: DutyShift) -> DutyShift | None:
        if key is None:
            return None
        others = (
            DutyShift.objects.with_people()
            .filter(village=shift.village_id)
            .exclude(pk=shift.pk)
        )
        if found := others.filter(pk=key).first():
            return found
        raise InputRefused.at(in_return=NO_SUCH_CHOICE)


class SwapItem(DutyApi):
    @extend_schema(request=SwapAnswered, responses={200: SwapSerializer})
    def post(self, request: Request, swap: int) -> Response:
        """Agree or decline if you were asked; withdraw if you asked."""
        mine = SwapRequest.objects.filter(
            Q(asked__user=self.user) | Q(asker__user=self.user)
        )
        found = get_object_or_404(
            mine.filter(shift__village__in=self.own_villages()).with_shifts(), pk=swap
        )
        asked = SwapAnswered(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(
            SwapSerializer(
                ANSWERS[asked.validated_data["answer"]](found, **self.doing)
            ).data
        )


class LeaveList(DutyApi, GenericAPIView[DutyLeave]):
    serializer_class = LeaveSerializer
    queryset = DutyLeave.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("from_on", "id")

    @extend_schema(responses={200: LeaveSerializer(many=True)})
    def get(self, _request: Request) -> Response:
        """Leave that is not over, of those who take duty in your villages."""
        rows = DutyLeave.objects.filter(
            post__village__in=self.own_villages(), until_on__gte=self.on
        )
        page = self.paginate_queryset(
            rows.select_related("post__user", "substitute__user")
        )
        return self.get_paginated_response(LeaveSerializer(page, many=True).data)

    @extend_schema(request=LeaveWanted, responses={201: LeaveSerializer})
    def post(self, request: Request) -> Response:
        """Note your own leave, or as the secretary or duty officer anybody's."""
        asked = LeaveWanted(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        rows = Post.objects.current(self.on).filter(
            village__in=self.own_villages(), role__in=TAKE_DUTY
        )
        post = (
            rows.select_related("user", "village").filter(pk=said.pop("post")).first()
        )
        if post is None or post.village_id is None:
            raise InputRefused.at(post=NO_SUCH_CHOICE)
        people = self.people(said, post.village_id, "substitute")
        leave = duty.note_leave(post, **said | people, **self.doing)
        return Response(LeaveSerializer(leave).data, status=status.HTTP_201_CREATED)


class LeaveItem(DutyApi):
    @extend_schema(responses={204: None})
    def delete(self, _request: Request, leave: int) -> Response:
        """Back earlier: from today on the shifts are taken again."""
        rows = DutyLeave.objects.filter(
            post__village__in=self.own_villages()
        ).select_related("post__village")
        duty.end_leave(get_object_or_404(rows, pk=leave), **self.doing)
        return Response(status=status.HTTP_204_NO_CONTENT)
