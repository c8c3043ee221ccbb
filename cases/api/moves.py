"""Moves: those open for a case now, and making one."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.models import Case, Event
from cases.serializers.examples import MOVES_MADE
from cases.serializers.moves import (
    MoveBody,
    MoveDone,
    MovesOffered,
    NamedMove,
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
from cases.workflow.event_data import data_of
from cases.workflow.moving import refuse_other_words
from minshi.api import REPLAYED_HEADER, etag_of, expected_version, idempotency_key
from minshi.api_docs import (
    ETAG_ANSWERED,
    IDEMPOTENCY_PARAMETER,
    IF_MATCH_PARAMETER,
    REPLAY_ANSWERED,
)
from minshi.errors import MoveRefused, NoSuchRight
from minshi.idempotency import fingerprint
from villages.models import Post

MOVE_PARAMETERS = [
    IF_MATCH_PARAMETER,
    IDEMPOTENCY_PARAMETER,
    REPLAY_ANSWERED,
    ETAG_ANSWERED,
]


class MoveListAPIView(CaseApi):
    @extend_schema(
        operation_id="list_moves",
        summary=gettext_lazy("List the steps open to you now."),
        parameters=[ETAG_ANSWERED],
        responses={200: MovesOffered},
    )
    def get(self, request: Request, number: str) -> Response:
        """The moves open to you now, with the inputs each needs and their choices."""
        case = self.case(number)
        facts = read_facts(case, self.at)
        offers = moves_open_to(self.user, case, self.at, facts)
        shown = self.sight.shows_speaker(case)
        moves = offers_as_data(offers, facts, self.user, speaker_shown=shown)

        answer = {"version": case.version, "moves": moves}
        return Response(answer, headers={"ETag": etag_of(case.version)})

    @extend_schema(
        operation_id="make_move",
        summary=gettext_lazy("Do a step of a matter."),
        request=any_body(),
        parameters=MOVE_PARAMETERS,
        responses={200: MoveDone},
        examples=MOVES_MADE,
    )
    def post(self, request: Request, number: str) -> Response:
        """Do one of them."""
        named = NamedMove(data=request.data)
        named.is_valid(raise_exception=True)

        action = Action(named.validated_data["action"])
        return act(self, request, number, action, body_of(action))


class OneMoveApi(CaseApi):
    """A move open to the caller; any other does not exist."""

    def offered(self, number: str, name: str) -> tuple[Facts, Offer]:
        """Return the facts of a case and the caller's offer of the move named.

        Http404: they do not see the case, or the move is not open to them.
        """
        case = self.case(number)
        facts = read_facts(case, self.at)

        offer = offer_to(self.user, case, name, self.at, facts)
        if offer is None:
            raise Http404
        return facts, offer


class StandardTextsAPIView(OneMoveApi):
    @extend_schema(
        operation_id="list_standard_texts",
        summary=gettext_lazy("List the standard texts for a step."),
        responses={200: ReadyText(many=True)},
    )
    def get(self, request: Request, number: str, action: str) -> Response:
        """The standard texts for each input of a move, filled in for the case; 【…】 is
        for you to write.
        """
        facts, offer = self.offered(number, action)

        rows = []
        for name, texts in ready_for(facts, offer.action).items():
            rows += [
                {"input": name, "title": text.title, "text": text.text}
                for text in texts
            ]

        return Response(ReadyText(rows, many=True).data)


class PreviewAPIView(OneMoveApi):
    @extend_schema(
        operation_id="preview_move",
        summary=gettext_lazy("See what the speaker would read after a step."),
        request=any_body(),
        responses={200: ToldSerializer},
    )
    def post(self, request: Request, number: str, action: str) -> Response:
        """The answer that the speaker would read if the move were made by this very
        body; it is not made.
        """
        facts, offer = self.offered(number, action)
        if not offer.move.informs_speaker or offer.post is None:
            raise Http404

        context = self.context(facts=facts)
        body = body_of(offer.action)(data=request.data, context=context)
        body.is_valid(raise_exception=True)

        told = look_ahead(
            facts.case,
            offer.action,
            partial(told_to_speaker, previewed_by=self.sight),
            by=Officer(self.user, offer.post),
            at=self.at,
            **body.validated_data["inputs"],
        )
        return Response(ToldSerializer(told).data)


def act(
    view: CaseApi,
    request: Request,
    number: str,
    action: Action,
    body_class: type[MoveBody],
) -> Response:
    """Make one move as the request asks, and answer where the case stands then.

    1. Where the Idempotency-Key made this move before, do no more. Whoever does not see
       the case any more is answered as then.
    2. Read the case, within sight, and the body.
    3. Make the move from the first of the caller's posts that may.
    """
    key = idempotency_key(request)
    done = None
    if key:
        done = _done_before(view, number, action, key)

    if done:
        _refuse_other_words(view, request, done, body_class)
        if not view.visible().filter(pk=done.case_id).exists():
            _stand_as_then(done)
        return _answer(done.case, {REPLAYED_HEADER: "true"})

    case = view.case(number)
    facts = read_facts(case, view.at)
    body = body_class(data=request.data, context=view.context(facts=facts))
    body.is_valid(raise_exception=True)
    version = expected_version(request, body.validated_data["version"])

    posts = view.posts(body.validated_data["post"])
    inputs = body.validated_data["inputs"]
    moved = _move_from_first(
        posts, view, facts, action, key=key, version=version, **inputs
    )
    return _answer(moved, {})


def _move_from_first(
    posts: list[Post], view: CaseApi, facts: Facts, action: Action, **values: Any
) -> Case:
    """Make the move from the first of the posts that may; return the case as moved.

    NoSuchRight: none of them may; the words are those of the last.
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
    view: CaseApi, request: Request, done: Event, body_class: type[MoveBody]
) -> None:
    """Raise KeyReused where the body says something else than at the key's first use.

    A body that can no longer be read, as the case has moved on, counts as a replay.
    """
    facts = read_facts(done.case, view.at)
    body = body_class(data=request.data, context=view.context(facts=facts))

    if body.is_valid():
        inputs = body.validated_data["inputs"]
        refuse_other_words([done], fingerprint(done.action, inputs))


def _done_before(view: CaseApi, number: str, action: Action, key: UUID) -> Event | None:
    """Return the event that this key made before, if any.

    It is found even where the move took the case out of its mover's sight. MoveRefused:
    it was another move.
    """
    events = Event.objects.select_related("case")
    done = events.filter(case__number=number, key=key, user=view.user).first()

    if done and done.action != action:
        raise MoveRefused(_("This key was used for another step already."))
    return done


def _stand_as_then(done: Event) -> None:
    """Let the case, unsaved, stand as the event left it: what became of it since is not
    for whoever lost sight of it.
    """
    case = done.case
    case.stage = done.target
    case.level = done.level
    case.round = done.round
    case.version = data_of(done)["version"]


def _answer(case: Case, headers: dict[str, str]) -> Response:
    etag = {"ETag": etag_of(case.version)}
    return Response(MoveDone(case).data, headers=etag | headers)
