"""Figures by their codes, and what each of them means."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from minshi.errors import InputRefused, NoSuchRight
from supervision.figures.asking import PERIODS, Asked
from supervision.figures.definitions import FIGURES
from supervision.figures.kinds import Figure
from supervision.figures.people import inhabitants_by_part
from supervision.figures.places import Open, Place, parts_of
from supervision.figures.reading import Figures, Reading
from supervision.figures.shown import value_of
from villages.api.fields import NO_SUCH_CHOICE

SHAPE_OF_MONTH = r"^\d{4}-\d{2}$"


class FiguresWanted(serializers.Serializer[Any]):
    """The parameters of the address; without a place the widest that is open."""

    codes = serializers.CharField(default="", help_text="Separated by commas.")
    village = serializers.CharField(default="", help_text="Division code.")
    town = serializers.CharField(default="", help_text="Division code.")
    month = serializers.RegexField(SHAPE_OF_MONTH, default="", help_text="2026-11.")
    period = serializers.ChoiceField(PERIODS, required=False)
    parts = serializers.BooleanField(
        default=False, help_text="With those of its parts."
    )


class FigureValue(serializers.Serializer[Any]):
    code = serializers.CharField()
    value = serializers.FloatField(
        allow_null=True,
        help_text="A number, hundredths, days; null: too few to work it out.",
    )
    part = serializers.IntegerField(
        allow_null=True, help_text="Of a share: the number above the line."
    )
    whole = serializers.IntegerField(
        allow_null=True,
        help_text="Of a share: the number below the line; of days: how many matters.",
    )
    most = serializers.IntegerField(
        allow_null=True, help_text="Of days: within which nine tenths lie."
    )


class FiguresOfPlace(serializers.Serializer[Any]):
    place = serializers.CharField(
        help_text="Division code; -00 at its end: a town's counter."
    )
    name = serializers.CharField()
    figures = FigureValue(many=True)


class FiguresAnswer(FiguresOfPlace):
    since = serializers.DateField()
    until = serializers.DateField()
    as_of = serializers.DateTimeField(help_text="When they were counted.")
    parts = FiguresOfPlace(
        many=True, help_text="Towns of a county, villages of a town, where asked for."
    )


class FigureMeaning(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField(source="label")
    meaning = serializers.CharField()
    unit = serializers.CharField()


class FiguresAPIView(CaseApi):
    @extend_schema(
        operation_id="read_figures",
        summary=_("Read the figures of a place and period."),
        parameters=[FiguresWanted],
        responses={200: FiguresAnswer},
    )
    def get(self, request: Request) -> Response:
        """The figures of a village, a town or, without either, of the widest place
        that is open to you; without a month or period the past twelve months.
        """
        asked = FiguresWanted(data=request.query_params)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        codes = _codes(values["codes"])
        place = self._place(values["village"], values["town"])
        wanted = Asked(values.get("period", ""), values["month"])
        days = wanted.days(self.on)

        reading = Reading(place, self.at, self.sight)
        by_part = reading.by_part(days)
        whole = Figures.together(by_part.values())

        parts = []
        heads = inhabitants_by_part(place)
        if values["parts"]:
            parts = _parts(place, by_part, codes, heads)
        answer = {
            **_of_place(place, whole, codes, sum(heads.values())),
            "since": days.first,
            "until": days.last,
            "as_of": self.at,
            "parts": parts,
        }
        return Response(FiguresAnswer(answer).data)

    def _place(self, village: str, town: str) -> Place:
        """Return the place asked for. NoSuchRight: none is open. InputRefused: this
        one is not, or does not exist.
        """
        open_to = Open(self.user, self.on)
        if open_to.is_empty:
            raise NoSuchRight(_("Your posts do not let you read figures."))

        code = village or town
        place = open_to.place(code) if code else open_to.widest()
        if place is None:
            field = "village" if village else "town"
            raise InputRefused.at(**{field: NO_SUCH_CHOICE})
        return place


class FigureMeaningsAPIView(CaseApi):
    @extend_schema(
        operation_id="list_figures",
        summary=_("List the figures and what each counts."),
        responses={200: FigureMeaning(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Every figure with its code, which never changes."""
        figures: list[Figure] = list(FIGURES.values())
        return Response(FigureMeaning(figures, many=True).data)


def _codes(text: str) -> list[str]:
    codes = [code.strip() for code in text.split(",") if code.strip()]
    unknown = [code for code in codes if code not in FIGURES]
    if unknown:
        words = _("There is no figure of the code %(code)s.")
        raise InputRefused.at(codes=words % {"code": unknown[0]})
    return codes or list(FIGURES)


def _parts(
    place: Place,
    by_part: dict[str, Figures],
    codes: list[str],
    heads: dict[str, int],
) -> list[dict[str, Any]]:
    found = []
    for part in parts_of(place):
        figures = by_part.get(part.code, Figures.none())
        found.append(_of_place(part, figures, codes, heads.get(part.code, 0)))
    return found


def _of_place(
    place: Place, figures: Figures, codes: list[str], heads: int
) -> dict[str, Any]:
    values = [value_of(code, figures, heads) for code in codes]
    return {"place": place.code, "name": place.name, "figures": values}
