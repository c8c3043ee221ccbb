"""The API does what its schema says: no undocumented status, no answer of another
shape, no fault of ours.
"""

import logging
import re
from functools import cache
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from knox.models import AuthToken
from rest_framework.throttling import SimpleRateThrottle
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.meetings.signed_sheets import attach_sheet
from cases.models import AgendaItem, Case, FourTwoProcess, Meeting, SignedSheet
from tests.api import described
from tests.cases.council import called, present, seats
from tests.cases.roads import (
    NOON,
    Staff,
    accepted,
    completed,
    decided,
    rated,
    spoken,
    staff,
    verified,
)
from tests.cases.test_api_parts import photo
from tests.cases.test_four_two import begun, major, through
from tests.roles import auditor
from tests.villages.duty_desk import shift_of
from villages.duty import hand_over
from villages.models import DutyShift, HandOver, TalkRoom

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PARAMETER = re.compile(r"/([\w-]+)/\{(\w+)\}")
ROLES = ("duty", "secretary", "handler", "reviewer", "supervisor", "auditor", "nobody")
# Of each operation: every role twice and every row of the world at least once, the second
# time about another row.
EXAMPLES = 2 * len(ROLES)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"} if token else {}


APP = get_wsgi_application()


def served(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """As a server does: an answer is closed once it was sent, with the file it came
    from.
    """
    answer = APP(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@cache
def operations() -> dict[str, Any]:
    """Every operation by its label; only where they are asked is the schema read."""
    schema = schemathesis.openapi.from_dict(described())
    schema.app = served
    # each asker brings a token, or none: one made up would be replaced by it
    schema.config.generation.update(with_security_parameters=False)
    found = [operation.ok() for operation in schema.get_all_operations()]
    return {operation.label: operation for operation in found}


def can_be_asked_wrongly(operation: Any) -> bool:
    """False where every input is any text: a name in the address, a header. Some
    hundred tries would be made to find out.
    """
    named = [*operation.path_parameters, *operation.headers]
    is_any_text = all(part.definition["schema"] == {"type": "string"} for part in named)
    return bool([*operation.body, *operation.query]) or not is_any_text


@pytest.fixture(autouse=True)
def unthrottled(monkeypatch):
    monkeypatch.setattr(
        SimpleRateThrottle,
        "THROTTLE_RATES",
        dict.fromkeys(SimpleRateThrottle.THROTTLE_RATES),
    )


@pytest.fixture(autouse=True)
def unlogged():
    """Two lines about each of some thousand refusals are read by nobody."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def one_connection():
    """As Django's own test client: a request does not close the connection that holds
    the test's transaction.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def tokens(time_machine) -> dict[str, str]:
    """One case in every stage, one secret, a meeting, the six steps begun, shifts, and
    a token for every role.
    """
    time_machine.move_to(NOON, tick=False)
    here = staff()
    for stage in (spoken, accepted, decided, completed, verified, rated):
        stage(here)
    spoken(here, confidentiality="secret")
    for days, post in enumerate((here.duty, here.secretary, here.duty)):
        shift_of(post, days)
    council(here)
    people = {role: getattr(here, role) for role in ROLES if hasattr(here, role)} | {
        "auditor": auditor()
    }
    return {
        role: AuthToken.objects.create(user=post.user)[1]
        for role, post in people.items()
    } | {"nobody": ""}


def council(here: Staff) -> None:
    """A meeting with a matter and a subject before it and a signed sheet, and a process
    with its first step.
    """
    seats(here)
    meeting = called(here, accepted(here), subjects=["修路"])
    present(meeting, here, 7)
    attach_sheet(meeting, photo(), at=NOON, post=here.secretary)
    process = through(begun(here, major(here)), here, 1)
    attach_sheet(process.steps.get(), photo("blue"), at=NOON, post=here.secretary)
    hand_over(
        DutyShift.objects.earliest("starts_at"),
        note="等电工",
        visitors=1,
        by=here.duty.user,
        at=NOON,
    )
    TalkRoom.objects.create(village=here.village, place="村委会")


@pytest.mark.any_database
def test_no_warning_is_given_where_the_schema_is_made():
    GENERATOR_STATS.reset()

    described.__wrapped__()

    assert not GENERATOR_STATS, GENERATOR_STATS._warn_cache


@pytest.mark.any_database
def test_the_schema_is_valid_and_names_no_refusal_twice():
    schema = described()

    validate_schema(schema)
    for path, item in schema["paths"].items():
        for operation in item.values():
            assert {"400", "401", "403", "429"} <= set(operation["responses"]), path


@pytest.mark.any_database
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_answers_as_described(mode, tokens, subtests):
    filled = rows()
    for label, operation in operations().items():
        if mode is GenerationMode.NEGATIVE and not can_be_asked_wrongly(operation):
            continue
        with subtests.test(label):
            ask(operation, mode, tokens, filled)


def rows() -> dict[str, list[Any]]:
    """What fills a parameter of an address, by the segment before it, as far as the
    world has such rows.
    """
    found: dict[str, list[Any]] = {
        "cases": [*Case.objects.order_by("pk").values_list("number", flat=True)],
        "meetings": [*Meeting.objects.values_list("pk", flat=True)],
        "items": [*AgendaItem.objects.order_by("pk").values_list("pk", flat=True)],
        "four-two": [*FourTwoProcess.objects.values_list("pk", flat=True)],
        "steps": [1, 2],
        "sheets": [*SignedSheet.objects.order_by("pk").values_list("uuid", flat=True)],
        "shifts": [*DutyShift.objects.order_by("pk").values_list("pk", flat=True)],
        "hand-overs": [*HandOver.objects.values_list("pk", flat=True)],
        "talk-rooms": [*TalkRoom.objects.values_list("village", flat=True)],
    }
    numbers = {len(values) for values in found.values()}
    assert all(0 < number < EXAMPLES and number % len(ROLES) for number in numbers)
    return found


def ask(
    operation: Any,
    mode: GenerationMode,
    tokens: dict[str, str],
    filled: dict[str, list[Any]],
) -> None:
    """Every role in turn, about every row in turn; each example finds the same ones."""
    askers = count()

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_described(case: schemathesis.Case) -> None:
        nth = next(askers)
        for segment, name in PARAMETER.findall(operation.path):
            if known := filled.get(segment):
                case.path_parameters[name] = known[nth % len(known)]
        with transaction.atomic():
            response = case.call(
                headers={
                    "Accept-Encoding": "identity",
                    **bearer(tokens[ROLES[nth % len(ROLES)]]),
                }
            )
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    answers_as_described()
