"""Moves: what may be done with a case now, and doing it."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.models import Case, Event
from cases.serializers.moves import (
    Asked,
    MoveBody,
    MoveDone,
    MovesOffered,
    any_body,
    body_of,
)
from cases.serializers.offers import ReadyText, ToldSerializer, offers_as_data
from cases.speaking.progress import told_to_speaker
from cases.standard_texts import ready_for
from cases.workflow import (
    Action,
    Facts,
    Offer,
    Officer,
    look_ahead,
    make_move,
    moves_open_to,
    offer_to,
    read_facts,
)
from cases.workflow.moving import refuse_other_words
from minshi.api import REPLAYED_HEADER, etag_of, expected_version, idempotency_key
from minshi.api_docs import IDEMPOTENCY_PARAMETER, IF_MATCH_PARAMETER
from minshi.errors import MoveRefused, NoSuchRight
from minshi.idempotency import fingerprint


class MoveList(CaseApi):
    @extend_schema(responses={200: MovesOffered})
    def get(self, request: Request, number: str) -> Response:
        """What you may do with the case now, with the inputs each move needs and their
        choices.
        """
        case = self.case(number)
        facts = read_facts(case, self.at)
        offers = moves_open_to(self.user, case, self.at, facts)
        shown = self.sight.shows_speaker(case)
        moves = offers_as_data(offers, facts, self.user, speaker_shown=shown)
        return Response(
            {"version": case.version, "moves": moves},
            headers={"ETag": etag_of(case.version)},
        )

    @extend_schema(
        request=any_body(),
        parameters=[IF_MATCH_PARAMETER, IDEMPOTENCY_PARAMETER],
        responses={200: MoveDone},
    )
    def post(self, request: Request, number: str) -> Response:
        """Do one of them."""
        asked = Asked(data=request.data)
        asked.is_valid(raise_exception=True)
        action = Action(asked.validated_data["action"])
        return act(self, request, number, action, body_of(action))


class OneMove(CaseApi):
    """A move open to the caller; any other does not exist."""

    def offered(self, number: str, name: str) -> tuple[Facts, Offer]:
        case = self.case(number)
        facts = read_facts(case, self.at)
        found = offer_to(self.user, case, name, self.at, facts)
        if found is None:
            raise Http404
        return facts, found


class StandardTexts(OneMove):
    @extend_schema(responses={200: ReadyText(many=True)})
    def get(self, request: Request, number: str, action: str) -> Response:
        """The standard texts for each input of a move, filled in for the case; 【…】 is
        for you to write.
        """
        facts, offer = self.offered(number, action)
        ready = ready_for(facts, offer.action)
        rows = [
            {"input": name, "title": text.title, "text": text.text}
            for name, texts in ready.items()
            for text in texts
        ]
        return Response(ReadyText(rows, many=True).data)


class Preview(OneMove):
    @extend_schema(request=any_body(), responses={200: ToldSerializer})
    def post(self, request: Request, number: str, action: str) -> Response:
        """What the speaker would read if the move were made by this very body; it is
        not made.
        """
        facts, offer = self.offered(number, action)
        if not offer.move.informs_speaker or offer.post is None:
            raise Http404
        asked = body_of(offer.action)(
            data=request.data, context=self.context(facts=facts)
        )
        asked.is_valid(raise_exception=True)
        told = look_ahead(
            facts.case,
            offer.action,
            told_to_speaker,
            by=Officer(self.user, offer.post),
            at=self.at,
            **asked.validated_data["inputs"],
        )
        return Response(ToldSerializer(told).data)


def act(
    view: CaseApi, request: Request, number: str, action: Action, body: type[MoveBody]
) -> Response:
    """Makes one move as the request asks, once per Idempotency-Key, and says where the
    case stands then.
    """
    key = idempotency_key(request)
    if key and (done := _replayed(view, number, action, key)):
        _refuse_other_words(view, request, done, body)
        return _answer(done.case, {REPLAYED_HEADER: "true"})
    case = view.case(number)
    facts = read_facts(case, view.at)
    asked = body(data=request.data, context=view.context(facts=facts))
    asked.is_valid(raise_exception=True)
    version = expected_version(request, asked.validated_data["version"])
    posts = view.posts(asked.validated_data["post"])
    moved = _made(
        view,
        facts,
        action,
        posts,
        key=key,
        version=version,
        **asked.validated_data["inputs"],
    )
    return _answer(moved, {})


def _made(
    view: CaseApi, facts: Facts, action: Action, posts: list[Any], **values: Any
) -> Case:
    """The move from the first of the posts that may make it. NoSuchRight: none of them
    may.
    """
    refused = NoSuchRight(_("Your post does not allow this step."))
    for post in posts:
        try:
            return make_move(
                facts.case,
                action,
                by=Officer(view.user, post),
                at=view.at,
                facts=facts,
                **values,
            )
        except NoSuchRight as error:
            refused = error
    raise refused


def _refuse_other_words(
    view: CaseApi, request: Request, done: Event, body: type[MoveBody]
) -> None:
    """KeyReused where the body says something else than what the key was used for; one
    past reading is a replay.
    """
    asked = body(
        data=request.data, context=view.context(facts=read_facts(done.case, view.at))
    )
    if asked.is_valid():
        refuse_other_words(
            [done], fingerprint(done.action, asked.validated_data["inputs"])
        )


def _replayed(view: CaseApi, number: str, action: Action, key: UUID) -> Event | None:
    """What this key did before, even to a case out of its mover's sight. MoveRefused:
    it was another move.
    """
    done = (
        Event.objects.select_related("case")
        .filter(case__number=number, key=key, user=view.user)
        .first()
    )
    if done is None:
        return None
    if done.action != action:
        raise MoveRefused(_("This key was used for another step already."))
    return done


def _answer(case: Case, headers: dict[str, str]) -> Response:
    return Response(
        MoveDone(case).data, headers={"ETag": etag_of(case.version), **headers}
    )
